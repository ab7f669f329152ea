//! A page that may not live on: it writes what is unsaved to the exit log, at once. And recovering what pages wrote there.

use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use super::effect::Effect;
use super::flush::is_unanswered;
use super::pending_changes::PendingChanges;
use super::session::Session;
use crate::database::{Batch, Database, ExitRecord, operations};
use crate::storage::Result;

impl<D: Database> Session<D> {
    /// The page is being left: its runs' leases end with what is written now.
    pub fn begin_leaving(&self) {
        self.exit_log.set_leaving(true);
        self.renew_leases();
    }

    /// The page lives on.
    pub fn end_leaving(&self) {
        if self.exit_log.is_leaving() {
            self.exit_log.set_leaving(false);
            self.renew_leases();
        }
    }

    /// Writes everything that changed to the exit log in one transaction, to be polled once at once: for a page that may not live on.
    /// `token` must be unique. `None` if there is nothing to write.
    pub fn flush_on_exit(&self, token: &str) -> Option<impl Future<Output = ()> + use<'_, D>> {
        // The browser may drop it with its page, or commit a part of it. Written twice, it does no harm.
        let mut batches: Vec<Rc<Batch>> = self.flusher.take_in_flight().into_iter().collect();
        let in_flight = batches.len();
        if in_flight > 0 {
            self.exit_log.note_write();
        }
        batches.append(&mut self.flusher.take_all_in_doubt());
        let in_doubt = batches.len();
        batches.extend(self.take_batch(usize::MAX));
        self.flusher.note_taken();
        if batches.is_empty() {
            return None;
        }
        let mut run_ids = Vec::new();
        for batch in &batches {
            run_ids.append(&mut batch.run_ids());
        }
        let token = token.to_owned();
        self.exit_log.begin_flush();
        Some(async move {
            let mut append = pin!(self.append_exit_log(&token, batches, in_flight, in_doubt));
            // It is issued before anything else is done.
            let issued = futures::poll!(append.as_mut());
            self.effects.push(Effect::ExitLogWritten { run_ids });
            let result = match issued {
                Poll::Ready(result) => result,
                Poll::Pending => append.await,
            };
            self.record_outcome(&result);
            self.exit_log.end_flush();
        })
    }

    /// Appends batches as one record, without a second try. The first `in_flight` of them are being committed as well, by a flush that
    /// sees to their outcome; those up to `in_doubt` may be committed already.
    async fn append_exit_log(
        &self,
        token: &str,
        batches: Vec<Rc<Batch>>,
        in_flight: usize,
        in_doubt: usize,
    ) -> Result<()> {
        let is_stale = self.last_verified.is_stale(&*self.clock);
        let exit = ExitRecord::of(&batches, |run_id| {
            // A batch in doubt may hold a run that was deleted since, and whose fences are gone when this is recovered.
            self.find_run(run_id)?;
            Some(is_stale && !self.persisted_runs(&[run_id.to_owned()]).is_empty())
        });
        let result = self.transact(operations::append_exit_log(token, exit)).await;
        // Even if it failed: its answer may be lost.
        self.exit_log.note_write();
        for (index, batch) in batches.into_iter().enumerate().skip(in_flight) {
            match &result {
                Ok(()) => {
                    self.storage_mut().acknowledge(&batch);
                    self.note_runs(&batch, PendingChanges::note_in_exit_log);
                }
                Err(cause) if is_unanswered(cause) || index < in_doubt => self.keep_in_doubt(batch),
                Err(_) => self.storage_mut().pending_mut().requeue(batch.id),
            }
        }
        result
    }

    /// Recovers the exit log: what pages wrote to it, this one included, goes where it belongs.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn recover_exit_log(&self) -> Result<()> {
        // Callers at the same time each recover it: what is noted as recovered is only what was written before this call.
        let (must_recover, writes) = (self.exit_log.must_recover(), self.exit_log.writes());
        let in_exit_log = self.storage().pending().runs_in_exit_log();
        let run_ids = if self.transact(operations::has_exit_log()).await? {
            self.transact(operations::recover_exit_log()).await?
        } else {
            Vec::new()
        };
        {
            let mut storage = self.storage_mut();
            in_exit_log.into_iter().for_each(|slot| storage.pending_mut().note_persisted(slot));
        }
        if must_recover {
            // A session that acquired or deleted a run before this did not run into what was not there yet.
            self.verify_own_runs().await?;
            self.exit_log.note_recovered(writes);
        }
        if !run_ids.is_empty() {
            self.effects.broadcast(&[], &run_ids);
        }
        Ok(())
    }
}
