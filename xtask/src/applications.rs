//! Programs in Rust with lock files of their own: what they bring along is compiled with neither the crate nor its chores.

use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::process::{program_in, run, run_and_read};
use crate::{browser, npm, pack, project, summary, test, tools};

/// A workspace of its own.
pub(crate) struct Application {
    /// Where it is, from the root of the checkout.
    directory: &'static str,
    /// Where it is compiled to, under `target`.
    target: &'static str,
}

/// The example with leptos.
pub(crate) const LEPTOS: Application = Application { directory: "examples/leptos", target: "leptos" };
/// What logs for Burn.
pub(crate) const BURN: Application = Application { directory: "entrenar-burn", target: "burn" };

impl Application {
    pub(crate) const ALL: [Self; 2] = [LEPTOS, BURN];

    /// Cargo in it, on the packages that its lock file names.
    pub(crate) fn cargo(&self, arguments: &str) -> Command {
        let root = project::root();
        let words: Vec<&str> = arguments.split(' ').collect();
        let mut command = program_in(&root.join(self.directory), "cargo", &words);
        command.env("CARGO_TARGET_DIR", root.join("target").join(self.target));
        command
    }

    /// Compiles something of it for the browser, to `target/<package>`.
    fn build(&self, what: &str, compiled: &str, package: &str) -> Outcome {
        run(&mut self.cargo(&format!("build --locked --target {} {what}", tools::WASM_TARGET)))?;
        let compiled = format!("target/{}/{}/debug/{compiled}", self.target, tools::WASM_TARGET);
        pack::bind(&compiled, &format!("target/{package}"))
    }
}

/// Builds the example with leptos, to `target/leptos-app`.
pub(crate) fn build_leptos() -> Outcome {
    LEPTOS.build("--lib", "live_metrics.wasm", "leptos-app")
}

/// `cargo xtask burn`: everything that is tested of the crate for Burn, which takes minutes to compile and needs a newer Rust.
pub(crate) fn burn() -> Outcome {
    let browser = browser::ensure_browser()?;
    tools::ensure_wasm_tools()?;
    for arguments in [
        "clippy --locked --features train --all-targets -- -D warnings",
        "clippy --locked --all-targets --target wasm32-unknown-unknown -- -D warnings",
    ] {
        run(&mut BURN.cargo(arguments))?;
    }
    run(BURN.cargo("doc --locked --no-deps --features train").env("RUSTDOCFLAGS", "-D warnings"))?;
    let native =
        summary::of_cargo(&run_and_read(&mut BURN.cargo("test --locked --features train"))?).passed();
    if native == 0 {
        return Err(Failure::new("no test of entrenar-burn ran"));
    }
    BURN.build("--example tab", "examples/tab.wasm", "burn-tab")?;
    pack::build(&[pack::Target::Web])?;
    npm::ensure_packages(&project::end_to_end())?;
    let mut in_browser = npm::script(&project::end_to_end(), "test-burn", &[]);
    let in_browser = test::playwright(in_browser.env("CHROME", &browser.chrome))?;
    println!("\n{} passed, 0 failed", native + in_browser);
    Ok(())
}
