//! Deleting runs and experiments.

use super::artifact_references::{Release, ReleaseStep};
use super::fences::{empty_block, tombstone_sequences};
use super::stored_run;
use super::tombstones::{is_listed, read_tombstones, tombstones_in};
use crate::database::{
    Answer, ArtifactReference, Change, Key, Range, Read, Step, Table, Tombstone, Tombstones, Transaction,
    Value,
};
use crate::storage::{ArtifactRef, RunRecord};

/// Deletes runs with their points and the contents that no other run refers to, and the experiment with all its runs if one is given.
/// Of a run that is listed as deleted it deletes what is there of it, and the run stays listed for as long as if it were deleted now.
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
        let mut reads = vec![read_tombstones()];
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
        for ArtifactRef { hash, .. } in &run.artifacts {
            released.push(ArtifactReference { hash: hash.clone(), run_id: run.run_id.clone() });
        }
    }
    let contents = match Release::new(&released, Vec::new()).step(rest) {
        ReleaseStep::Read(reads) => return Step::Read(reads),
        ReleaseStep::Write(changes) => changes,
    };
    let mut tombstones = tombstones_in(&stored[0]);
    for Deleted { run_id, record } in &deleted {
        // The deleting page's clock may be faked. The run's owner was alive at its last heartbeat, by a clock of its own.
        let heartbeat_ms = record.as_ref().map_or(now_ms, |record| record.heartbeat_ms);
        tombstones.deleted.retain(|tombstone| tombstone.run_id != *run_id);
        tombstones.deleted.push(Tombstone { run_id: run_id.clone(), deleted_ms: now_ms.max(heartbeat_ms) });
    }
    // The list comes first, and the records last: of a prefix that is committed alone, either nothing is deleted or all is, and sweeping
    // finds the records of what is still to be removed.
    let mut changes =
        vec![Change::Put(Table::Meta, Key::text(Tombstones::KEY), Value::Tombstones(tombstones))];
    for Deleted { run_id, record } in &deleted {
        changes.push(Change::Delete(Table::Points, Range::Run(run_id.clone())));
        for sequence in tombstone_sequences(record.as_ref().map_or(0.0, |record| record.next_sequence)) {
            changes.push(Change::Put(Table::Points, Key::log_entry(run_id, sequence), empty_block()));
        }
    }
    changes.extend(contents);
    changes.extend(deleted.iter().map(|deleted| Change::delete(Table::Meta, Key::syncs(&deleted.run_id))));
    changes.extend(deleted.iter().map(|deleted| Change::delete(Table::Runs, Key::text(&*deleted.run_id))));
    if let Some(experiment_id) = experiment_id {
        changes.push(Change::delete(Table::Experiments, Key::text(experiment_id)));
    }
    Step::Write(changes, ())
}

/// Deletes runs again that are listed as deleted and have a record: it was written since, or their deletion was cut off. Returns their
/// ids. Their writer runs into a fence from then on.
#[must_use]
pub fn delete_listed_runs(now_ms: f64) -> Transaction<Vec<String>> {
    let tables = &[Table::Meta, Table::Experiments, Table::Runs, Table::Points, Table::Artifacts];
    Transaction::writing("delete_listed_runs", tables, move |answers| {
        let [tombstones, keys, rest @ ..] = answers else {
            return Ok(Step::Read(vec![read_tombstones(), Read::Keys(Table::Runs, Range::All)]));
        };
        let with_record = keys.keys().iter().filter_map(Key::as_text);
        let run_ids: Vec<String> =
            with_record.filter(|run_id| is_listed(tombstones, run_id)).map(str::to_owned).collect();
        if run_ids.is_empty() {
            return Ok(Step::Done(run_ids));
        }
        Ok(match step(&run_ids, None, now_ms, rest) {
            Step::Read(reads) => Step::Read(reads),
            Step::Write(changes, ()) => Step::Write(changes, run_ids),
            Step::Done(()) => Step::Done(run_ids),
        })
    })
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
