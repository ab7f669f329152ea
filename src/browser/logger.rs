//! What makes a run of this page `Send`: a number, for which the run's own thread knows the run.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::open_database::RunHandle;
use super::tracked_run::TrackedRun;
use crate::run::LogTarget;
use crate::storage::{Result, StorageError};

thread_local! {
    /// The runs of this thread that have a logger. A logger keeps no run.
    static RUNS: RefCell<HashMap<usize, Weak<RunHandle>>> = RefCell::default();
}

/// Never the same twice, in whatever thread.
static NEXT_NUMBER: AtomicUsize = AtomicUsize::new(0);

/// A run of one thread.
#[derive(Debug)]
pub(super) struct PageLogTarget {
    number: usize,
    run_id: String,
}

impl PageLogTarget {
    /// The run that this handle is on.
    pub(super) fn of(handle: &Rc<RunHandle>) -> Self {
        let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
        RUNS.with_borrow_mut(|runs| runs.insert(number, Rc::downgrade(handle)));
        Self { number, run_id: handle.id().to_owned() }
    }

    fn run(&self) -> Result<TrackedRun> {
        let known = RUNS.with_borrow(|runs| runs.get(&self.number).cloned());
        let Some(known) = known else {
            return Err(StorageError::Unavailable(format!(
                "run '{}' is written by the thread that began it: send it what is to be logged",
                self.run_id
            )));
        };
        known.upgrade().map(TrackedRun::of).ok_or_else(|| {
            StorageError::InvalidState(format!(
                "the last handle on run '{}' was dropped: keep its TrackedRun while you log",
                self.run_id
            ))
        })
    }
}

impl Drop for PageLogTarget {
    fn drop(&mut self) {
        // Another thread has nothing to forget, nor has one that ends.
        let _ = RUNS.try_with(|runs| runs.try_borrow_mut().map(|mut runs| runs.remove(&self.number)));
    }
}

impl LogTarget for PageLogTarget {
    fn run_id(&self) -> &str {
        &self.run_id
    }

    fn log_metrics(&self, values: &[(&str, f64)], step: Option<u64>) -> Result<u64> {
        self.run()?.log_metrics(values, step)
    }

    fn log_artifact(&self, key: &str, data: &[u8]) -> Result<String> {
        self.run()?.log_artifact(key, data)
    }

    fn set_span_id(&self, span_id: &str) -> Result<()> {
        self.run()?.set_span_id(span_id)
    }

    fn span_id(&self) -> Result<Option<String>> {
        Ok(self.run()?.get_span_id())
    }
}
