//! `cargo xtask test`: everything that has to hold, in the order of what fails fastest, up to the first failure.

use std::process::Command;
use std::time::Instant;

use crate::applications::{Application, LEPTOS};
use crate::failure::{Failure, Outcome};
use crate::process::{run, run_and_read};
use crate::{
    browser, browser_tests, msrv, npm, pack, packed, project, python, serve, sizes, summary, tools, webkit,
};

/// One thing that is checked; it returns the number of tests that passed.
struct Stage {
    name: &'static str,
    what: &'static str,
    check: fn() -> Outcome<u64>,
}

const STAGES: [Stage; 13] = [
    Stage { name: "fmt", what: "the code is formatted", check: fmt },
    Stage { name: "clippy", what: "no warnings, natively and for wasm32", check: clippy },
    Stage { name: "native", what: "tests outside the browser", check: native },
    Stage { name: "doc", what: "the documentation builds without warnings", check: doc },
    Stage {
        name: "interop",
        what: "exported files in the programs that they are for",
        check: exported_files,
    },
    Stage { name: "packed", what: "what is packed for a registry, and its tests", check: packed::check },
    Stage { name: "msrv", what: "the crate compiles by the oldest Rust it promises", check: msrv::check },
    Stage { name: "browser", what: "the crate's tests in Chromium", check: in_browser },
    Stage { name: "pack", what: "the package for three targets, and its size", check: packages },
    Stage { name: "www", what: "the page's code: lint, types, and its models' tests", check: page_code },
    Stage { name: "e2e", what: "the package and the page in Chromium", check: end_to_end },
    Stage { name: "firefox", what: "the crate's tests, leaving and kills in Firefox", check: in_firefox },
    Stage {
        name: "webkit",
        what: "the package and the page in WebKitGTK: leaving, kills, tabs",
        check: in_webkit,
    },
];

/// What a change is tried with before it is tested: minutes, not a quarter of an hour.
const QUICK_STAGES: [Stage; 4] = [
    Stage { name: "fmt", what: "the code is formatted", check: fmt },
    Stage { name: "clippy", what: "no warnings, natively and for wasm32", check: clippy },
    Stage {
        name: "native",
        what: "tests outside the browser, a tenth of the random model",
        check: native_quickly,
    },
    Stage { name: "e2e", what: "a part of the tests in Chromium", check: end_to_end_quickly },
];

/// What to test.
pub(crate) enum Choice<'words> {
    Everything,
    Quick,
    Only(&'words str),
}

/// Runs the chosen stages, and ends with one line that says how many tests passed.
pub(crate) fn test(choice: &Choice<'_>) -> Outcome {
    let stages: Vec<&Stage> = match choice {
        Choice::Everything => STAGES.iter().collect(),
        Choice::Quick => QUICK_STAGES.iter().collect(),
        Choice::Only(name) => vec![stage_named(name)?],
    };
    let mut passed = 0;
    let mut times = Vec::new();
    for (index, stage) in stages.iter().enumerate() {
        println!("\n=== {}/{} {}: {}", index + 1, stages.len(), stage.name, stage.what);
        let start = Instant::now();
        let count = (stage.check)().map_err(|failure| {
            Failure::new(format!(
                "{} failed: {failure}\n       again: cargo xtask test --only {}",
                stage.name, stage.name
            ))
        })?;
        passed += count;
        let seconds = start.elapsed().as_secs_f64();
        println!("=== {} passed ({seconds:.1} s)", stage.name);
        times.push((seconds, stage.name));
    }
    println!("\nWhere the time went:");
    for (seconds, name) in &times {
        println!("{seconds:>8.1} s  {name}");
    }
    let total: f64 = times.iter().map(|(seconds, _)| seconds).sum();
    println!("{total:>8.1} s  together\n\n{passed} passed, 0 failed");
    Ok(())
}

fn stage_named(name: &str) -> Outcome<&'static Stage> {
    STAGES.iter().find(|stage| stage.name == name).ok_or_else(|| {
        let names = STAGES.map(|stage| stage.name).join(", ");
        Failure::new(format!("there is no stage `{name}`: the stages are {names}"))
    })
}

fn fmt() -> Outcome<u64> {
    tools::ensure_component("rustfmt", "fmt")?;
    run(&mut cargo(&["fmt", "--all", "--check"]))?;
    for application in Application::ALL {
        run(&mut application.cargo("fmt --check"))?;
    }
    Ok(0)
}

fn clippy() -> Outcome<u64> {
    tools::ensure_component("clippy", "clippy")?;
    tools::ensure_wasm_target()?;
    for arguments in [
        "clippy --workspace --all-targets",
        "clippy --package entrenar --features wasm,resources,tracing,interop --all-targets",
        "clippy --package entrenar --features browser,tracing --all-targets --target wasm32-unknown-unknown",
        "clippy --package entrenar --features wasm --all-targets --target wasm32-unknown-unknown",
    ] {
        let words: Vec<&str> = arguments.split(' ').chain(["--", "-D", "warnings"]).collect();
        run(&mut cargo(&words))?;
    }
    run(&mut LEPTOS.cargo("clippy --locked --target wasm32-unknown-unknown -- -D warnings"))?;
    Ok(0)
}

/// The sum over both feature sets: what is run twice was tested in two builds.
fn native() -> Outcome<u64> {
    let mut passed = 0;
    for arguments in ["test --workspace", "test --package entrenar --features wasm,resources,tracing,interop"]
    {
        let words: Vec<&str> = arguments.split(' ').collect();
        passed += summary::of_cargo(&run_and_read(&mut cargo(&words))?).passed();
    }
    Ok(passed)
}

