//! Evicting points that can be read again: memory is bounded by what is logged and what was looked at last, not by what there is.

use super::session::Session;
use crate::database::Database;
use crate::storage::{RunSlot, RunState};

/// The most points of runs of other sessions, or ended ones, that stay in memory besides the run that was read last: about 200 MB.
pub const MOST_READ_POINTS: usize = 1 << 24;

impl<D: Database> Session<D> {
    /// The last handle on a run was dropped: its lease ends with the next commit, unless the run has ended.
    pub fn end_lease(&self, slot: RunSlot) {
        self.set_ends_lease(slot, true);
    }

    /// There is a handle on a run again.
    pub fn keep_lease(&self, slot: RunSlot) {
        if self.storage().ownership().ends_lease(slot) {
            self.set_ends_lease(slot, false);
        }
    }

    fn set_ends_lease(&self, slot: RunSlot, ends_lease: bool) {
        let mut storage = self.storage_mut();
        let is_running = storage.memory().get(slot).is_some_and(|run| !run.record().status.is_final());
        if storage.owns(slot) && is_running {
            storage.ownership_mut().set_ends_lease(slot, ends_lease);
            storage.pending_mut().renew_run(slot);
        }
    }

    /// Evicts the points of a run that is stored as a whole, and that has ended or whose lease has. Returns whether it did. For runs
    /// on which there is no handle.
    pub fn evict_run(&self, slot: RunSlot) -> bool {
        let is_quiescent =
            !self.exit_log.is_flushing() && !self.exit_log.must_recover() && !self.flusher.is_in_doubt();
        if !is_quiescent {
            return false;
        }
        let ids = self.ids_of(slot).filter(|_| self.storage().ownership().ends_lease(slot));
        let is_evicted = self.storage_mut().evict(slot);
        if let (true, Some((experiment_id, run_id))) = (is_evicted, ids) {
            self.effects.emit_run(&experiment_id, &run_id);
        }
        is_evicted
    }

    /// Evicts the points that were read longest ago, where there are more than `most` besides those of `slot`.
    pub fn evict_read(&self, slot: RunSlot, most: usize) {
        let mut kept = 0;
        for other in self.cursors.newest_first() {
            if other == slot {
                continue;
            }
            let storage = self.storage();
            let Some(state) = storage.memory().get(other) else { continue };
            let all_series = state.all_series().unwrap_or_default();
            kept += all_series.iter().map(|named| named.series.len()).sum::<usize>();
            drop(storage);
            if kept > most {
                self.evict_read_run(other);
            }
        }
    }

    /// Whether the points of a run are in memory.
    pub fn is_resident(&self, run_id: &str) -> bool {
        let storage = self.storage();
        storage.memory().run(run_id).is_ok_and(RunState::is_resident)
    }

    /// Evicts the points of all runs of other sessions.
    pub(super) fn evict_all_read(&self) {
        self.cursors.newest_first().into_iter().for_each(|slot| self.evict_read_run(slot));
    }

    fn evict_read_run(&self, slot: RunSlot) {
        let mut storage = self.storage_mut();
        let Some(state) = storage.memory().get(slot) else { return };
        let state = RunState::headers_only(state.record().clone());
        storage.memory_mut().put_run(state);
        self.cursors.forget(slot);
    }
}
