//! Flushing: draining the journal into one transaction after the other, and what to do when one fails.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use futures::channel::oneshot;

use super::change::Change;
use super::compaction::holds_row;
use super::flush_policy::Wake;
use super::journal::{BATCH_POINTS, Journal};
use super::mirror::{Batch, Mirror};
use super::point_block::EMPTY_BLOCK;
use super::storage::IndexedDbStorage;
use super::synced::{Notice, SyncedStorage};
use crate::storage::clock;
use crate::storage::error::{Result, StorageError};
use crate::storage::memory::RunSlot;
use crate::storage::record::RunRecord;

/// How often one flush tries again at once when trying again can help.
const TRIES: u32 = 4;

impl<M: Mirror> SyncedStorage<M> {
    /// Commits everything that changed before the call.
    ///
    /// # Errors
    /// The cause, if it could not be committed: it stays in memory and is tried again later.
    pub async fn flush(&self) -> Result<()> {
        let _turn = self.turn.lock().await;
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

    /// Issues everything that changed as one transaction, to be polled once at once: for a page that may not live on.
    ///
    /// With `released`, its runs are marked as let go of. `None` if there is nothing to write.
    pub fn flush_on_exit(&self, released: bool) -> Option<impl Future<Output = ()> + '_> {
        if released {
            self.renew_leases();
        }
        let mut batches = self.doubtful.take();
        let in_doubt = batches.len();
        batches.extend(self.drain(usize::MAX, released));
        // Stored twice, it does no harm.
        let sending = self.sending.take();
        if sending.is_some() {
            self.set_left();
        }
        if batches.is_empty() && sending.is_none() {
            return None;
        }
        let run_ids = sending.iter().chain(&batches).flat_map(run_ids).collect();
        Some(async move {
            self.exits.set(self.exits.get() + 1);
            let mut commit = pin!(self.commit_last(sending, batches, in_doubt));
            // It is issued before anything is told or awaited.
            let issued = futures::poll!(commit.as_mut());
            self.notify(Notice::Left { run_ids });
            let result = match issued {
                Poll::Ready(result) => result,
                Poll::Pending => commit.await,
            };
            self.settle(&result);
            self.exits.set(self.exits.get() - 1);
            for waiting in self.waiting_for_exit.take() {
                let _ = waiting.send(());
            }
        })
    }

    /// Commits as one, without a second try. The first `in_doubt` of the batches may be committed already.
    async fn commit_last(&self, sending: Option<Batch>, batches: Vec<Batch>, in_doubt: usize) -> Result<()> {
        let mut all = Batch::default();
        for batch in sending.into_iter().chain(batches.clone()) {
            all.experiments.extend(batch.experiments);
            all.runs.extend(batch.runs);
            all.artifacts.extend(batch.artifacts);
        }
        let result = self.heard(self.mirror.commit_exit(&all).await);
        // Even if it failed: its answer may be lost.
        self.set_left();
        for (place, batch) in batches.into_iter().enumerate() {
            match &result {
                Ok(()) => {
                    self.storage_mut().acknowledge(&batch);
                    self.note_runs(&batch, Journal::note_left);
                }
                Err(StorageError::ConnectionLost(_)) => self.keep_in_doubt(batch),
                Err(_) if place < in_doubt => self.keep_in_doubt(batch),
                Err(_) => self.storage_mut().journal_mut().0.restore(batch.id),
            }
        }
        result
    }

    /// Puts what pages stored on leaving, this one included, where it belongs.
    ///
    /// # Errors
    /// Those of the mirror.
    pub async fn settle_exits(&self) -> Result<()> {
        // Until it is over, who asks settles too: it may come before this one.
        let (left, seen) = (self.is_left(), self.left.get());
        let left_runs = self.storage().journal().left_runs();
        let settled = self.heard(self.mirror.settle_exits().await);
        let run_ids = settled?;
        left_runs.into_iter().for_each(|slot| self.storage_mut().journal_mut().0.note_stored(slot));
        if left {
            // Who took a run over or deleted it before this did not run into what was not there yet.
            self.check_own().await?;
            self.left_seen.set(seen.max(self.left_seen.get()));
        }
        if !run_ids.is_empty() {
            self.notify(Notice::Committed { experiment_ids: Vec::new(), run_ids });
        }
        Ok(())
    }

    pub(super) fn is_left(&self) -> bool {
        self.left.get() != self.left_seen.get()
    }

    pub(super) fn set_left(&self) {
        self.left.set(self.left.get() + 1);
    }

