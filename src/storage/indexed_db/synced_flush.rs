//! Flushing: draining the journal into one transaction after the other, and what to do when one fails.

use std::rc::Rc;

use super::change::Change;
use super::flush_policy::Wake;
use super::journal::{BATCH_POINTS, Journal};
use super::mirror::{Batch, Mirror};
use super::storage::IndexedDbStorage;
use super::synced::{Notice, SyncedStorage};
use crate::storage::clock;
use crate::storage::error::{Result, StorageError};
use crate::storage::memory::RunSlot;

/// How often one flush tries again at once when trying again can help.
const TRIES: u32 = 4;

impl<M: Mirror> SyncedStorage<M> {
    /// Commits everything that changed before the call.
    ///
    /// # Errors
    /// The cause, if it could not be committed: it stays in memory and is tried again later.
    pub async fn flush(&self) -> Result<()> {
        let _turn = self.turn.take().await;
        self.flush_in_turn().await
    }

    /// Commits everything that changed. When it returns, nothing is on its way or in doubt.
    pub(super) async fn flush_in_turn(&self) -> Result<()> {
        loop {
            while self.is_left() {
                let settled = self.settle_exits().await;
                if settled.is_err() {
                    self.settle(&settled);
                }
                settled?;
            }
            let doubtful = self.doubtful.borrow_mut().pop();
            let in_doubt = doubtful.is_some();
            // What is on its way there has its numbers: what comes after it would not run into a fence set at one of these.
            if !in_doubt && self.exit_finished().await {
                continue;
            }
            let Some(batch) = doubtful.or_else(|| self.drain(BATCH_POINTS, false)) else {
                self.rewrites.set(false);
                return Ok(());
            };
            self.policy.borrow_mut().started(clock::now_ms() as f64);
            let result = self.commit_with_retries(batch, in_doubt).await;
            self.settle(&result);
            result?;
        }
    }

    /// Has the records of all running runs that are owned here written by the next flush: others see that their owner lives.
    pub fn renew_leases(&self) {
        for slot in self.own_slots() {
            let mut storage = self.storage_mut();
            if storage.memory().get(slot).is_some_and(|run| !run.record().status.is_final()) {
                storage.journal_mut().0.renew_run(slot);
            }
        }
    }

    /// All runs that are written here.
    pub(super) fn own_slots(&self) -> Vec<RunSlot> {
        let storage = self.storage();
        let mut slots = storage.memory().slots();
        slots.retain(|&slot| storage.owns(slot));
        slots
    }

    pub(super) fn note_runs(&self, batch: &Batch, note: fn(&mut Journal, RunSlot)) {
        let mut storage = self.storage_mut();
        for commit in &batch.runs {
            if let Some(slot) = storage.memory().find_run(&commit.record.run_id) {
                note(storage.journal_mut().0, slot);
            }
        }
    }

    pub(super) fn drain(&self, most_points: usize, released: bool) -> Option<Rc<Batch>> {
        let stamp = IndexedDbStorage::stamp(self.owner().to_owned(), released);
        let mut storage = self.storage_mut();
        let (journal, memory) = storage.journal_mut();
        journal.drain(memory, most_points, stamp).map(Rc::new)
    }

    pub(super) fn acknowledge(&self, batch: &Batch) {
        self.storage_mut().acknowledge(batch);
        self.note_runs(batch, Journal::note_stored);
        for commit in &batch.runs {
            if let Some(slot) = self.find_run(&commit.record.run_id) {
                self.may_compact(slot);
            }
        }
        let experiment_ids = batch.experiments.iter().map(|record| record.experiment_id.clone()).collect();
        self.notify(Notice::Committed { experiment_ids, run_ids: run_ids(batch) });
    }

    /// Commits a batch; where a failure has a remedy, applies it and tries what is left to write again.
    pub(super) async fn commit_with_retries(&self, first: Rc<Batch>, was_in_doubt: bool) -> Result<()> {
        let (mut batch, mut in_doubt) = (first, was_in_doubt);
        for tries in 1.. {
            let mut taken_along = false;
            let result = if in_doubt {
                self.was_committed(&batch).await
            } else {
                let mortal = self.mirror.loses_commits_on_leaving();
                self.sending.replace(mortal.then(|| Rc::clone(&batch)));
                let result = self.heard(self.mirror.commit(&batch).await);
                taken_along = mortal && self.sending.take().is_none();
                result.map(|()| true)
            };
            // The database that it was for is gone; what it held is drained again.
            let forgotten = !self.storage().journal().holds(batch.id);
            match &result {
                Ok(true) => {
                    self.acknowledge(&batch);
                    return Ok(());
                }
                Err(cause)
                    if !forgotten
                        && (in_doubt || taken_along || matches!(cause, StorageError::ConnectionLost(_))) =>
                {
                    let is_lost = matches!(cause, StorageError::ConnectionLost(_));
                    if tries < TRIES && (is_lost || taken_along) {
                        in_doubt = true;
                        continue;
                    }
                    self.keep_in_doubt(batch);
                    return result.map(drop);
                }
                _ => {}
            }
            self.storage_mut().journal_mut().0.restore(batch.id);
            match &result {
                _ if tries >= TRIES && result.is_err() => return result.map(drop),
                Err(StorageError::Conflict(_)) if !forgotten => self.resolve_conflict(&batch).await?,
                Err(_) if !forgotten => return result.map(drop),
                _ => {}
            }
            in_doubt = false;
            if self.exits.get() > 0 || !self.doubtful.borrow().is_empty() {
                // A last flush, or another doubt: it is seen to before more is drained. What is drained now would count from its
                // end, beyond where others set their fences.
                break;
            }
            match self.drain(BATCH_POINTS, false) {
                Some(next) => batch = next,
                None => break,
            }
        }
        Ok(())
    }

    pub(super) fn forget_commits(&self) {
        let mut storage = self.storage_mut();
        let (journal, memory) = storage.journal_mut();
        journal.forget_commits(memory);
        storage.ids_mut().forget_reserved();
        self.rewrites.set(true);
        // For a store that is gone: a page that leaves must not take it along.
        self.doubtful.take();
        self.sending.take();
    }

    /// Lets the policy decide what comes next, and tells subscribers if writing began to fail or works again.
    pub(super) fn settle(&self, result: &Result<()>) {
        let now_ms = clock::now_ms() as f64;
        let dirty = !self.storage().journal().is_drained() || !self.doubtful.borrow().is_empty();
        let (wake, change) = {
            let mut policy = self.policy.borrow_mut();
            match result {
                Ok(()) => {
                    let wake = policy.committed(now_ms, dirty);
                    (wake, policy.recovers().then_some(Change::Recovered))
                }
                Err(cause) => {
                    let wake = policy.failed(now_ms, dirty);
                    let (code, message) = (cause.code(), cause.to_string());
                    (wake, policy.degrades(cause).then_some(Change::Degraded { code, message }))
                }
            }
        };
        if let Wake::After(delay_ms) = wake {
            self.notify(Notice::WakeAfter(delay_ms));
        }
        if let Some(change) = change {
            self.tell(change);
        }
    }
}

pub(super) fn run_ids(batch: &Batch) -> Vec<String> {
    batch.runs.iter().map(|run| run.record.run_id.clone()).collect()
}
