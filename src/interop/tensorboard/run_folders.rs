//! The folder that each run gets: `<experiment>/<run>`, in names that every file system takes and that differ in more than case.

use std::collections::BTreeMap;

use crate::storage::{ExperimentRecord, RunRecord};

/// How long one name may be, in bytes: no file system takes more than 255.
const MOST_BYTES: usize = 100;

/// Gives each run a folder of its own.
#[derive(Debug, Default)]
pub struct RunFolders {
    /// How many times each was asked for, as [`compared`].
    taken: BTreeMap<String, usize>,
}

impl RunFolders {
    /// The folder of a run, relative, with `/` between its names. Every call gives another one.
    pub fn next(&mut self, experiment: &ExperimentRecord, record: &RunRecord) -> String {
        let name = record.run_name.as_deref().filter(|name| !name.trim().is_empty());
        let name = safe(name.unwrap_or(&record.run_id));
        let folder = format!("{}/{name}", safe(&experiment.name));
        let mut unique = folder.clone();
        while let Some(times) = self.taken.get_mut(&compared(&unique)) {
            *times += 1;
            unique = format!("{folder}-{times}");
        }
        self.taken.insert(compared(&unique), 1);
        unique
    }
}

/// A name such that names with the same are the same to some file system: all letters are alike in capitals or not. What other letters'
/// capitals are would take tables: any is like any other.
fn compared(name: &str) -> String {
    let is_other = |c: char| !c.is_ascii() && (c.is_lowercase() || c.is_uppercase());
    name.chars().map(|c| if is_other(c) { '?' } else { c.to_ascii_lowercase() }).collect()
}

/// A name without what any file system refuses or gives a meaning of its own.
fn safe(name: &str) -> String {
    let is_refused = |c: char| c.is_control() || r#"/\:*?"<>|"#.contains(c);
    let mut safe: String = name.trim().chars().map(|c| if is_refused(c) { '_' } else { c }).collect();
    if safe.len() > MOST_BYTES {
        safe.truncate((0..=MOST_BYTES).rev().find(|end| safe.is_char_boundary(*end)).unwrap_or_default());
    }
    // Windows drops dots and spaces at the end, and a leading dot hides; of "." and ".." nothing is left.
    let safe = safe.trim_end_matches(['.', ' ']).trim_start_matches(['.', '~']).trim_start().to_owned();
    if safe.is_empty() {
        "unnamed".to_owned()
    } else if is_device(&safe) {
        format!("_{safe}")
    } else {
        safe
    }
}

/// Whether Windows takes the name for a device, whatever its extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || numbered.is_some_and(|number| number.len() == 1 && number.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::interop::test_runs::run;

    #[test]
    fn names_are_made_safe() {
        for (name, expected) in [
            ("lr=0.1, adam", "lr=0.1, adam"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("..", "unnamed"),
            (" . ", "unnamed"),
            ("a\0b\nc", "a_b_c"),
            ("C:\\x", "C__x"),
            ("nul", "_nul"),
            ("com1.txt", "_com1.txt"),
            ("compile", "compile"),
            ("ends.", "ends"),
            ("", "unnamed"),
        ] {
            assert_eq!(safe(name), expected, "{name:?}");
        }
        let long = safe(&"é".repeat(80));
        assert_eq!(long.len(), 100);
    }

    #[test]
    fn runs_of_one_name_get_folders_of_their_own() {
        let mut folders = RunFolders::default();
        let mut next = |name: Option<&str>| {
            let mut run = run(7, vec![]);
            run.record.run_name = name.map(str::to_owned);
            folders.next(&run.experiment, &run.record)
        };
        let names = ["a", "A", "a-2", "a", "", "", "É", "é"].map(Some);
        let given = names.map(&mut next);
        assert_eq!(next(None), "mnist, _first_/run-7-3");
        let experiment = "mnist, _first_";
        let expected = ["a", "A-2", "a-2-2", "a-3", "run-7", "run-7-2", "É", "é-2"];
        assert_eq!(given, expected.map(|name| format!("{experiment}/{name}")));
    }
}
