//! Committing a batch of changes: one transaction a flush.

use std::rc::Rc;
use std::sync::Arc;

use super::artifact_references::{Release, ReleaseStep, probe_contents, put_content, put_reference};
use super::begin_run::put_experiment;
use super::fences::put_run;
use crate::database::{Answer, Batch, Change, Key, Step, Table, Transaction, Value};
use crate::storage::RunRecord;

/// Stores a batch. `Conflict` if a log entry was there already: another session wrote the run.
///
/// A batch without artifacts is written without reading first.
#[must_use]
pub fn commit(batch: Rc<Batch>) -> Transaction<()> {
    // References to artifacts are in `meta`, which beginning a run writes too: other commits need not wait for that.
    let has_artifacts = !(batch.artifacts.is_empty()
        && batch.added_artifacts.is_empty()
        && batch.released_artifacts.is_empty());
    let tables: &[Table] = if has_artifacts {
        &[Table::Meta, Table::Experiments, Table::Runs, Table::Points, Table::Artifacts]
    } else {
        &[Table::Experiments, Table::Runs, Table::Points]
    };
    // The session finds out whether it was committed before it writes anything else.
    Transaction::writing("commit", tables, move |answers| Ok(step(&batch, answers))).once()
}

fn step(batch: &Batch, answers: &[Answer]) -> Step<()> {
    let contents = batch.artifacts.len();
    if answers.len() < contents {
        let hashes: Vec<&str> = batch.artifacts.iter().map(|(hash, _)| hash.as_str()).collect();
        return Step::Read(probe_contents(&hashes));
    }
    let (probes, rest) = answers.split_at(contents);
    let records: Vec<&RunRecord> = batch.runs.iter().map(|run| &run.record).collect();
    let release = Release::new(&batch.released_artifacts, records.clone());
    let released = match release.step(rest) {
        ReleaseStep::Read(reads) => return Step::Read(reads),
        ReleaseStep::Write(changes) => changes,
    };
    let mut changes = Vec::new();
    for ((hash, bytes), probe) in batch.artifacts.iter().zip(probes) {
        if probe.keys().is_empty() {
            changes.push(put_content(hash, bytes));
        }
    }
    changes.extend(batch.added_artifacts.iter().map(|added| put_reference(&added.hash, &added.run_id)));
    changes.extend(batch.experiments.iter().map(put_experiment));
    for run in &batch.runs {
        let mut entries = run.entries.iter().map(|entry| {
            let key = Key::log_entry(&run.record.run_id, entry.sequence);
            Change::Add(Table::Points, key, Value::Block(Arc::clone(&entry.bytes)))
        });
        // The first entry comes before the record: it runs into the fence of a session that edited or acquired the run, and of a prefix that is
        // committed alone no record then goes over theirs. Not so of a run that is not there yet: without a record an entry looks
        // like a deleted run's fence.
        if run.is_stored {
            changes.extend(entries.next());
        }
        changes.push(put_run(&run.record));
        changes.extend(entries);
    }
    changes.extend(released);
    Step::Write(changes, ())
}
