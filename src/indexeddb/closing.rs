//! Firefox ends the scripts of a process with its last tab, wherever they stand, and then commits what transactions were issued by
//! halves: a row without its record, an exit that is deleted but not settled. So nothing that it could cut in two is begun while the
//! page may be closing. What is unsaved by then was stored on leaving, in one request.

use std::cell::Cell;

use js_sys::Date;

use super::timer::timer;
use super::write::overlooks_failures;

/// How long a page may take to close, in milliseconds.
const CLOSING_MS: f64 = 1_000.0;

/// When the page stored something on leaving, in milliseconds since the epoch; it may have been asked only whether it may be closed.
pub(super) struct Closing(Cell<f64>);

impl Default for Closing {
    fn default() -> Self {
        Self(Cell::new(f64::NEG_INFINITY))
    }
}

impl Closing {
    /// The page stores something on leaving.
    pub(super) fn note(&self) {
        if overlooks_failures() {
            self.0.set(Date::now());
        }
    }

    /// Resolves when the page is not closing; at once if it was not.
    pub(super) async fn is_over(&self) {
        loop {
            // A clock that was put back holds nothing up for long.
            let left_ms = CLOSING_MS - (Date::now() - self.0.get()).abs();
            if left_ms <= 0.0 {
                return;
            }
            timer(left_ms).await;
        }
    }
}
