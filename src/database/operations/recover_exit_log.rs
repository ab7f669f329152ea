//! Recovering the exit log: what pages wrote when they were hidden or closed goes where it belongs.
//!
//! Recovering a record twice, or after the same batch was committed the usual way, changes nothing: an entry that is in the run's log
//! already is recognised by its content.

use std::sync::Arc;

use super::artifact_references::{Release, ReleaseStep, probe_contents, put_content, put_reference};
use super::begin_run::put_experiment;
use super::compaction::KEPT_ENTRIES;
use super::exit_log_merge::merge_exit;
use super::fences::put_run;
use super::tombstones::{is_listed, live_run, read_tombstones};
use super::{Distinct, blocks, log_entries};
use crate::columns::sorted_by;
use crate::database::{
    Answer, ArtifactReference, Change, ExitRecord, ExitRun, Key, LogEntry, Range, Read, Step, Table,
    Transaction, Value,
};
use crate::storage::{Result, RunRecord};

/// Answers that tell what is stored of one run.
const ANSWERS_PER_RUN: usize = 4;

/// Whether there is anything to recover. It only reads, so that it waits for no writer; mostly there is nothing.
#[must_use]
pub fn has_exit_log() -> Transaction<bool> {
    Transaction::reading("has_exit_log", &[Table::Exits], |answers| {
        let [keys] = answers else { return Ok(Step::Read(vec![Read::Keys(Table::Exits, Range::All)])) };
        Ok(Step::Done(!keys.keys().is_empty()))
    })
}

/// Recovers all exit log records that can be read; the others are left in place. Returns the ids of the runs that changed by it.
#[must_use]
pub fn recover_exit_log() -> Transaction<Vec<String>> {
    let tables =
        &[Table::Exits, Table::Meta, Table::Experiments, Table::Runs, Table::Points, Table::Artifacts];
    Transaction::writing("recover_exit_log", tables, step)
}

fn step(answers: &[Answer]) -> Result<Step<Vec<String>>> {
    let [keys, values, tombstones, rest @ ..] = answers else {
        let all = [Read::Keys(Table::Exits, Range::All), Read::Values(Table::Exits, Range::All)];
        return Ok(Step::Read(all.into_iter().chain([read_tombstones()]).collect()));
    };
    let mut recovered = Vec::new();
    let mut exits: Vec<&ExitRecord> = Vec::new();
    for (key, value) in keys.keys().iter().zip(values.values()) {
        if let Value::Exit(exit) = value {
            recovered.push(key.clone());
            exits.push(exit);
        }
    }
    let exit_runs = in_order(&exits);
    let mut runs = Recovery::of(&exit_runs);
    let mut artifacts = Vec::new();
    for exit in &exits {
        artifacts.extend(exit.artifacts.iter());
    }
    let hashes = hashes_in(&exits);
    let (per_run, probes) = (ANSWERS_PER_RUN * runs.len(), hashes.len());
    if rest.len() < per_run + probes {
        let mut reads = Vec::new();
        for run in &runs {
            reads.append(&mut run.reads());
        }
        reads.append(&mut probe_contents(&hashes));
        return Ok(if reads.is_empty() { Step::Done(Vec::new()) } else { Step::Read(reads) });
    }
    let (stored, rest) = rest.split_at(per_run);
    let (probes, rest) = rest.split_at(probes);
    for (run, answers) in runs.iter_mut().zip(stored.chunks(ANSWERS_PER_RUN)) {
        run.take_in(tombstones, answers)?;
    }
    // Segments matter only for runs of which entries that far back have been compacted.
    let mut segments = Vec::new();
    for run in runs.iter().filter(|run| run.needs_segments()) {
        segments.push(Read::Values(Table::Points, Range::Segments(run.run_id.clone())));
    }
    if rest.len() < segments.len() {
        return Ok(Step::Read(segments));
    }
    let (segments, rest) = rest.split_at(segments.len());
    for (run, answer) in runs.iter_mut().filter(|run| run.needs_segments()).zip(segments) {
        run.segments = blocks(answer.values());
    }
    let mut entries = Vec::new();
    for exit_run in exit_runs {
        if let Some(run) = runs.iter_mut().find(|run| run.run_id == exit_run.record.run_id) {
            run.merge(exit_run, &mut entries);
        }
    }
    let mut stored_hashes = Vec::new();
    for (hash, probe) in hashes.iter().zip(probes) {
        if !probe.keys().is_empty() {
            stored_hashes.push(*hash);
        }
    }
    let has_content =
        |hash: &str| stored_hashes.contains(&hash) || artifacts.iter().any(|artifact| artifact.hash == hash);
    runs.iter_mut().for_each(|run| run.retain_artifacts(has_content));
    let mut records: Vec<&RunRecord> = Vec::new();
    let mut released = Vec::new();
    for run in &runs {
        records.extend(&run.record);
        released.append(&mut run.released());
    }
    let mut released = match Release::new(&released, records.clone()).step(rest) {
        ReleaseStep::Read(reads) => return Ok(Step::Read(reads)),
        ReleaseStep::Write(changes) => changes,
    };
    let mut changes: Vec<Change> = Vec::new();
    for exit in &exits {
        changes.extend(exit.experiments.iter().map(put_experiment));
    }
    for artifact in &artifacts {
        // A content that no run refers to any more would stay for ever.
        let is_needed = records.iter().any(|run| run.refers_to(&artifact.hash));
        if is_needed && !stored_hashes.contains(&artifact.hash.as_str()) {
            changes.push(put_content(&artifact.hash, &artifact.bytes));
            for run in records.iter().filter(|run| run.refers_to(&artifact.hash)) {
                changes.push(put_reference(&artifact.hash, &run.run_id));
            }
        }
    }
    for run in &runs {
        for added in run.added() {
            changes.push(put_reference(&added.hash, &added.run_id));
        }
    }
    let mut run_ids = Vec::new();
    for record in records {
        changes.push(put_run(record));
        run_ids.push(record.run_id.clone());
    }
    // After the records: points without a record look like a deleted run's fences.
    changes.append(&mut entries);
    changes.append(&mut released);
    // Last: a prefix that is committed alone leaves the exit log to be recovered again.
    for key in recovered {
        changes.push(Change::delete(Table::Exits, key));
    }
    Ok(Step::Write(changes, run_ids))
}

