//! Changes become a batch; then they are acknowledged, or requeued.

use std::ops::Range;
use std::sync::Arc;

use super::{Durability, PendingChanges, SeriesChanges, references_in};
use crate::columns::BlockWriter;
use crate::database::{Batch, LogEntry, RunCommit};
use crate::storage::{ArtifactRef, InMemoryStorage, RunRecord, RunSlot};

/// The most points that one batch takes, so that a transaction stays short; an exit flush takes all.
pub const BATCH_POINTS: usize = 200_000;

/// Which contents of artifacts a batch takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents<'a> {
    /// All but these, which did not fit. Records refer to what was stored before them.
    AllBut(&'a [String]),
    /// This one alone, with the records that refer to it and no points.
    Only(&'a str),
}

#[derive(Debug)]
struct RunReceipt {
    slot: RunSlot,
    ranges: Vec<(usize, Range<usize>)>,
    points: u64,
    next_sequence: u64,
    artifacts: Vec<ArtifactRef>,
}

/// What a batch in flight holds.
#[derive(Debug, Default)]
pub(super) struct Receipt {
    experiments: Vec<String>,
    runs: Vec<RunReceipt>,
    artifacts: Vec<String>,
}

impl Receipt {
    /// Adds the points of a run's series in it.
    pub(super) fn add_ranges(&self, slot: RunSlot, series: usize, all: &mut Vec<Range<usize>>) {
        for run in self.runs.iter().filter(|run| run.slot == slot) {
            for (index, range) in &run.ranges {
                if *index == series {
                    all.push(range.clone());
                }
            }
        }
    }

    pub(super) fn holds_artifact(&self, hash: &str) -> bool {
        self.artifacts.iter().any(|other| other == hash)
    }

    pub(super) fn forget_run(&mut self, slot: RunSlot) {
        self.runs.retain(|run| run.slot != slot);
    }
}

impl PendingChanges {
    /// Takes what changed as a batch of at most about `most_points` points, or nothing if nothing did.
    ///
    /// `finalize` completes each record: owner, lease.
    pub fn take_batch(
        &mut self,
        memory: &InMemoryStorage,
        most_points: usize,
        contents: Contents,
        finalize: impl Fn(RunSlot, &mut RunRecord),
    ) -> Option<Batch> {
        self.drop_foreign_contents(memory);
        let (hashes, slots) = self.what_to_take(memory, contents);
        let is_only_content = matches!(contents, Contents::Only(_));
        if hashes.is_empty() && slots.is_empty() && (is_only_content || self.experiments.is_empty()) {
            return None;
        }
        self.last_batch += 1;
        let mut batch = Batch { id: self.last_batch, ..Batch::default() };
        let mut receipt = Receipt::default();
        if !is_only_content {
            for experiment_id in std::mem::take(&mut self.experiments) {
                if let Ok(record) = memory.experiment(&experiment_id) {
                    batch.experiments.push(record.clone());
                    receipt.experiments.push(experiment_id);
                }
            }
        }
        for hash in hashes {
            self.artifacts.retain(|other| *other != hash);
            if let Some(content) = memory.artifact(&hash) {
                batch.artifacts.push((hash.clone(), content));
                receipt.artifacts.push(hash);
            }
        }
        let mut room = if is_only_content { 0 } else { most_points };
        for slot in slots {
            if room == 0 && !is_only_content {
                continue;
            }
            self.dirty_runs.retain(|&dirty| dirty != slot);
            if let Some((commit, run)) = self.take_run(memory, slot, &mut room, &finalize) {
                let record = &commit.record;
                let changes = self.run(slot);
                let committed = &changes.committed_artifacts;
                // A content that is written again may have been lost with its reference.
                let known: Vec<ArtifactRef> = committed
                    .iter()
                    .filter(|artifact| !receipt.holds_artifact(&artifact.hash))
                    .cloned()
                    .collect();
                batch.added_artifacts.extend(references_in(&record.run_id, &record.artifacts, &known));
                let written = [committed.as_slice(), &changes.tried_artifacts].concat();
                batch.released_artifacts.extend(references_in(&record.run_id, &written, &record.artifacts));
                batch.runs.push(commit);
                receipt.runs.push(run);
            }
        }
        self.in_flight.push((batch.id, receipt));
        Some(batch)
    }

    /// The contents and the runs that a batch takes.
    fn what_to_take(&self, memory: &InMemoryStorage, contents: Contents) -> (Vec<String>, Vec<RunSlot>) {
        match contents {
            Contents::AllBut(withheld) => {
                let taken = self.artifacts.iter().filter(|hash| !withheld.contains(hash)).cloned();
                (taken.collect(), self.dirty_runs.clone())
            }
            Contents::Only(hash) => {
                let refers = |&slot: &RunSlot| {
                    self.get(slot).is_some_and(|run| run.is_open)
                        && memory.get(slot).is_some_and(|state| state.record().refers_to(hash))
                };
                (vec![hash.to_owned()], memory.slots().into_iter().filter(refers).collect())
            }
        }
    }

    fn take_run(
        &mut self,
        memory: &InMemoryStorage,
        slot: RunSlot,
        room: &mut usize,
        finalize: &impl Fn(RunSlot, &mut RunRecord),
    ) -> Option<(RunCommit, RunReceipt)> {
        let state = memory.get(slot)?;
        let first_sequence = self.next_sequence(slot);
        let run = self.run(slot);
        run.is_dirty = false;
        let mut writer = BlockWriter::default();
        let mut ranges = Vec::new();
        let mut points = 0;
        let all_series = state.all_series().unwrap_or_default();
        run.series.resize_with(all_series.len(), SeriesChanges::default);
        for (index, named) in all_series.iter().enumerate() {
            let series = &mut run.series[index];
            let mut take = |range: Range<usize>| {
                let taken = range.start..range.end.min(range.start.saturating_add(*room));
                if !taken.is_empty() {
                    writer.add(&named.key, &named.series, taken.clone());
                    *room -= taken.len();
                    points += taken.len() as u64;
                    ranges.push((index, taken.clone()));
                }
                taken.end..range.end
            };
            let retry = std::mem::take(&mut series.retry);
            series.retry = retry.into_iter().map(&mut take).filter(|rest| !rest.is_empty()).collect();
            series.taken = take(series.taken..named.series.len()).start;
            if series.taken < named.series.len() || !series.retry.is_empty() {
                run.is_dirty = true;
            }
        }
        if run.is_dirty {
            self.dirty_runs.push(slot);
        }
        let entries: Vec<LogEntry> = (first_sequence..)
            .zip(writer.finish())
            .map(|(sequence, bytes)| LogEntry { sequence, bytes: Arc::from(bytes) })
            .collect();
        let next_sequence = first_sequence + entries.len() as u64;
        let mut record = state.current_record();
        // The record tells of no more than the log has: a reader would take points that are still to be taken for such as cannot be read.
        let logged =
            all_series.iter().zip(&self.run(slot).series).filter(|(named, _)| !named.series.is_empty());
        for (count, (_, series)) in record.series.counts.iter_mut().zip(logged) {
            *count = series.taken_without_gap() as f64;
        }
        record.next_sequence = next_sequence as f64;
        record.artifacts = self.storable_artifacts(slot, &record.artifacts);
        record.compacted_sequence = self.run(slot).compacted_sequence as f64;
        finalize(slot, &mut record);
        let artifacts = record.artifacts.clone();
        let receipt = RunReceipt { slot, ranges, points, next_sequence, artifacts };
        let run = self.run(slot);
        let (known_sequence, is_stored) = (run.known_sequence, run.durability == Durability::Persisted);
        Some((RunCommit { record, entries, known_sequence, is_stored }, receipt))
    }

    /// A record's artifacts as far as their contents are stored, or in this batch. In place of one whose content waits, there is what
    /// was stored under its key before.
    fn storable_artifacts(&self, slot: RunSlot, artifacts: &[ArtifactRef]) -> Vec<ArtifactRef> {
        let committed = self.get(slot).map(|run| run.committed_artifacts.as_slice()).unwrap_or_default();
        let storable = |artifact: &ArtifactRef| {
            if self.artifacts.contains(&artifact.hash) {
                committed.iter().find(|old| old.key == artifact.key).cloned()
            } else {
                Some(artifact.clone())
            }
        };
        artifacts.iter().filter_map(storable).collect()
    }

    /// A failed batch's numbers are used again, so that the log has no holes: a fence is set at its end.
    fn next_sequence(&mut self, slot: RunSlot) -> u64 {
        let mut next = self.run(slot).committed_sequence;
        for (_, receipt) in &self.in_flight {
            for run in receipt.runs.iter().filter(|run| run.slot == slot) {
                next = next.max(run.next_sequence);
            }
        }
        next
    }

    /// The transaction of this batch completed: what it held is durable.
    pub fn acknowledge(&mut self, batch_id: u64) {
        for receipt in self.take_receipt(batch_id).unwrap_or_default().runs {
            let run = self.run(receipt.slot);
            run.uncommitted_points = run.uncommitted_points.saturating_sub(receipt.points);
            if receipt.next_sequence < run.committed_sequence {
                // A later batch was quicker, or another session's fence: what is stored may be this one's older record.
                run.tried_artifacts.extend(receipt.artifacts);
                self.renew_run(receipt.slot);
                continue;
            }
            run.committed_sequence = receipt.next_sequence;
            run.committed_artifacts = receipt.artifacts;
            run.tried_artifacts.clear();
        }
        self.count_unsaved();
    }

    /// The transaction of this batch did not complete: what it held is to be written again.
    pub fn requeue(&mut self, batch_id: u64) {
        let Some(receipt) = self.take_receipt(batch_id) else { return };
        receipt.experiments.iter().for_each(|id| self.note_experiment(id));
        receipt.artifacts.iter().for_each(|hash| self.note_artifact(hash));
        for run in receipt.runs {
            let changes = self.run(run.slot);
            changes.tried_artifacts.extend(run.artifacts);
            for (index, range) in run.ranges {
                if let Some(series) = changes.series.get_mut(index) {
                    let position = series.retry.partition_point(|other| other.start < range.start);
                    series.retry.insert(position, range);
                }
            }
            self.renew_run(run.slot);
        }
    }

    fn take_receipt(&mut self, batch_id: u64) -> Option<Receipt> {
        let position = self.in_flight.iter().position(|(id, _)| *id == batch_id)?;
        Some(self.in_flight.swap_remove(position).1)
    }
}
