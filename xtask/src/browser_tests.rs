//! `wasm-pack test --headless --chrome` or `--firefox`, and the proof that it tested something: a file of browser tests that the runner
//! skips still exits with 0.

use std::fs;
use std::path::Path;

use crate::browser::{Browser, Firefox};
use crate::failure::{Failure, Outcome};
use crate::summary::{self, Summary};
use crate::{process, project};

/// Fewer tests than this in one browser means that some were lost.
const MIN_BROWSER_TESTS: u64 = 43;

/// Seconds that one file's tests may take; the runner's own limit of 20 is short for a busy machine.
const LIMIT_SECONDS: &str = "180";

/// A browser that wasm-pack can drive.
pub(crate) enum Driven<'browser> {
    Chromium(&'browser Browser),
    Firefox(&'browser Firefox),
}

impl Driven<'_> {
    /// wasm-pack's options for the browser and for its driver, the driver, and the variable that names it to the test runner.
    fn choice(&self) -> (&str, &str, &Path, &str) {
        match self {
            Self::Chromium(browser) => ("--chrome", "--chromedriver", &browser.driver, "CHROMEDRIVER"),
            Self::Firefox(browser) => ("--firefox", "--geckodriver", &browser.driver, "GECKODRIVER"),
        }
    }
}

/// Runs the crate's tests in the browser and returns how many passed.
pub(crate) fn run(browser: &Driven<'_>) -> Outcome<u64> {
    let (option, driver_option, driver, variable) = browser.choice();
    let mut command = process::program_in(
        &project::root(),
        "wasm-pack",
        &["test", "--headless", option, driver_option, &driver.to_string_lossy()],
    );
    // Named in full, or wasm-pack and the test runner would fetch a driver or take another browser's.
    command.env_remove("CHROMEDRIVER").env_remove("GECKODRIVER").env(variable, driver);
    command.env("WASM_BINDGEN_TEST_TIMEOUT", LIMIT_SECONDS);
    let ran = summary::of_cargo(&process::run_and_read(&mut command)?);
    check(&ran, &files_with_browser_tests()?)?;
    Ok(ran.passed())
}

fn check(ran: &Summary, files: &[Expected]) -> Outcome {
    for Expected { file, at_least } in files {
        let passed = ran.passed_in(file);
        if passed < *at_least {
            return Err(Failure::new(format!(
                "{passed} tests of {file} ran in the browser, and it has at least {at_least}: is `wasm_bindgen_test_configure!(run_in_browser)` there?"
            )));
        }
    }
    if ran.passed() < MIN_BROWSER_TESTS {
        return Err(Failure::new(format!(
            "only {} tests ran in the browser, and there are at least {MIN_BROWSER_TESTS}",
            ran.passed()
        )));
    }
    Ok(())
}

/// A file of browser tests, as cargo names it, and how many tests can be seen in it: macros may make more of them.
struct Expected {
    file: String,
    at_least: u64,
}

/// The files in `tests/` that say `wasm_bindgen_test`.
fn files_with_browser_tests() -> Outcome<Vec<Expected>> {
    let unread = |error| Failure::new(format!("cannot read tests/: {error}"));
    let mut files = Vec::new();
    for entry in fs::read_dir(project::root().join("tests")).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let source = fs::read_to_string(&path).map_err(unread)?;
        if source.contains("wasm_bindgen_test") {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            files.push(Expected { file: format!("tests/{name}"), at_least: visible_tests(&source).max(1) });
        }
    }
    files.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(files)
}

/// How often a line marks a test.
fn visible_tests(source: &str) -> u64 {
    let marks = |line: &&str| line.trim_start().starts_with("#[wasm_bindgen_test");
    source.lines().filter(marks).count() as u64
}

#[cfg(test)]
mod tests {
    use super::{Expected, MIN_BROWSER_TESTS, check, visible_tests};
    use crate::summary::Summary;

    fn ran(files: &[(&str, u64)]) -> Summary {
        let files = files.iter().map(|(file, passed)| ((*file).to_owned(), *passed));
        Summary { files: files.collect() }
    }

    fn expected(file: &str, at_least: u64) -> Expected {
        Expected { file: file.to_owned(), at_least }
    }

    #[test]
    fn file_of_which_fewer_tests_ran_than_it_shows_fails() {
        let files = [expected("tests/browser.rs", 2), expected("tests/worker.rs", 1)];
        let many = MIN_BROWSER_TESTS + 1;
        let outcome = |browser, worker| {
            let summary = ran(&[("tests/browser.rs", browser), ("tests/worker.rs", worker)]);
            check(&summary, &files)
        };
        assert!(outcome(many, 1).is_ok());
        assert!(outcome(1, many).is_err());
        assert!(outcome(many, 0).is_err());
        assert!(check(&ran(&[("tests/browser.rs", many)]), &files).is_err());
    }

    #[test]
    fn fewer_tests_than_the_floor_fail() {
        assert!(check(&ran(&[("src/lib.rs", MIN_BROWSER_TESTS)]), &[]).is_ok());
        assert!(check(&ran(&[("src/lib.rs", MIN_BROWSER_TESTS - 1)]), &[]).is_err());
    }

    #[test]
    fn marked_tests_are_counted() {
        let source = "wasm_bindgen_test_configure!(run_in_browser);\n#[wasm_bindgen_test]\nfn a() {}\n    #[wasm_bindgen_test(async)]\n";
        assert_eq!(visible_tests(source), 2);
    }
}
