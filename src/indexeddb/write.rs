//! Writing transactions: all requests and the commit are issued at once, and what is over is told apart from what is not.
//!
//! Not so in Firefox, which commits a transaction although one of its requests failed, if another one followed and the commit
//! was asked for before the failure was known. There a transaction of several requests is left to commit by itself.

use std::cell::RefCell;
use std::future::poll_fn;
use std::task::Poll;

use futures::FutureExt;
use js_sys::{Date, JsString, Reflect};
use rexie::Transaction;
use wasm_bindgen::{JsCast, JsValue};

use super::dom_error::{classify, classify_abort};
use super::timer::{ANSWER_MS, timer, unanswered};
use super::transact::{Issued, Pending, Request};
use crate::storage::error::{Result, StorageError};

/// What belongs to failed transactions whose last events may be still to come: those events call closures that live in here.
#[derive(Default)]
pub(super) struct Failed {
    since: RefCell<Vec<(f64, Vec<Pending>)>>,
}

impl Failed {
    /// Keeps requests of a transaction that has just failed, and lets go of what nothing can come for any more.
    pub(super) fn keep(&self, requests: Vec<Pending>) {
        let now_ms = Date::now();
        let mut since = self.since.borrow_mut();
        // A clock that was put back frees nothing too early.
        since.retain(|(failed_ms, _)| (now_ms - failed_ms).abs() < ANSWER_MS);
        since.push((now_ms, requests));
    }
}

impl Drop for Failed {
    /// A database that could not be opened goes at once, and its events come all the same.
    fn drop(&mut self) {
        std::mem::forget(self.since.take());
    }
}

/// Whether a commit asked for at once makes this browser overlook failed requests.
pub(super) fn overlooks_failures() -> bool {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).unwrap_or_default();
    let agent = Reflect::get(&navigator, &"userAgent".into()).unwrap_or_default();
    agent.dyn_ref::<JsString>().is_some_and(|agent| agent.includes("Firefox/", 0))
}

/// How a transaction is ended.
enum Ending {
    Commit,
    ByItself,
    Abort,
}

async fn end(transaction: Transaction, ending: Ending) -> rexie::Result<Vec<JsValue>> {
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

/// Issues all requests, then as a rule the commit, before the first suspension; resolves when the transaction is over or has failed.
pub(super) async fn write_all(
    transaction: Transaction,
    requests: Vec<Request>,
    failed: &Failed,
) -> Result<()> {
    let mut issued = Issued::default();
    let commits_at_once = requests.len() == 1 || !overlooks_failures();
    let mut refused = None;
    for request in requests {
        if let Err(cause) = issued.issue(&transaction, request).await {
            refused = Some(cause);
            break;
        }
    }
    if let Some(cause) = refused {
        // Half a batch must not be committed.
        let mut abort = end(transaction, Ending::Abort).boxed_local();
        let _ = poll_fn(|context| Poll::Ready(abort.poll_unpin(context))).await;
        let mut waiting = issued.rest();
        waiting.push(abort);
        failed.keep(waiting);
        return Err(classify(&cause));
    }
    let ending = if commits_at_once { Ending::Commit } else { Ending::ByItself };
    let mut commit = end(transaction, ending).boxed_local();
    let mut telling = None;
    let mut patience = timer(ANSWER_MS);
    let over = poll_fn(|context| {
        // Requests first: a commit that hears of a failed request lets go of the transaction before it is over.
        let mut any_failed = false;
        while let Poll::Ready(Some(answer)) = issued.poll_answer(context) {
            if let Err(cause) = answer {
                any_failed = true;
                note(&mut telling, classify(&cause));
            }
        }
        if any_failed {
            return Poll::Ready(None);
        }
        match (commit.poll_unpin(context), patience.poll_unpin(context)) {
            (Poll::Pending, Poll::Ready(())) => {
                telling = Some(unanswered());
                Poll::Ready(None)
            }
            (over, _) => over.map(Some),
        }
    })
    .await;
    let mut waiting = issued.rest();
    let result = match over {
        Some(Ok(_)) => Ok(()),
        Some(Err(rexie::Error::TransactioncommitFailed)) => Err(classify_abort(false)),
        // The transaction was over before it could be committed.
        Some(Err(cause)) => Err(classify(&cause)),
        None => {
            waiting.push(commit);
            Err(telling.unwrap_or_else(|| classify_abort(true)))
        }
    };
    if !waiting.is_empty() {
        // Also of a transaction that was committed some may be unanswered (seen with a full quota).
        failed.keep(waiting);
    }
    result
}

/// The first failure that is not the abort's echo names the cause.
fn note(telling: &mut Option<StorageError>, cause: StorageError) {
    if telling.is_none() && !matches!(cause, StorageError::ConnectionLost(_)) {
        *telling = Some(cause);
    }
}
