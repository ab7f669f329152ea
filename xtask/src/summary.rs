//! Reads test runners' output: how many tests ran, and from which file.

/// How many tests of how many files passed, in one runner's output.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// `(source file, tests passed)` in the order they ran.
    pub(crate) files: Vec<(String, u64)>,
}

impl Summary {
    pub(crate) fn passed(&self) -> u64 {
        self.files.iter().map(|(_, passed)| passed).sum()
    }

    pub(crate) fn passed_in(&self, file: &str) -> u64 {
        self.files.iter().filter(|(name, _)| name == file).map(|(_, passed)| passed).sum()
    }
}

/// The output of `cargo test`, natively or through the wasm test runner: `Running <file> (…)`, then `test result: …`.
pub(crate) fn of_cargo(output: &str) -> Summary {
    let mut summary = Summary::default();
    let mut file = String::new();
    for line in output.lines().map(str::trim) {
        if let Some(source) = line.strip_prefix("Running ").and_then(source_file) {
            source.clone_into(&mut file);
        } else if let Some(crate_name) = line.strip_prefix("Doc-tests ") {
            file = format!("documentation of {crate_name}");
        } else if line.starts_with("test result:") {
            summary.files.push((file.clone(), number_before(line, "passed").unwrap_or_default()));
        }
    }
    summary
}

/// The number of tests that passed in Playwright's output: its last lines say `12 passed (3.4s)`.
pub(crate) fn of_playwright(output: &str) -> u64 {
    let passed = output.lines().rev().find_map(|line| number_before(line, "passed"));
    passed.unwrap_or_default()
}

/// The number of tests that passed in vitest's output: a line at the end says `Tests  12 passed (12)`, perhaps in colours.
pub(crate) fn of_vitest(output: &str) -> u64 {
    let mut lines = output.lines().rev().map(without_colours);
    let tests = lines.find(|line| line.trim_start().starts_with("Tests "));
    tests.and_then(|line| number_before(&line, "passed")).unwrap_or_default()
}

/// The number of tests that passed in unittest's output, which ends with `Ran 12 tests in 3.4s` and `OK`; 0 if any was left out.
pub(crate) fn of_unittest(output: &str) -> u64 {
    let is_whole = output.lines().any(|line| line.trim() == "OK");
    let ran = output
        .lines()
        .rev()
        .find_map(|line| line.trim().strip_prefix("Ran ")?.split(' ').next()?.parse().ok());
    ran.filter(|_| is_whole).unwrap_or_default()
}

/// A line without the escape sequences of terminals.
fn without_colours(line: &str) -> String {
    let mut plain = String::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            let _ = characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

/// Tests that Playwright left out, which nobody asked it to do.
pub(crate) fn left_out_by_playwright(output: &str) -> u64 {
    let count =
        |word| output.lines().rev().take(8).find_map(|line| number_before(line, word)).unwrap_or_default();
    count("skipped") + count("did not run") + count("flaky")
}

/// `tests/x.rs` of `tests/x.rs (target/…)`; other lines begin with `Running` too.
fn source_file(running: &str) -> Option<&str> {
    let name = running.trim_start_matches("unittests ").split(" (").next()?;
    name.strip_suffix(".rs").map(|_| name)
}

fn number_before(line: &str, word: &str) -> Option<u64> {
    let before = &line[..line.find(&format!(" {word}"))?];
    before.rsplit(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{left_out_by_playwright, of_cargo, of_playwright, of_unittest, of_vitest};

    const CARGO: &str = "\
     Running unittests src/lib.rs (target/debug/deps/entrenar-1)
test a ... ok
test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
     Running tests/worker.rs (target/debug/deps/worker-1)
no tests to run!
     Running tests/browser.rs (target/debug/deps/browser-1)
Running headless tests in Chrome on `http://127.0.0.1:44621/`
test result: ok. 12 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.01s
   Doc-tests entrenar
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
";

    #[test]
    fn cargo_tests_are_counted_by_file() {
        let summary = of_cargo(CARGO);
        assert_eq!(summary.passed(), 16);
        assert_eq!(summary.passed_in("src/lib.rs"), 3);
        assert_eq!(summary.passed_in("tests/browser.rs"), 12);
    }

    #[test]
    fn file_whose_tests_were_skipped_counts_none() {
        assert_eq!(of_cargo(CARGO).passed_in("tests/worker.rs"), 0);
    }

    #[test]
    fn vitest_tests_are_counted() {
        let output = " Test Files  9 passed (9)\n\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m172 passed\u{1b}[39m (172)\n";
        assert_eq!(of_vitest(output), 172);
        assert_eq!(of_vitest("No test files found"), 0);
    }

    #[test]
    fn unittest_tests_are_counted_if_none_was_left_out() {
        assert_eq!(of_unittest("test_a (x) ... ok\n\n----\nRan 12 tests in 3.456s\n\nOK\n"), 12);
        assert_eq!(of_unittest("Ran 1 test in 0.001s\n\nOK\n"), 1);
        assert_eq!(of_unittest("Ran 12 tests in 3.456s\n\nOK (skipped=1)\n"), 0);
        assert_eq!(of_unittest("\nRan 0 tests in 0.000s\n\nNO TESTS RAN\n"), 0);
    }

    #[test]
    fn playwright_tests_are_counted() {
        let output = "  ok 1 a run has 3 passed points (2ms)\n\n  2 skipped\n  41 passed (1.2m)\n";
        assert_eq!(of_playwright(output), 41);
        assert_eq!(left_out_by_playwright(output), 2);
        assert_eq!(of_playwright("Error: No tests found"), 0);
    }
}
