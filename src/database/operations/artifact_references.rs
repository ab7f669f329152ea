//! Contents are kept once, and as long as a run refers to them. A reference is a record of its own in `meta`, so that
//! finding out whether one is left does not read every run.
//!
//! Pages of older code write contents and runs without references. A content that such a page wrote lacks its mark
//! ([`Value::Content::has_references`]): for those, the runs themselves are asked, and what is found is written down. A reference whose
//! run no longer has the artifact does not count.

use std::sync::Arc;

use super::Distinct;
use crate::database::{Answer, ArtifactReference, Change, Key, Range, Read, Table, Value};
use crate::storage::RunRecord;

/// Contents that runs stop referring to, in a transaction that also writes or deletes runs.
pub(super) struct Release<'a> {
    released: &'a [ArtifactReference],
    hashes: Vec<&'a str>,
    /// Runs that the transaction writes: what is stored of them is out of date.
    written: Vec<&'a RunRecord>,
    /// References of runs that have no record yet.
    held: Vec<ArtifactReference>,
}

/// What a release needs next.
pub(super) enum ReleaseStep {
    Read(Vec<Read>),
    Write(Vec<Change>),
}

impl<'a> Release<'a> {
    pub(super) fn new(released: &'a [ArtifactReference], written: Vec<&'a RunRecord>) -> Self {
        let mut hashes = Distinct::default();
        for released in released {
            hashes.add(&released.hash);
        }
        Self { released, hashes: hashes.0, written, held: Vec::new() }
    }

    /// With references that count although their runs have no records yet.
    #[cfg(feature = "interop")]
    pub(super) fn held_by(self, held: Vec<ArtifactReference>) -> Self {
        Self { held, ..self }
    }

    /// What to read, or to write once `answers` are all answers to that.
    pub(super) fn step(&self, answers: &[Answer]) -> ReleaseStep {
        if self.hashes.is_empty() {
            return ReleaseStep::Write(Vec::new());
        }
        let own = 2 * self.hashes.len();
        if answers.len() < own {
            let mut reads = Vec::new();
            for hash in &self.hashes {
                reads.push(Read::Keys(Table::Meta, Range::References((*hash).to_owned())));
                reads.push(Read::one(Table::Artifacts, *hash));
            }
            return ReleaseStep::Read(reads);
        }
        let (contents, runs) = answers.split_at(own);
        let needed = self.runs_to_read(contents);
        if runs.len() < needed.len() {
            return ReleaseStep::Read(needed);
        }
        ReleaseStep::Write(self.changes(contents, runs))
    }

    /// The runs that may still refer to a content: those with a reference, or all where references may be missing.
    fn runs_to_read(&self, contents: &[Answer]) -> Vec<Read> {
        if contents.iter().any(lacks_references) {
            return vec![Read::Values(Table::Runs, Range::All)];
        }
        let mut run_ids = Distinct::default();
        for run_id in contents.iter().flat_map(Answer::keys).filter_map(run_of) {
            if !self.is_replaced(run_id) {
                run_ids.add(run_id);
            }
        }
        run_ids.0.into_iter().map(|run_id| Read::one(Table::Runs, run_id)).collect()
    }

    /// Whether the transaction itself decides what the run refers to.
    fn is_replaced(&self, run_id: &str) -> bool {
        self.written.iter().any(|run| run.run_id == run_id)
            || self.released.iter().any(|released| released.run_id == run_id)
    }

    fn changes(&self, contents: &[Answer], runs: &[Answer]) -> Vec<Change> {
        let mut all = self.written.clone();
        for answer in runs {
            for value in answer.values() {
                if let Value::Run(run) = value
                    && !self.is_replaced(&run.run_id)
                {
                    all.push(run);
                }
            }
        }
        let mut changes = Vec::new();
        for (hash, answers) in self.hashes.iter().zip(contents.chunks(2)) {
            let [references, content] = answers else { continue };
            let of_records = all.iter().filter(|run| run.refers_to(hash)).map(|run| run.run_id.as_str());
            let held = self.held.iter().filter(|held| held.hash == **hash).map(|held| held.run_id.as_str());
            let referring: Vec<&str> = of_records.chain(held).collect();
            for reference in references.keys() {
                if run_of(reference).is_none_or(|run_id| !referring.contains(&run_id)) {
                    changes.push(Change::delete(Table::Meta, reference.clone()));
                }
            }
            if referring.is_empty() {
                changes.push(Change::delete(Table::Artifacts, Key::text(*hash)));
            } else if let [Value::Content { bytes, has_references: false }] = content.values() {
                changes.extend(referring.iter().map(|run_id| put_reference(hash, run_id)));
                let value = Value::Content { bytes: bytes.clone(), has_references: true };
                changes.push(Change::Put(Table::Artifacts, Key::text(*hash), value));
            }
        }
        changes
    }
}

/// Whether an answer holds a content that may have references which are not written down.
fn lacks_references(answer: &Answer) -> bool {
    matches!(answer.values(), [Value::Content { has_references: false, .. }])
}

fn run_of(key: &Key) -> Option<&str> {
    match key {
        Key::Reference { run_id, .. } => Some(run_id),
        _ => None,
    }
}

/// Notes that a run refers to a content.
pub(super) fn put_reference(hash: &str, run_id: &str) -> Change {
    Change::Put(Table::Meta, Key::reference(hash, run_id), Value::Reference)
}

/// Asks which of these contents are stored already.
pub(super) fn probe_contents(hashes: &[&str]) -> Vec<Read> {
    hashes.iter().map(|hash| Read::Keys(Table::Artifacts, Range::One(Key::text(*hash)))).collect()
}

/// Stores a content that is not stored. One that is stays as it is: if older code wrote it, runs may refer to it without a reference.
pub(super) fn put_content(hash: &str, bytes: &Arc<[u8]>) -> Change {
    let value = Value::Content { bytes: Arc::clone(bytes), has_references: true };
    Change::Put(Table::Artifacts, Key::text(hash), value)
}
