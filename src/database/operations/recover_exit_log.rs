//! Recovering the exit log: what pages wrote when they were hidden or closed goes where it belongs.
//!
//! Recovering a record twice, or after the same batch was committed the usual way, changes nothing: an entry that is in the run's log
//! already is recognised by its content.

use std::rc::Rc;

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
use crate::storage::{ArtifactRef, Result, RunRecord};

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
    let artifacts: Vec<_> = exits.iter().flat_map(|exit| &exit.artifacts).collect();
    let hashes = hashes_in(&exits);
    let (per_run, probes) = (ANSWERS_PER_RUN * runs.len(), hashes.len());
    if rest.len() < per_run + probes {
        let mut reads: Vec<Read> = runs.iter().flat_map(Recovery::reads).collect();
        reads.extend(probe_contents(hashes.iter().copied()));
        return Ok(if reads.is_empty() { Step::Done(Vec::new()) } else { Step::Read(reads) });
    }
    let (stored, rest) = rest.split_at(per_run);
    let (probes, rest) = rest.split_at(probes);
    for (run, answers) in runs.iter_mut().zip(stored.chunks(ANSWERS_PER_RUN)) {
        run.take_in(tombstones, answers)?;
    }
    // Segments matter only for runs of which entries that far back have been compacted.
    let compacted: Vec<usize> = (0..runs.len()).filter(|&index| runs[index].needs_segments()).collect();
    if rest.len() < compacted.len() {
        let segments =
            |index: &usize| Read::Values(Table::Points, Range::Segments(runs[*index].run_id.clone()));
        return Ok(Step::Read(compacted.iter().map(segments).collect()));
    }
    let (segments, rest) = rest.split_at(compacted.len());
    for (index, answer) in compacted.into_iter().zip(segments) {
        runs[index].segments = blocks(answer.values());
    }
    let mut entries = Vec::new();
    for exit_run in exit_runs {
        if let Some(run) = runs.iter_mut().find(|run| run.run_id == exit_run.record.run_id) {
            run.merge(exit_run, &mut entries);
        }
    }
    let stored_hashes: Vec<&str> = hashes
        .iter()
        .zip(probes)
        .filter(|(_, probe)| !probe.keys().is_empty())
        .map(|(hash, _)| *hash)
        .collect();
    let has_content =
        |hash: &str| stored_hashes.contains(&hash) || artifacts.iter().any(|artifact| artifact.hash == hash);
    runs.iter_mut().for_each(|run| run.retain_artifacts(has_content));
    let records: Vec<&RunRecord> = runs.iter().filter_map(|run| run.record.as_ref()).collect();
    let released: Vec<ArtifactReference> = runs.iter().flat_map(Recovery::released).collect();
    let released = match Release::new(&released, records.clone()).step(rest) {
        ReleaseStep::Read(reads) => return Ok(Step::Read(reads)),
        ReleaseStep::Write(changes) => changes,
    };
    let mut changes: Vec<Change> =
        exits.iter().flat_map(|exit| &exit.experiments).map(put_experiment).collect();
    for artifact in &artifacts {
        // A content that no run refers to any more would stay for ever.
        let is_needed = records.iter().any(|run| run.refers_to(&artifact.hash));
        if is_needed && !stored_hashes.contains(&artifact.hash.as_str()) {
            changes.push(put_content(&artifact.hash, &artifact.bytes));
            let referring = records.iter().filter(|run| run.refers_to(&artifact.hash));
            changes.extend(referring.map(|run| put_reference(&artifact.hash, &run.run_id)));
        }
    }
    changes
        .extend(runs.iter().flat_map(Recovery::added).map(|added| put_reference(&added.hash, &added.run_id)));
    changes.extend(entries);
    changes.extend(records.iter().map(|record| put_run(record)));
    changes.extend(released);
    // Last: a prefix that is committed alone leaves the exit log to be recovered again.
    changes.extend(recovered.into_iter().map(|key| Change::delete(Table::Exits, key)));
    let run_ids = records.iter().map(|record| record.run_id.clone()).collect();
    Ok(Step::Write(changes, run_ids))
}

/// The runs of all exit log records in the order in which they were written: their keys are random, and a later entry must not come
/// first, or the sequence numbers before it would be filled as if nothing were to come there.
fn in_order<'a>(exits: &[&'a ExitRecord]) -> Vec<&'a ExitRun> {
    let runs = exits.iter().flat_map(|exit| &exit.runs).collect();
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
    log: Vec<(u64, Rc<[u8]>)>,
    segments: Vec<Rc<[u8]>>,
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

    fn reads(&self) -> [Read; ANSWERS_PER_RUN] {
        let log = Range::log_from(&self.run_id, self.first_sequence.saturating_sub(KEPT_ENTRIES));
        [
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
        let numbered = (exit.first_sequence as u64..).zip(&exit.entries);
        let entries = numbered.map(|(sequence, bytes)| LogEntry { sequence, bytes: Rc::clone(bytes) });
        let entries = entries.collect();
        let merged = merge_exit(self.record.take(), exit.record.clone(), entries, &self.log, &self.segments);
        for LogEntry { sequence, bytes } in merged.entries {
            let key = Key::log_entry(&self.run_id, sequence);
            changes.push(Change::Put(Table::Points, key, Value::Block(Rc::clone(&bytes))));
            self.log.push((sequence, bytes));
        }
        self.record = Some(merged.record);
    }

    /// An artifact whose content was lost, as it was in flight in another transaction or did not fit, is not stored. In its place there
    /// is what is stored under its key.
    fn retain_artifacts(&mut self, has_content: impl Fn(&str) -> bool) {
        let Some(record) = &mut self.record else { return };
        let stored = self.stored.as_ref().map(|stored| stored.artifacts.as_slice()).unwrap_or_default();
        let kept = |artifact: ArtifactRef| {
            if has_content(&artifact.hash) || stored.contains(&artifact) {
                Some(artifact)
            } else {
                stored.iter().find(|old| old.key == artifact.key).cloned()
            }
        };
        record.artifacts = std::mem::take(&mut record.artifacts).into_iter().filter_map(kept).collect();
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
        let all = one.map(|record| record.artifacts.as_slice()).unwrap_or_default();
        let only = all.iter().filter(|artifact| other.is_none_or(|other| !other.refers_to(&artifact.hash)));
        only.map(|artifact| ArtifactReference { hash: artifact.hash.clone(), run_id: self.run_id.clone() })
            .collect()
    }
}
