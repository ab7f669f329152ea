//! Changes that are not committed. They refer to memory instead of copying it: of each series it is known how far it was taken.
//!
//! Invariant: every point of an owned run is committed, in a batch in flight, in a `retry` range, or past `taken`.

mod announcements;
mod take_batch;

use std::ops::Range;

use super::ownership::UnsavedBlock;
use crate::columns::{SeriesBlock, sorted_by};
use crate::database::ArtifactReference;
use crate::storage::{ArtifactRef, InMemoryStorage, RunSlot, RunState};

pub(super) use self::announcements::Touched;
pub use self::take_batch::BATCH_POINTS;
pub(super) use self::take_batch::Contents;

use self::announcements::Announcements;
use self::take_batch::Receipt;

/// The most unsaved points that are kept, over all runs: about 200 MB.
pub const MAX_UNSAVED_POINTS: u64 = 1 << 24;

#[derive(Debug, Clone, Default)]
struct SeriesChanges {
    /// How many points were taken into batches.
    taken: usize,
    /// Ranges below `taken` whose commit failed.
    retry: Vec<Range<usize>>,
}

impl SeriesChanges {
    /// How many points from the first on were taken, none of whose commits failed.
    fn taken_without_gap(&self) -> usize {
        self.retry.first().map_or(self.taken, |range| range.start)
    }
}

/// How durable a run's record is. Only a persisted run can be missed in the database: another one was not necessarily deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Durability {
    /// It was seen in the database.
    #[default]
    Persisted,
    /// It is in the exit log: in the database as soon as that is recovered.
    InExitLog,
    /// Not yet in the database, or no more since site data was cleared.
    Volatile,
}

#[derive(Debug, Default)]
struct RunChanges {
    /// Whether this session writes the run.
    is_open: bool,
    durability: Durability,
    is_dirty: bool,
    /// Site data was cleared since it was opened: another page that had it in memory may have written it again.
    was_cleared: bool,
    series: Vec<SeriesChanges>,
    /// Points logged and not yet committed.
    uncommitted_points: u64,
    /// The next log entry's sequence number as far as commits are acknowledged.
    committed_sequence: u64,
    /// Up to where the log was seen in the database: edits of other sessions whose fences are before that are in the record. What went to
    /// the exit log is committed and was not seen: fences may stand where its entries were counted.
    known_sequence: u64,
    /// Entries below this sequence number are known to be compacted. Every record that is written says so.
    compacted_sequence: u64,
    /// The artifacts of the record that was committed last.
    committed_artifacts: Vec<ArtifactRef>,
    /// Artifacts of records that may have been committed since, without an answer: what is overwritten meanwhile is released too.
    tried_artifacts: Vec<ArtifactRef>,
}

/// The changes of one session.
#[derive(Debug, Default)]
pub struct PendingChanges {
    experiments: Vec<String>,
    /// Contents that are not known to be stored.
    artifacts: Vec<String>,
    /// Exactly the runs whose `is_dirty` is set.
    dirty_runs: Vec<RunSlot>,
    runs: Vec<RunChanges>,
    /// Points of all runs that are not committed and will be.
    unsaved: u64,
    in_flight: Vec<(u64, Receipt)>,
    last_batch: u64,
    announcements: Announcements,
}

impl PendingChanges {
    fn run(&mut self, slot: RunSlot) -> &mut RunChanges {
        let index = slot.0 as usize;
        if self.runs.len() <= index {
            self.runs.resize_with(index + 1, RunChanges::default);
        }
        &mut self.runs[index]
    }

    fn get(&self, slot: RunSlot) -> Option<&RunChanges> {
        self.runs.get(slot.0 as usize)
    }

    /// An experiment is new or changed.
    pub fn note_experiment(&mut self, experiment_id: &str) {
        if self.experiments.iter().all(|other| other != experiment_id) {
            self.experiments.push(experiment_id.to_owned());
        }
    }

