//! What fails is said once, and the training goes on.

use std::fmt::Display;
use std::sync::atomic::{AtomicBool, Ordering};

/// Says the first failure, and no other.
#[derive(Debug, Default)]
pub(super) struct Quiet {
    has_warned: AtomicBool,
}

impl Quiet {
    pub(super) fn note<T, E: Display>(&self, result: Result<T, E>) {
        if let Err(cause) = result
            && !self.has_warned.swap(true, Ordering::Relaxed)
        {
            log::warn!(
                "entrenar: something could not be logged, and the training goes on (said once): {cause}"
            );
        }
    }
}
