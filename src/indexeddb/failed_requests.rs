//! What belongs to failed transactions whose last events may be still to come: those events call closures that live in here.

use std::cell::RefCell;

use super::pending_requests::PendingRequest;
use super::timer::monotonic_ms;

/// How long a transaction may go without an answer before its connection counts as dead, in milliseconds.
pub(super) const ANSWER_MS: f64 = 20_000.0;

/// Requests of failed transactions, each with the time of its failure.
#[derive(Default)]
pub(super) struct FailedRequests {
    since: RefCell<Vec<(f64, Vec<PendingRequest>)>>,
}

impl FailedRequests {
    /// Keeps requests of a transaction that has just failed, and drops those for which nothing can come any more.
    pub(super) fn keep(&self, requests: Vec<PendingRequest>) {
        if requests.is_empty() {
            return;
        }
        let now_ms = monotonic_ms();
        let mut since = self.since.borrow_mut();
        since.retain(|(failed_ms, _)| now_ms - failed_ms < ANSWER_MS);
        since.push((now_ms, requests));
    }
}

impl Drop for FailedRequests {
    /// A database that could not be opened goes at once, and its events come all the same.
    fn drop(&mut self) {
        std::mem::forget(self.since.take());
    }
}
