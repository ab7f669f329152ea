//! What a run and its loggers share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::logger::LogTarget;
use crate::dashboard::MetricCallback;
use crate::storage::{ExperimentStorage, Result};

/// A run of a storage.
pub(super) struct Shared<S> {
    pub(super) id: String,
    pub(super) storage: Arc<Mutex<S>>,
    /// The next step of every metric that was logged here, in the order of first logging.
    metrics: Mutex<Vec<(String, u64)>>,
    callbacks: Mutex<Vec<Arc<Mutex<MetricCallback>>>>,
}

impl<S> Shared<S> {
    pub(super) fn new(id: String, storage: Arc<Mutex<S>>) -> Self {
        Self { id, storage, metrics: Mutex::default(), callbacks: Mutex::default() }
    }

    pub(super) fn subscribe(&self, callback: MetricCallback) {
        locked(&self.callbacks).push(Arc::new(Mutex::new(callback)));
    }

    pub(super) fn metric_keys(&self) -> Vec<String> {
        locked(&self.metrics).iter().map(|(key, _)| key.clone()).collect()
    }
}

impl<S: ExperimentStorage> LogTarget for Arc<Shared<S>> {
    fn run_id(&self) -> &str {
        &self.id
    }

    fn log_metrics(&self, values: &[(&str, f64)], step: Option<u64>) -> Result<u64> {
        // Held until everything is stored: two loggers of one metric get different steps.
        let mut metrics = locked(&self.metrics);
        let next_step =
            |key: &str| metrics.iter().find(|(known, _)| known == key).map_or(0, |(_, next)| *next);
        let step = step.or_else(|| values.iter().map(|(key, _)| next_step(key)).max()).unwrap_or(0);
        let mut stored = Ok(step);
        let mut count = 0;
        for (key, value) in values {
            if let Err(error) = locked(&self.storage).log_metric(&self.id, key, step, *value) {
                stored = Err(error);
                break;
            }
            match metrics.iter_mut().find(|(known, _)| known == key) {
                Some((_, next)) => *next = (*next).max(step + 1),
                None => metrics.push(((*key).to_owned(), step + 1)),
            }
            count += 1;
        }
        drop(metrics);
        // A callback may subscribe, log, or read the storage: nothing is locked while it runs.
        let callbacks = locked(&self.callbacks).clone();
        for (key, value) in &values[..count] {
            callbacks.iter().for_each(|callback| locked(callback)(key, *value));
        }
        stored
    }

    fn log_artifact(&self, key: &str, data: &[u8]) -> Result<String> {
        locked(&self.storage).log_artifact(&self.id, key, data)
    }

    fn set_span_id(&self, span_id: &str) -> Result<()> {
        locked(&self.storage).set_span_id(&self.id, span_id)
    }

    fn span_id(&self) -> Result<Option<String>> {
        locked(&self.storage).get_span_id(&self.id)
    }
}

/// What is behind the lock, also after another thread panicked with it: every operation on a storage leaves it whole.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
