//! Logging: each point by a call, or staged and taken over together.

use super::flush_policy::FLUSH_INTERVAL_MS;
use super::mirror::Mirror;
use super::staging::Staging;
use super::synced::{LATE_TIMER_MS, SyncedStorage};
use crate::storage::error::Result;
use crate::storage::memory::RunSlot;
use crate::storage::run_state::SeriesSlot;

impl<M: Mirror> SyncedStorage<M> {
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
        now_ms: f64,
    ) -> Result<u64> {
        self.take_staged();
        let step = self.storage.borrow_mut().append_next(run, series, step, value, now_ms as i64)?;
        self.changed(now_ms, 1);
        Ok(step)
    }

    /// Lets a run that was just logged to stage its next points, for as long as the flush loop's timer may take. `monotonic_ms` is
    /// the time of the page's monotonic clock. Returns the number of the epoch in which that holds, if it does; the caller then
    /// tells JavaScript the next step of what was logged.
    pub fn allow_staging(&self, run: RunSlot, monotonic_ms: f64) -> Option<f64> {
        if self.storage.borrow().may_stage(run) {
            return self.staging.allow(run, monotonic_ms + FLUSH_INTERVAL_MS + LATE_TIMER_MS);
        }
        self.staging.begin_epoch();
        None
    }

    #[inline(never)]
    pub(super) fn take_staged(&self) {
        if self.staging.waiting() > 0 {
            self.take_over();
        }
    }

    #[cold]
    fn take_over(&self) {
        // Already borrowed: the borrower took over what was staged before, and no JavaScript has run since.
        let Ok(mut storage) = self.storage.try_borrow_mut() else { return };
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
        self.changed(taken.latest_ms(), points);
    }
}