    /// A batch of which nobody knows whether it was committed is looked for before anything else is written.
    fn keep_in_doubt(&self, batch: Batch) {
        if self.storage().journal().holds(batch.id) {
            self.doubtful.borrow_mut().push(batch);
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
        if self.exits.get() == 0 {
            return false;
        }
        let (sender, receiver) = oneshot::channel();
        self.waiting_for_exit.borrow_mut().push(sender);
        let _ = receiver.await;
        true
    }

    fn note_runs(&self, batch: &Batch, note: fn(&mut Journal, RunSlot)) {
        let mut storage = self.storage_mut();
        for commit in &batch.runs {
            if let Ok(slot) = storage.memory().run_slot(&commit.record.run_id) {
                note(storage.journal_mut().0, slot);
            }
        }
    }

    fn drain(&self, most_points: usize, released: bool) -> Option<Batch> {
        let stamp = IndexedDbStorage::stamp(self.owner().to_owned(), released);
        let mut storage = self.storage_mut();
        let (journal, memory) = storage.journal_mut();
        journal.drain(memory, most_points, stamp)
    }

    fn acknowledge(&self, batch: &Batch) {
        self.storage_mut().acknowledge(batch);
        self.note_runs(batch, Journal::note_stored);
        for commit in &batch.runs {
            let slot = self.storage().memory().run_slot(&commit.record.run_id);
            slot.into_iter().for_each(|slot| self.may_compact(slot));
        }
        self.notify(Notice::Committed {
            experiment_ids: batch.experiments.iter().map(|e| e.experiment_id.clone()).collect(),
            run_ids: run_ids(batch),
        });
    }

    /// Commits a batch; where a failure has a remedy, applies it and tries what is left to write again.
    async fn commit_with_retries(&self, first: Batch, was_in_doubt: bool) -> Result<()> {
        let (mut batch, mut in_doubt) = (first, was_in_doubt);
        for tries in 1.. {
            let mut taken_along = false;
            let result = if in_doubt {
                self.was_committed(&batch).await
            } else {
                let mortal = self.mirror.loses_commits_on_leaving();
                self.sending.replace(mortal.then(|| batch.clone()));
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

    /// Whether a batch in doubt is in the database. One that is not is not sent again as it is: runs of it may have been deleted
    /// or taken over, and their fences do not stand where its rows would.
    async fn was_committed(&self, batch: &Batch) -> Result<bool> {
        // A last flush may have taken it along.
        while self.exit_finished().await {}
        if self.is_left() {
            self.settle_exits().await?;
        }
        let run_ids = run_ids(batch);
        let mut asked = self.stored_runs(&run_ids);
        let mut stored = self.heard(self.mirror.load_records(&[], &run_ids).await)?.runs;
        let mut was_committed = false;
        // A run that is still ours and got points speaks for all of the batch. One without points is written again.
        for commit in &batch.runs {
            let Some(row) = commit.rows.iter().find(|row| row.bytes != EMPTY_BLOCK) else { continue };
            let points = self.mirror.load_points(&commit.record.run_id, row.sequence).await;
            let points = self.heard(points)?;
            let is_ours = points.record.as_ref().is_some_and(|record| record.owner == self.owner());
            // It may have been taken over or deleted since.
            stored.retain(|record| record.run_id != commit.record.run_id);
            stored.extend(points.record);
            if is_ours {
                was_committed = holds_row(&points.blocks, &row.bytes);
                break;
            }
        }
        if was_committed && stored.len() < run_ids.len() {
            // All of it was: a run that is missing now was deleted since, even if this was its first batch.
            self.note_runs(batch, Journal::note_stored);
            asked = self.stored_runs(&run_ids);
            stored = self.heard(self.mirror.load_records(&[], &run_ids).await)?.runs;
        }
        self.resolve(&run_ids, &stored, &asked);
        Ok(was_committed)
    }

    /// Compares all runs that are written here with what is stored.
    async fn check_own(&self) -> Result<()> {
        let run_ids: Vec<String> = {
            let storage = self.storage();
            let own = storage.memory().runs().filter(|(slot, _)| storage.owns(*slot));
            own.map(|(_, run)| run.record().run_id.clone()).collect()
        };
        let asked = self.stored_runs(&run_ids);
        let stored = self.heard(self.mirror.load_records(&[], &run_ids).await)?;
        self.resolve(&run_ids, &stored.runs, &asked);
        Ok(())
    }

    /// A row was there already. If it cannot be seen why, nothing is written before it is.
    async fn resolve_conflict(&self, batch: &Batch) -> Result<()> {
        let run_ids = run_ids(batch);
        let asked = self.stored_runs(&run_ids);
        let stored = self.heard(self.mirror.load_records(&[], &run_ids).await);
        if stored.is_err() {
            self.set_left();
        }
        let stored = stored?.runs;
        self.resolve(&run_ids, &stored, &asked);
        for commit in &batch.runs {
            let run_id = &commit.record.run_id;
            let is_stored = stored.iter().any(|record| record.run_id == *run_id);
            let slot = self.storage().memory().run_slot(run_id);
            if let (Ok(slot), false) = (&slot, is_stored) {
                // Rows without a record are a deleted run's fences.
                let points = self.mirror.load_points(run_id, 0).await;
                let points = self.heard(points)?;
                if points.record.is_none() && !points.blocks.is_empty() {
                    self.run_deleted(*slot);
                }
                continue;
            }
            if let (Ok(slot), Some(row)) = (slot, commit.rows.first()) {
                self.storage_mut().journal_mut().0.skip_to_sequence(slot, row.sequence + 1);
            }
        }
        Ok(())
    }

    /// Each of these runs may have been taken over, deleted, or have rows that we don't know of. Those `asked` for when they were
    /// stored already are deleted if they are not there.
    fn resolve(&self, run_ids: &[String], stored: &[RunRecord], asked: &[RunSlot]) {
        for run_id in run_ids {
            let Ok(slot) = self.storage().memory().run_slot(run_id) else { continue };
            match stored.iter().find(|record| &record.run_id == run_id) {
                Some(record) if record.owner == self.owner() => {
                    self.storage_mut().journal_mut().0.note_stored(slot);
                    self.adopt_amendment(slot, record.clone(), record.next_sequence as u64);
                }
                Some(_) => self.lose_run(slot, &StorageError::RunTakenOver(run_id.clone())),
                None => self.run_missing(slot, asked),
            }
        }
    }

    /// Stops writing a run that is no longer ours.
    pub(super) fn lose_run(&self, slot: RunSlot, cause: &StorageError) {
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
    fn settle(&self, result: &Result<()>) {
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
            self.notify(Notice::Change(change));
        }
    }
}

fn run_ids(batch: &Batch) -> Vec<String> {
    batch.runs.iter().map(|run| run.record.run_id.clone()).collect()
}
