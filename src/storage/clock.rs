//! The one place that asks what time it is: natively the system clock, in the browser `Date`.

use chrono::{DateTime, TimeZone, Utc};

#[cfg(all(target_arch = "wasm32", feature = "wasm"))]
#[path = "indexed_db/rexie_mirror/page_clock.rs"]
mod page_clock;

#[cfg(all(target_arch = "wasm32", feature = "wasm"))]
pub use page_clock::{monotonic_ms, now_ms};

/// Milliseconds since the Unix epoch, whole.
#[cfg(not(all(target_arch = "wasm32", feature = "wasm")))]
#[must_use]
pub fn now_ms() -> i64 {
    Utc::now().timestamp_millis()
}

/// The time that `timestamp_ms` (milliseconds since the Unix epoch) names; the epoch itself if chrono cannot hold it.
#[must_use]
pub fn from_ms(timestamp_ms: i64) -> DateTime<Utc> {
    Utc.timestamp_millis_opt(timestamp_ms).single().unwrap_or_default()
}
