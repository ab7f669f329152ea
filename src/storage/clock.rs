//! The one place that asks what time it is. Natively that is the system clock, in the browser `Date`; chrono knows both.

use chrono::{DateTime, TimeZone, Utc};

/// Milliseconds since the Unix epoch, whole.
#[must_use]
pub fn now_ms() -> i64 {
    Utc::now().timestamp_millis()
}

/// The time that `timestamp_ms` (milliseconds since the Unix epoch) names; the epoch itself if chrono cannot hold it.
#[must_use]
pub fn from_ms(timestamp_ms: i64) -> DateTime<Utc> {
    Utc.timestamp_millis_opt(timestamp_ms).single().unwrap_or_default()
}
