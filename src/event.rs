//! Waiting, in one thread, until a condition holds.

use std::cell::RefCell;
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

/// A condition that may have changed. Tasks that wait for it look again after [`Event::notify`].
#[derive(Debug, Default)]
pub(crate) struct Event(RefCell<Vec<Waker>>);

impl Event {
    /// Resolves when `holds` does: at once, or after a [`Event::notify`].
    pub(crate) fn until(&self, holds: impl Fn() -> bool) -> impl Future<Output = ()> {
        poll_fn(move |context| self.poll_until(&holds, context))
    }

    fn poll_until(&self, holds: &dyn Fn() -> bool, context: &Context<'_>) -> Poll<()> {
        if holds() {
            return Poll::Ready(());
        }
        let mut waiting = self.0.borrow_mut();
        // A task that is polled often while it waits is in the list once.
        if !waiting.iter().any(|waker| waker.will_wake(context.waker())) {
            waiting.push(context.waker().clone());
        }
        Poll::Pending
    }

    /// The condition may hold now.
    pub(crate) fn notify(&self) {
        self.0.take().into_iter().for_each(Waker::wake);
    }
}
