//! Flushing: what changed is committed, one batch at a time, and acknowledged only when its transaction completed.
//!
//! The order in which things are written is that of a write-ahead log with in-doubt transactions: first the exit log is recovered, then
//! the outcome of batches in doubt is found out, then new batches are taken. Sequence numbers count from what is known to be committed,
//! so nothing is numbered while something else that has numbers is under way.

use std::rc::Rc;

use super::change::Change;
use super::pending_changes::{BATCH_POINTS, Contents, PendingChanges};
use super::session::Session;
use crate::database::{Batch, Database, operations};
use crate::storage::{Result, RunRecord, RunSlot, StorageError};

/// The most attempts at committing one batch, the first among them, where trying again at once can help.
const TRIES: u32 = 4;

impl<D: Database> Session<D> {
    /// Commits everything that changed before the call, but for contents of artifacts that do not fit.
    ///
    /// # Errors
    /// The cause, if it could not be committed: it stays in memory and is tried again later.
    pub async fn flush(&self) -> Result<()> {
        let _writer = self.writer.lock().await;
        self.flush_as_writer().await
    }

    /// As [`Session::flush`], for a run: its artifacts are to be committed too, and it must not have been lost.
    ///
    /// # Errors
    /// As [`Session::flush`]; `RunTakenOver`, `RunDeleted`; `QuotaExceeded` if an artifact of this run does not fit.
    pub async fn flush_run(&self, slot: RunSlot) -> Result<()> {
        if self.has_withheld_contents(slot) {
            self.flusher.retry_now(self.clock.monotonic_ms());
        }
        self.flush().await?;
        if let Some(cause) = self.storage().lost(slot) {
            return Err(cause);
        }
        if self.has_withheld_contents(slot) {
            return Err(StorageError::QuotaExceeded(
                "an artifact of this run does not fit into the disk or this site's storage quota: it stays in memory; delete runs or free disk space and it is written".to_owned(),
            ));
        }
        Ok(())
    }

    fn has_withheld_contents(&self, slot: RunSlot) -> bool {
        let withheld = self.flusher.withheld();
        let storage = self.storage();
        storage.memory().get(slot).is_some_and(|run| withheld.iter().any(|hash| run.record().refers_to(hash)))
    }

    /// [`Session::flush`] for a caller that holds the writer lock. When it returns `Ok`, nothing is under way or in doubt.
    pub(super) async fn flush_as_writer(&self) -> Result<()> {
        let result = self.commit_all().await;
        self.record_outcome(&result);
        result
    }

    async fn commit_all(&self) -> Result<()> {
        loop {
            // What changes meanwhile goes to the exit log. A transaction that is begun now may be frozen with its page, and keep other
            // tabs from the database.
            self.flusher.until_living_on().await;
            if self.exit_log.must_recover() {
                self.recover_exit_log().await?;
                continue;
            }
            if let Some(batch) = self.flusher.take_in_doubt() {
                self.commit_with_retries(batch, true).await?;
                continue;
            }
            // An exit flush has already allocated sequence numbers. Wait for it: numbering past them could step over another
            // session's fence.
            if self.exit_log.until_flushed().await {
                continue;
            }
            if self.last_verified.is_stale(&*self.clock) {
                self.verify_own_runs().await?;
                continue;
            }
            self.flusher.begin(self.clock.monotonic_ms());
            let Some(batch) = self.take_batch(BATCH_POINTS) else { break };
            self.commit_with_retries(batch, false).await?;
        }
        self.flusher.end_rebuilding();
        self.commit_withheld_contents().await
    }

    /// Takes what changed, but for contents that did not fit before.
    pub(super) fn take_batch(&self, most_points: usize) -> Option<Rc<Batch>> {
        let withheld = self.flusher.withheld();
        self.take(most_points, Contents::AllBut(&withheld))
    }

