//! What goes on in the background while a database is open. Each loop waits for a condition, then for its time, then acts; and begins
//! again. What is due follows from the state alone, so that nothing that happens between two rounds can drop a wake-up.

use std::pin::pin;

use futures::future::select;

use super::compactor::IDLE_MS;
use super::schedule::{FLUSH_INTERVAL_MS, Pace};
use super::session::Session;
use crate::database::{Database, operations};

/// How often the leases of running runs are renewed, in milliseconds: a lease lasts several times as long.
pub const HEARTBEAT_MS: f64 = 30_000.0;

impl<D: Database> Session<D> {
    /// Flushes what is pending when it is due, until the flusher is closed.
    pub async fn flush_loop(&self) {
        while !self.flusher.is_closed() {
            let due_ms = self.flusher.due_ms();
            let wait_ms = due_ms.map(|due_ms| due_ms - self.clock.monotonic_ms());
            match wait_ms {
                None => self.flusher.until_due_changes(None, &*self.clock).await,
                Some(wait_ms) if wait_ms > 0.0 => {
                    // A change that makes it due earlier ends the wait, and so does one that comes when the timer is late.
                    let changed = pin!(self.flusher.until_due_changes(due_ms, &*self.clock));
                    select(self.clock.sleep(wait_ms), changed).await;
                }
                Some(_) => {
                    // A failure is emitted to subscribers, and tried again when that is due.
                    let _ = self.flush().await;
                }
            }
        }
    }

    /// Announces to this tab's subscribers what changed in this tab, at most once an interval.
    pub async fn announce_loop(&self) {
        loop {
            self.touched.until(|| self.is_touched()).await;
            self.clock.sleep(FLUSH_INTERVAL_MS).await;
            self.announce();
        }
    }

    fn is_touched(&self) -> bool {
        self.storage_cell().try_borrow().is_ok_and(|storage| storage.pending().is_touched())
    }

    /// Compacts logs when it is quiet.
    pub async fn compact_loop(&self) {
        loop {
            self.compactor.until_candidates().await;
            self.clock.sleep(IDLE_MS).await;
            self.compact_idle().await;
        }
    }

    /// Keeps telling other sessions that this one's runs live, and ends imports of pages that are gone.
    pub async fn heartbeat_loop(&self) {
        loop {
            self.clock.sleep(HEARTBEAT_MS).await;
            self.renew_leases();
            if self.flush().await.is_ok() {
                self.last_verified.note(&*self.clock);
            }
            // A page that was closed while it published an import sent no message: no other page looks for what it left. What cannot be
            // swept now is swept the next time.
            #[cfg(feature = "interop")]
            drop(self.sweep_imports().await);
        }
    }

    /// Removes what deleted runs left behind. Returns of how many nothing is left now.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sweep_tombstones(&self) -> crate::storage::Result<usize> {
        let swept = self.transact(operations::sweep_tombstones(self.clock.wall_ms())).await?;
        if swept.finds_records {
            let run_ids = self.transact(operations::delete_listed_runs(self.clock.wall_ms())).await?;
            // A session that writes one of them learns that it was deleted.
            self.effects.broadcast(&[], &run_ids);
        }
        Ok(swept.forgotten)
    }

    /// Writes to the exit log what changes while the page may be gone in a moment, at the end of the task that changed it. `begin` is
    /// to run an exit flush, and not to wait for its completion, which may never come.
    pub async fn exit_loop(&self, begin: impl Fn()) {
        loop {
            self.flusher.until_exit_due().await;
            if self.flusher.is_closed() {
                return;
            }
            begin();
        }
    }

    /// Changes the pace of flushing.
    pub fn set_pace(&self, pace: Pace) {
        self.flusher.set_pace(pace);
        // Points that are staged are part of what is pending, and at some paces none may be staged.
        drop(self.storage_mut());
    }
}
