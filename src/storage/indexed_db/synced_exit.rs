//! Leaving: what a page issues when it may not live on, and putting in its place what pages left.

use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use super::journal::Journal;
use super::mirror::{Batch, Mirror};
use super::synced::{Notice, SyncedStorage};
use super::synced_flush::run_ids;
use crate::storage::error::{Result, StorageError};

impl<M: Mirror> SyncedStorage<M> {
    /// Issues everything that changed as one transaction, to be polled once at once: for a page that may not live on.
    ///
    /// With `released`, its runs are marked as let go of. `None` if there is nothing to write.
    pub fn flush_on_exit(&self, released: bool) -> Option<impl Future<Output = ()> + '_> {
        if released {
            self.renew_leases();
        }
        // Stored twice, it does no harm.
        let mut batches: Vec<Rc<Batch>> = self.sending.take().into_iter().collect();
        let sent = batches.len();
        if sent > 0 {
            self.set_left();
        }
        batches.append(&mut self.doubtful.borrow_mut());
        let doubtful = batches.len();
        batches.extend(self.drain(usize::MAX, released));
        if batches.is_empty() {
            return None;
        }
        let mut left = Vec::new();
        for batch in &batches {
            left.append(&mut run_ids(batch));
        }
        Some(async move {
            self.exits.set(self.exits.get() + 1);
            let mut commit = pin!(self.commit_last(batches, sent, doubtful));
            // It is issued before anything is told or awaited.
            let issued = futures::poll!(commit.as_mut());
            self.notify(Notice::Left { run_ids: left });
            let result = match issued {
                Poll::Ready(result) => result,
                Poll::Pending => commit.await,
            };
            self.settle(&result);
            self.exits.set(self.exits.get() - 1);
            self.waiting_for_exit.wake();
        })
    }

    /// Commits as one, without a second try. What becomes of the first `sent` batches is told whoever sent them; those up to
    /// `doubtful` may be committed already.
    async fn commit_last(&self, batches: Vec<Rc<Batch>>, sent: usize, doubtful: usize) -> Result<()> {
        let result = self.heard(self.mirror.commit_exit(&batches).await);
        // Even if it failed: its answer may be lost.
        self.set_left();
        for (place, batch) in batches.into_iter().enumerate().skip(sent) {
            match &result {
                Ok(()) => {
                    self.storage_mut().acknowledge(&batch);
                    self.note_runs(&batch, Journal::note_left);
                }
                Err(StorageError::ConnectionLost(_)) => self.keep_in_doubt(batch),
                Err(_) if place < doubtful => self.keep_in_doubt(batch),
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

    /// Whether a last flush was in flight; it is over now.
    pub(super) async fn exit_finished(&self) -> bool {
        if self.exits.get() == 0 {
            return false;
        }
        self.waiting_for_exit.until(|| self.exits.get() == 0).await;
        true
    }
}
