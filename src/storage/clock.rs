//! Time. Wall time is for timestamps alone: it may jump, freeze or be faked. Every delay and timeout goes by a monotonic clock.

use chrono::{DateTime, TimeZone, Utc};

/// Wall time in whole milliseconds since the Unix epoch.
#[must_use]
pub fn now_ms() -> i64 {
    Utc::now().timestamp_millis()
}

/// The time that `timestamp_ms` (milliseconds since the Unix epoch) names; the epoch itself if chrono cannot hold it.
#[must_use]
pub fn from_ms(timestamp_ms: i64) -> DateTime<Utc> {
    Utc.timestamp_millis_opt(timestamp_ms).single().unwrap_or_default()
}
