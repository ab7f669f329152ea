//! Changes not yet committed. It points into memory instead of copying: for each series it knows how far it has drained.
//!
//! Invariant: every point in memory is committed, in a batch in flight, in a `retry` range, or past `drained`.

mod announce;
mod drain;

use std::ops::Range;

use crate::storage::error::StorageError;
use crate::storage::memory::{InMemoryStorage, RunSlot};

pub use self::announce::Touched;
pub use self::drain::BATCH_POINTS;

use self::drain::Receipt;

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

    /// Whether all of a run that was begun or resumed here is in the store, and everybody here was told.
    #[must_use]
    pub fn is_stored_whole(&self, slot: RunSlot) -> bool {
        let is_whole = |run: &RunJournal| {
            run.adopted
                && run.presence == Presence::Stored
                && run.fenced.is_none()
                && run.pending == 0
                && !run.dirty
                && !run.touched
        };
        self.in_flight.is_empty() && self.runs.get(slot.0 as usize).is_some_and(is_whole)
    }

    /// Memory lets go of a run that is stored as a whole: it is as if it had not been begun here.
    pub fn release_run(&mut self, slot: RunSlot) {
        *self.run(slot) = RunJournal::default();
    }

    /// Whether the run can be missing in the store without having been deleted.
    #[must_use]
    pub fn is_unstored(&self, slot: RunSlot) -> bool {
        self.runs.get(slot.0 as usize).is_some_and(|run| run.presence != Presence::Stored)
    }

    /// Runs that were stored on leaving, and not seen in the store since.
    #[must_use]
    pub fn left_runs(&self) -> Vec<RunSlot> {
        let mut left = Vec::new();
        for (index, run) in self.runs.iter().enumerate() {
            if run.presence == Presence::Left {
                left.push(RunSlot(index as u32));
            }
        }
        left
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
        for slot in memory.slots() {
            let Some(run) = memory.get(slot) else { continue };
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
}