/// The runs of all exit log records in the order in which they were written: their keys are random, and a later entry must not come
/// first, or the sequence numbers before it would be filled as if nothing were to come there.
fn in_order<'a>(exits: &[&'a ExitRecord]) -> Vec<&'a ExitRun> {
    let mut runs = Vec::new();
    for exit in exits {
        runs.extend(exit.runs.iter());
    }
    sorted_by(runs, |run: &&ExitRun| run.first_sequence as u64)
}

/// The hashes of all contents in exit log records and of all artifacts of their runs, each once.
fn hashes_in<'a>(exits: &[&'a ExitRecord]) -> Vec<&'a str> {
    let mut hashes = Distinct::default();
    for exit in exits {
        for artifact in &exit.artifacts {
            hashes.add(&artifact.hash);
        }
        for run in &exit.runs {
            for artifact in &run.record.artifacts {
                hashes.add(&artifact.hash);
            }
        }
    }
    hashes.0
}

/// A run while the exit log is recovered.
struct Recovery {
    run_id: String,
    /// The first sequence number that any exit log record has of it.
    first_sequence: u64,
    /// As it is stored.
    stored: Option<RunRecord>,
    /// As it is to be stored.
    record: Option<RunRecord>,
    /// It is listed as deleted, or has points without a record: a deleted run's fences.
    is_deleted: bool,
    /// Its log from `first_sequence` on, and the entries that are added.
    log: Vec<(u64, Arc<[u8]>)>,
    segments: Vec<Arc<[u8]>>,
}

impl Recovery {
    /// The runs of the exit log, each once.
    fn of(exit_runs: &[&ExitRun]) -> Vec<Self> {
        let mut runs: Vec<Self> = Vec::new();
        for ExitRun { record, first_sequence, .. } in exit_runs {
            let first_sequence = *first_sequence as u64;
            match runs.iter_mut().find(|run| run.run_id == record.run_id) {
                Some(run) => run.first_sequence = run.first_sequence.min(first_sequence),
                None => runs.push(Self {
                    run_id: record.run_id.clone(),
                    first_sequence,
                    stored: None,
                    record: None,
                    is_deleted: false,
                    log: Vec::new(),
                    segments: Vec::new(),
                }),
            }
        }
        runs
    }

