//! One run over any storage: begun, logged to, watched and ended through one value.
//!
//! ```
//! use std::sync::{Arc, Mutex};
//!
//! use entrenar::dashboard::{DashboardSource, Trend};
//! use entrenar::run::{Run, TracingConfig};
//! use entrenar::storage::{ExperimentStorage, InMemoryStorage, RunStatus, StorageError};
//!
//! # fn main() -> Result<(), StorageError> {
//! let mut storage = InMemoryStorage::new();
//! let exp_id = storage.create_experiment("my-exp", None)?;
//! let storage = Arc::new(Mutex::new(storage));
//!
//! let mut run = Run::new(&exp_id, storage.clone(), TracingConfig::disabled())?;
//! run.log_metric("loss", 0.5)?;
//! run.log_metric("loss", 0.4)?;
//! run.log_metric("loss", 0.3)?;
//!
//! assert_eq!(run.status(), RunStatus::Running);
//! let metrics = run.recent_metrics(10);
//! let loss = &metrics["loss"];
//! assert_eq!((loss.latest(), loss.min(), loss.max()), (Some(0.3), Some(0.3), Some(0.5)));
//! assert_eq!(loss.trend, Trend::Falling);
//! println!("{} loss {} of {} bytes", loss.trend.emoji(), loss.trend, run.resource_usage().memory_used);
//! run.finish(RunStatus::Success)
//! # }
//! ```

mod tracing;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use tracing::TracingConfig;

use crate::dashboard::{DashboardSource, MetricCallback, MetricSnapshot, ResourceSnapshot, resource_usage};
use crate::storage::{ExperimentStorage, Result, RunStatus};

/// A run of a storage. It may go to another thread, and so may whatever else uses the storage.
///
/// A run that is dropped goes on in its storage: [`Run::finish`] ends it.
pub struct Run<S> {
    /// The run's id in its storage.
    pub id: String,
    storage: Arc<Mutex<S>>,
    /// The next step of every metric that was logged here, in the order of first logging.
    metrics: Vec<(String, u64)>,
    callbacks: Mutex<Vec<Arc<Mutex<MetricCallback>>>>,
}

impl<S> fmt::Debug for Run<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Run").field("id", &self.id).finish_non_exhaustive()
    }
}

impl<S: ExperimentStorage> Run<S> {
    /// Creates a run of an experiment and starts it.
    ///
    /// # Errors
    /// `ExperimentNotFound`; those of the storage.
    pub fn new(experiment_id: &str, storage: Arc<Mutex<S>>, tracing: TracingConfig) -> Result<Self> {
        let mut guard = locked(&storage);
        let id = guard.create_run(experiment_id)?;
        guard.start_run(&id)?;
        if let Some(span_id) = tracing.span_id(&id) {
            guard.set_span_id(&id, &span_id)?;
        }
        drop(guard);
        Ok(Self { id, storage, metrics: Vec::new(), callbacks: Mutex::default() })
    }

    /// Stores a point at the metric's next step: one more than the highest that was logged here, 0 for a new metric. Then it calls the
    /// subscribers.
    ///
    /// # Errors
    /// As [`ExperimentStorage::log_metric`].
    pub fn log_metric(&mut self, key: &str, value: f64) -> Result<()> {
        let next = self.metrics.iter().find(|(known, _)| known == key).map_or(0, |(_, next)| *next);
        self.log_metric_at(key, next, value)
    }

    /// Stores a point at a step of the caller's own, and calls the subscribers.
    ///
    /// # Errors
    /// As [`ExperimentStorage::log_metric`].
    pub fn log_metric_at(&mut self, key: &str, step: u64, value: f64) -> Result<()> {
        locked(&self.storage).log_metric(&self.id, key, step, value)?;
        match self.metrics.iter_mut().find(|(known, _)| known == key) {
            Some((_, next)) => *next = (*next).max(step + 1),
            None => self.metrics.push((key.to_owned(), step + 1)),
        }
        // A callback may subscribe, or read the storage: neither is locked while it runs.
        let callbacks = locked(&self.callbacks).clone();
        callbacks.iter().for_each(|callback| locked(callback)(key, value));
        Ok(())
    }

    /// Ends the run.
    ///
    /// # Errors
    /// `InvalidState` if `status` is not final, or the run has ended otherwise; those of the storage.
    pub fn finish(self, status: RunStatus) -> Result<()> {
        locked(&self.storage).complete_run(&self.id, status)
    }

    /// Whether the run has ended, or is no longer in its storage.
    pub fn is_finished(&self) -> bool {
        locked(&self.storage).get_run_status(&self.id).map_or(true, RunStatus::is_final)
    }

    /// The keys of the metrics that were logged here, in the order of first logging.
    #[must_use]
    pub fn metric_keys(&self) -> Vec<String> {
        self.metrics.iter().map(|(key, _)| key.clone()).collect()
    }
}

impl<S: ExperimentStorage> DashboardSource for Run<S> {
    /// Where the run stands; `Cancelled` if it is no longer in its storage.
    fn status(&self) -> RunStatus {
        locked(&self.storage).get_run_status(&self.id).unwrap_or(RunStatus::Cancelled)
    }

    /// What was logged here and can be read.
    fn recent_metrics(&self, limit: usize) -> HashMap<String, MetricSnapshot> {
        let storage = locked(&self.storage);
        let mut metrics = HashMap::new();
        for (key, _) in &self.metrics {
            let Ok(points) = storage.get_metrics(&self.id, key) else { continue };
            let recent = &points[points.len().saturating_sub(limit)..];
            metrics.insert(key.clone(), MetricSnapshot::from_points(key.clone(), recent));
        }
        metrics
    }

    fn subscribe(&self, callback: MetricCallback) {
        locked(&self.callbacks).push(Arc::new(Mutex::new(callback)));
    }

    fn resource_usage(&self) -> ResourceSnapshot {
        resource_usage()
    }
}

/// What is behind the lock, also after another thread panicked with it: every operation on a storage leaves it whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
