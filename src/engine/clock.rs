//! Time as the engine needs it.

use futures::future::LocalBoxFuture;

/// The clocks and timers of a platform.
pub trait Clock {
    /// Wall time in milliseconds since the Unix epoch: for timestamps alone. It may jump, freeze or be faked.
    fn wall_ms(&self) -> f64;

    /// Milliseconds that only rise: for delays, order and timeouts.
    fn monotonic_ms(&self) -> f64;

    /// Resolves after so many milliseconds. Dropping it cancels the timer.
    fn sleep(&self, delay_ms: f64) -> LocalBoxFuture<'static, ()>;
}
