//! Time. Wall time is for timestamps alone: it may jump, freeze or be faked. Every delay and timeout goes by a monotonic clock.

use chrono::{DateTime, TimeZone, Utc};

/// Wall time in whole milliseconds since the Unix epoch.
#[cfg(any(not(target_arch = "wasm32"), feature = "browser"))]
#[must_use]
pub fn now_ms() -> i64 {
    Utc::now().timestamp_millis()
}

/// Without the feature `browser` nothing tells the time in wasm, where asking for it would panic: it is the epoch.
#[cfg(not(any(not(target_arch = "wasm32"), feature = "browser")))]
#[must_use]
pub fn now_ms() -> i64 {
    0
}

/// The time that `timestamp_ms` (milliseconds since the Unix epoch) names; the epoch itself if chrono cannot hold it.
#[must_use]
pub fn from_ms(timestamp_ms: i64) -> DateTime<Utc> {
    Utc.timestamp_millis_opt(timestamp_ms).single().unwrap_or_default()
}
