//! The requests of one transaction and its end, from when they are issued until IndexedDB has answered.

use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use wasm_bindgen::JsValue;

use super::failed_requests::FailedRequests;

/// A request that was issued, or will be when it is polled.
pub(super) type PendingRequest = LocalBoxFuture<'static, rexie::Result<Vec<JsValue>>>;

/// Requests of one transaction that were issued and not yet answered. IndexedDB answers them in their order, so that only the first is
/// looked at: of ten thousand, each answer would otherwise have all that wait looked at.
///
/// When it is dropped, be it because the caller gave up, events may be still to come: what they call is kept.
pub(super) struct PendingRequests<'a> {
    requests: Vec<PendingRequest>,
    answered: usize,
    /// The commit or abort, until it is over.
    ending: Option<PendingRequest>,
    /// How it ended, if that was known at once.
    ended: Option<rexie::Result<Vec<JsValue>>>,
    failed: &'a FailedRequests,
}

impl Drop for PendingRequests<'_> {
    fn drop(&mut self) {
        let mut rest = self.requests.split_off(self.answered.min(self.requests.len()));
        rest.extend(self.ending.take());
        self.failed.keep(rest);
    }
}

impl<'a> PendingRequests<'a> {
    pub(super) fn new(failed: &'a FailedRequests) -> Self {
        Self { requests: Vec::new(), answered: 0, ending: None, ended: None, failed }
    }

    /// Ends the transaction: issued at once.
    pub(super) async fn end(&mut self, transaction: rexie::Transaction, ending: Ending) {
        let mut ending = end(transaction, ending).boxed_local();
        match poll_fn(|context| Poll::Ready(ending.poll_unpin(context))).await {
            // The transaction was over before.
            Poll::Ready(over) => self.ended = Some(over),
            Poll::Pending => self.ending = Some(ending),
        }
    }

    /// How the transaction ended.
    pub(super) fn poll_ending(&mut self, context: &mut Context<'_>) -> Poll<rexie::Result<Vec<JsValue>>> {
        if let Some(over) = self.ended.take() {
            return Poll::Ready(over);
        }
        let Some(ending) = &mut self.ending else { return Poll::Pending };
        let over = ending.poll_unpin(context);
        if over.is_ready() {
            self.ending = None;
        }
        over
    }

    /// Issues a request. An error, if it could not even be made.
    pub(super) async fn issue(&mut self, mut request: PendingRequest) -> rexie::Result<()> {
        match poll_fn(|context| Poll::Ready(request.poll_unpin(context))).await {
            // Answers come by events, so never at once.
            Poll::Ready(refused) => refused.map(drop),
            Poll::Pending => {
                self.requests.push(request);
                Ok(())
            }
        }
    }

    /// The next answer; nothing when there is none to come.
    pub(super) fn poll_answer(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<rexie::Result<Vec<JsValue>>>> {
        let Some(first) = self.requests.get_mut(self.answered) else { return Poll::Ready(None) };
        let answer = first.poll_unpin(context);
        self.answered += usize::from(answer.is_ready());
        answer.map(Some)
    }

    /// Whether so many were answered, or the first failure.
    pub(super) fn poll_answered(
        &mut self,
        fewest: usize,
        context: &mut Context<'_>,
    ) -> Poll<rexie::Result<()>> {
        while self.answered < fewest {
            match ready!(self.poll_answer(context)) {
                Some(Ok(_)) => {}
                Some(Err(cause)) => return Poll::Ready(Err(cause)),
                None => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// How a transaction is ended.
pub(super) enum Ending {
    Commit,
    ByItself,
    Abort,
}

async fn end(transaction: rexie::Transaction, ending: Ending) -> rexie::Result<Vec<JsValue>> {
    match ending {
        Ending::Commit => transaction.commit().await?,
        Ending::Abort => transaction.abort().await?,
        Ending::ByItself => {
            if !transaction.done().await?.is_committed() {
                return Err(rexie::Error::TransactioncommitFailed);
            }
        }
    }
    Ok(Vec::new())
}
