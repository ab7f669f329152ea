//! Waiting for one another, in one thread.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

/// Those who wait until something holds.
#[derive(Debug, Default)]
pub struct Waiting(RefCell<Vec<Waker>>);

impl Waiting {
    /// Resolves when `holds` does: at once, or at a [`Waiting::wake`].
    pub fn until(&self, holds: impl Fn() -> bool) -> impl Future<Output = ()> {
        poll_fn(move |context| self.poll_until(context, &holds))
    }

    /// As [`Waiting::until`], polled.
    pub fn poll_until(&self, context: &mut Context<'_>, holds: impl Fn() -> bool) -> Poll<()> {
        if holds() {
            return Poll::Ready(());
        }
        let mut waiting = self.0.borrow_mut();
        // Who is polled often while it waits is in it once.
        if !waiting.last().is_some_and(|last| last.will_wake(context.waker())) {
            waiting.push(context.waker().clone());
        }
        Poll::Pending
    }

    /// It may hold now.
    pub fn wake(&self) {
        self.0.take().into_iter().for_each(Waker::wake);
    }
}

/// One at a time.
#[derive(Debug, Default)]
pub struct Turn {
    is_taken: Cell<bool>,
    waiting: Waiting,
}

impl Turn {
    /// Waits until nobody has the turn, and takes it until the guard is dropped.
    pub async fn take(&self) -> Taken<'_> {
        self.waiting.until(|| !self.is_taken.replace(true)).await;
        Taken(self)
    }
}

/// Somebody's turn.
#[derive(Debug)]
pub struct Taken<'a>(&'a Turn);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.0.is_taken.set(false);
        // All of them: one that was woken and then dropped would leave the others asleep.
        self.0.waiting.wake();
    }
}
