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

    /// Stores a point at `step`, or at its metric's next one, and returns the step. The caller then allows staging and tells
    /// JavaScript the metric's next step, or begins a new epoch: within one, JavaScript relies on the next steps it knows.
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
        let step = self.storage_cell().borrow_mut().append_next(run, series, step, value, timestamp_ms)?;
        self.note_changes(1);
        Ok(step)
    }

    /// Lets a run that was just logged to stage its next points, for as long as the flush loop's timer may take. Returns the number
    /// of the epoch in which that holds, if it does; the caller then tells JavaScript the next step of what was logged.
    pub fn allow_staging(&self, run: RunSlot) -> Option<f64> {
        if self.flusher.may_stage() && self.storage_cell().borrow().may_stage(run) {
            return self.staging.allow(run, self.clock.monotonic_ms() + STAGING_MS);
        }
        self.staging.begin_epoch();
        None
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
            // A reader caused this: it begins no epoch, and the runs that may stage would go on.
            self.staging.begin_epoch();
        }
        drop(storage);
        self.note_changes(points);
    }
}
