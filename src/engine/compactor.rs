//! When logs are compacted: once a run has ended, and while it goes on when nothing was flushed for a while.

use std::cell::RefCell;

use super::session::Session;
use crate::database::Database;
use crate::database::operations::{self, FEWEST_ENTRIES, fills_segments};
use crate::event::Event;
use crate::storage::{Result, RunSlot};

/// How long nothing must have been flushed for a run that goes on to be compacted, in milliseconds.
pub const IDLE_MS: f64 = 2_000.0;

/// Runs that may be worth compacting.
#[derive(Debug, Default)]
pub(super) struct Compactor {
    candidates: RefCell<Vec<RunSlot>>,
    added: Event,
}

impl Compactor {
    fn add(&self, slot: RunSlot) {
        let mut candidates = self.candidates.borrow_mut();
        if !candidates.contains(&slot) {
            candidates.push(slot);
        }
        drop(candidates);
        self.added.notify();
    }

    fn take(&self) -> Vec<RunSlot> {
        self.candidates.take()
    }

    /// Resolves when there are candidates.
    pub(super) async fn until_candidates(&self) {
        self.added.until(|| !self.candidates.borrow().is_empty()).await;
    }
}

impl<D: Database> Session<D> {
    /// A run got log entries, or was read and has ended: it may be worth compacting.
    pub(super) fn consider_compacting(&self, slot: RunSlot) {
        if self.is_compactable(slot, FEWEST_ENTRIES) {
            self.compactor.add(slot);
        }
    }

    fn is_compactable(&self, slot: RunSlot, fewest: u64) -> bool {
        let storage = self.storage();
        let Some(run) = storage.memory().get(slot) else { return false };
        if !fills_segments(&run.counts()) {
            return false;
        }
        let record = run.record();
        let is_final = record.status.is_final();
        if !storage.owns(slot) {
            return is_final && record.next_sequence - record.compacted_sequence > 2.0;
        }
        // Ever more entries, so that those that stay behind are few.
        let compacted = storage.pending().compacted_sequence(slot);
        let enough = if is_final { 2 } else { fewest.max((compacted / 2).min(4_096)) };
        storage.pending().committed_sequence(slot) >= compacted + enough
    }

    /// Compacts the candidates for which it is time.
    pub async fn compact_idle(&self) {
        let now_ms = self.clock.monotonic_ms();
        let idle_ms = self.flusher.last_start_ms().map_or(f64::INFINITY, |start_ms| now_ms - start_ms);
        for slot in self.compactor.take() {
            let is_final =
                self.storage().memory().get(slot).is_some_and(|run| run.record().status.is_final());
            if is_final || idle_ms >= IDLE_MS / 2.0 {
                // A failure is tried again with the run's next flush, or when it is read again.
                let _ = self.compact_run(slot, FEWEST_ENTRIES).await;
            } else {
                self.consider_compacting(slot);
            }
        }
    }

    /// Compacts as much of a run's log as is worth it: while it goes on, no less than `fewest` entries.
    ///
    /// # Errors
    /// `RunNotFound`; those of the database.
    pub async fn compact_run(&self, slot: RunSlot, fewest: u64) -> Result<()> {
        let _writer = self.writer.lock().await;
        let mut compacted_until = -1.0;
        loop {
            let is_quiescent = !self.flusher.may_be_leaving()
                && !self.exit_log.must_recover()
                && !self.flusher.is_in_doubt()
                && !self.storage().pending().is_in_flight();
            let ids = self.ids_of(slot).filter(|_| is_quiescent && self.is_compactable(slot, fewest));
            let Some((_, run_id)) = ids else { return Ok(()) };
            let compacted = self.transact(operations::compact_run(&run_id, self.owner(), fewest)).await?;
            let Some(record) = compacted.filter(|record| record.compacted_sequence > compacted_until) else {
                return Ok(());
            };
            compacted_until = record.compacted_sequence;
            if self.storage().owns(slot) {
                let next_sequence = record.next_sequence as u64;
                self.apply_remote_edits(slot, record, next_sequence);
            } else if let Some(run) = self.storage_mut().memory_mut().get_mut(slot) {
                let known = run.record_mut();
                known.next_sequence = record.next_sequence;
                known.compacted_sequence = record.compacted_sequence;
            }
        }
    }
}
