//! Leaving: what a page issues when it may not live on, and putting in its place what pages left.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use futures::channel::oneshot;

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
    pub(super) async fn commit_last(
        &self,
        sending: Option<Batch>,
        batches: Vec<Batch>,
        in_doubt: usize,
    ) -> Result<()> {
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

    /// Whether a last flush was in flight; it is over now.
    pub(super) async fn exit_finished(&self) -> bool {
        if self.exits.get() == 0 {
            return false;
        }
        let (sender, receiver) = oneshot::channel();
        self.waiting_for_exit.borrow_mut().push(sender);
        let _ = receiver.await;
        true
    }
}
