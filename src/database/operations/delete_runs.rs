//! Deleting runs and experiments.

use super::artifact_references::{Release, ReleaseStep};
use super::fences::{empty_block, tombstone_sequences};
use super::stored_run;
use crate::database::{
    Answer, ArtifactReference, Change, Key, Range, Read, Step, Table, Tombstone, Tombstones, Transaction,
    Value,
};
use crate::storage::RunRecord;

/// Deletes runs with their points and the contents that no other run refers to, and the experiment with all its runs if one is given.
///
/// A session that writes one of them runs into a fence. So does one that is about to write a run which is not there: site data may have
/// been cleared, or the run is in the exit log alone.
#[must_use]
pub fn delete_runs(run_ids: &[String], experiment_id: Option<&str>, now_ms: f64) -> Transaction<()> {
    let (run_ids, experiment_id) = (run_ids.to_vec(), experiment_id.map(str::to_owned));
    let tables = &[Table::Meta, Table::Experiments, Table::Runs, Table::Points, Table::Artifacts];
    Transaction::writing("delete_runs", tables, move |answers| {
        Ok(step(&run_ids, experiment_id.as_deref(), now_ms, answers))
    })
}

fn step(run_ids: &[String], experiment_id: Option<&str>, now_ms: f64, answers: &[Answer]) -> Step<()> {
    let asked = 1 + run_ids.len() + usize::from(experiment_id.is_some());
    if answers.len() < asked {
        let mut reads = vec![Read::one(Table::Meta, Tombstones::KEY)];
        reads.extend(run_ids.iter().map(|run_id| Read::one(Table::Runs, &**run_id)));
        if experiment_id.is_some() {
            // Runs that were begun since the experiment was looked at go with it.
            reads.push(Read::Values(Table::Runs, Range::All));
        }
        return Step::Read(reads);
    }
    let (stored, rest) = answers.split_at(asked);
    let deleted = deleted_runs(run_ids, experiment_id, &stored[1..]);
    let mut released = Vec::new();
    for run in deleted.iter().filter_map(|deleted| deleted.record.as_ref()) {
        released.extend(
            run.artifacts.iter().map(|artifact| ArtifactReference {
                hash: artifact.hash.clone(),
                run_id: run.run_id.clone(),
            }),
        );
    }
    let contents = match Release::new(&released, Vec::new()).step(rest) {
        ReleaseStep::Read(reads) => return Step::Read(reads),
        ReleaseStep::Write(changes) => changes,
    };
    let mut tombstones = match stored[0].values() {
        [Value::Tombstones(tombstones)] => tombstones.clone(),
        _ => Tombstones::default(),
    };
    let mut changes = Vec::new();
    for Deleted { run_id, record } in &deleted {
        changes.push(Change::delete(Table::Runs, Key::text(&**run_id)));
        changes.push(Change::Delete(Table::Points, Range::Run(run_id.clone())));
        for sequence in tombstone_sequences(record.as_ref().map_or(0.0, |record| record.next_sequence)) {
            changes.push(Change::Put(Table::Points, Key::log_entry(run_id, sequence), empty_block()));
        }
        tombstones.deleted.retain(|tombstone| tombstone.run_id != *run_id);
        tombstones.deleted.push(Tombstone { run_id: run_id.clone(), deleted_ms: now_ms });
    }
    changes.push(Change::Put(Table::Meta, Key::text(Tombstones::KEY), Value::Tombstones(tombstones)));
    changes.extend(contents);
    if let Some(experiment_id) = experiment_id {
        changes.push(Change::delete(Table::Experiments, Key::text(experiment_id)));
    }
    Step::Write(changes, ())
}

/// A run to be deleted. Without a record it is not there, or cannot be read.
struct Deleted {
    run_id: String,
    record: Option<RunRecord>,
}

fn deleted_runs(run_ids: &[String], experiment_id: Option<&str>, stored: &[Answer]) -> Vec<Deleted> {
    let mut deleted: Vec<Deleted> = Vec::new();
    for (run_id, answer) in run_ids.iter().zip(stored) {
        // A corrupt record is deleted like one that is not there.
        let record = stored_run(answer).unwrap_or_default();
        deleted.push(Deleted { run_id: run_id.clone(), record });
    }
    let Some(experiment_id) = experiment_id else { return deleted };
    for value in stored.last().map(Answer::values).unwrap_or_default() {
        if let Value::Run(run) = value
            && run.experiment_id == experiment_id
            && !run_ids.contains(&run.run_id)
        {
            deleted.push(Deleted { run_id: run.run_id.clone(), record: Some((**run).clone()) });
        }
    }
    deleted
}
