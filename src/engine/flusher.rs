//! When to flush, and which batches are under way. The one owner of these decisions.
//!
//! Times are of a monotonic clock, in milliseconds. The flush loop looks at [`Flusher::due_ms`] whenever something changed, so that
//! a wake-up cannot be dropped: what is due follows from the state alone.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::clock::Clock;
use crate::database::Batch;
use crate::event::Event;
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

#[derive(Debug, Default)]
struct Schedule {
    pace: Pace,
    /// When the oldest change was noted that no flush has begun to take; nothing if there is none.
    pending_since: Option<f64>,
    points: u32,
    last_start: Option<f64>,
    /// After a failure: no earlier than this.
    not_before: f64,
    failures: u32,
    is_degraded: bool,
    /// Contents of artifacts that did not fit.
    withheld: Vec<String>,
    /// When to try those again.
    withheld_not_before: f64,
}

/// Decides when to flush, and keeps the batches whose outcome is not known yet.
#[derive(Debug, Default)]
pub struct Flusher {
    schedule: RefCell<Schedule>,
    /// Something changed that the flush loop's decision depends on.
    changed: Event,
    is_closed: Cell<bool>,
    /// Site data was cleared, and not all is written again that memory holds.
    is_rebuilding: Cell<bool>,
    /// The batch that is being committed, or whose outcome is being found out, until an exit flush takes it along.
    in_flight: RefCell<Option<Rc<Batch>>>,
    /// Batches that may have been committed: the answer was lost.
    in_doubt: RefCell<Vec<Rc<Batch>>>,
}

impl Flusher {
    /// Something is to be written, `points` of it new.
    #[inline]
    pub fn note_pending(&self, now_ms: f64, points: u32) {
        let mut schedule = self.schedule.borrow_mut();
        schedule.points = schedule.points.saturating_add(points);
        let is_first = schedule.pending_since.is_none();
        if is_first {
            schedule.pending_since = Some(now_ms);
        }
        // A timer may be late (background tabs get one a minute, a busy page none): logging itself wakes the loop then.
        let is_due = schedule.due_ms().is_some_and(|due_ms| now_ms >= due_ms);
        drop(schedule);
        if is_first || is_due {
            self.changed.notify();
        }
    }

    /// When the next flush is due; nothing if nothing is to be written.
    #[must_use]
    pub fn due_ms(&self) -> Option<f64> {
        self.schedule.borrow().due_ms()
    }

    /// Whether an exit flush is due now.
    #[must_use]
    pub fn is_exit_due(&self) -> bool {
        let schedule = self.schedule.borrow();
        schedule.pace == Pace::ExitLog && schedule.pending_since.is_some()
    }

    /// Resolves when `holds` does, which depends on what is pending or under way.
    pub async fn until(&self, holds: impl Fn() -> bool) {
        self.changed.until(holds).await;
    }

    /// Resolves when the next flush is due at another time than `known`, when that time has come, or when the flusher was closed.
    pub async fn until_due_changes(&self, known: Option<f64>, clock: &dyn Clock) {
        let is_due = || known.is_some_and(|due_ms| clock.monotonic_ms() >= due_ms);
        self.changed.until(|| self.is_closed() || self.due_ms() != known || is_due()).await;
    }

    /// Whether the page may be gone in a moment.
    #[must_use]
    pub fn may_be_leaving(&self) -> bool {
        self.schedule.borrow().pace == Pace::ExitLog
    }

    /// Resolves when the page lives on, or the flusher was closed.
    pub async fn until_living_on(&self) {
        self.changed.until(|| self.is_closed() || !self.may_be_leaving()).await;
    }

    /// Resolves when an exit flush is due, or the flusher was closed.
    pub async fn until_exit_due(&self) {
        self.changed.until(|| self.is_closed() || self.is_exit_due()).await;
    }

    /// Ends the flush loop.
    pub fn close(&self) {
        self.is_closed.set(true);
        self.changed.notify();
    }

