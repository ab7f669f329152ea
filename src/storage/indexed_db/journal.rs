//! Changes not yet committed. It points into memory instead of copying: for each series it knows how far it has drained.
//!
//! Invariant: every point in memory is committed, in a batch in flight, in a `retry` range, or past `drained`.

use std::ops::Range;

use super::mirror::{Batch, PointRow, RunCommit};
use super::point_block::BlockWriter;
use crate::storage::error::StorageError;
use crate::storage::memory::{InMemoryStorage, RunSlot};
use crate::storage::record::RunRecord;

/// The most points that one batch takes, so that a transaction stays short; a last flush on leaving takes all.
pub const BATCH_POINTS: usize = 200_000;

/// The most unsaved points that are kept, over all runs: about 200 MB.
pub const MAX_UNSAVED_POINTS: u64 = 1 << 24;

#[derive(Debug, Clone, Default)]
struct SeriesJournal {
    drained: usize,
    /// Ranges below `drained` whose commit failed.
    retry: Vec<Range<usize>>,
}

/// Whether a run is in the store. Only one that is can be missed there: that another is missing does not mean that it was deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Presence {
    /// It was seen there, or read from there.
    #[default]
    Stored,
    /// A page on leaving stored it apart: it is there as soon as that is settled.
    Left,
    /// Not yet, or no more since site data was cleared.
    Unstored,
}

#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "four facts that are independent of each other")]
struct RunJournal {
    /// Begun or resumed here: memory holds all of it.
    adopted: bool,
    presence: Presence,
    dirty: bool,
    /// To be announced to this tab's subscribers; and whether more than points changed.
    touched: bool,
    record_touched: bool,
    series: Vec<SeriesJournal>,
    /// Points logged and not yet committed.
    pending: u64,
    /// The next row's number as far as commits are acknowledged.
    committed_sequence: u64,
    /// Rows below this number are known to be compacted. Every record that is written says so.
    compacted_sequence: u64,
    /// Why this run must not be written any more.
    fenced: Option<StorageError>,
    /// Points announced to this tab's subscribers, per series.
    announced: Vec<usize>,
}

#[derive(Debug)]
struct RunReceipt {
    slot: RunSlot,
    ranges: Vec<(usize, Range<usize>)>,
    points: u64,
    next_sequence: u64,
}

/// What a batch in flight holds.
#[derive(Debug, Default)]
struct Receipt {
    experiments: Vec<String>,
    runs: Vec<RunReceipt>,
    artifacts: Vec<String>,
}

/// The journal of one open storage.
#[derive(Debug, Default)]
pub struct Journal {
    experiments: Vec<String>,
    artifacts: Vec<String>,
    /// Exactly the runs whose `dirty` is set.
    dirty_runs: Vec<RunSlot>,
    touched_runs: Vec<RunSlot>,
    runs: Vec<RunJournal>,
    /// Points that are not committed, of all runs that may be written.
    unsaved: u64,
    in_flight: Vec<(u64, Receipt)>,
    last_batch: u64,
}

impl Journal {
    fn run(&mut self, slot: RunSlot) -> &mut RunJournal {
        let index = slot.0 as usize;
        if self.runs.len() <= index {
            self.runs.resize_with(index + 1, RunJournal::default);
        }
        &mut self.runs[index]
    }

    /// An experiment is new or changed.
    pub fn note_experiment(&mut self, experiment_id: &str) {
        if self.experiments.iter().all(|other| other != experiment_id) {
            self.experiments.push(experiment_id.to_owned());
        }
    }

    /// A run's record changed.
    pub fn note_run(&mut self, slot: RunSlot) {
        self.run(slot).record_touched = true;
        self.touch(slot);
    }

    /// `count` points were appended to series of a run.
    #[inline]
    pub fn note_points(&mut self, slot: RunSlot, count: u64) {
        self.run(slot).pending += count;
        self.unsaved += count;
        self.touch(slot);
    }

    #[inline]
    fn touch(&mut self, slot: RunSlot) {
        let run = self.run(slot);
        if !run.dirty {
            run.dirty = true;
            self.dirty_runs.push(slot);
        }
        if !self.runs[slot.0 as usize].touched {
            self.runs[slot.0 as usize].touched = true;
            self.touched_runs.push(slot);
        }
    }

    /// Points that are not committed and will be, of all runs.
    #[must_use]
    #[inline]
    pub fn unsaved(&self) -> u64 {
        self.unsaved
    }