    /// [`ANSWERS_PER_RUN`] requests.
    fn reads(&self) -> Vec<Read> {
        let log = Range::log_from(&self.run_id, self.first_sequence.saturating_sub(KEPT_ENTRIES));
        vec![
            Read::one(Table::Runs, &*self.run_id),
            Read::Keys(Table::Points, log.clone()),
            Read::Values(Table::Points, log),
            Read::Keys(Table::Points, Range::Run(self.run_id.clone())),
        ]
    }

    fn take_in(&mut self, tombstones: &Answer, answers: &[Answer]) -> Result<()> {
        let [record, keys, entries, points] = answers else { return Ok(()) };
        self.stored = live_run(tombstones, record, &self.run_id)?;
        self.record.clone_from(&self.stored);
        self.is_deleted =
            is_listed(tombstones, &self.run_id) || (self.stored.is_none() && !points.keys().is_empty());
        self.log = log_entries(keys, entries);
        Ok(())
    }

    fn needs_segments(&self) -> bool {
        let compacted = self.stored.as_ref().map_or(0.0, |record| record.compacted_sequence);
        compacted > self.first_sequence as f64
    }

    fn merge(&mut self, exit: &ExitRun, changes: &mut Vec<Change>) {
        if self.is_deleted || (exit.must_exist && self.stored.is_none()) {
            return;
        }
        let mut entries = Vec::new();
        for (sequence, bytes) in (exit.first_sequence as u64..).zip(&exit.entries) {
            entries.push(LogEntry { sequence, bytes: Arc::clone(bytes) });
        }
        let known_sequence = exit.known_sequence.unwrap_or(exit.first_sequence) as u64;
        let merged = merge_exit(
            self.record.take(),
            exit.record.clone(),
            known_sequence,
            entries,
            &self.log,
            &self.segments,
        );
        for LogEntry { sequence, bytes } in merged.entries {
            let key = Key::log_entry(&self.run_id, sequence);
            changes.push(Change::Put(Table::Points, key, Value::Block(Arc::clone(&bytes))));
            self.log.push((sequence, bytes));
        }
        self.record = Some(merged.record);
    }

    /// An artifact whose content was lost, as it was in flight in another transaction or did not fit, is not stored. In its place there
    /// is what is stored under its key.
    fn retain_artifacts(&mut self, has_content: impl Fn(&str) -> bool) {
        let Some(record) = &mut self.record else { return };
        let stored = self.stored.as_ref().map(|stored| stored.artifacts.as_slice()).unwrap_or_default();
        for artifact in std::mem::take(&mut record.artifacts) {
            if has_content(&artifact.hash) || stored.contains(&artifact) {
                record.artifacts.push(artifact);
            } else {
                record.artifacts.extend(stored.iter().find(|old| old.key == artifact.key).cloned());
            }
        }
    }

    /// Contents that the run refers to as it will be, and not as it is stored.
    fn added(&self) -> Vec<ArtifactReference> {
        self.references_in(self.record.as_ref(), self.stored.as_ref())
    }

    /// Contents that the run refers to as it is stored, and no longer as it will be.
    fn released(&self) -> Vec<ArtifactReference> {
        if self.record.is_none() {
            return Vec::new();
        }
        self.references_in(self.stored.as_ref(), self.record.as_ref())
    }

    /// References that `one` has and `other` has not.
    fn references_in(&self, one: Option<&RunRecord>, other: Option<&RunRecord>) -> Vec<ArtifactReference> {
        let mut references = Vec::new();
        for artifact in one.map(|record| record.artifacts.as_slice()).unwrap_or_default() {
            if other.is_none_or(|other| !other.refers_to(&artifact.hash)) {
                let (hash, run_id) = (artifact.hash.clone(), self.run_id.clone());
                references.push(ArtifactReference { hash, run_id });
            }
        }
        references
    }
}
