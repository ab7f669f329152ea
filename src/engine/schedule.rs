//! When the next flush is due. Pure state: what is due follows from what was noted, by a monotonic clock in milliseconds.

use crate::storage::StorageError;

/// The least time between the beginnings of two flushes.
pub const FLUSH_INTERVAL_MS: f64 = 100.0;
/// Points after which a flush does not wait for its interval: about what fills a record.
const FULL_ENTRY_POINTS: u32 = 6_000;
/// Failures in a row before the storage counts as degraded.
const DEGRADED_AFTER: u32 = 3;
/// The longest wait before another try.
const LONGEST_BACKOFF_MS: f64 = 10_000.0;

/// When changes are flushed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pace {
    /// Gathered over the interval: a page that is looked at.
    #[default]
    Interval,
    /// The first change after a quiet time at the end of its task, the others gathered over the interval: a worker, which is told
    /// nothing before it ends.
    LeadingEdge,
    /// At the end of the task: a page that is hidden, which may end at any time and hardly gets timers.
    EachTask,
    /// To the exit log, at the end of the task: a page that may be gone in a moment.
    ExitLog,
}

/// What is pending, and when it was last tried to write it.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    pace: Pace,
    /// When the oldest change was noted that no flush has begun to take; nothing if there is none.
    pending_since: Option<f64>,
    points: u32,
    /// Whether something was noted since what is pending was taken last, also by a try that failed.
    has_news: bool,
    last_start: Option<f64>,
    backoff: Backoff,
    withheld: Withheld,
}

/// How writing fails.
#[derive(Debug, Default)]
struct Backoff {
    failures: u32,
    /// No try earlier than this.
    not_before: f64,
    /// Whether `Degraded` was emitted.
    is_degraded: bool,
}

/// Contents of artifacts that did not fit.
#[derive(Debug, Default)]
struct Withheld {
    hashes: Vec<String>,
    /// No try earlier than this.
    not_before: f64,
}

impl Schedule {
    /// Something is to be written, `points` of it new. Returns whether the flush loop must look: it is the first change, or overdue.
    #[inline]
    pub(super) fn note_pending(&mut self, now_ms: f64, points: u32) -> bool {
        self.points = self.points.saturating_add(points);
        self.has_news = true;
        let is_first = self.pending_since.is_none();
        if is_first {
            self.pending_since = Some(now_ms);
        }
        // A timer may be late (background tabs get one a minute, a busy page none): logging itself wakes the loop then.
        is_first || self.due_ms().is_some_and(|due_ms| now_ms >= due_ms)
    }

    /// When the next flush is due; nothing if nothing is to be written.
    pub(super) fn due_ms(&self) -> Option<f64> {
        let withheld = self.has_withheld().then_some(self.withheld.not_before);
        let changes = self.changes_due_ms();
        match (changes, withheld) {
            (Some(changes), Some(withheld)) => Some(changes.min(withheld)),
            (changes, withheld) => changes.or(withheld),
        }
    }

    fn changes_due_ms(&self) -> Option<f64> {
        let since = self.pending_since?;
        let is_full = self.points >= FULL_ENTRY_POINTS;
        let by_pace = match self.pace {
            // The flush loop leaves it to the exit flush.
            Pace::ExitLog => return None,
            Pace::EachTask => since,
            _ if is_full => since,
            Pace::LeadingEdge => self.last_start.map_or(since, |start| since.max(start + FLUSH_INTERVAL_MS)),
            // What is unsaved may be as old as the last flush took: a slow disk is not waited for twice.
            Pace::Interval => match self.last_start {
                Some(start) if since < start + FLUSH_INTERVAL_MS => start + FLUSH_INTERVAL_MS,
                _ => since + FLUSH_INTERVAL_MS,
            },
        };
        Some(by_pace.max(self.backoff.not_before))
    }

    /// Whether an exit flush is due now. What one could not write is not tried again before there is something new: each try leaves a copy.
    pub(super) fn is_exit_due(&self) -> bool {
        self.pace == Pace::ExitLog && self.has_news
    }

    pub(super) fn pace(&self) -> Pace {
        self.pace
    }