    fn count_unsaved(&mut self) {
        self.unsaved = 0;
        for run in &self.runs {
            if run.fenced.is_none() {
                self.unsaved += run.pending;
            }
        }
    }

    /// A run is to be written although nothing changed: to renew its lease, or to let go of it.
    pub fn renew_run(&mut self, slot: RunSlot) {
        let run = self.run(slot);
        if run.fenced.is_none() && !run.dirty {
            run.dirty = true;
            self.dirty_runs.push(slot);
        }
    }

    /// A content is new in memory.
    pub fn note_artifact(&mut self, hash: &str) {
        if self.artifacts.iter().all(|other| other != hash) {
            self.artifacts.push(hash.to_owned());
        }
    }

    /// All points now in memory of this run are stored already; its next row has number `next_sequence`.
    pub fn adopt_run(&mut self, slot: RunSlot, lengths: &[usize], next_sequence: u64) {
        let series = lengths.iter().map(|&drained| SeriesJournal { drained, retry: Vec::new() });
        let journal = RunJournal {
            adopted: true,
            series: series.collect(),
            announced: lengths.to_vec(),
            committed_sequence: next_sequence,
            ..RunJournal::default()
        };
        *self.run(slot) = journal;
        self.count_unsaved();
        self.dirty_runs.retain(|&dirty| dirty != slot);
        self.touched_runs.retain(|&touched| touched != slot);
    }

    /// Of a run that was just adopted, these ranges of its series are not stored.
    pub fn note_unsaved(&mut self, slot: RunSlot, unsaved: Vec<Vec<Range<usize>>>) {
        let points = unsaved.iter().flatten().map(|range| range.len() as u64).sum();
        for (series, ranges) in self.run(slot).series.iter_mut().zip(unsaved) {
            series.retry = ranges;
        }
        self.note_points(slot, points);
    }

    /// What a series of this run has that is not known to be stored, if nothing is in flight: what came back, and what was never
    /// sent, each in the order of logging.
    #[must_use]
    pub fn uncommitted(
        &self,
        slot: RunSlot,
        series: usize,
        length: usize,
    ) -> (Vec<Range<usize>>, Range<usize>) {
        let journal = self.runs.get(slot.0 as usize).and_then(|run| run.series.get(series));
        journal.map_or((Vec::new(), 0..length), |series| (series.retry.clone(), series.drained..length))
    }

    /// Whether the run was begun or resumed here. Its record alone does not tell: an answer that was lost made us its owner too.
    #[must_use]
    pub fn is_adopted(&self, slot: RunSlot) -> bool {
        self.runs.get(slot.0 as usize).is_some_and(|run| run.adopted)
    }

    /// Whether the run can be missing in the store without having been deleted.
    #[must_use]
    pub fn is_unstored(&self, slot: RunSlot) -> bool {
        self.runs.get(slot.0 as usize).is_some_and(|run| run.presence != Presence::Stored)
    }

    /// Runs that were stored on leaving, and not seen in the store since.
    #[must_use]
    pub fn left_runs(&self) -> Vec<RunSlot> {
        let numbered = self.runs.iter().enumerate();
        let left = numbered.filter(|(_, run)| run.presence == Presence::Left);
        left.map(|(index, _)| RunSlot(index as u32)).collect()
    }

    /// What this run had unsaved was stored on leaving.
    pub fn note_left(&mut self, slot: RunSlot) {
        let run = self.run(slot);
        if run.presence == Presence::Unstored {
            run.presence = Presence::Left;
        }
    }

    /// The run was seen in the store, or is there for certain.
    pub fn note_stored(&mut self, slot: RunSlot) {
        self.run(slot).presence = Presence::Stored;
    }

    /// A run is begun in memory alone.
    pub fn begin_run(&mut self, slot: RunSlot) {
        self.adopt_run(slot, &[], 0);
        self.run(slot).presence = Presence::Unstored;
    }

    /// From now on this run is not written: it was taken over or deleted.
    pub fn fence_run(&mut self, slot: RunSlot, cause: StorageError) {
        let run = self.run(slot);
        run.fenced = Some(cause);
        run.dirty = false;
        self.dirty_runs.retain(|&dirty| dirty != slot);
        self.count_unsaved();
    }

    /// A run is no more: nothing of it is to be written.
    pub fn forget_run(&mut self, slot: RunSlot, cause: StorageError) {
        self.fence_run(slot, cause);
        self.run(slot).pending = 0;
    }

