//! The page's clocks and timers.

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::Clock;
use crate::indexeddb::{monotonic_ms, sleep};

#[wasm_bindgen(module = "/src/browser/js/wall_clock.js")]
extern "C" {
    /// Wall time, whole milliseconds since the epoch: what `Date.now()` says, if that is a time.
    pub fn wall_ms() -> f64;
}

/// The clocks of the page or worker.
#[derive(Debug, Clone, Copy, Default)]
pub struct PageClock;

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
