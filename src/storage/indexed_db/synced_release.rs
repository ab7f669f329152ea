//! Letting go of points that can be read again: memory is bounded by what is logged and what was looked at last, not by what there is.

use super::mirror::Mirror;
use super::synced::SyncedStorage;
use crate::storage::memory::RunSlot;
use crate::storage::run_state::RunState;

/// The most points of runs written elsewhere, or ended, that stay in memory besides the run that was read last: about 200 MB.
pub const MOST_READ_POINTS: usize = 1 << 24;

impl<M: Mirror> SyncedStorage<M> {
    /// Lets go of the points of a run that has ended and is stored as a whole; from here on it is read like one written elsewhere.
    /// Whether it did. For runs whose points nobody here expects in memory.
    pub fn release_run(&self, slot: RunSlot) -> bool {
        let is_settled = self.exits.get() == 0 && !self.is_left() && self.doubtful.borrow().is_empty();
        is_settled && self.storage_mut().release(slot)
    }

    /// Lets go of the points that were read longest ago, where there are more than `most` besides those of `slot`.
    pub fn release_read(&self, slot: RunSlot, most: usize) {
        let read = self.unread.borrow().clone();
        let mut kept = 0;
        for (other, _) in read.into_iter().rev() {
            if other == slot {
                continue;
            }
            let mut storage = self.storage_mut();
            let Some(state) = storage.memory().get(other) else { continue };
            let all_series = state.all_series().unwrap_or_default();
            kept += all_series.iter().map(|named| named.series.len()).sum::<usize>();
            if kept > most {
                let state = RunState::headers_only(state.record().clone());
                storage.memory_mut().put_run(state);
                drop(storage);
                self.set_unread(other, None);
            }
        }
    }
}
