//! The page's clocks and timers.

use futures::FutureExt;
use futures::future::LocalBoxFuture;

use crate::engine::Clock;
pub(crate) use crate::indexeddb::wall_ms;
use crate::indexeddb::{monotonic_ms, sleep};

/// The clocks of the page or worker.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PageClock;

impl Clock for PageClock {
    fn wall_ms(&self) -> f64 {
        wall_ms()
    }

    fn monotonic_ms(&self) -> f64 {
        monotonic_ms()
    }

    fn sleep(&self, delay_ms: f64) -> LocalBoxFuture<'static, ()> {
        sleep(delay_ms).boxed_local()
    }
}
