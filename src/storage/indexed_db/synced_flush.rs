//! Flushing: draining the journal into one transaction after the other, and what to do when one fails.

use std::future::Future;

use futures::channel::oneshot;

use super::change::Change;
use super::flush_policy::Wake;
use super::journal::BATCH_POINTS;
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
        let _turn = self.turn.lock().await;
        if self.left.get() {
            let settled = self.settle_exits().await;
            if settled.is_err() {
                self.settle(&settled);
            }
            settled?;
        }
        loop {
            let doubtful = self.doubtful.take();
            let in_doubt = doubtful.is_some();
            let Some(batch) = doubtful.or_else(|| self.drain(BATCH_POINTS, false)) else {
                if self.exit_finished().await {
                    continue;
                }
                return Ok(());
            };
            self.policy.borrow_mut().started(clock::now_ms() as f64);
            let result = self.commit_with_retries(batch, in_doubt).await;
            self.settle(&result);
            result?;
        }
    }

    /// Issues everything that changed as one transaction, to be polled once at once: for a page that may not live on.
    ///
    /// With `released`, its runs are marked as let go of. `None` if there is nothing to write.
    pub fn flush_on_exit(&self, released: bool) -> Option<impl Future<Output = ()> + '_> {
        if released {
            self.renew_leases();
        }
        let doubtful = self.doubtful.take();
        let batch = self.drain(usize::MAX, released);
        if doubtful.is_none() && batch.is_none() {
            return None;
        }
        let batches = doubtful.iter().chain(&batch);
        let run_ids = batches.flat_map(|batch| &batch.runs).map(|run| run.record.run_id.clone()).collect();
        Some(async move {
            // Both are issued before either is awaited.
            let commit = async |batch: Option<Batch>, in_doubt: bool| match batch {
                Some(batch) => self.commit_last(batch, in_doubt).await,
                None => Ok(()),
            };
            let issued = async { self.notify(Notice::Left { run_ids }) };
            let (first, second, ()) = futures::join!(commit(doubtful, true), commit(batch, false), issued);
            self.settle(&first.and(second));
            for waiting in self.waiting_for_exit.take() {
                let _ = waiting.send(());
            }
        })
    }

    /// Commits without a second try.
    async fn commit_last(&self, batch: Batch, in_doubt: bool) -> Result<()> {
        let result = self.heard(self.mirror.commit_exit(&batch).await);
        match &result {
            Ok(()) => {
                self.left.set(true);
                self.storage_mut().acknowledge(&batch);
            }
            Err(StorageError::ConnectionLost(_)) => self.keep_in_doubt(batch),
            Err(_) if in_doubt => self.keep_in_doubt(batch),
            Err(_) => self.storage_mut().journal_mut().0.restore(batch.id),
        }
        result
    }

    /// Puts what pages stored on leaving, this one included, where it belongs.
    ///
    /// # Errors
    /// Those of the mirror.
    pub async fn settle_exits(&self) -> Result<()> {
        let run_ids = self.heard(self.mirror.settle_exits().await)?;
        self.left.set(false);
        if !run_ids.is_empty() {
            self.notify(Notice::Committed { experiment_ids: Vec::new(), run_ids });
        }
        Ok(())
    }

    /// A batch of which nobody knows whether it was committed is tried again as it is, before anything else: what was
    /// committed after all answers with a conflict and is not written twice.
    fn keep_in_doubt(&self, batch: Batch) {
        if !self.storage().journal().holds(batch.id) {
            return;
        }
        let other = self.doubtful.replace(Some(batch));
        if let Some(other) = other {
            // Two at a time happen only to a page that left and came back; the older is written again whole.
            self.storage_mut().journal_mut().0.restore(other.id);
        }
    }

    /// Has the records of all running runs that are owned here written by the next flush: others see that their owner lives.
    pub fn renew_leases(&self) {
        let mut storage = self.storage_mut();
        let slots: Vec<RunSlot> = storage
            .memory()
            .runs()
            .filter(|(slot, run)| storage.owns(*slot) && !run.record().status.is_final())
            .map(|(slot, _)| slot)
            .collect();
        for slot in slots {
            storage.journal_mut().0.renew_run(slot);
        }
    }

    /// Whether a last flush was in flight; it is over now.
    async fn exit_finished(&self) -> bool {
        if !self.storage().journal().is_in_flight() {
            return false;
        }
        let (sender, receiver) = oneshot::channel();
        self.waiting_for_exit.borrow_mut().push(sender);
        let _ = receiver.await;
        true
    }

    fn drain(&self, most_points: usize, released: bool) -> Option<Batch> {
        let stamp = IndexedDbStorage::stamp(self.owner().to_owned(), released);
        let mut storage = self.storage_mut();
        let (journal, memory) = storage.journal_mut();
        journal.drain(memory, most_points, stamp)
    }

    fn acknowledge(&self, batch: &Batch) {
        self.storage_mut().acknowledge(batch);
        self.notify(Notice::Committed {
            experiment_ids: batch.experiments.iter().map(|e| e.experiment_id.clone()).collect(),
            run_ids: batch.runs.iter().map(|run| run.record.run_id.clone()).collect(),
        });
    }

    /// Commits a batch; where a failure has a remedy, applies it and tries what is left to write again.
    async fn commit_with_retries(&self, first: Batch, was_in_doubt: bool) -> Result<()> {
        let (mut batch, mut in_doubt) = (first, was_in_doubt);
        let mut tries = 1;
        loop {
            let Err(cause) = self.heard(self.mirror.commit(&batch).await) else {
                self.acknowledge(&batch);
                return Ok(());
            };
            let last = tries == TRIES;
            tries += 1;
            // The database that it was for is gone; what it held is drained again.
            let forgotten = !self.storage().journal().holds(batch.id);
            match &cause {
                _ if forgotten => {}
                StorageError::ConnectionLost(_) if last => {
                    self.keep_in_doubt(batch);
                    return Err(cause);
                }
                StorageError::ConnectionLost(_) => {
                    in_doubt = true;
                    continue;
                }
                StorageError::Conflict(_) if in_doubt => match self.was_committed(&batch).await {
                    Ok(true) => {
                        self.acknowledge(&batch);
                        return Ok(());
                    }
                    Ok(false) => {}
                    Err(cause) => {
                        self.keep_in_doubt(batch);
                        return Err(cause);
                    }
                },
                _ => {}
            }
            self.storage_mut().journal_mut().0.restore(batch.id);
            match &cause {
                _ if last => return Err(cause),
                _ if forgotten => {}
                StorageError::Conflict(_) => self.resolve_conflict(&batch).await?,
                _ => return Err(cause),
            }
            in_doubt = false;
            match self.drain(BATCH_POINTS, false) {
                Some(next) => batch = next,
                None => return Ok(()),
            }
        }
    }

    /// Whether a batch in doubt is in the database: a run that says so speaks for all of it.
    async fn was_committed(&self, batch: &Batch) -> Result<bool> {
        let run_ids: Vec<String> = batch.runs.iter().map(|run| run.record.run_id.clone()).collect();
        let stored = self.heard(self.mirror.load_records(&[], &run_ids).await)?;
        Ok(batch.runs.iter().any(|commit| {
            stored.runs.iter().any(|record| {
                record.run_id == commit.record.run_id
                    && record.owner == self.owner()
                    && record.last_batch >= commit.record.last_batch
            })
        }))
    }

    /// A row was there already: each run of the batch was taken over, deleted, or has rows of ours that we don't know of.
    async fn resolve_conflict(&self, batch: &Batch) -> Result<()> {
        let run_ids: Vec<String> = batch.runs.iter().map(|run| run.record.run_id.clone()).collect();
        let stored = self.heard(self.mirror.load_records(&[], &run_ids).await)?;
        for commit in &batch.runs {
            let run_id = &commit.record.run_id;
            let Ok(slot) = self.storage().memory().run_slot(run_id) else { continue };
            match stored.runs.iter().find(|record| &record.run_id == run_id) {
                Some(record) if record.owner == self.owner() => {
                    let next = (record.next_sequence as u64)
                        .max(commit.rows.first().map_or(0, |row| row.sequence + 1));
                    self.adopt_amendment(slot, record.clone(), next);
                }
                Some(_) => self.lose_run(slot, StorageError::RunTakenOver(run_id.clone())),
                None => self.run_deleted(slot),
            }
        }
        Ok(())
    }

    /// Stops writing a run that is no longer ours.
    pub(super) fn lose_run(&self, slot: RunSlot, cause: StorageError) {
        let run_id = {
            let mut storage = self.storage_mut();
            if storage.journal().fenced(slot).is_some() {
                return;
            }
            storage.journal_mut().0.fence_run(slot, cause.clone());
            storage.memory().get(slot).map(|run| run.record().run_id.clone()).unwrap_or_default()
        };
        let (code, message) = (cause.code(), cause.to_string());
        self.notify(Notice::Change(Change::RunLost { run_id, code, message }));
    }

    pub(super) fn forget_commits(&self) {
        let owner = self.owner().to_owned();
        let mut storage = self.storage_mut();
        let (journal, memory) = storage.journal_mut();
        journal.forget_commits(memory, |record| record.owner == owner);
        self.doubtful.take();
    }

    /// Lets the policy decide what comes next, and tells subscribers if writing began to fail or works again.
    fn settle(&self, result: &Result<()>) {
        let now_ms = clock::now_ms() as f64;
        let dirty = !self.storage().journal().is_drained() || self.doubtful.borrow().is_some();
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
            self.notify(Notice::Change(change));
        }
    }
}
