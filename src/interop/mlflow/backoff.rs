//! How long to wait before a request is sent again.

use super::error::{ServerError, ServerErrorKind};

/// The wait after the first failure, in milliseconds. It doubles with each one that follows.
const FIRST_MS: f64 = 1_000.0;
/// The longest wait, unless the server asks for more.
const LONGEST_MS: f64 = 30_000.0;
/// The longest wait that a server is granted: one that asks for more is tried then all the same.
const LONGEST_ASKED_MS: f64 = 300_000.0;
/// How often a request is tried where its caller waits for it.
const TRIES: u32 = 6;

/// The failures of one request so far.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// A try failed: how long to wait before the next, in milliseconds, or nothing if there is to be none. `is_patient`: the server is
    /// waited for as long as it takes. `was_reached`: it has answered before, so that its address is right.
    pub fn wait_after(&mut self, error: &ServerError, is_patient: bool, was_reached: bool) -> Option<f64> {
        self.failures += 1;
        let may_pass = match error.kind {
            ServerErrorKind::Unreachable => was_reached,
            ServerErrorKind::Busy => true,
            _ => false,
        };
        if !may_pass || (self.failures >= TRIES && !is_patient) {
            return None;
        }
        let doubled = FIRST_MS * f64::from(1_u32 << (self.failures - 1).min(10));
        let asked = error.retry_after_ms.unwrap_or(0.0).clamp(0.0, LONGEST_ASKED_MS);
        Some(doubled.min(LONGEST_MS).max(asked))
    }
}
