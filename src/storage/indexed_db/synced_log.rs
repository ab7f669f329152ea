//! Logging: each point by a call, or staged and taken over together.

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
        now_ms: f64,
    ) -> Result<u64> {
        self.take_staged();
        self.staging.forget_admission();
        let step = self.storage.borrow_mut().append_next(run, series, step, value, now_ms as i64)?;
        self.changed(now_ms, 1);
        Ok(step)
    }

    /// Lets a run that was just logged to stage its next points.
    pub fn admit(&self, run: RunSlot) {
        if self.storage.borrow().may_stage(run) {
            self.staging.admit(self.tick_due_ms.get() + LATE_TIMER_MS);
        } else {
            self.staging.begin_epoch();
        }
    }

    #[inline(never)]
    pub(super) fn take_staged(&self) {
        if self.staging.waiting() > 0 {
            self.take_over();
        }
    }

    #[cold]
    fn take_over(&self) {
        // Who holds the storage took over what was staged before, and no JavaScript has run since.
        let Ok(mut storage) = self.storage.try_borrow_mut() else { return };
        let points = self.staging.waiting();
        let taken = self.staging.take();
        for (run, series, points) in taken.metrics() {
            // Nothing happened since its run was admitted that could have it refused.
            let _ = storage.append_staged(run, series, points);
        }
        if !storage.has_room_to_stage() {
            // Somebody only looked, and whoever was admitted goes on.
            self.staging.begin_epoch();
        }
        drop(storage);
        self.changed(taken.latest_ms(), points);
    }
}
