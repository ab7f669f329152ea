//! When to flush, retry, degrade and recover. A state machine without a clock or timer of its own: times go in, wishes come out.

use crate::storage::error::StorageError;

/// The least time between the beginnings of two flushes, in milliseconds.
pub const FLUSH_INTERVAL_MS: f64 = 100.0;
/// Failures in a row before the storage counts as degraded.
const DEGRADED_AFTER: u32 = 3;
/// The longest wait before another try, in milliseconds.
const LONGEST_BACKOFF_MS: f64 = 10_000.0;

/// When the flush layer wants to be called again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wake {
    /// No change: a call is due already, or there is nothing to do.
    No,
    /// After so many milliseconds.
    After(f64),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Idle,
    /// A flush is wanted at `due_ms`.
    Waiting {
        due_ms: f64,
    },
    Flushing {
        dirty_again: bool,
    },
}

/// The flush loop's decisions.
#[derive(Debug)]
pub struct FlushPolicy {
    state: State,
    failures: u32,
    degraded: bool,
    last_start_ms: f64,
}

impl Default for FlushPolicy {
    fn default() -> Self {
        Self { state: State::Idle, failures: 0, degraded: false, last_start_ms: f64::NEG_INFINITY }
    }
}

impl FlushPolicy {
    /// Something changed in memory.
    #[inline]
    pub fn changed(&mut self, now_ms: f64) -> Wake {
        match &mut self.state {
            State::Waiting { .. } => Wake::No,
            State::Flushing { dirty_again } => {
                *dirty_again = true;
                Wake::No
            }
            State::Idle => self.wait(now_ms, FLUSH_INTERVAL_MS),
        }
    }

    /// Whether a flush is due at `now_ms`.
    #[must_use]
    #[inline]
    pub fn is_due(&self, now_ms: f64) -> bool {
        matches!(self.state, State::Waiting { due_ms } if now_ms >= due_ms)
    }

    /// A flush begins.
    pub fn started(&mut self, now_ms: f64) {
        self.last_start_ms = now_ms;
        self.state = State::Flushing { dirty_again: false };
    }

    /// When the last flush began.
    #[must_use]
    pub fn last_start_ms(&self) -> f64 {
        self.last_start_ms
    }

    /// The flush committed everything it took. `dirty` says whether there is more by now.
    pub fn committed(&mut self, now_ms: f64, dirty: bool) -> Wake {
        self.failures = 0;
        // What is unsaved by now may be as old as the flush took: a slow disk is not waited for twice.
        let since_start = (now_ms - self.last_start_ms).clamp(0.0, FLUSH_INTERVAL_MS);
        self.after_flush(now_ms, dirty, FLUSH_INTERVAL_MS - since_start)
    }

    /// The flush failed.
    pub fn failed(&mut self, now_ms: f64, dirty: bool) -> Wake {
        self.failures = self.failures.saturating_add(1);
        let backoff = FLUSH_INTERVAL_MS * f64::from(1u32 << self.failures.min(10));
        self.after_flush(now_ms, dirty, backoff.min(LONGEST_BACKOFF_MS))
    }

    fn after_flush(&mut self, now_ms: f64, dirty: bool, delay_ms: f64) -> Wake {
        let again = dirty || matches!(self.state, State::Flushing { dirty_again: true });
        self.state = State::Idle;
        if again { self.wait(now_ms, delay_ms) } else { Wake::No }
    }

    fn wait(&mut self, now_ms: f64, delay_ms: f64) -> Wake {
        self.state = State::Waiting { due_ms: now_ms + delay_ms };
        Wake::After(delay_ms)
    }

    /// Whether this failure makes the storage degraded: the budget of tries is spent, or trying again soon cannot help.
    pub fn degrades(&mut self, cause: &StorageError) -> bool {
        let hopeless = matches!(cause, StorageError::QuotaExceeded(_) | StorageError::NewerDatabase(_));
        let degrades = !self.degraded && (hopeless || self.failures >= DEGRADED_AFTER);
        self.degraded |= degrades;
        degrades
    }

    /// Whether a commit just ended a degraded time.
    pub fn recovers(&mut self) -> bool {
        std::mem::take(&mut self.degraded)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn lost() -> StorageError {
        StorageError::ConnectionLost("gone".into())
    }

    #[test]
    fn changes_are_coalesced_into_one_flush_an_interval() {
        let mut policy = FlushPolicy::default();
        assert_eq!(policy.changed(1_000.0), Wake::After(FLUSH_INTERVAL_MS));
        assert_eq!(policy.changed(1_050.0), Wake::No);
        assert!(!policy.is_due(1_099.0));
        assert!(policy.is_due(1_100.0));
        policy.started(1_100.0);
        assert_eq!(policy.committed(1_101.0, false), Wake::No);
        assert_eq!(policy.changed(1_102.0), Wake::After(FLUSH_INTERVAL_MS));
    }

    #[test]
    fn a_change_during_a_flush_asks_for_another() {
        let mut policy = FlushPolicy::default();
        policy.started(0.0);
        assert_eq!(policy.changed(1.0), Wake::No);
        assert_eq!(policy.committed(2.0, false), Wake::After(FLUSH_INTERVAL_MS - 2.0));
    }

    #[test]
    fn after_a_slow_flush_the_next_begins_at_once() {
        let mut policy = FlushPolicy::default();
        policy.started(0.0);
        assert_eq!(policy.changed(1.0), Wake::No);
        assert_eq!(policy.committed(FLUSH_INTERVAL_MS * 3.0, false), Wake::After(0.0));
        assert!(policy.is_due(FLUSH_INTERVAL_MS * 3.0));
    }

    #[test]
    fn a_clock_that_was_put_back_or_forward_delays_nothing_longer() {
        for now_ms in [-1e9, 1e9] {
            let mut policy = FlushPolicy::default();
            policy.started(0.0);
            let wake = policy.committed(now_ms, true);
            let in_time = |delay_ms| (0.0..=FLUSH_INTERVAL_MS).contains(&delay_ms);
            assert!(matches!(wake, Wake::After(delay_ms) if in_time(delay_ms)), "{wake:?}");
        }
    }

    #[test]
    fn failures_back_off_and_a_commit_resets_them() {
        let mut policy = FlushPolicy::default();
        let mut delays = Vec::new();
        for _ in 0..9 {
            policy.started(0.0);
            if let Wake::After(delay) = policy.failed(0.0, true) {
                delays.push(delay);
            }
        }
        assert_eq!(delays, [200.0, 400.0, 800.0, 1600.0, 3200.0, 6400.0, 10_000.0, 10_000.0, 10_000.0]);
        policy.started(0.0);
        assert_eq!(policy.committed(0.0, true), Wake::After(FLUSH_INTERVAL_MS));
    }

    #[test]
    fn degraded_is_told_once_and_recovery_once() {
        let mut policy = FlushPolicy::default();
        let mut told = 0;
        for _ in 0..6 {
            policy.started(0.0);
            policy.failed(0.0, true);
            told += u32::from(policy.degrades(&lost()));
        }
        assert_eq!(told, 1);
        assert!(policy.recovers());
        assert!(!policy.recovers());
    }

    #[test]
    fn a_full_disk_is_told_at_once() {
        let mut policy = FlushPolicy::default();
        policy.started(0.0);
        policy.failed(0.0, true);
        assert!(policy.degrades(&StorageError::QuotaExceeded("full".into())));
    }
}