    fn take(&self, most_points: usize, contents: Contents) -> Option<Rc<Batch>> {
        let heartbeat_ms = self.last_verified.next_heartbeat_ms(&*self.clock);
        let is_page_leaving = self.exit_log.is_leaving();
        let mut storage = self.storage_mut();
        let owner = storage.owner().to_owned();
        let (pending, memory, ownership) = storage.pending_and_memory();
        let finalize_record = |slot: RunSlot, record: &mut RunRecord| {
            let ends_lease = is_page_leaving || ownership.ends_lease(slot);
            record.owner.clone_from(&owner);
            record.heartbeat_ms = heartbeat_ms;
            record.clean_exit = ends_lease && !record.status.is_final();
        };
        let batch = pending.take_batch(memory, most_points, contents, finalize_record)?;
        self.last_verified.note_heartbeat(heartbeat_ms);
        Some(Rc::new(batch))
    }

    /// Has the records of all running runs that are owned here written by the next flush: other sessions see that their owner lives.
    pub fn renew_leases(&self) {
        let mut storage = self.storage_mut();
        for slot in storage.owned() {
            if storage.memory().get(slot).is_some_and(|run| !run.record().status.is_final()) {
                storage.pending_mut().renew_run(slot);
            }
        }
    }

    pub(super) fn note_runs(&self, batch: &Batch, note: fn(&mut PendingChanges, RunSlot)) {
        let mut storage = self.storage_mut();
        for commit in &batch.runs {
            let slot = storage.memory().find_run(&commit.record.run_id);
            if let Some(slot) = slot.filter(|&slot| storage.owns(slot)) {
                note(storage.pending_mut(), slot);
            }
        }
    }

    fn acknowledge(&self, batch: &Batch) {
        self.storage_mut().acknowledge(batch);
        self.note_runs(batch, PendingChanges::note_persisted);
        for commit in &batch.runs {
            if let Some(slot) = self.find_run(&commit.record.run_id) {
                // Its entries would not have been added where another session had set a fence.
                self.storage_mut().pending_mut().note_known(slot, commit.record.next_sequence as u64);
                self.consider_compacting(slot);
            }
        }
        let experiment_ids: Vec<String> =
            batch.experiments.iter().map(|record| record.experiment_id.clone()).collect();
        self.effects.broadcast(&experiment_ids, &batch.run_ids());
    }

    /// Commits a batch; where a failure has a remedy, applies it, and tries again what is left to write.
    async fn commit_with_retries(&self, first: Rc<Batch>, was_in_doubt: bool) -> Result<()> {
        let (mut batch, mut in_doubt) = (first, was_in_doubt);
        for tries in 1.. {
            let (result, taken_along) = self.attempt(&batch, in_doubt).await;
            // The database that the batch was for is gone; what it held is taken again.
            let is_forgotten = !self.storage().pending().holds(batch.id);
            match &result {
                Ok(true) => {
                    self.acknowledge(&batch);
                    return Ok(());
                }
                Ok(false) if !is_forgotten && taken_along => {
                    // It was not committed, but may be in the exit log by now.
                    if tries < TRIES {
                        continue;
                    }
                    self.keep_in_doubt(batch);
                    return Ok(());
                }
                Err(cause) if !is_forgotten && (in_doubt || taken_along || is_unanswered(cause)) => {
                    if tries < TRIES && (taken_along || is_unanswered(cause)) {
                        in_doubt = true;
                        continue;
                    }
                    self.keep_in_doubt(batch);
                    return result.map(drop);
                }
                _ => {}
            }
            self.storage_mut().pending_mut().requeue(batch.id);
            match &result {
                Err(_) if tries >= TRIES => return result.map(drop),
                Err(StorageError::Conflict(_)) if !is_forgotten => self.resolve_conflict(&batch).await?,
                Err(cause @ StorageError::QuotaExceeded(_))
                    if !is_forgotten && !batch.artifacts.is_empty() =>
                {
                    // What fits is written; contents that do not fit wait by themselves.
                    self.withhold(cause, batch.artifacts.iter().map(|(hash, _)| hash.clone()));
                }
                Err(_) if !is_forgotten => return result.map(drop),
                _ => {}
            }
            in_doubt = false;
            let is_recovered = !self.exit_log.is_flushing() && !self.exit_log.must_recover();
            if !is_recovered || self.flusher.is_in_doubt() {
                // What an exit flush wrote, or another batch in doubt, is seen to before more is taken: what is taken now would be
                // numbered past it, beyond where other sessions set their fences, and refer to contents that are in the exit log.
                break;
            }
            match self.take_batch(BATCH_POINTS) {
                Some(next) => batch = next,
                None => break,
            }
        }
        Ok(())
    }

