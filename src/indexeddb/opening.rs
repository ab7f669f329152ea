//! Openings of databases that run to their end, also when their caller gives them up.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use wasm_bindgen_futures::spawn_local;

/// An opening under way.
///
/// When it is dropped unfinished, because its time is up or the task that waited for it was aborted, it goes on by itself, and what it
/// opens is closed. Otherwise the events of its requests would call closures that are gone, and the handle, left open, would stand in the
/// way of every later upgrade.
pub(super) struct Opening<T: 'static> {
    /// Nothing once it is over.
    under_way: Option<LocalBoxFuture<'static, T>>,
    /// Closes what was opened.
    close: fn(T),
}

impl<T> Opening<T> {
    pub(super) fn new(opening: impl Future<Output = T> + 'static, close: fn(T)) -> Self {
        Self { under_way: Some(opening.boxed_local()), close }
    }
}

impl<T> Future for Opening<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Some(opening) = &mut self.under_way else { return Poll::Pending };
        let over = opening.poll_unpin(context);
        if over.is_ready() {
            self.under_way = None;
        }
        over
    }
}

impl<T> Drop for Opening<T> {
    fn drop(&mut self) {
        if let Some(opening) = self.under_way.take() {
            let close = self.close;
            spawn_local(async move { close(opening.await) });
        }
    }
}
