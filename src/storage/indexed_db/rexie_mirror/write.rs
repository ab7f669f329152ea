//! Writing transactions: all requests and the commit are issued at once, and what is over is told apart from what is not.
//!
//! Not so in Firefox, which commits a transaction although one of its requests failed, if another one followed and the commit
//! was asked for before the failure was known. There the commit waits for the answers.

use std::cell::RefCell;
use std::future::poll_fn;
use std::task::Poll;

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use js_sys::Reflect;
use rexie::{Store, Transaction};
use wasm_bindgen::JsValue;

use super::dom_error::{classify, classify_abort};
use crate::storage::error::{Result, StorageError};

type Request = LocalBoxFuture<'static, rexie::Result<()>>;
/// Requests that were not issued yet, or not answered.
pub(super) type Requests = Vec<Request>;

thread_local! {
    /// What belongs to failed transactions whose last events are still to come: those events call closures that live in here.
    static FAILED: RefCell<Requests> = const { RefCell::new(Vec::new()) };
}

pub(super) fn put(store: Store, value: JsValue, key: JsValue) -> Request {
    async move { store.put(&value, Some(&key)).await.map(drop) }.boxed_local()
}

pub(super) fn add(store: Store, value: JsValue, key: JsValue) -> Request {
    async move { store.add(&value, Some(&key)).await.map(drop) }.boxed_local()
}

/// Whether a commit asked for at once makes this browser overlook failed requests.
pub(super) fn overlooks_failures() -> bool {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).unwrap_or_default();
    let agent = Reflect::get(&navigator, &"userAgent".into()).unwrap_or_default();
    agent.as_string().is_some_and(|agent| agent.contains("Firefox/"))
}

/// Issues all requests, then as a rule the commit, before the first suspension; resolves when the transaction is over or has
/// failed.
pub(super) async fn write_all(transaction: Transaction, requests: Requests) -> Result<()> {
    write(transaction, requests, !overlooks_failures()).await
}

/// Issues a request that the store cannot refuse, and the commit, before the first suspension.
pub(super) async fn write_last(transaction: Transaction, request: Request) -> Result<()> {
    write(transaction, vec![request], true).await
}

async fn write(transaction: Transaction, requests: Requests, commit_at_once: bool) -> Result<()> {
    let mut waiting = Requests::with_capacity(requests.len());
    let mut refused = None;
    for mut request in requests {
        match poll_fn(|context| Poll::Ready(request.poll_unpin(context))).await {
            Poll::Ready(Err(cause)) => {
                refused = Some(cause);
                break;
            }
            Poll::Ready(Ok(())) => {}
            Poll::Pending => waiting.push(request),
        }
    }
    if let Some(cause) = refused {
        // Half a batch must not be committed.
        let mut abort = transaction.abort().boxed_local();
        let _ = poll_fn(|context| Poll::Ready(abort.poll_unpin(context))).await;
        waiting.push(abort);
        FAILED.with_borrow_mut(|failed| failed.append(&mut waiting));
        return Err(classify(&cause));
    }
    let mut open = Some(transaction);
    let mut commit = None;
    let mut telling = None;
    let over = poll_fn(|context| {
        // Requests first: a commit that hears of a failed request lets go of the transaction before it is over.
        let mut failed = false;
        waiting.retain_mut(|request| match request.poll_unpin(context) {
            Poll::Pending => true,
            Poll::Ready(answer) => {
                if let Err(cause) = answer {
                    failed = true;
                    note(&mut telling, classify(&cause));
                }
                false
            }
        });
        if failed {
            return Poll::Ready(None);
        }
        if let Some(transaction) = open.take_if(|_| commit_at_once || waiting.is_empty()) {
            commit = Some(transaction.commit().boxed_local());
        }
        commit.as_mut().map_or(Poll::Pending, |commit| commit.poll_unpin(context).map(Some))
    })
    .await;
    match over {
        // Of the requests of a transaction that is over, some may never be answered (seen with a full quota).
        Some(Ok(())) => {
            FAILED.take();
            Ok(())
        }
        Some(Err(abort)) => {
            FAILED.with_borrow_mut(|failed| failed.append(&mut waiting));
            match classify(&abort) {
                StorageError::ConnectionLost(_) => Err(classify_abort(false)),
                cause => Err(cause),
            }
        }
        None => {
            waiting.extend(commit);
            FAILED.with_borrow_mut(|failed| failed.append(&mut waiting));
            Err(telling.unwrap_or_else(|| classify_abort(true)))
        }
    }
}

/// The first failure that is not the abort's echo names the cause.
fn note(telling: &mut Option<StorageError>, cause: StorageError) {
    if telling.is_none() && !matches!(cause, StorageError::ConnectionLost(_)) {
        *telling = Some(cause);
    }
}