    /// A run's record changed.
    pub fn note_run(&mut self, slot: RunSlot) {
        self.announcements.touch_record(slot);
        self.renew_run(slot);
    }

    /// `count` points were appended to series of a run.
    #[inline]
    pub fn note_points(&mut self, slot: RunSlot, count: u64) {
        self.run(slot).uncommitted_points += count;
        self.unsaved += count;
        self.announcements.touch(slot);
        self.renew_run(slot);
    }

    /// A run is to be written although nothing changed: to renew its lease, or to end it.
    #[inline]
    pub fn renew_run(&mut self, slot: RunSlot) {
        let run = self.run(slot);
        if !run.is_dirty {
            run.is_dirty = true;
            self.dirty_runs.push(slot);
        }
    }

    /// Points that are not committed and will be, of all runs.
    #[must_use]
    #[inline]
    pub fn unsaved(&self) -> u64 {
        self.unsaved
    }

    fn count_unsaved(&mut self) {
        self.unsaved = self.runs.iter().map(|run| run.uncommitted_points).sum();
    }

    /// A content is not known to be stored.
    pub fn note_artifact(&mut self, hash: &str) {
        if self.artifacts.iter().all(|other| other != hash) {
            self.artifacts.push(hash.to_owned());
        }
    }

    /// Forgets contents that no run refers to any more.
    pub fn drop_unreferenced(&mut self, is_referenced: impl Fn(&str) -> bool) {
        self.artifacts.retain(|hash| is_referenced(hash));
    }

    /// Whether the content is not known to be stored.
    #[must_use]
    pub fn is_artifact_pending(&self, hash: &str) -> bool {
        let in_flight = self.in_flight.iter().any(|(_, receipt)| receipt.holds_artifact(hash));
        in_flight || self.artifacts.iter().any(|other| other == hash)
    }

    /// All points now in memory of this run are stored already, as its record says.
    pub fn open_stored(&mut self, slot: RunSlot, state: &RunState) {
        let lengths: Vec<usize> =
            state.all_series().unwrap_or_default().iter().map(|named| named.series.len()).collect();
        let series = lengths.iter().map(|&taken| SeriesChanges { taken, retry: Vec::new() });
        let record = state.record();
        let run = RunChanges {
            is_open: true,
            series: series.collect(),
            committed_sequence: record.next_sequence as u64,
            known_sequence: record.next_sequence as u64,
            compacted_sequence: record.compacted_sequence as u64,
            committed_artifacts: record.artifacts.clone(),
            ..RunChanges::default()
        };
        self.reset(slot, run, lengths);
    }

    /// A run is begun in memory alone.
    pub fn open_new(&mut self, slot: RunSlot) {
        let durability = Durability::Volatile;
        self.reset(slot, RunChanges { is_open: true, durability, ..RunChanges::default() }, Vec::new());
    }

    /// Nothing of this run is to be written any more.
    pub fn forget_run(&mut self, slot: RunSlot) {
        self.reset(slot, RunChanges::default(), Vec::new());
        self.in_flight.iter_mut().for_each(|(_, receipt)| receipt.forget_run(slot));
    }

    /// A run begins anew, and so many points of each of its series were announced.
    fn reset(&mut self, slot: RunSlot, run: RunChanges, announced: Vec<usize>) {
        *self.run(slot) = run;
        self.dirty_runs.retain(|&dirty| dirty != slot);
        self.announcements.reset(slot, announced);
        self.count_unsaved();
    }

    /// Of a run that was just opened as stored, these ranges of its series are not.
    pub fn note_unsaved(&mut self, slot: RunSlot, unsaved: Vec<Vec<Range<usize>>>) {
        let points = unsaved.iter().flatten().map(|range| range.len() as u64).sum();
        let series = &mut self.run(slot).series;
        for (series, ranges) in series.iter_mut().zip(unsaved) {
            series.retry = ranges;
        }
        self.note_points(slot, points);
    }

