//! One transaction: what it reads, what is made of the answers, what it writes.
//!
//! A plan is a plain function from all answers so far to what comes next. So only this file waits for IndexedDB, and every
//! transaction is tried again on a new connection in the same way: its plan is asked again from the start.

use std::future::poll_fn;
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use rexie::{KeyRange, Store, Transaction, TransactionMode};
use wasm_bindgen::JsValue;

use super::RexieMirror;
use super::connection::cleared_meanwhile;
use super::schema::BY_NAME;
use super::timer::{ANSWER_MS, timer, unanswered};
use super::write::{Failed, write_all};
use crate::storage::error::{Result, StorageError};

/// How often a transaction is tried on connections that break.
pub(super) const TRIES: u32 = 3;

/// What a request asks of its store.
pub(super) enum Ask {
    /// All values in a range.
    Values(Option<KeyRange>),
    /// All keys in a range.
    Keys(Option<KeyRange>),
    /// The values that the store's index has under a name.
    Named(KeyRange),
    /// Stores a value under a key.
    Put(JsValue, JsValue),
    /// Stores a value under a key that must be free.
    Add(JsValue, JsValue),
    /// Deletes a key, or all in a range.
    Delete(JsValue),
}

/// A request and the name of its store.
pub(super) type Request = (&'static str, Ask);

/// What a transaction does next.
pub(super) enum Next {
    /// Reads, then asks the plan again with the answers added, one for each request.
    Read(Vec<Request>),
    /// Writes and commits. Everything is issued before the first suspension.
    Write(Vec<Request>),
    /// Ends without writing.
    Done,
}

/// From all answers so far to what comes next. Asked again without answers when the transaction begins anew.
pub(super) type Plan<'a> = dyn FnMut(&[Vec<JsValue>]) -> Result<Next> + 'a;

/// A request that was issued, or will be when it is polled.
pub(super) type Pending = LocalBoxFuture<'static, rexie::Result<Vec<JsValue>>>;

/// Requests of one transaction that were issued and not yet answered. IndexedDB answers them in their order, so that only the
/// first is looked at: of ten thousand, each answer would otherwise have all that wait looked at.
#[derive(Default)]
pub(super) struct Issued {
    requests: Vec<Pending>,
    answered: usize,
}

impl Issued {
    /// Issues a request. An error, if it could not even be made.
    pub async fn issue(&mut self, transaction: &Transaction, (store, ask): Request) -> rexie::Result<()> {
        let mut request = perform(transaction.store(store)?, ask).boxed_local();
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
    pub fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<Option<rexie::Result<Vec<JsValue>>>> {
        let Some(first) = self.requests.get_mut(self.answered) else { return Poll::Ready(None) };
        let answer = first.poll_unpin(context);
        self.answered += usize::from(answer.is_ready());
        answer.map(Some)
    }

    /// Those that are not answered.
    pub fn rest(mut self) -> Vec<Pending> {
        self.requests.drain(..self.answered);
        self.requests
    }
}

async fn perform(store: Store, ask: Ask) -> rexie::Result<Vec<JsValue>> {
    match ask {
        Ask::Values(range) => return store.get_all(range, None).await,
        Ask::Keys(range) => return store.get_all_keys(range, None).await,
        Ask::Named(range) => return store.index(BY_NAME)?.get_all(Some(range), None).await,
        Ask::Put(key, value) => drop(store.put(&value, Some(&key)).await?),
        Ask::Add(key, value) => drop(store.add(&value, Some(&key)).await?),
        Ask::Delete(key) => store.delete(key).await?,
    }
    Ok(Vec::new())
}

/// Issues all requests at once. When one fails, the others may never be answered; if they are, that calls closures which live
/// in them, so they are kept with what failed before.
async fn read_all(
    transaction: &Transaction,
    requests: Vec<Request>,
    failed: &Failed,
) -> Result<Vec<Vec<JsValue>>> {
    let mut answers = Vec::with_capacity(requests.len());
    let mut issued = Issued::default();
    let mut result = Ok(());
    for request in requests {
        result = issued.issue(transaction, request).await.map_err(StorageError::from);
        if result.is_err() {
            break;
        }
    }
    if result.is_ok() {
        let mut patience = timer(ANSWER_MS);
        let all_answered = poll_fn(|context| {
            while let Poll::Ready(answer) = issued.poll_answer(context) {
                match answer {
                    Some(Ok(values)) => answers.push(values),
                    Some(Err(cause)) => return Poll::Ready(Err(cause.into())),
                    None => return Poll::Ready(Ok(())),
                }
            }
            patience.poll_unpin(context).map(|()| Err(unanswered()))
        });
        result = all_answered.await;
    }
    if result.is_err() {
        failed.keep(issued.rest());
    }
    result.map(|()| answers)
}

impl RexieMirror {
    /// Runs a transaction over these stores, at most `tries` times if connections break.
    ///
    /// Where the database is open and the plan writes at once, everything is issued by the first poll: a page that goes away
    /// gets no second one.
    pub(super) fn transact<'a>(
        &'a self,
        stores: &'a [&'static str],
        mode: TransactionMode,
        tries: u32,
        plan: &'a mut Plan<'_>,
    ) -> LocalBoxFuture<'a, Result<()>> {
        Box::pin(async move {
            if matches!(mode, TransactionMode::ReadWrite) && stores.len() > 1 {
                self.closing.is_over().await;
            }
            let clears = self.connection.clears();
            let mut left = tries;
            loop {
                let result = self.attempt(stores, mode, plan).await;
                left -= 1;
                // What was meant for a database that was cleared is not for the one that stands there now, nor is its answer.
                if self.connection.clears() != clears && !matches!(result, Err(StorageError::Cleared(_))) {
                    return Err(cleared_meanwhile());
                }
                if !matches!(result, Err(StorageError::ConnectionLost(_))) {
                    return result;
                }
                self.connection.close();
                if left == 0 {
                    return result;
                }
            }
        })
    }

    async fn attempt(
        &self,
        stores: &[&'static str],
        mode: TransactionMode,
        plan: &mut Plan<'_>,
    ) -> Result<()> {
        if !self.connection.is_open() {
            self.connection.ensure_open().await?;
        }
        let transaction = self.connection.transaction(stores, mode)?;
        let mut answers = Vec::new();
        loop {
            match plan(&answers)? {
                Next::Read(requests) => {
                    answers.append(&mut read_all(&transaction, requests, &self.failed).await?);
                }
                Next::Write(requests) => return write_all(transaction, requests, &self.failed).await,
                Next::Done => return Ok(()),
            }
        }
    }
}
