//! Which times there are. What says another one is no file of a tracker's, or was written under a clock that ran wild: dates are made of every
//! time that is stored, and JSON Lines refuses what has none.

/// The latest time that JavaScript's `Date` knows, milliseconds since the epoch; as long before it is the earliest.
const MAX_TIME_MS: f64 = 8.64e15;

/// Whether a calendar has the time.
pub(super) fn is_time(time_ms: f64) -> bool {
    time_ms.abs() <= MAX_TIME_MS
}

/// The time, if a calendar has it.
pub(super) fn checked_time(time_ms: f64) -> Result<f64, String> {
    if is_time(time_ms) {
        Ok(time_ms)
    } else {
        Err(format!("{time_ms:e} is no time that a calendar has, in milliseconds since 1970"))
    }
}
