//! What must hold between runs, the contents of their artifacts, and the list of deleted runs.

use std::collections::BTreeSet;

use entrenar::database::{Key, MemoryDatabase, Range, Table, Tombstones, Value};
use entrenar::storage::RunRecord;

/// What is stored of artifacts.
pub struct Artifacts {
    runs: Vec<RunRecord>,
    contents: BTreeSet<String>,
    /// Contents that older code wrote: their references may be missing.
    unmarked: BTreeSet<String>,
    references: BTreeSet<(String, String)>,
}

impl Artifacts {
    pub fn stored(database: &MemoryDatabase) -> Self {
        let runs = database.records(Table::Runs, &Range::All).into_iter();
        let runs = runs.filter_map(|(_, value)| match value {
            Value::Run(record) => Some(*record),
            _ => None,
        });
        let mut stored = Self {
            runs: runs.collect(),
            contents: BTreeSet::new(),
            unmarked: BTreeSet::new(),
            references: BTreeSet::new(),
        };
        for (key, value) in database.records(Table::Artifacts, &Range::All) {
            match key {
                Key::Text(hash) => {
                    if matches!(value, Value::Content { has_references: false, .. }) {
                        stored.unmarked.insert(hash.clone());
                    }
                    stored.contents.insert(hash);
                }
                key => panic!("{key:?} is no key of an artifact"),
            }
        }
        for (key, _) in database.records(Table::Meta, &Range::All) {
            if let Key::Reference { hash, run_id } = key {
                stored.references.insert((hash, run_id));
            }
        }
        stored
    }

    /// The hashes of all contents.
    pub fn contents(&self) -> Vec<&str> {
        self.contents.iter().map(String::as_str).collect()
    }

    /// Every run's artifacts can be read, and the references say so.
    pub fn assert_readable(&self) {
        for run in &self.runs {
            for artifact in &run.artifacts {
                let (hash, run_id) = (&artifact.hash, &run.run_id);
                assert!(
                    self.contents.contains(hash),
                    "the content of '{}' of {run_id} is missing",
                    artifact.key
                );
                let is_referred = self.references.contains(&(hash.clone(), run_id.clone()));
                assert!(is_referred || self.unmarked.contains(hash), "{run_id} has no reference to {hash}");
            }
        }
    }

    /// Nothing is left that no run can reach.
    pub fn assert_no_garbage(&self) {
        for hash in &self.contents {
            let is_referred = self.runs.iter().any(|run| run.refers_to(hash));
            assert!(is_referred, "no run refers to the content {hash}");
        }
        for (hash, run_id) in &self.references {
            let run = self.runs.iter().find(|run| run.run_id == *run_id);
            let is_true = run.is_some_and(|run| run.refers_to(hash)) && self.contents.contains(hash);
            assert!(is_true, "the reference of {run_id} to {hash} is dangling");
        }
    }
}

/// The deleted runs that have a record all the same.
pub fn undeleted_runs(database: &MemoryDatabase) -> Vec<String> {
    let listed = database.records(Table::Meta, &Range::One(Key::text(Tombstones::KEY)));
    let Some((_, Value::Tombstones(Tombstones { deleted, .. }))) = listed.into_iter().next() else {
        return Vec::new();
    };
    let run_ids = deleted.into_iter().map(|tombstone| tombstone.run_id);
    run_ids.filter(|id| !database.records(Table::Runs, &Range::One(Key::text(&**id))).is_empty()).collect()
}