    /// Whether the flush loop is to end.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.is_closed.get()
    }

    /// Changes the pace.
    pub fn set_pace(&self, pace: Pace) {
        self.schedule.borrow_mut().pace = pace;
        self.changed.notify();
    }

    /// A flush begins to take what is pending.
    pub fn begin(&self, now_ms: f64) {
        let mut schedule = self.schedule.borrow_mut();
        schedule.pending_since = None;
        schedule.points = 0;
        schedule.last_start = Some(now_ms);
    }

    /// What was pending was taken elsewhere, by an exit flush.
    pub fn taken(&self) {
        let mut schedule = self.schedule.borrow_mut();
        schedule.pending_since = None;
        schedule.points = 0;
    }

    /// Everything that the flush took was committed. Returns whether writing works again after it had failed.
    pub fn succeeded(&self) -> bool {
        let mut schedule = self.schedule.borrow_mut();
        schedule.failures = 0;
        schedule.not_before = 0.0;
        let has_recovered = schedule.withheld.is_empty() && std::mem::take(&mut schedule.is_degraded);
        drop(schedule);
        self.changed.notify();
        has_recovered
    }

    /// The flush failed and is to be tried again. Returns whether writing counts as failing from now on: the budget of tries is spent,
    /// or trying again soon cannot help.
    pub fn failed(&self, now_ms: f64, cause: &StorageError) -> bool {
        let mut schedule = self.schedule.borrow_mut();
        schedule.failures = schedule.failures.saturating_add(1);
        schedule.not_before = now_ms + backoff_ms(schedule.failures);
        schedule.pending_since.get_or_insert(now_ms);
        let is_hopeless = matches!(
            cause,
            StorageError::QuotaExceeded(_) | StorageError::NewerDatabase(_) | StorageError::ReloadNeeded(_)
        );
        let degrades = !schedule.is_degraded && (is_hopeless || schedule.failures >= DEGRADED_AFTER);
        schedule.is_degraded |= degrades;
        drop(schedule);
        self.changed.notify();
        degrades
    }

    /// There may be room now: tries again at once.
    pub fn retry_now(&self, now_ms: f64) {
        let mut schedule = self.schedule.borrow_mut();
        schedule.not_before = 0.0;
        schedule.withheld_not_before = 0.0;
        if schedule.failures > 0 || !schedule.withheld.is_empty() {
            schedule.pending_since.get_or_insert(now_ms);
        }
        drop(schedule);
        self.changed.notify();
    }

    /// Contents that did not fit.
    #[must_use]
    pub fn withheld(&self) -> Vec<String> {
        self.schedule.borrow().withheld.clone()
    }

    /// These contents did not fit. Returns whether writing counts as failing from now on.
    pub fn withhold(&self, now_ms: f64, hashes: impl Iterator<Item = String>) -> bool {
        let mut schedule = self.schedule.borrow_mut();
        for hash in hashes {
            if !schedule.withheld.contains(&hash) {
                schedule.withheld.push(hash);
            }
        }
        schedule.withheld_not_before = now_ms + LONGEST_BACKOFF_MS;
        !std::mem::replace(&mut schedule.is_degraded, true)
    }

    /// Keeps only those withheld contents that still wait.
    pub fn retain_withheld(&self, waits: impl Fn(&str) -> bool) {
        self.schedule.borrow_mut().withheld.retain(|hash| waits(hash));
    }

    /// Whether it is time to try withheld contents again.
    #[must_use]
    pub fn may_try_withheld(&self, now_ms: f64) -> bool {
        let schedule = self.schedule.borrow();
        !schedule.withheld.is_empty() && now_ms >= schedule.withheld_not_before
    }

    /// When a flush began last.
    #[must_use]
    pub fn last_start_ms(&self) -> Option<f64> {
        self.schedule.borrow().last_start
    }

    /// The batch is being committed, or its outcome found out.
    pub fn set_in_flight(&self, batch: &Rc<Batch>) {
        *self.in_flight.borrow_mut() = Some(Rc::clone(batch));
    }

    /// Takes the batch that is being committed, to write it elsewhere too; or notes that it is not in flight any more.
    pub fn take_in_flight(&self) -> Option<Rc<Batch>> {
        self.in_flight.borrow_mut().take()
    }

    /// The outcome of this batch is not known. Before anything else is written, it is found out.
    pub fn add_in_doubt(&self, batch: Rc<Batch>) {
        self.in_doubt.borrow_mut().push(batch);
    }

    /// Takes the next batch in doubt.
    pub fn take_in_doubt(&self) -> Option<Rc<Batch>> {
        self.in_doubt.borrow_mut().pop()
    }

    /// Takes all batches in doubt.
    pub fn take_all_in_doubt(&self) -> Vec<Rc<Batch>> {
        self.in_doubt.take()
    }

    /// Whether batches are in doubt.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        !self.in_doubt.borrow().is_empty()
    }

    /// The database that the batches were for is gone: everything in memory is to be written again.
    pub fn begin_rebuilding(&self) {
        self.is_rebuilding.set(true);
        self.in_doubt.take();
        self.in_flight.take();
    }

    /// Everything in memory is written.
    pub fn end_rebuilding(&self) {
        self.is_rebuilding.set(false);
    }

    /// Whether site data was cleared, and not all is written again that memory holds.
    #[must_use]
    pub fn is_rebuilding(&self) -> bool {
        self.is_rebuilding.get()
    }

    /// Whether points may be staged: not at a pace that flushes at the end of each task, which a staged point does not bring about.
    #[must_use]
    pub fn may_stage(&self) -> bool {
        matches!(self.schedule.borrow().pace, Pace::Interval | Pace::LeadingEdge)
    }

    /// Whether this content did not fit.
    #[must_use]
    pub fn is_withheld(&self, hash: &str) -> bool {
        self.schedule.borrow().withheld.iter().any(|other| other == hash)
    }
}