/// With one feature set, and fewer of the random model's cases.
fn native_quickly() -> Outcome<u64> {
    let mut tests = cargo(&["test", "--workspace"]);
    Ok(summary::of_cargo(&run_and_read(tests.env("MODEL_CASES", "1000"))?).passed())
}

/// For wasm32 too: the JavaScript surface exists only there.
fn doc() -> Outcome<u64> {
    tools::ensure_wasm_target()?;
    for arguments in [
        "doc --workspace --no-deps --features entrenar/wasm,entrenar/resources,entrenar/tracing",
        "doc --package entrenar --no-deps --features wasm --target wasm32-unknown-unknown",
    ] {
        let words: Vec<&str> = arguments.split(' ').collect();
        run(cargo(&words).env("RUSTDOCFLAGS", "-D warnings"))?;
    }
    Ok(0)
}

/// What the example `convert` writes, read by pandas and TensorBoard.
fn exported_files() -> Outcome<u64> {
    let python = python::ensure_python()?;
    run(&mut cargo(&["build", "--package", "entrenar", "--features", "interop", "--example", "convert"]))?;
    let convert = project::root().join("target/debug/examples/convert");
    let mut tests = Command::new(python);
    tests.args(["tests/interop/test_exports.py"]);
    tests
        .current_dir(project::root())
        .env("CONVERT", convert.with_extension(std::env::consts::EXE_EXTENSION));
    match summary::of_unittest(&run_and_read(&mut tests)?) {
        0 => Err(Failure::new("unittest ran no test, or left one out")),
        passed => Ok(passed),
    }
}

fn in_browser() -> Outcome<u64> {
    tools::ensure_wasm_tools()?;
    browser_tests::run(&browser_tests::Driven::Chromium(&browser::ensure_browser()?))
}

fn packages() -> Outcome<u64> {
    pack::build(&pack::Target::ALL)?;
    for target in [pack::Target::Web, pack::Target::Npm] {
        let sizes = sizes::measure(target)?;
        println!("{sizes}");
        sizes.check()?;
    }
    pack::check_same_either_way()?;
    Ok(0)
}

/// The page's types come from the package, which the stage before built.
fn page_code() -> Outcome<u64> {
    pack::build(&[pack::Target::Npm])?;
    npm::ensure_packages(&project::www())?;
    let output = run_and_read(&mut npm::script(&project::www(), "check", &[]))?;
    match summary::of_vitest(&output) {
        0 => Err(Failure::new("vitest ran no test")),
        passed => Ok(passed),
    }
}

fn end_to_end() -> Outcome<u64> {
    let browser = browser::ensure_browser()?;
    // It has the tracking server that runs are sent to.
    python::ensure_python()?;
    pack::build(&pack::Target::ALL)?;
    pack::build_examples()?;
    pack::build_for_npm()?;
    serve::build_page()?;
    npm::ensure_packages(&project::end_to_end())?;
    playwright(npm::script(&project::end_to_end(), "test", &[]).env("CHROME", &browser.chrome))
}

/// Small real projects that install the npm package: every bundler, framework, test runner and compiler that is looked after.
pub(crate) fn consumers() -> Outcome {
    let browser = browser::ensure_browser()?;
    pack::build_for_npm()?;
    npm::ensure_packages(&project::end_to_end())?;
    let passed = playwright(
        npm::script(&project::end_to_end(), "test-consumers", &[]).env("CHROME", &browser.chrome),
    )?;
    println!("\n{passed} passed, 0 failed");
    Ok(())
}

/// The files that `test-quick` in its package.json names, over one of the two backends.
fn end_to_end_quickly() -> Outcome<u64> {
    let browser = browser::ensure_browser()?;
    pack::build_without_wasm_pack(pack::Target::Web)?;
    serve::build_page()?;
    npm::ensure_packages(&project::end_to_end())?;
    playwright(npm::script(&project::end_to_end(), "test-quick", &[]).env("CHROME", &browser.chrome))
}

fn in_firefox() -> Outcome<u64> {
    tools::ensure_wasm_tools()?;
    let browser = browser::ensure_firefox()?;
    let in_crate = browser_tests::run(&browser_tests::Driven::Firefox(&browser))?;
    pack::build(&[pack::Target::Web])?;
    serve::build_page()?;
    npm::ensure_packages(&project::end_to_end())?;
    let mut outside = npm::script(&project::end_to_end(), "test-firefox", &[]);
    outside.env("FIREFOX", &browser.firefox).env("GECKODRIVER", &browser.driver);
    Ok(in_crate + playwright(&mut outside)?)
}

fn in_webkit() -> Outcome<u64> {
    let webkit = webkit::ensure_webkit()?;
    pack::build(&[pack::Target::Web])?;
    serve::build_page()?;
    npm::ensure_packages(&project::end_to_end())?;
    let mut outside = npm::script(&project::end_to_end(), "test-webkit", &[]);
    playwright(outside.env("MINI_BROWSER", &webkit.browser).env("WEBKIT_DRIVER", &webkit.driver))
}

/// Runs a command that is Playwright's, and returns how many tests passed.
pub(crate) fn playwright(command: &mut Command) -> Outcome<u64> {
    let output = run_and_read(command)?;
    let left_out = summary::left_out_by_playwright(&output);
    match summary::of_playwright(&output) {
        0 => Err(Failure::new("Playwright ran no test")),
        _ if left_out > 0 => Err(Failure::new(format!("Playwright left out {left_out} tests"))),
        passed => Ok(passed),
    }
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(project::root());
    command
}
