//! Logs to a run what a program says by [`tracing`](https://docs.rs/tracing) anyway.
//!
//! ```
//! use std::sync::{Arc, Mutex};
//!
//! use entrenar::run::{Run, TracingConfig};
//! use entrenar::storage::{ExperimentStorage, InMemoryStorage, RunStatus, StorageError};
//! use entrenar::tracing::{RunLayer, run_span};
//! use tracing_subscriber::prelude::*;
//!
//! # fn main() -> Result<(), StorageError> {
//! let mut storage = InMemoryStorage::new();
//! let experiment = storage.create_experiment("mnist", None)?;
//! let storage = Arc::new(Mutex::new(storage));
//! let run = Run::new(&experiment, storage.clone(), TracingConfig::enabled())?;
//!
//! let subscriber = tracing_subscriber::registry().with(RunLayer::new(run.logger()));
//! tracing::subscriber::with_default(subscriber, || {
//!     let _run = run_span(&run.logger()).entered();
//!     tracing::info!(target: "metrics", loss = 0.5, accuracy = 0.25);             // both at step 0
//!     tracing::info!(target: "metrics", loss = 0.3, step = 10);
//!     let _step = tracing::info_span!("step", step = 20).entered();
//!     tracing::info!(target: "metrics", loss = 0.2, "a message is for others");   // at step 20
//! });
//!
//! let id = run.id.clone();
//! run.finish(RunStatus::Success)?;
//! let losses = storage.lock().expect("no thread panicked").get_metrics(&id, "loss")?;
//! assert_eq!(losses.iter().map(|point| point.step).collect::<Vec<_>>(), [0, 10, 20]);
//! # Ok(())
//! # }
//! ```
//!
//! In a page it is the same: `browser::TrackedRun` has a `logger()` too, and what was logged is in the run when the event's macro returns.
//!
//! # What becomes of an event
//!
//! | of an event whose target is `metrics`, or begins with `metrics::` | |
//! |---|---|
//! | a field that is a number (`f64`, and every integer) | a point of the metric of that name |
//! | the field `step` | the step of all of them. An event without one takes the `step` of the nearest span around it that has one, and without that the highest of its metrics' next steps |
//! | text, booleans, what is formatted by `%` or `?`, the message | nothing |
//!
//! Every other event is left to the other layers: a run has no notes that an event could become. A filter of the subscriber comes before
//! the layer: events that it turns off are not logged.
//!
//! # Spans
//!
//! A record keeps one span id, the one that the run is tied to, as OpenTelemetry writes it: 16 hexadecimal digits. The ids that `tracing`
//! gives to spans are of one process, and mean nothing to another. [`run_span`] opens a span that names the run and its span id, so
//! that whatever collects spans can find the run; a program that has an OpenTelemetry span of its own ties the run to that by
//! [`RunLogger::set_span_id`].

mod fields;
mod layer;

pub use layer::RunLayer;

use crate::run::{RunLogger, TracingConfig};

/// A span for the work of a run, with the fields `run_id` and `span_id`. A run that has no span id gets one; of a run that cannot be
/// written the span has none.
#[must_use]
pub fn run_span(logger: &RunLogger) -> ::tracing::Span {
    let run_id = logger.run_id();
    let span_id = logger.span_id().ok().flatten().or_else(|| {
        let new = TracingConfig::enabled().span_id(run_id)?;
        logger.set_span_id(&new).ok().map(|()| new)
    });
    ::tracing::info_span!("run", run_id, span_id)
}
