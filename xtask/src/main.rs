//! The project's chores, all of them: `cargo xtask --help`.
//!
//! This file reads the command line and hands over; each chore has a file of its own.

mod bench;
mod browser;
mod browser_tests;
mod failure;
mod fresh;
mod npm;
mod pack;
mod process;
mod project;
mod serve;
mod sizes;
mod summary;
mod test;
mod tools;
mod webkit;

use std::process::ExitCode;

use failure::{Failure, Outcome};

const HELP: &str = "\
The chores of entrenar. What is missing on this machine is installed first, and said while it is done;
Rust (rustup) and Node.js with npm are all that has to be there.

Usage: cargo xtask <command> [options]

Commands:
  serve            Build the package and the page, serve the page, and open it in the browser
      --port N       first port to try (default 4173; the next free one is taken)
      --no-open      do not open a browser
  test             Everything that has to hold, in order; stops at the first failure
      --quick        what a change is tried with: four minutes at most, once everything is compiled
      --only STAGE   run one stage: fmt, clippy, native, doc, browser, pack, www, e2e, firefox or webkit
  consumers        Install the npm package in small projects for every bundler, framework and runtime, and try each in the browser
  pack             Build the npm package, target/npm/entrenar-<version>.tgz, and print what its wasm weighs
      --target T     build what wasm-pack makes for one target: web (pkg/), bundler (target/pkg-bundler), nodejs (target/pkg-nodejs)
  bench            Measure against peers in one headless Chromium; writes benches/results.json and benches/RESULTS.md
      --quick        within a minute after the build; the full one takes several
      --only PART    one part, written nowhere: size, logging, bulk, reading, opening, memory, live, dashboard or scale
  help             Print this

Environment:
  CHROME           the Chromium or Chrome that the page's tests drive  (default: the first one on the PATH)
  CHROMEDRIVER     the driver that `wasm-pack test` uses               (default: chromedriver on the PATH)
  FIREFOX          the Firefox that is tested                          (default: firefox-esr or firefox on the PATH)
  GECKODRIVER      its driver                                          (default: geckodriver on the PATH)
  MINI_BROWSER     the WebKitGTK browser that is tested                (default: below /usr/lib)
  WEBKIT_DRIVER    its driver                                          (default: WebKitWebDriver on the PATH)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nerror: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Outcome {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if words.iter().any(|word| matches!(*word, "--help" | "-h")) {
        print!("{HELP}");
        return Ok(());
    }
    match words.as_slice() {
        [] | ["help"] => {
            print!("{HELP}");
            Ok(())
        }
        ["serve", options @ ..] => serve::serve(&serve::Options::parse(options)?),
        ["test"] => test::test(&test::Choice::Everything),
        ["test", "--quick"] => test::test(&test::Choice::Quick),
        ["test", "--only", stage] => test::test(&test::Choice::Only(stage)),
        ["consumers"] => test::consumers(),
        ["pack"] => pack::pack_for_npm(),
        ["pack", "--target", name] => pack::pack(&[pack::Target::parse(name)?]),
        ["bench", options @ ..] => bench::bench(&bench::Options::parse(options)?),
        other => Err(Failure::new(format!(
            "cargo xtask does not know `{}`; cargo xtask --help lists what it does",
            other.join(" ")
        ))),
    }
}
