//! `TrackedRun`: one training run, as Rust code in a page or worker uses it.

use std::rc::Rc;
use std::sync::Arc;

use super::clock::wall_ms;
use super::logger::PageLogTarget;
use super::open_database::{Handle, OpenDatabase, RunHandle};
use crate::columns::Series;
use crate::run::RunLogger;
use crate::storage::{
    MAX_STEP, MetricPoint, Result, RunSlot, RunState, RunStatus, SeriesSlot, StorageError, check_text,
    metric_points, step_too_large,
};

/// One training run. Logging is synchronous and goes to memory; a flush into IndexedDB follows within 100 ms.
///
/// When the last handle on a run that has not ended is dropped, what was logged is flushed, and any page can resume it.
#[derive(Debug)]
pub struct TrackedRun {
    handle: Rc<RunHandle>,
}

/// Logging.
impl TrackedRun {
    /// Stores a value at the next step of its metric: 1 + the highest logged, 0 for a new one. Returns the step.
    ///
    /// # Errors
    /// `InvalidArgument` for the key; `InvalidState` after the run has ended; `RunTakenOver`, `RunDeleted`; `MemoryFull`.
    pub fn log_metric(&self, key: &str, value: f64) -> Result<u64> {
        self.log_point(self.metric(key)?, None, value)
    }

    /// Stores a value at a step of the caller's, at most 2^53 − 1.
    ///
    /// # Errors
    /// As [`TrackedRun::log_metric`]; `InvalidArgument` for the step.
    pub fn log_metric_at(&self, key: &str, step: u64, value: f64) -> Result<()> {
        if step > MAX_STEP {
            return Err(step_too_large(key));
        }
        self.log_point(self.metric(key)?, Some(step), value).map(drop)
    }

    /// Stores one value of each of several metrics, all at one step: the given one, or the highest of their next steps. Returns the
    /// step. Either all are stored or none.
    ///
    /// # Errors
    /// As [`TrackedRun::log_metric_at`].
    pub fn log_metrics(&self, values: &[(&str, f64)], step: Option<u64>) -> Result<u64> {
        let mut points = Vec::with_capacity(values.len());
        for (key, value) in values {
            if step.is_some_and(|step| step > MAX_STEP) {
                return Err(step_too_large(key));
            }
            points.push((self.metric(key)?, *value));
        }
        self.log_together(&points, step)
    }

    /// As [`TrackedRun::log_metrics`], but without a step the points get the run's next one: 1 + the highest step of whatever metric, 0 in a new
    /// run. So metrics that are logged now and then line up with those that are logged at every step.
    ///
    /// # Errors
    /// As [`TrackedRun::log_metrics`].
    pub fn log(&self, values: &[(&str, f64)], step: Option<u64>) -> Result<u64> {
        self.log_metrics(values, Some(step.unwrap_or_else(|| self.next_run_step())))
    }

    /// Stores many values of one metric at consecutive steps from `first_step`, or from its next step.
    ///
    /// # Errors
    /// As [`TrackedRun::log_metric_at`].
    pub fn log_series(&self, key: &str, values: &[f64], first_step: Option<u64>) -> Result<()> {
        let metric = self.metric(key)?;
        let first_step = self.check_series(metric, values.len() as u64, first_step)?;
        self.log_consecutive(metric, first_step, values, wall_ms() as i64)
    }

    /// Stores bytes under a key, in place of those that are there, and returns their SHA-256 in lower-case hex.
    ///
    /// # Errors
    /// As [`TrackedRun::log_metric`].
    pub fn log_artifact(&self, key: &str, data: &[u8]) -> Result<String> {
        self.database().session().storage_mut().put_artifact(self.slot(), key, data)
    }

    /// The slot of a metric; the first time, its key is checked.
    pub(crate) fn metric(&self, key: &str) -> Result<SeriesSlot> {
        self.database().session().storage_mut().series_slot(self.slot(), key)
    }

    /// Stores one value, and returns its step.
    #[inline]
    pub(crate) fn log_point(&self, metric: SeriesSlot, step: Option<u64>, value: f64) -> Result<u64> {
        self.database().session().log(self.slot(), metric, step, value, wall_ms() as i64)
    }

    /// Stores one value of each of several metrics at one step, and returns it.
    pub(crate) fn log_together(&self, points: &[(SeriesSlot, f64)], step: Option<u64>) -> Result<u64> {
        self.check_room(points.len() as u64)?;
        let next_steps = || points.iter().map(|(metric, _)| self.next_step(*metric));
        let step = step.unwrap_or_else(|| next_steps().max().unwrap_or(0));
        for (metric, value) in points {
            self.log_point(*metric, Some(step), *value)?;
        }
        Ok(step)
    }