    /// Commits a batch, or finds out whether it was committed. The batch is in flight meanwhile: returns also whether an exit flush took
    /// it along.
    async fn attempt(&self, batch: &Rc<Batch>, in_doubt: bool) -> (Result<bool>, bool) {
        let in_flight = InFlight::begin(self, batch);
        let result = if in_doubt {
            self.was_committed(batch).await
        } else {
            self.transact(operations::commit(Rc::clone(batch))).await.map(|()| true)
        };
        (result, in_flight.end())
    }

    fn withhold(&self, cause: &StorageError, hashes: impl Iterator<Item = String>) {
        if self.flusher.withhold(self.clock.monotonic_ms(), hashes) {
            self.emit_degraded(cause);
        }
    }

    /// Tries contents that did not fit, each by itself, when it is time to.
    async fn commit_withheld_contents(&self) -> Result<()> {
        self.flusher.retain_withheld(|hash| self.storage().is_content_pending(hash));
        if !self.flusher.may_try_withheld(self.clock.monotonic_ms()) {
            return Ok(());
        }
        for hash in self.flusher.withheld() {
            let Some(batch) = self.take(0, Contents::Only(&hash)) else { continue };
            let (result, taken_along) = self.attempt(&batch, false).await;
            match result {
                Ok(_) => {
                    self.acknowledge(&batch);
                    self.flusher.retain_withheld(|other| other != hash);
                }
                Err(cause) if taken_along || is_unanswered(&cause) => {
                    self.keep_in_doubt(batch);
                    return Err(cause);
                }
                Err(cause) => {
                    self.storage_mut().pending_mut().requeue(batch.id);
                    if !matches!(cause, StorageError::QuotaExceeded(_)) {
                        return Err(cause);
                    }
                    self.withhold(&cause, std::iter::once(hash));
                }
            }
        }
        Ok(())
    }

    /// Notes how a flush went, and emits it if writing began to fail or works again.
    pub(super) fn record_outcome(&self, result: &Result<()>) {
        match result {
            Ok(()) => {
                if self.flusher.succeeded() {
                    self.effects.emit(Change::Recovered);
                }
            }
            Err(cause) => {
                if self.flusher.failed(self.clock.monotonic_ms(), cause) {
                    self.emit_degraded(cause);
                }
            }
        }
    }

    fn emit_degraded(&self, cause: &StorageError) {
        self.effects.emit(Change::Degraded { code: cause.code(), message: cause.to_string() });
    }
}

/// A batch in flight. A caller may drop the future of its flush: then the batch is in doubt, and found out about by the next flush.
struct InFlight<'a, D: Database> {
    session: &'a Session<D>,
    batch: Option<Rc<Batch>>,
}

impl<'a, D: Database> InFlight<'a, D> {
    fn begin(session: &'a Session<D>, batch: &Rc<Batch>) -> Self {
        session.flusher.set_in_flight(batch);
        Self { session, batch: Some(Rc::clone(batch)) }
    }

    /// The answer is there. Returns whether an exit flush took the batch along.
    fn end(mut self) -> bool {
        self.batch = None;
        self.session.flusher.take_in_flight().is_none()
    }
}

impl<D: Database> Drop for InFlight<'_, D> {
    fn drop(&mut self) {
        if let Some(batch) = self.batch.take() {
            self.session.flusher.take_in_flight();
            self.session.keep_in_doubt(batch);
            self.session.flusher.note_pending(self.session.clock.monotonic_ms(), 0);
        }
    }
}

/// Whether it is not known if the transaction was committed.
pub(super) fn is_unanswered(cause: &StorageError) -> bool {
    matches!(cause, StorageError::ConnectionLost(_) | StorageError::ReloadNeeded(_))
}
