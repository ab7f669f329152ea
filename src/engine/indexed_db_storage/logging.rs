//! Logging points: whether they may be stored, and storing them, one by one or together.

use super::IndexedDbStorage;
use crate::columns::{LoggedPoint, RawPoint};
use crate::engine::staging::{MAX_STAGED_STEP, STAGED_POINTS};
use crate::storage::{Result, RunSlot, RunState, SeriesSlot, StorageError};

impl IndexedDbStorage {
    /// Whether a point could be logged to the run.
    ///
    /// # Errors
    /// As [`IndexedDbStorage::check_writable`]; `InvalidState` unless the run is running.
    pub fn check_loggable(&self, run: RunSlot) -> Result<()> {
        self.check_writable(run)?;
        self.memory.get(run).map_or(Ok(()), RunState::check_running)
    }

    /// Whether so many points could be logged to the run.
    ///
    /// # Errors
    /// As [`IndexedDbStorage::check_loggable`]; `MemoryFull` if too many points are unsaved.
    pub fn check_room(&self, run: RunSlot, points: u64) -> Result<()> {
        self.check_loggable(run)?;
        if self.pending.unsaved().saturating_add(points) > self.most_unsaved { Err(full()) } else { Ok(()) }
    }

    /// Sets how many points may be unsaved over all runs: [`MAX_UNSAVED_POINTS`](crate::engine::MAX_UNSAVED_POINTS) unless set.
    pub fn set_most_unsaved(&mut self, points: u64) {
        self.most_unsaved = points;
    }

    /// The slot of a metric in a run.
    ///
    /// # Errors
    /// As [`IndexedDbStorage::check_writable`]; `InvalidArgument` for a bad key.
    pub fn series_slot(&mut self, run: RunSlot, key: &str) -> Result<SeriesSlot> {
        self.check_writable(run)?;
        self.memory.series_slot(run, key)
    }

    /// Stores a point: the hot path. `run` and `series` come from this storage.
    ///
    /// # Errors
    /// `InvalidState` unless the run is running; `RunTakenOver`, `RunDeleted`; `InvalidArgument` for a step over 2^53 − 1;
    /// `MemoryFull` if too many points are unsaved.
    #[inline]
    pub fn append(&mut self, run: RunSlot, series: SeriesSlot, point: RawPoint) -> Result<()> {
        if !self.ownership.is_owner(run) {
            return self.check_writable(run);
        }
        if self.pending.unsaved() >= self.most_unsaved {
            return Err(full());
        }
        self.memory.run_mut(run)?.push(series, point)?;
        self.pending.note_points(run, 1);
        Ok(())
    }

    /// Stores a point at `step`, or at its metric's next one, and returns the step.
    ///
    /// # Errors
    /// As [`IndexedDbStorage::append`].
    #[inline]
    pub fn append_next(
        &mut self,
        run: RunSlot,
        series: SeriesSlot,
        step: Option<u64>,
        value: f64,
        timestamp_ms: i64,
    ) -> Result<u64> {
        if !self.ownership.is_owner(run) {
            // Only an owned run is sure to have this slot.
            self.check_writable(run)?;
        }
        let step = match (step, self.memory.get(run)) {
            (Some(step), _) => step,
            (None, Some(state)) => state.series_at(series).series.next_step(),
            (None, None) => 0,
        };
        self.append(run, series, RawPoint { step, value, timestamp_ms }).map(|()| step)
    }

    /// Stores points of one metric that were staged: as [`IndexedDbStorage::append_next`] for each, or none. There is room for them:
    /// see [`IndexedDbStorage::has_room_to_stage`].
    ///
    /// # Errors
    /// As [`IndexedDbStorage::check_loggable`].
    pub fn append_staged(
        &mut self,
        run: RunSlot,
        series: SeriesSlot,
        points: impl Iterator<Item = LoggedPoint>,
    ) -> Result<()> {
        self.check_loggable(run)?;
        let count = self.memory.run_mut(run)?.push_checked(series, points);
        self.pending.note_points(run, count);
        Ok(())
    }

    /// Whether as many points as are staged at most can be taken in later.
    #[must_use]
    pub fn has_room_to_stage(&self) -> bool {
        self.pending.unsaved() + (STAGED_POINTS as u64) <= self.most_unsaved
    }

    /// Whether points of the run can be taken in later, because none of them could be refused.
    #[must_use]
    pub fn may_stage(&self, run: RunSlot) -> bool {
        let has_steps = |run: &RunState| run.highest_step() <= MAX_STAGED_STEP;
        self.has_room_to_stage()
            && self.check_loggable(run).is_ok()
            && self.memory.get(run).is_some_and(has_steps)
    }

    /// Stores values at consecutive steps, all of one time. Either all or none.
    ///
    /// # Errors
    /// As [`IndexedDbStorage::append`].
    pub fn append_consecutive(
        &mut self,
        run: RunSlot,
        series: SeriesSlot,
        first_step: u64,
        values: &[f64],
        timestamp_ms: i64,
    ) -> Result<()> {
        self.check_room(run, values.len() as u64)?;
        self.memory.run_mut(run)?.push_consecutive(series, first_step, values, timestamp_ms)?;
        self.pending.note_points(run, values.len() as u64);
        Ok(())
    }
}

#[cold]
fn full() -> StorageError {
    StorageError::MemoryFull(
        "over 16 million points are logged and not saved: `await run.flush()` and log on; if it rejects, its error says what keeps them from being saved"
            .to_owned(),
    )
}
