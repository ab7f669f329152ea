//! When to flush, and which batches are under way. The one owner of these decisions.
//!
//! Times are of a monotonic clock, in milliseconds. The flush loop looks at [`Flusher::due_ms`] whenever something changed, so that
//! a wake-up cannot be dropped: what is due follows from the state alone.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::clock::Clock;
use super::schedule::{Pace, Schedule};
use crate::database::Batch;
use crate::event::Event;
use crate::storage::StorageError;

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
        if self.schedule.borrow_mut().note_pending(now_ms, points) {
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
        self.schedule.borrow().is_exit_due()
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
        self.schedule.borrow().pace() == Pace::ExitLog
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
        self.change(|schedule| schedule.set_pace(pace));
    }

    /// Whether points may be staged: not at a pace that flushes at the end of each task, which a staged point does not bring about.
    #[must_use]
    pub fn may_stage(&self) -> bool {
        matches!(self.schedule.borrow().pace(), Pace::Interval | Pace::LeadingEdge)
    }

    /// A flush begins to take what is pending.
    pub fn begin(&self, now_ms: f64) {
        self.schedule.borrow_mut().begin(now_ms);
    }

    /// What was pending was taken elsewhere, by an exit flush.
    pub fn note_taken(&self) {
        self.schedule.borrow_mut().note_taken();
    }

    /// When a flush began last.
    #[must_use]
    pub fn last_start_ms(&self) -> Option<f64> {
        self.schedule.borrow().last_start_ms()
    }

    /// Everything that the flush took was committed. Returns whether writing works again after it had failed.
    pub fn succeeded(&self) -> bool {
        self.change(Schedule::succeeded)
    }

    /// The flush failed and is to be tried again. Returns whether writing counts as failing from now on.
    pub fn failed(&self, now_ms: f64, cause: &StorageError) -> bool {
        self.change(|schedule| schedule.failed(now_ms, cause))
    }

    /// There may be room now: tries again at once.
    pub fn retry_now(&self, now_ms: f64) {
        self.change(|schedule| schedule.retry_now(now_ms));
    }

    /// Contents that did not fit.
    #[must_use]
    pub fn withheld(&self) -> Vec<String> {
        self.schedule.borrow().withheld().to_vec()
    }

    /// Whether this content did not fit.
    #[must_use]
    pub fn is_withheld(&self, hash: &str) -> bool {
        self.schedule.borrow().is_withheld(hash)
    }

    /// These contents did not fit. Returns whether writing counts as failing from now on.
    pub fn withhold(&self, now_ms: f64, hashes: impl Iterator<Item = String>) -> bool {
        self.schedule.borrow_mut().withhold(now_ms, hashes)
    }

    /// Keeps only those withheld contents that still wait.
    pub fn retain_withheld(&self, waits: impl Fn(&str) -> bool) {
        self.schedule.borrow_mut().retain_withheld(waits);
    }

    /// Whether it is time to try withheld contents again.
    #[must_use]
    pub fn may_try_withheld(&self, now_ms: f64) -> bool {
        self.schedule.borrow().may_try_withheld(now_ms)
    }

    /// Changes the schedule, and has what depends on it look again.
    fn change<T>(&self, change: impl FnOnce(&mut Schedule) -> T) -> T {
        let changed = change(&mut self.schedule.borrow_mut());
        self.changed.notify();
        changed
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
}
