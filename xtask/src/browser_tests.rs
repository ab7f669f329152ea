//! `wasm-pack test --headless --chrome`, and the proof that it tested something: a file of browser tests that the runner
//! skips still exits with 0.

use std::fs;

use crate::browser::Browser;
use crate::failure::{Failure, Outcome};
use crate::summary::{self, Summary};
use crate::{process, project};

/// Fewer tests than this in Chromium means that some were lost.
const MIN_BROWSER_TESTS: u64 = 1;

/// Seconds that one file's tests may take; the runner's own limit of 20 is short for a busy machine.
const LIMIT_SECONDS: &str = "180";

/// Runs the crate's tests in the browser and returns how many passed.
pub(crate) fn run(browser: &Browser) -> Outcome<u64> {
    let driver = browser.driver.to_string_lossy();
    let mut command = process::program_in(
        &project::root(),
        "wasm-pack",
        &["test", "--headless", "--chrome", "--chromedriver", &driver],
    );
    // Named in full, or wasm-pack and the test runner would fetch a driver or take another browser's.
    command
        .env("CHROMEDRIVER", &browser.driver)
        .env("WASM_BINDGEN_TEST_TIMEOUT", LIMIT_SECONDS);
    let ran = summary::of_cargo(&process::run_and_read(&mut command)?);
    check(&ran, &files_with_browser_tests()?)?;
    Ok(ran.passed())
}

fn check(ran: &Summary, files: &[String]) -> Outcome {
    if let Some(silent) = files.iter().find(|file| ran.passed_in(file) == 0) {
        return Err(Failure::new(format!(
            "no test of {silent} ran in the browser: is `wasm_bindgen_test_configure!(run_in_browser)` there?"
        )));
    }
    if ran.passed() < MIN_BROWSER_TESTS {
        return Err(Failure::new(format!(
            "only {} tests ran in the browser, and there are at least {MIN_BROWSER_TESTS}",
            ran.passed()
        )));
    }
    Ok(())
}

/// The files in `tests/` that say `wasm_bindgen_test`, as cargo names them.
fn files_with_browser_tests() -> Outcome<Vec<String>> {
    let unread = |error| Failure::new(format!("cannot read tests/: {error}"));
    let mut files = Vec::new();
    for entry in fs::read_dir(project::root().join("tests")).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        if fs::read_to_string(&path)
            .map_err(unread)?
            .contains("wasm_bindgen_test")
        {
            files.extend(
                path.file_name()
                    .map(|name| format!("tests/{}", name.to_string_lossy())),
            );
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::{MIN_BROWSER_TESTS, check};
    use crate::summary::Summary;

    fn ran(files: &[(&str, u64)]) -> Summary {
        Summary {
            files: files
                .iter()
                .map(|(file, passed)| ((*file).to_owned(), *passed))
                .collect(),
        }
    }

    #[test]
    fn file_without_a_test_run_fails() {
        let files = ["tests/browser.rs".to_owned(), "tests/worker.rs".to_owned()];
        let many = MIN_BROWSER_TESTS + 1;
        assert!(
            check(
                &ran(&[("tests/browser.rs", many), ("tests/worker.rs", 1)]),
                &files
            )
            .is_ok()
        );
        assert!(
            check(
                &ran(&[("tests/browser.rs", many), ("tests/worker.rs", 0)]),
                &files
            )
            .is_err()
        );
        assert!(check(&ran(&[("tests/browser.rs", many)]), &files).is_err());
    }

    #[test]
    fn fewer_tests_than_the_floor_fail() {
        assert!(check(&ran(&[("src/lib.rs", MIN_BROWSER_TESTS)]), &[]).is_ok());
        assert!(check(&ran(&[("src/lib.rs", MIN_BROWSER_TESTS - 1)]), &[]).is_err());
    }
}
