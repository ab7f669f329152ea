//! The page's clocks, from `js/clock.js`. chrono could read `Date` too, at the cost of a calendar to load.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/wasm/js/clock.js")]
extern "C" {
    fn wall_ms() -> f64;
    /// Milliseconds of a clock that only goes forward, since some moment before the package was loaded. Delays and deadlines go by
    /// it; wall time is for timestamps alone.
    pub fn monotonic_ms() -> f64;
}

/// Milliseconds since the Unix epoch, whole.
#[must_use]
pub fn now_ms() -> i64 {
    wall_ms() as i64
}
