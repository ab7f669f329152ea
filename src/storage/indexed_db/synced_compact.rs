//! When logs are compacted: once a run has ended, and while it goes on when nothing was flushed for a while.

use super::compaction::{FEWEST_ROWS, fills_chunks};
use super::mirror::Mirror;
use super::synced::{Notice, SyncedStorage};
use crate::storage::error::Result;
use crate::storage::memory::RunSlot;

/// How long nothing must have been flushed for a run that goes on to be compacted, in milliseconds.
pub const IDLE_MS: f64 = 2_000.0;

impl<M: Mirror> SyncedStorage<M> {
    /// A run got rows, or was read and has ended: it may be worth compacting.
    pub(super) fn may_compact(&self, slot: RunSlot) {
        if !self.is_compactable(slot, FEWEST_ROWS) {
            return;
        }
        let mut compactable = self.compactable.borrow_mut();
        if compactable.is_empty() {
            self.notify(Notice::WakeAfter(IDLE_MS));
        }
        if !compactable.contains(&slot) {
            compactable.push(slot);
        }
    }

    fn is_compactable(&self, slot: RunSlot, fewest: u64) -> bool {
        let storage = self.storage();
        let Some(run) = storage.memory().get(slot) else { return false };
        if !fills_chunks(&run.counts()) {
            return false;
        }
        let record = run.record();
        let is_final = record.status.is_final();
        if !storage.is_own(slot) {
            return is_final && record.next_sequence - record.compacted_sequence > 2.0;
        }
        // Ever more rows, so that those who stay behind are few.
        let compacted = storage.journal().compacted_sequence(slot);
        let enough = if is_final { 2 } else { fewest.max((compacted / 2).min(4_096)) };
        storage.owns(slot) && storage.journal().committed_sequence(slot) >= compacted + enough
    }

    /// Compacts the runs for which it is time at `now_ms`. For the wake that was asked for; does nothing otherwise.
    pub async fn compact_idle(&self, now_ms: f64) {
        let slots = self.compactable.take();
        let idle_ms = now_ms - self.policy.borrow().last_start_ms();
        for slot in slots {
            let is_final =
                self.storage().memory().get(slot).is_some_and(|run| run.record().status.is_final());
            if is_final || idle_ms >= IDLE_MS / 2.0 {
                // It is tried again with the run's next flush, or when it is read again.
                let _ = self.compact_run(slot, FEWEST_ROWS).await;
            } else {
                self.may_compact(slot);
            }
        }
    }

    /// Compacts as much of a run's log as is worth it: while it goes on, no less than `fewest` rows.
    ///
    /// # Errors
    /// `RunNotFound`; those of the mirror.
    pub async fn compact_run(&self, slot: RunSlot, fewest: u64) -> Result<()> {
        let _turn = self.turn.take().await;
        let mut behind = -1.0;
        loop {
            let is_unsettled = self.is_left()
                || !self.doubtful.borrow().is_empty()
                || self.storage().journal().is_in_flight();
            let ids = self.ids_of(slot).filter(|_| !is_unsettled && self.is_compactable(slot, fewest));
            let Some((_, run_id)) = ids else { return Ok(()) };
            let compacted = self.heard(self.mirror.compact_run(&run_id, self.owner(), fewest).await)?;
            let Some(record) = compacted.filter(|record| record.compacted_sequence > behind) else {
                return Ok(());
            };
            behind = record.compacted_sequence;
            if self.storage().is_own(slot) {
                let next_sequence = record.next_sequence as u64;
                self.adopt_amendment(slot, record, next_sequence);
            } else if let Some(run) = self.storage_mut().memory_mut().get_mut(slot) {
                let known = run.record_mut();
                known.next_sequence = record.next_sequence;
                known.compacted_sequence = record.compacted_sequence;
            }
        }
    }
}