    /// Whether so many values can be stored at consecutive steps; returns the first step.
    pub(crate) fn check_series(
        &self,
        metric: SeriesSlot,
        count: u64,
        first_step: Option<u64>,
    ) -> Result<u64> {
        self.check_room(count)?;
        let first = first_step.unwrap_or_else(|| self.next_step(metric));
        if count > 0 && first.saturating_add(count - 1) > MAX_STEP {
            let key = self.read(|state| state.series_at(metric).key.clone())?;
            return Err(step_too_large(&key));
        }
        Ok(first)
    }

    /// Stores values at consecutive steps that were checked.
    pub(crate) fn log_consecutive(
        &self,
        metric: SeriesSlot,
        first_step: u64,
        values: &[f64],
        now_ms: i64,
    ) -> Result<()> {
        let mut storage = self.database().session().storage_mut();
        storage.append_consecutive(self.slot(), metric, first_step, values, now_ms)
    }

    /// The step that a metric's next point gets. 0 where this page does not write the run: only an owned run is sure to have the metric.
    pub(crate) fn next_step(&self, metric: SeriesSlot) -> u64 {
        let storage = self.database().session().storage();
        let state = storage.memory().get(self.slot()).filter(|_| storage.owns(self.slot()));
        state.map_or(0, |state| state.series_at(metric).series.next_step())
    }

    /// The step after the highest of all metrics; 0 where this page does not write the run.
    pub(crate) fn next_run_step(&self) -> u64 {
        let storage = self.database().session().storage();
        let state = storage.memory().get(self.slot()).filter(|_| storage.owns(self.slot()));
        let all = state.and_then(|state| state.all_series().ok()).unwrap_or_default();
        all.iter().map(|named| named.series.next_step()).max().unwrap_or(0)
    }

    fn check_room(&self, points: u64) -> Result<()> {
        self.database().session().storage().check_room(self.slot(), points)
    }
}

/// Its lifecycle: where it stands, its tags, how it ends, and when all of that is durable.
impl TrackedRun {
    pub(super) fn on(handle: Handle, slot: RunSlot) -> Self {
        Self { handle: Rc::new(RunHandle::on(handle, slot)) }
    }

    /// What logs to this run from elsewhere: a `tracing` layer, a hook of a training library. It may go to another thread and be kept
    /// by what has to be `Send`; it logs where it is called in this one.
    #[must_use]
    pub fn logger(&self) -> RunLogger {
        RunLogger::new(PageLogTarget::of(&self.handle))
    }

    /// The run that a handle is on.
    pub(super) fn of(handle: Rc<RunHandle>) -> Self {
        Self { handle }
    }

    /// This run's id.
    #[must_use]
    pub fn run_id(&self) -> &str {
        self.handle.id()
    }

    /// The id of the experiment it belongs to.
    #[must_use]
    pub fn experiment_id(&self) -> &str {
        self.handle.experiment_id()
    }

    /// Whether the run outlives the page: not in Node.js, nor where IndexedDB cannot be opened.
    #[must_use]
    pub fn is_persistent(&self) -> bool {
        self.database().is_persistent()
    }

    /// Where the run stands.
    ///
    /// # Errors
    /// `RunDeleted`, `RunNotFound`.
    pub fn status(&self) -> Result<RunStatus> {
        self.read(|state| state.record().status)
    }