    /// The points of this run that are not known to be stored, in the order of logging.
    #[must_use]
    pub fn unsaved_blocks(&self, slot: RunSlot, state: &RunState) -> Vec<UnsavedBlock> {
        let Some(run) = self.get(slot) else { return Vec::new() };
        let mut blocks = Vec::new();
        for (index, named) in state.all_series().unwrap_or_default().iter().enumerate() {
            let SeriesChanges { taken, retry } = run.series.get(index).cloned().unwrap_or_default();
            let mut sent = retry;
            for (_, receipt) in &self.in_flight {
                receipt.add_ranges(slot, index, &mut sent);
            }
            let mut ranges = sorted_by(sent, |range| range.start as u64);
            let sent = ranges.len();
            ranges.push(taken..named.series.len());
            for (position, range) in ranges.into_iter().enumerate().filter(|(_, range)| !range.is_empty()) {
                let (key, first_index) = (named.key.clone(), range.start as u64);
                let block = SeriesBlock { key, first_index, points: named.series.logged(range) };
                blocks.push(UnsavedBlock { block, may_be_stored: position < sent || run.was_cleared });
            }
        }
        blocks
    }

    /// Whether all of a run is in the database, and that was emitted to this tab's subscribers.
    #[must_use]
    pub fn is_stored_whole(&self, slot: RunSlot) -> bool {
        let is_whole = |run: &RunChanges| {
            run.durability == Durability::Persisted && run.uncommitted_points == 0 && !run.is_dirty
        };
        let is_announced = !self.announcements.is_touched(slot);
        is_announced && self.in_flight.is_empty() && self.get(slot).is_some_and(is_whole)
    }

    /// How durable the run's record is.
    #[must_use]
    pub fn durability(&self, slot: RunSlot) -> Durability {
        self.get(slot).map_or(Durability::Persisted, |run| run.durability)
    }

    /// Runs that are in the exit log, and were not seen in the database since.
    #[must_use]
    pub fn runs_in_exit_log(&self) -> Vec<RunSlot> {
        let in_exit_log = |run: &RunChanges| run.durability == Durability::InExitLog;
        let found = self.runs.iter().enumerate().filter(|(_, run)| in_exit_log(run));
        found.map(|(index, _)| RunSlot(index as u32)).collect()
    }

    /// What this run had unsaved is in the exit log.
    pub fn note_in_exit_log(&mut self, slot: RunSlot) {
        let run = self.run(slot);
        if run.durability == Durability::Volatile {
            run.durability = Durability::InExitLog;
        }
    }

    /// The run was seen in the database, or is there for certain.
    pub fn note_persisted(&mut self, slot: RunSlot) {
        self.run(slot).durability = Durability::Persisted;
    }

    /// The next log entry's sequence number as far as commits are acknowledged.
    #[must_use]
    pub fn committed_sequence(&self, slot: RunSlot) -> u64 {
        self.get(slot).map_or(0, |run| run.committed_sequence)
    }

    /// Points of a run that are not committed.
    #[must_use]
    pub fn pending_points(&self, slot: RunSlot) -> u64 {
        self.get(slot).map_or(0, |run| run.uncommitted_points)
    }

