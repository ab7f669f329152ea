//! What changed becomes a batch, and what becomes of that: it is acknowledged, or what it held is to be written again.

use std::ops::Range;

use super::{Journal, SeriesJournal};
use crate::storage::indexed_db::mirror::{Batch, PointRow, RunCommit};
use crate::storage::indexed_db::point_block::BlockWriter;
use crate::storage::memory::{InMemoryStorage, RunSlot};
use crate::storage::record::RunRecord;

/// The most points that one batch takes, so that a transaction stays short; a last flush on leaving takes all.
pub const BATCH_POINTS: usize = 200_000;

#[derive(Debug)]
struct RunReceipt {
    slot: RunSlot,
    ranges: Vec<(usize, Range<usize>)>,
    points: u64,
    next_sequence: u64,
}

/// What a batch in flight holds.
#[derive(Debug, Default)]
pub(super) struct Receipt {
    experiments: Vec<String>,
    runs: Vec<RunReceipt>,
    artifacts: Vec<String>,
}

impl Journal {
    /// Takes what changed as a batch of at most about `most_points` points, or nothing if nothing did.
    ///
    /// `stamp` finishes each record: owner, lease.
    pub fn drain(
        &mut self,
        memory: &InMemoryStorage,
        most_points: usize,
        stamp: impl Fn(&mut RunRecord),
    ) -> Option<Batch> {
        if self.is_drained() {
            return None;
        }
        self.last_batch += 1;
        let mut batch = Batch { id: self.last_batch, ..Batch::default() };
        let mut receipt = Receipt::default();
        for experiment_id in std::mem::take(&mut self.experiments) {
            if let Ok(record) = memory.experiment(&experiment_id) {
                batch.experiments.push(record.clone());
                receipt.experiments.push(experiment_id);
            }
        }
        for hash in std::mem::take(&mut self.artifacts) {
            if let Some(content) = memory.artifact(&hash) {
                batch.artifacts.push((hash.clone(), content));
                receipt.artifacts.push(hash);
            }
        }
        let mut room = most_points;
        for slot in std::mem::take(&mut self.dirty_runs) {
            if room == 0 {
                self.dirty_runs.push(slot);
                continue;
            }
            if let Some((commit, run)) = self.drain_run(memory, slot, &mut room, &stamp) {
                batch.runs.push(commit);
                receipt.runs.push(run);
            }
        }
        self.in_flight.push((batch.id, receipt));
        Some(batch)
    }

    fn drain_run(
        &mut self,
        memory: &InMemoryStorage,
        slot: RunSlot,
        room: &mut usize,
        stamp: &impl Fn(&mut RunRecord),
    ) -> Option<(RunCommit, RunReceipt)> {
        let state = memory.get(slot)?;
        let first_sequence = self.next_sequence(slot);
        let journal = self.run(slot);
        journal.dirty = false;
        let mut writer = BlockWriter::default();
        let mut ranges = Vec::new();
        let mut points = 0;
        let all_series = state.all_series().unwrap_or_default();
        journal.series.resize_with(all_series.len(), SeriesJournal::default);
        for (index, named) in all_series.iter().enumerate() {
            let series = &mut journal.series[index];
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
            series.retry = retry.into_iter().map(&mut take).filter(|left| !left.is_empty()).collect();
            series.drained = take(series.drained..named.series.len()).start;
            if series.drained < named.series.len() || !series.retry.is_empty() {
                journal.dirty = true;
            }
        }
        if journal.dirty {
            self.dirty_runs.push(slot);
        }
        let rows: Vec<PointRow> = (first_sequence..)
            .zip(writer.finish())
            .map(|(sequence, bytes)| PointRow { sequence, bytes })
            .collect();
        let next_sequence = first_sequence + rows.len() as u64;
        let mut record = state.current_record();
        record.next_sequence = next_sequence as f64;
        record.compacted_sequence = self.run(slot).compacted_sequence as f64;
        stamp(&mut record);
        Some((RunCommit { record, rows }, RunReceipt { slot, ranges, points, next_sequence }))
    }

    /// A failed batch's numbers are used again, so that the log has no holes: a fence is set at its end.
    fn next_sequence(&mut self, slot: RunSlot) -> u64 {
        let committed = self.run(slot).committed_sequence;
        let mut next = committed;
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
            run.pending = run.pending.saturating_sub(receipt.points);
            if receipt.next_sequence < run.committed_sequence {
                // A later batch was quicker: its record, that says more, was put over.
                self.renew_run(receipt.slot);
                continue;
            }
            run.committed_sequence = receipt.next_sequence;
        }
        self.count_unsaved();
    }

    /// The transaction of this batch did not complete: what it held is to be written again.
    pub fn restore(&mut self, batch_id: u64) {
        let Some(receipt) = self.take_receipt(batch_id) else { return };
        receipt.experiments.iter().for_each(|id| self.note_experiment(id));
        receipt.artifacts.iter().for_each(|hash| self.note_artifact(hash));
        for run in receipt.runs {
            let journal = self.run(run.slot);
            for (index, range) in run.ranges {
                if let Some(series) = journal.series.get_mut(index) {
                    let place = series.retry.partition_point(|other| other.start < range.start);
                    series.retry.insert(place, range);
                }
            }
            if journal.fenced.is_none() && !journal.dirty {
                journal.dirty = true;
                self.dirty_runs.push(run.slot);
            }
        }
    }

    fn take_receipt(&mut self, batch_id: u64) -> Option<Receipt> {
        let place = self.in_flight.iter().position(|(id, _)| *id == batch_id)?;
        Some(self.in_flight.swap_remove(place).1)
    }
}
