//! `Date`'s clock. chrono could read it too, at the cost of a calendar to load.

/// Milliseconds since the Unix epoch, whole.
#[must_use]
pub fn now_ms() -> i64 {
    js_sys::Date::now() as i64
}