    /// The next row's number as far as commits are acknowledged.
    #[must_use]
    pub fn committed_sequence(&self, slot: RunSlot) -> u64 {
        self.runs.get(slot.0 as usize).map_or(0, |run| run.committed_sequence)
    }

    /// Why a run is not written any more.
    #[must_use]
    #[inline]
    pub fn fenced(&self, slot: RunSlot) -> Option<&StorageError> {
        self.runs.get(slot.0 as usize).and_then(|run| run.fenced.as_ref())
    }

    /// Points of a run that are not committed.
    #[must_use]
    pub fn pending_points(&self, slot: RunSlot) -> u64 {
        self.runs.get(slot.0 as usize).map_or(0, |run| run.pending)
    }

    /// Points of all runs that are not committed.
    #[must_use]
    pub fn all_pending_points(&self) -> u64 {
        self.runs.iter().map(|run| run.pending).sum()
    }

    /// Whether everything was committed or is in flight.
    #[must_use]
    pub fn is_drained(&self) -> bool {
        self.dirty_runs.is_empty() && self.experiments.is_empty() && self.artifacts.is_empty()
    }

    /// Whether batches are in flight.
    #[must_use]
    pub fn is_in_flight(&self) -> bool {
        !self.in_flight.is_empty()
    }

    /// Whether a batch is in flight.
    #[must_use]
    pub fn holds(&self, batch_id: u64) -> bool {
        self.in_flight.iter().any(|(id, _)| *id == batch_id)
    }

    /// Forgets that anything was ever committed: the store that held it is gone. Batches in flight are forgotten too.
    pub fn forget_commits(&mut self, memory: &InMemoryStorage) {
        self.in_flight.clear();
        for (slot, run) in memory.runs() {
            let Ok(series) = run.all_series() else { continue };
            if !self.is_adopted(slot) || self.fenced(slot).is_some() {
                continue;
            }
            let points = series.iter().map(|named| named.series.len() as u64).sum();
            let journal = self.run(slot);
            journal.series.clear();
            journal.committed_sequence = 0;
            journal.compacted_sequence = 0;
            journal.presence = Presence::Unstored;
            journal.pending = points;
            self.note_run(slot);
            self.note_experiment(&run.record().experiment_id);
            for artifact in &run.record().artifacts {
                self.note_artifact(&artifact.hash);
            }
        }
        self.count_unsaved();
    }

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
        let receipts = self.in_flight.iter().flat_map(|(_, receipt)| &receipt.runs);
        let in_flight = receipts.filter(|run| run.slot == slot).map(|run| run.next_sequence);
        in_flight.max().unwrap_or(0).max(committed)
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

    /// The store knows more rows of this run than we do, though we own it: go on after them.
    pub fn skip_to_sequence(&mut self, slot: RunSlot, next_sequence: u64) {
        let run = self.run(slot);
        run.committed_sequence = run.committed_sequence.max(next_sequence);
    }

    /// Rows of this run below this number have been compacted.
    pub fn note_compacted(&mut self, slot: RunSlot, compacted_sequence: u64) {
        let run = self.run(slot);
        run.compacted_sequence = run.compacted_sequence.max(compacted_sequence);
    }

    /// Rows of this run below this number are known to be compacted.
    #[must_use]
    pub fn compacted_sequence(&self, slot: RunSlot) -> u64 {
        self.runs.get(slot.0 as usize).map_or(0, |run| run.compacted_sequence)
    }

    /// The runs changed in this tab since the last call.
    pub fn take_touched(&mut self, memory: &InMemoryStorage) -> Vec<Touched> {
        let slots = std::mem::take(&mut self.touched_runs);
        let mut all = Vec::with_capacity(slots.len());
        for slot in slots {
            let journal = self.run(slot);
            journal.touched = false;
            let record = std::mem::take(&mut journal.record_touched);
            let series = memory.get(slot).and_then(|run| run.all_series().ok()).unwrap_or_default();
            journal.announced.resize(series.len(), 0);
            let mut keys = Vec::new();
            for (announced, named) in journal.announced.iter_mut().zip(series) {
                if *announced != named.series.len() {
                    *announced = named.series.len();
                    keys.push(named.key.clone());
                }
            }
            all.push(Touched { slot, record, keys });
        }
        all
    }
}

/// What changed of a run in this tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// The run.
    pub slot: RunSlot,
    /// Whether more than its points changed.
    pub record: bool,
    /// The metrics that have new points.
    pub keys: Vec<String>,
}
