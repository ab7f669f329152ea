//! Logging: each point by a call, or staged and taken over together.

use super::session::Session;
use super::staging::Staging;
use crate::database::Database;
use crate::storage::{Result, RunSlot, SeriesSlot};

/// How long points may be staged after a point was logged the checked way, in milliseconds: then logging itself wakes the flush loop,
/// should its timer be late.
const STAGING_MS: f64 = 150.0;

impl<D: Database> Session<D> {
    /// Where points may be written to without a call; see [`Staging`].
    pub fn staging(&self) -> &Staging {
        &self.staging
    }

    /// Stores a point at `step`, or at its metric's next one, and returns the step.
    ///
    /// # Errors
    /// As [`super::IndexedDbStorage::append`].
    #[inline]
    pub fn log(
        &self,
        run: RunSlot,
        series: SeriesSlot,
        step: Option<u64>,
        value: f64,
        timestamp_ms: i64,
    ) -> Result<u64> {
        self.take_staged();
        self.staging.forget_admission();
        let step = self.storage_cell().borrow_mut().append_next(run, series, step, value, timestamp_ms)?;
        self.note_changes(1);
        Ok(step)
    }

    /// Lets a run that was just logged to stage its next points.
    pub fn admit(&self, run: RunSlot) {
        if self.flusher.may_stage() && self.storage_cell().borrow().may_stage(run) {
            self.staging.admit(self.clock.monotonic_ms() + STAGING_MS);
        } else {
            self.staging.begin_epoch();
        }
    }

    pub(super) fn take_staged(&self) {
        if self.staging.waiting() > 0 {
            self.take_over();
        }
    }

    #[cold]
    fn take_over(&self) {
        // Already borrowed: the borrower drained the staging buffer on entry, and no JavaScript has run since.
        let Ok(mut storage) = self.storage_cell().try_borrow_mut() else { return };
        let points = self.staging.waiting();
        let taken = self.staging.take();
        for (run, series, points) in taken.metrics() {
            // Nothing happened since its run was admitted that could have it refused.
            let _ = storage.append_staged(run, series, points);
        }
        if !storage.has_room_to_stage() {
            // The caller only looked, and a run that was admitted goes on.
            self.staging.begin_epoch();
        }
        drop(storage);
        self.note_changes(points);
    }
}