    /// Whether the run has ended, or was deleted.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.status().map_or(true, RunStatus::is_final)
    }

    /// Sets a tag, in place of one with the same key.
    ///
    /// # Errors
    /// `InvalidArgument`; `RunTakenOver`, `RunDeleted`.
    pub fn set_tag(&self, key: &str, value: &str) -> Result<()> {
        self.change(|state| state.set_tag(key, value))
    }

    /// Removes a tag, if there is one with this key.
    ///
    /// # Errors
    /// `InvalidArgument`; `RunTakenOver`, `RunDeleted`.
    pub fn remove_tag(&self, key: &str) -> Result<()> {
        self.change(|state| state.remove_tag(key))
    }

    /// Ties the run to a tracing span.
    ///
    /// # Errors
    /// `InvalidArgument`; `RunTakenOver`, `RunDeleted`.
    pub fn set_span_id(&self, id: &str) -> Result<()> {
        check_text("id", id)?;
        self.change(|state| {
            state.record_mut().span_id = Some(id.to_owned());
            Ok(())
        })
    }

    /// The tracing span the run is tied to.
    #[must_use]
    pub fn get_span_id(&self) -> Option<String> {
        self.read(|state| state.record().span_id.clone()).unwrap_or_default()
    }

    /// Ends the run as `Success`, at once, also if the future is dropped. It resolves when that is durable.
    ///
    /// # Errors
    /// `InvalidState` if it has ended otherwise; as [`TrackedRun::flush`].
    pub fn finish(&self) -> impl Future<Output = Result<()>> + use<> {
        self.end(RunStatus::Success)
    }

    /// As [`TrackedRun::finish`], as `Failed`.
    ///
    /// # Errors
    /// As [`TrackedRun::finish`].
    pub fn fail(&self) -> impl Future<Output = Result<()>> + use<> {
        self.end(RunStatus::Failed)
    }

    /// As [`TrackedRun::finish`], as `Cancelled`.
    ///
    /// # Errors
    /// As [`TrackedRun::finish`].
    pub fn cancel(&self) -> impl Future<Output = Result<()>> + use<> {
        self.end(RunStatus::Cancelled)
    }

    /// Ends the run at once. Ending it again in the same way changes nothing.
    pub(crate) fn end(&self, status: RunStatus) -> impl Future<Output = Result<()>> + use<> {
        let ended = if self.status() == Ok(status) {
            Ok(())
        } else {
            self.change(|state| state.complete(status, wall_ms() as i64))
        };
        let flushed = self.flush();
        async move {
            ended?;
            flushed.await
        }
    }

    /// Resolves when everything logged before the call is committed.
    ///
    /// # Errors
    /// The cause, if it cannot be now: it stays in memory and is tried again. `RunTakenOver`, `RunDeleted`; `QuotaExceeded` if an
    /// artifact of this run does not fit.
    pub fn flush(&self) -> impl Future<Output = Result<()>> + use<> {
        let (database, slot) = (Rc::clone(self.database()), self.slot());
        async move { database.session().flush_run(slot).await }
    }

    /// Points logged and not yet committed.
    #[must_use]
    pub fn pending_points(&self) -> u64 {
        self.database().session().storage().pending_points(self.slot())
    }

    fn change(&self, change: impl FnOnce(&mut RunState) -> Result<()>) -> Result<()> {
        self.database().session().storage_mut().change_run(self.slot(), change)
    }
}

/// Reading back what was logged.
impl TrackedRun {
    /// Keys of the metrics logged so far, in the order of first logging.
    #[must_use]
    pub fn list_metric_keys(&self) -> Vec<String> {
        self.database().session().storage().list_metric_keys(self.run_id())
    }

    /// A metric's points ordered by step; none if it was never logged.
    ///
    /// # Errors
    /// `RunDeleted`, `RunNotFound`; `NotLoaded` if the run was lost and its points evicted.
    pub fn get_metrics(&self, key: &str) -> Result<Vec<MetricPoint>> {
        self.read_series(key, metric_points)
    }

    /// The step that the next [`TrackedRun::log_metric`] of this key will use.
    ///
    /// # Errors
    /// As [`TrackedRun::get_metrics`].
    pub fn current_step(&self, key: &str) -> Result<u64> {
        self.read_series(key, Series::next_step)
    }

    /// The bytes stored under a key.
    ///
    /// # Errors
    /// `ArtifactNotFound`; those of the database.
    pub fn get_artifact(&self, key: &str) -> impl Future<Output = Result<Arc<[u8]>>> + use<> {
        let (database, run_id, key) = (Rc::clone(self.database()), self.run_id().to_owned(), key.to_owned());
        async move { database.session().get_artifact(&run_id, &key).await }
    }

    /// What `read` makes of a metric's points.
    pub(crate) fn read_series<T>(&self, key: &str, read: impl FnOnce(&Series) -> T) -> Result<T> {
        self.read(|state| Ok(read(state.series(key)?.unwrap_or(&Series::default()))))?
    }

    /// What `read` makes of the run.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&RunState) -> T) -> Result<T> {
        let storage = self.database().session().storage();
        storage.memory().get(self.slot()).map(read).ok_or_else(|| self.gone())
    }

    fn gone(&self) -> StorageError {
        let lost = self.database().session().storage().lost(self.slot());
        lost.unwrap_or_else(|| StorageError::RunNotFound(self.run_id().to_owned()))
    }

    pub(crate) fn database(&self) -> &Rc<OpenDatabase> {
        self.handle.database()
    }

    pub(crate) fn slot(&self) -> RunSlot {
        self.handle.slot()
    }
}
