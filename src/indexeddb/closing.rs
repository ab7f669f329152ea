//! Firefox ends the scripts of a process with its last tab, wherever they stand, and then commits what transactions had been given by
//! then: a log entry without its record, an exit log record that is deleted but not recovered. So nothing that it could cut in two is
//! begun while the page may be closing. What is unsaved by then is in the exit log, by one request.

use std::cell::Cell;

use super::quirks::is_firefox;
use super::timer::{monotonic_ms, sleep};

/// How long a page may take to close, in milliseconds.
const CLOSING_MS: f64 = 1_000.0;

/// When the page wrote to the exit log last; it may have been asked only whether it may be closed.
#[derive(Debug)]
pub(super) struct Closing(Cell<f64>);

impl Default for Closing {
    fn default() -> Self {
        Self(Cell::new(f64::NEG_INFINITY))
    }
}

impl Closing {
    /// The page writes to the exit log.
    pub(super) fn note(&self) {
        if is_firefox() {
            self.0.set(monotonic_ms());
        }
    }

    /// Resolves when the page is not closing; at once if it was not.
    pub(super) async fn is_over(&self) {
        loop {
            let remaining_ms = self.0.get() + CLOSING_MS - monotonic_ms();
            if remaining_ms <= 0.0 {
                return;
            }
            sleep(remaining_ms).await;
        }
    }
}