    /// Whether there is nothing to be taken: everything was committed or is in flight.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dirty_runs.is_empty() && self.experiments.is_empty() && self.artifacts.is_empty()
    }

    /// Whether there is something to be taken, but for contents that are withheld.
    #[must_use]
    pub fn has_changes(&self, is_withheld: impl Fn(&str) -> bool) -> bool {
        !self.dirty_runs.is_empty()
            || !self.experiments.is_empty()
            || self.artifacts.iter().any(|hash| !is_withheld(hash))
    }

    /// Whether changes are to be emitted to subscribers in this tab.
    #[must_use]
    pub fn is_touched(&self) -> bool {
        !self.announcements.is_empty()
    }

    /// The runs changed in this tab since the last call.
    pub fn take_touched(&mut self, memory: &InMemoryStorage) -> Vec<Touched> {
        self.announcements.take(memory)
    }

    /// Whether batches are in flight.
    #[must_use]
    pub fn is_in_flight(&self) -> bool {
        !self.in_flight.is_empty()
    }

    /// Whether this batch is in flight.
    #[must_use]
    pub fn holds(&self, batch_id: u64) -> bool {
        self.in_flight.iter().any(|(id, _)| *id == batch_id)
    }

    /// Forgets that anything of `owned` was ever committed: the database that held it is gone. Batches in flight are forgotten too.
    pub fn forget_commits(&mut self, memory: &InMemoryStorage, owned: &[RunSlot]) {
        self.in_flight.clear();
        for &slot in owned {
            let Some(state) = memory.get(slot) else { continue };
            let Ok(series) = state.all_series() else { continue };
            let points = series.iter().map(|named| named.series.len() as u64).sum();
            let run = self.run(slot);
            run.series.clear();
            run.committed_sequence = 0;
            run.known_sequence = 0;
            run.compacted_sequence = 0;
            run.committed_artifacts.clear();
            run.durability = Durability::Volatile;
            run.was_cleared = true;
            run.uncommitted_points = points;
            self.note_run(slot);
            self.note_experiment(&state.record().experiment_id);
            for artifact in &state.record().artifacts {
                self.note_artifact(&artifact.hash);
            }
        }
        self.count_unsaved();
    }

    /// The database has more entries of this run than are known here, though this session owns it: it goes on after them.
    pub fn skip_to_sequence(&mut self, slot: RunSlot, next_sequence: u64) {
        let run = self.run(slot);
        run.committed_sequence = run.committed_sequence.max(next_sequence);
    }

    /// Up to where the log was seen in the database, with all edits of other sessions.
    #[must_use]
    pub fn known_sequence(&self, slot: RunSlot) -> u64 {
        self.get(slot).map_or(0, |run| run.known_sequence)
    }

    /// The log was seen in the database up to this sequence number, with all edits of other sessions.
    pub fn note_known(&mut self, slot: RunSlot, known_sequence: u64) {
        let run = self.run(slot);
        run.known_sequence = run.known_sequence.max(known_sequence);
    }

    /// Entries of this run below this sequence number have been compacted.
    pub fn note_compacted(&mut self, slot: RunSlot, compacted_sequence: u64) {
        let run = self.run(slot);
        run.compacted_sequence = run.compacted_sequence.max(compacted_sequence);
    }

    /// Entries of this run below this sequence number are known to be compacted.
    #[must_use]
    pub fn compacted_sequence(&self, slot: RunSlot) -> u64 {
        self.get(slot).map_or(0, |run| run.compacted_sequence)
    }

    /// Forgets contents that no run refers to which is written from here: their run was lost, which keeps them, or deleted.
    fn drop_foreign_contents(&mut self, memory: &InMemoryStorage) {
        let slots = if self.artifacts.is_empty() { Vec::new() } else { memory.slots() };
        let mut open: Vec<&RunState> = Vec::new();
        for slot in slots {
            if self.get(slot).is_some_and(|run| run.is_open) {
                open.extend(memory.get(slot));
            }
        }
        self.artifacts.retain(|hash| open.iter().any(|run| run.record().refers_to(hash)));
    }
}

/// The references of a run in the artifacts `one` that are not in `other`, each once.
fn references_in(run_id: &str, one: &[ArtifactRef], other: &[ArtifactRef]) -> Vec<ArtifactReference> {
    let mut references: Vec<ArtifactReference> = Vec::new();
    for artifact in one {
        let is_new = references.iter().all(|known| known.hash != artifact.hash);
        if is_new && other.iter().all(|known| known.hash != artifact.hash) {
            references.push(ArtifactReference { hash: artifact.hash.clone(), run_id: run_id.to_owned() });
        }
    }
    references
}
