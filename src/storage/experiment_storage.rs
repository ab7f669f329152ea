//! The contract that every storage backend keeps.

use serde_json::Value;

use super::error::Result;
use super::record::{MetricPoint, RunStatus};

/// Stores experiments, their runs, and the runs' metrics and artifacts. A storage may go from thread to thread.
///
/// ```
/// use entrenar::storage::{ExperimentStorage, InMemoryStorage, RunStatus};
///
/// # fn main() -> Result<(), entrenar::storage::StorageError> {
/// let mut storage = InMemoryStorage::new();
/// let experiment = storage.create_experiment("digits", None)?;
/// let run = storage.create_run(&experiment)?;
/// storage.start_run(&run)?;
/// storage.log_metric(&run, "loss", 0, 0.5)?;
/// storage.complete_run(&run, RunStatus::Success)?;
/// assert_eq!(storage.get_metrics(&run, "loss")?[0].value, 0.5);
/// # Ok(())
/// # }
/// ```
pub trait ExperimentStorage: Send + Sync {
    /// Creates an experiment, always a new one, and returns its id.
    ///
    /// # Errors
    /// `InvalidArgument` if the name is too long.
    fn create_experiment(&mut self, name: &str, config: Option<Value>) -> Result<String>;

    /// Creates a `Pending` run and returns its id.
    ///
    /// # Errors
    /// `ExperimentNotFound`.
    fn create_run(&mut self, experiment_id: &str) -> Result<String>;

    /// `Pending` → `Running`.
    ///
    /// # Errors
    /// `RunNotFound`; `InvalidState` unless the run is `Pending`.
    fn start_run(&mut self, run_id: &str) -> Result<()>;

    /// `Running` → `status`, which must be final.
    ///
    /// # Errors
    /// `RunNotFound`; `InvalidState` unless the run is `Running` and `status` is final.
    fn complete_run(&mut self, run_id: &str, status: RunStatus) -> Result<()>;

    /// Stores one point of the metric `key`, stamped with the current time. Nothing is deduplicated.
    ///
    /// # Errors
    /// `RunNotFound`; `InvalidState` unless the run is `Running`; `InvalidArgument` for an empty key or a step over 2^53 − 1.
    fn log_metric(&mut self, run_id: &str, key: &str, step: u64, value: f64) -> Result<()>;

    /// Stores `data` under `key` and returns its lower-case hex SHA-256. Equal contents are stored once.
    ///
    /// # Errors
    /// `RunNotFound`; `InvalidState` once the run has ended.
    fn log_artifact(&mut self, run_id: &str, key: &str, data: &[u8]) -> Result<String>;

    /// The points of a metric ordered by step, equal steps in logging order; empty if it was never logged.
    ///
    /// # Errors
    /// `RunNotFound`; `NotLoaded` where the points are stored but not in memory.
    fn get_metrics(&self, run_id: &str, key: &str) -> Result<Vec<MetricPoint>>;

    /// Where the run stands.
    ///
    /// # Errors
    /// `RunNotFound`.
    fn get_run_status(&self, run_id: &str) -> Result<RunStatus>;

    /// Ties the run to a tracing span.
    ///
    /// # Errors
    /// `RunNotFound`.
    fn set_span_id(&mut self, run_id: &str, span_id: &str) -> Result<()>;

    /// The tracing span the run is tied to.
    ///
    /// # Errors
    /// `RunNotFound`.
    fn get_span_id(&self, run_id: &str) -> Result<Option<String>>;
}
