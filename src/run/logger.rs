//! A handle that only logs, for what runs beside the training loop.

use std::fmt;
use std::sync::Arc;

use crate::storage::Result;

/// Logs to a run from wherever it is needed: a hook of a training library, a `tracing` layer, another thread. It is cheap to clone.
///
/// It does not keep the run: [`Run`](crate::run::Run), or in a page the `browser::TrackedRun`, does, and ends it. What is logged after that is
/// refused with an error.
#[derive(Clone)]
pub struct RunLogger {
    target: Arc<dyn LogTarget>,
}

impl fmt::Debug for RunLogger {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RunLogger").field("run_id", &self.run_id()).finish_non_exhaustive()
    }
}

/// A run, wherever it is stored.
pub(crate) trait LogTarget: Send + Sync {
    fn run_id(&self) -> &str;
    fn log_metrics(&self, values: &[(&str, f64)], step: Option<u64>) -> Result<u64>;
    fn log_artifact(&self, key: &str, data: &[u8]) -> Result<String>;
    fn set_span_id(&self, span_id: &str) -> Result<()>;
    fn span_id(&self) -> Result<Option<String>>;
}

impl RunLogger {
    /// A logger of a run.
    pub(crate) fn new(target: impl LogTarget + 'static) -> Self {
        Self { target: Arc::new(target) }
    }

    /// The run's id.
    #[must_use]
    pub fn run_id(&self) -> &str {
        self.target.run_id()
    }

    /// Stores a value at the next step of its metric: 1 + the highest logged, 0 for a new one. Returns the step.
    ///
    /// # Errors
    /// Those of the run. In a page, `Unavailable` on another thread than the run's.
    pub fn log_metric(&self, key: &str, value: f64) -> Result<u64> {
        self.log_metrics(&[(key, value)], None)
    }

    /// Stores one value of each of several metrics, all at one step: the given one, or the highest of their next steps. Returns the
    /// step. Without values nothing is stored.
    ///
    /// # Errors
    /// As [`RunLogger::log_metric`]; `InvalidArgument` for a step over 2^53 − 1.
    pub fn log_metrics(&self, values: &[(&str, f64)], step: Option<u64>) -> Result<u64> {
        self.target.log_metrics(values, step)
    }

    /// Stores bytes under a key and returns their SHA-256 in lower-case hex.
    ///
    /// # Errors
    /// As [`RunLogger::log_metric`].
    pub fn log_artifact(&self, key: &str, data: &[u8]) -> Result<String> {
        self.target.log_artifact(key, data)
    }

    /// Ties the run to a tracing span, by the id that the tracer has for it.
    ///
    /// # Errors
    /// As [`RunLogger::log_metric`].
    pub fn set_span_id(&self, span_id: &str) -> Result<()> {
        self.target.set_span_id(span_id)
    }

    /// The tracing span that the run is tied to.
    ///
    /// # Errors
    /// As [`RunLogger::log_metric`].
    pub fn span_id(&self) -> Result<Option<String>> {
        self.target.span_id()
    }
}
