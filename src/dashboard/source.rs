//! Where a view gets what it shows.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::snapshot::{MetricSnapshot, ResourceSnapshot};
use crate::storage::{ExperimentStorage, Result, RunStatus};

/// Called with a metric's key, value and step after the point was stored.
pub type MetricCallback = Box<dyn Fn(&str, f64, u64)>;

/// One run as a dashboard sees it.
pub trait DashboardSource {
    /// Where the run stands.
    ///
    /// # Errors
    /// `RunNotFound`.
    fn status(&self) -> Result<RunStatus>;

    /// The latest `limit` points of every metric, by key.
    ///
    /// # Errors
    /// `RunNotFound`; `NotLoaded` where the points are not in memory.
    fn recent_metrics(&self, limit: usize) -> Result<BTreeMap<String, MetricSnapshot>>;

    /// Has `callback` called for every point logged through this source from now on.
    fn subscribe(&self, callback: MetricCallback);

    /// What can be known of the machine.
    fn resource_usage(&self) -> ResourceSnapshot;
}

/// Lists the metrics of a run: what a source needs of a storage beyond the storage's own contract.
pub trait MetricKeys {
    /// The keys of a run's metrics.
    fn metric_keys(&self, run_id: &str) -> Vec<String>;
}

impl MetricKeys for crate::storage::InMemoryStorage {
    fn metric_keys(&self, run_id: &str) -> Vec<String> {
        self.list_metric_keys(run_id)
    }
}

/// A run of a storage, logged to and watched through one value.
///
/// ```
/// use entrenar::dashboard::{DashboardSource, RunDashboard, Trend};
/// use entrenar::storage::{ExperimentStorage, InMemoryStorage};
///
/// # fn main() -> Result<(), entrenar::storage::StorageError> {
/// let mut storage = InMemoryStorage::new();
/// let experiment = storage.create_experiment("digits", None)?;
/// let run = storage.create_run(&experiment)?;
/// storage.start_run(&run)?;
/// let dashboard = RunDashboard::new(storage, &run);
/// for step in 0..10 {
///     dashboard.log_metric("loss", step, 1.0 / (1.0 + step as f64))?;
/// }
/// let loss = &dashboard.recent_metrics(5)?["loss"];
/// assert_eq!(loss.points.len(), 5);
/// assert_eq!(loss.trend, Trend::Falling);
/// # Ok(())
/// # }
/// ```
pub struct RunDashboard<S> {
    storage: RefCell<S>,
    run_id: String,
    callbacks: RefCell<Vec<std::rc::Rc<MetricCallback>>>,
}

impl<S> std::fmt::Debug for RunDashboard<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunDashboard").field("run_id", &self.run_id).finish_non_exhaustive()
    }
}

impl<S: ExperimentStorage + MetricKeys> RunDashboard<S> {
    /// A source for one run of `storage`.
    pub fn new(storage: S, run_id: &str) -> Self {
        Self { storage: RefCell::new(storage), run_id: run_id.to_owned(), callbacks: RefCell::default() }
    }

    /// Stores a point and calls the subscribers.
    ///
    /// # Errors
    /// As [`ExperimentStorage::log_metric`].
    pub fn log_metric(&self, key: &str, step: u64, value: f64) -> Result<()> {
        self.storage.borrow_mut().log_metric(&self.run_id, key, step, value)?;
        // A callback may subscribe, read or log: nothing is borrowed while it runs.
        let callbacks = self.callbacks.borrow().clone();
        callbacks.iter().for_each(|callback| callback(key, value, step));
        Ok(())
    }

    /// The storage back.
    pub fn into_storage(self) -> S {
        self.storage.into_inner()
    }
}

impl<S: ExperimentStorage + MetricKeys> DashboardSource for RunDashboard<S> {
    fn status(&self) -> Result<RunStatus> {
        self.storage.borrow().get_run_status(&self.run_id)
    }

    fn recent_metrics(&self, limit: usize) -> Result<BTreeMap<String, MetricSnapshot>> {
        let storage = self.storage.borrow();
        storage.get_run_status(&self.run_id)?;
        let mut metrics = BTreeMap::new();
        for key in storage.metric_keys(&self.run_id) {
            let mut points = storage.get_metrics(&self.run_id, &key)?;
            points.drain(..points.len().saturating_sub(limit));
            metrics.insert(key.clone(), MetricSnapshot::new(key, points));
        }
        Ok(metrics)
    }

    fn subscribe(&self, callback: MetricCallback) {
        self.callbacks.borrow_mut().push(std::rc::Rc::new(callback));
    }

    /// Natively nothing is known without asking the operating system, which is not this crate's business.
    fn resource_usage(&self) -> ResourceSnapshot {
        ResourceSnapshot::default()
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::storage::{InMemoryStorage, StorageError};

    fn dashboard() -> Result<RunDashboard<InMemoryStorage>> {
        let mut storage = InMemoryStorage::new();
        let experiment = storage.create_experiment("e", None)?;
        let run = storage.create_run(&experiment)?;
        storage.start_run(&run)?;
        Ok(RunDashboard::new(storage, &run))
    }

    #[test]
    fn subscribers_hear_of_points_and_may_read_and_log() -> Result<()> {
        let dashboard = Rc::new(dashboard()?);
        let heard = Rc::new(RefCell::new(Vec::new()));
        let (inner, log) = (Rc::downgrade(&dashboard), Rc::clone(&heard));
        dashboard.subscribe(Box::new(move |key, value, step| {
            log.borrow_mut().push((key.to_owned(), value, step));
            if let Some(dashboard) = inner.upgrade().filter(|_| key == "loss") {
                assert_eq!(dashboard.recent_metrics(10).map(|m| m.len()), Ok(1));
                assert_eq!(dashboard.log_metric("seen", step, 1.0), Ok(()));
            }
        }));
        dashboard.log_metric("loss", 3, 0.5)?;
        assert_eq!(*heard.borrow(), [("loss".to_owned(), 0.5, 3), ("seen".to_owned(), 1.0, 3)]);
        Ok(())
    }

    #[test]
    fn unknown_run_is_named() {
        let dashboard = RunDashboard::new(InMemoryStorage::new(), "run-3");
        let missing = StorageError::RunNotFound("run-3".into());
        assert_eq!(dashboard.status(), Err(missing.clone()));
        assert_eq!(dashboard.recent_metrics(1), Err(missing));
    }
}