    pub(super) fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
    }

    /// When a flush began last.
    pub(super) fn last_start_ms(&self) -> Option<f64> {
        self.last_start
    }

    /// A flush begins to take what is pending.
    pub(super) fn begin(&mut self, now_ms: f64) {
        self.note_taken();
        self.last_start = Some(now_ms);
    }

    /// What was pending was taken.
    pub(super) fn note_taken(&mut self) {
        self.pending_since = None;
        self.points = 0;
        self.has_news = false;
    }

    /// Everything that the flush took was committed. Returns whether writing works again after it had failed.
    pub(super) fn succeeded(&mut self) -> bool {
        self.backoff.failures = 0;
        self.backoff.not_before = 0.0;
        !self.has_withheld() && std::mem::take(&mut self.backoff.is_degraded)
    }

    /// The flush failed and is to be tried again. Returns whether writing counts as failing from now on: the budget of tries is spent,
    /// or trying again soon cannot help.
    pub(super) fn failed(&mut self, now_ms: f64, cause: &StorageError) -> bool {
        let backoff = &mut self.backoff;
        backoff.failures = backoff.failures.saturating_add(1);
        backoff.not_before = now_ms + backoff_ms(backoff.failures);
        self.pending_since.get_or_insert(now_ms);
        let is_hopeless = matches!(
            cause,
            StorageError::QuotaExceeded(_) | StorageError::NewerDatabase(_) | StorageError::ReloadNeeded(_)
        );
        let degrades = !backoff.is_degraded && (is_hopeless || backoff.failures >= DEGRADED_AFTER);
        backoff.is_degraded |= degrades;
        degrades
    }

    /// There may be room now: what failed is due at once.
    pub(super) fn retry_now(&mut self, now_ms: f64) {
        self.backoff.not_before = 0.0;
        self.withheld.not_before = 0.0;
        if self.backoff.failures > 0 || self.has_withheld() {
            self.pending_since.get_or_insert(now_ms);
        }
    }

    /// These contents did not fit. Returns whether writing counts as failing from now on.
    pub(super) fn withhold(&mut self, now_ms: f64, hashes: impl Iterator<Item = String>) -> bool {
        for hash in hashes {
            if !self.is_withheld(&hash) {
                self.withheld.hashes.push(hash);
            }
        }
        self.withheld.not_before = now_ms + LONGEST_BACKOFF_MS;
        !std::mem::replace(&mut self.backoff.is_degraded, true)
    }

    /// Contents that did not fit.
    pub(super) fn withheld(&self) -> &[String] {
        &self.withheld.hashes
    }

    pub(super) fn is_withheld(&self, hash: &str) -> bool {
        self.withheld.hashes.iter().any(|other| other == hash)
    }

    /// Keeps only those withheld contents that still wait.
    pub(super) fn retain_withheld(&mut self, waits: impl Fn(&str) -> bool) {
        self.withheld.hashes.retain(|hash| waits(hash));
    }

    /// Whether it is time to try withheld contents again.
    pub(super) fn may_try_withheld(&self, now_ms: f64) -> bool {
        self.has_withheld() && now_ms >= self.withheld.not_before
    }

    fn has_withheld(&self) -> bool {
        !self.withheld.hashes.is_empty()
    }
}

fn backoff_ms(failures: u32) -> f64 {
    (FLUSH_INTERVAL_MS * f64::from(1u32 << failures.min(10))).min(LONGEST_BACKOFF_MS)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn lost() -> StorageError {
        StorageError::ConnectionLost("gone".into())
    }

    #[test]
    fn changes_within_an_interval_are_due_together() {
        let mut schedule = Schedule::default();
        assert_eq!(schedule.due_ms(), None);
        schedule.note_pending(1_000.0, 1);
        schedule.note_pending(1_050.0, 1);
        assert_eq!(schedule.due_ms(), Some(1_100.0));
        schedule.begin(1_100.0);
        assert_eq!(schedule.due_ms(), None);
        schedule.note_pending(1_150.0, 1);
        assert_eq!(schedule.due_ms(), Some(1_200.0));
    }

    #[test]
    fn change_after_an_explicit_flush_is_due_within_an_interval() {
        let mut schedule = Schedule::default();
        schedule.note_pending(0.0, 1);
        schedule.begin(10.0);
        assert!(!schedule.succeeded());
        schedule.note_pending(20.0, 1);
        assert_eq!(schedule.due_ms(), Some(110.0));
    }

    #[test]
    fn full_entry_is_due_at_once() {
        let mut schedule = Schedule::default();
        schedule.note_pending(0.0, 5_999);
        assert_eq!(schedule.due_ms(), Some(100.0));
        schedule.note_pending(1.0, 1);
        assert_eq!(schedule.due_ms(), Some(0.0));
    }

    #[test]
    fn pace_of_a_hidden_page_is_each_task_and_of_a_worker_the_leading_edge() {
        let mut schedule = Schedule::default();
        schedule.set_pace(Pace::EachTask);
        schedule.note_pending(5.0, 1);
        assert_eq!(schedule.due_ms(), Some(5.0));
        schedule.set_pace(Pace::LeadingEdge);
        assert_eq!(schedule.due_ms(), Some(5.0));
        schedule.begin(6.0);
        schedule.note_pending(7.0, 1);
        assert_eq!(schedule.due_ms(), Some(106.0));
    }

    #[test]
    fn failures_back_off_and_success_resets_them() {
        let mut schedule = Schedule::default();
        let mut delays = Vec::new();
        for _ in 0..9 {
            schedule.begin(0.0);
            schedule.failed(0.0, &lost());
            delays.extend(schedule.due_ms());
        }
        assert_eq!(delays, [200.0, 400.0, 800.0, 1600.0, 3200.0, 6400.0, 10_000.0, 10_000.0, 10_000.0]);
        schedule.begin(0.0);
        schedule.succeeded();
        schedule.note_pending(0.0, 1);
        assert_eq!(schedule.due_ms(), Some(100.0));
    }

    #[test]
    fn exit_flush_that_failed_is_due_again_when_something_is_new() {
        let mut schedule = Schedule::default();
        schedule.set_pace(Pace::ExitLog);
        schedule.note_pending(0.0, 1);
        assert!(schedule.is_exit_due());
        schedule.note_taken();
        schedule.failed(0.0, &lost());
        assert!(!schedule.is_exit_due());
        schedule.note_pending(1.0, 1);
        assert!(schedule.is_exit_due());
        schedule.note_taken();
        schedule.failed(1.0, &lost());
        schedule.set_pace(Pace::Interval);
        assert!(schedule.due_ms().is_some(), "the page lives on");
    }

    #[test]
    fn degraded_and_recovered_are_each_emitted_once() {
        let mut schedule = Schedule::default();
        let emitted = (0..6).filter(|_| schedule.failed(0.0, &lost())).count();
        assert_eq!(emitted, 1);
        assert!(schedule.succeeded());
        assert!(!schedule.succeeded());
    }

    #[test]
    fn full_disk_degrades_at_the_first_failure() {
        assert!(Schedule::default().failed(0.0, &StorageError::QuotaExceeded("full".into())));
    }
}
