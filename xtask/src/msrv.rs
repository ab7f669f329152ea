//! The oldest Rust that the crate promises to compile by.

use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::process::{ask, run};
use crate::{project, tools};

/// Compiles the crate with every feature by the Rust that its manifest states, natively and for wasm32.
pub(crate) fn check() -> Outcome<u64> {
    let version = stated(include_str!("../../Cargo.toml"))
        .ok_or_else(|| Failure::new("Cargo.toml states no rust-version"))?;
    ensure_toolchain(version)?;
    for target in [&[][..], &["--target", tools::WASM_TARGET]] {
        let mut check = Command::new("rustup");
        check.args(["run", version, "cargo", "check", "--locked", "--package", "entrenar", "--all-features"]);
        // Beside what the newer one compiled.
        check.args(target).args(["--target-dir", "target/msrv"]).current_dir(project::root());
        run(&mut check)?;
    }
    Ok(0)
}

/// The version of Rust that a manifest states.
pub(crate) fn stated(manifest: &str) -> Option<&str> {
    let quoted = manifest.lines().find_map(|line| line.strip_prefix("rust-version = "))?;
    Some(quoted.trim_matches('"'))
}

fn ensure_toolchain(version: &str) -> Outcome {
    let Some(installed) = ask("rustup", &["toolchain", "list"]) else {
        return Err(Failure::new("rustup is missing: install Rust with rustup, then try again"));
    };
    let has_target = || {
        ask("rustup", &["target", "list", "--installed", "--toolchain", version])
            .is_some_and(|targets| targets.lines().any(|target| target == tools::WASM_TARGET))
    };
    if installed.lines().any(|toolchain| toolchain.starts_with(&format!("{version}-"))) && has_target() {
        return Ok(());
    }
    tools::installing(&format!("Rust {version}, the oldest that is promised to work"), "half a minute");
    let words = ["toolchain", "install", version, "--profile", "minimal", "--target", tools::WASM_TARGET];
    run(Command::new("rustup").args(words).arg("--no-self-update"))
}

#[cfg(test)]
mod tests {
    use super::stated;

    #[test]
    fn stated_version_is_that_of_the_manifest() {
        assert_eq!(stated("name = \"a\"\nrust-version = \"1.88\"\n"), Some("1.88"));
        assert_eq!(stated("name = \"a\"\n"), None);
    }
}