impl Schedule {
    fn due_ms(&self) -> Option<f64> {
        let withheld = (!self.withheld.is_empty()).then_some(self.withheld_not_before);
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
        Some(by_pace.max(self.not_before))
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
        let flusher = Flusher::default();
        assert_eq!(flusher.due_ms(), None);
        flusher.note_pending(1_000.0, 1);
        flusher.note_pending(1_050.0, 1);
        assert_eq!(flusher.due_ms(), Some(1_100.0));
        flusher.begin(1_100.0);
        assert_eq!(flusher.due_ms(), None);
        flusher.note_pending(1_150.0, 1);
        assert_eq!(flusher.due_ms(), Some(1_200.0));
    }

    #[test]
    fn change_after_an_explicit_flush_is_due_within_an_interval() {
        let flusher = Flusher::default();
        flusher.note_pending(0.0, 1);
        flusher.begin(10.0);
        assert!(!flusher.succeeded());
        flusher.note_pending(20.0, 1);
        assert_eq!(flusher.due_ms(), Some(110.0));
    }

    #[test]
    fn full_entry_is_due_at_once() {
        let flusher = Flusher::default();
        flusher.note_pending(0.0, 5_999);
        assert_eq!(flusher.due_ms(), Some(100.0));
        flusher.note_pending(1.0, 1);
        assert_eq!(flusher.due_ms(), Some(0.0));
    }

    #[test]
    fn pace_of_a_hidden_page_is_each_task_and_of_a_worker_the_leading_edge() {
        let flusher = Flusher::default();
        flusher.set_pace(Pace::EachTask);
        flusher.note_pending(5.0, 1);
        assert_eq!(flusher.due_ms(), Some(5.0));
        flusher.set_pace(Pace::LeadingEdge);
        assert_eq!(flusher.due_ms(), Some(5.0));
        flusher.begin(6.0);
        flusher.note_pending(7.0, 1);
        assert_eq!(flusher.due_ms(), Some(106.0));
    }

    #[test]
    fn failures_back_off_and_success_resets_them() {
        let flusher = Flusher::default();
        let mut delays = Vec::new();
        for _ in 0..9 {
            flusher.begin(0.0);
            flusher.failed(0.0, &lost());
            delays.extend(flusher.due_ms());
        }
        assert_eq!(delays, [200.0, 400.0, 800.0, 1600.0, 3200.0, 6400.0, 10_000.0, 10_000.0, 10_000.0]);
        flusher.begin(0.0);
        flusher.succeeded();
        flusher.note_pending(0.0, 1);
        assert_eq!(flusher.due_ms(), Some(100.0));
    }

    #[test]
    fn degraded_is_told_once_and_recovery_once() {
        let flusher = Flusher::default();
        let told = (0..6).filter(|_| flusher.failed(0.0, &lost())).count();
        assert_eq!(told, 1);
        assert!(flusher.succeeded());
        assert!(!flusher.succeeded());
    }

    #[test]
    fn full_disk_is_told_at_once() {
        assert!(Flusher::default().failed(0.0, &StorageError::QuotaExceeded("full".into())));
    }
}
