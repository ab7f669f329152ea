//! The layer.

use std::cell::Cell;
use std::fmt;

use ::tracing::span::{Attributes, Id, Record};
use ::tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::fields::{Numbers, STEP};
use crate::run::RunLogger;
use crate::storage::StorageError;

/// The target of events that are logged.
const TARGET: &str = "metrics";

thread_local! {
    /// Whether a layer of this thread is at work: what the storage, a subscriber of the run or `on_error` say then is not logged.
    static IS_LOGGING: Cell<bool> = const { Cell::new(false) };
}

/// Called with what could not be logged.
type OnError = Box<dyn Fn(&StorageError) + Send + Sync>;

/// Logs the numbers in events to a run: see [the module](crate::tracing).
///
/// It never panics and never disturbs the program: what cannot be logged, because the run has ended or a step is none, is given to
/// [`RunLayer::on_error`] and else dropped. Do not emit such an event while you hold the lock of the run's
/// storage, as the methods of a storage of your own do: the layer waits for it.
pub struct RunLayer {
    logger: RunLogger,
    target: String,
    on_error: Option<OnError>,
}

impl fmt::Debug for RunLayer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("RunLayer");
        shown.field("logger", &self.logger).field("target", &self.target).finish_non_exhaustive()
    }
}

/// The step of a span's events, unless they have one of their own.
struct SpanStep(u64);

impl RunLayer {
    /// A layer that logs to this run the events whose target is `metrics` or begins with `metrics::`.
    #[must_use]
    pub fn new(logger: RunLogger) -> Self {
        Self { logger, target: TARGET.to_owned(), on_error: None }
    }

    /// Logs the events of this target instead, and those of targets inside of it: two layers with two targets log to two runs.
    #[must_use]
    pub fn with_target(mut self, target: impl Into<String>) -> Self {
        self.target = target.into();
        self
    }

    /// Has `callback` called with what could not be logged. What it says by `tracing` itself is not logged to a run.
    #[must_use]
    pub fn on_error(mut self, callback: impl Fn(&StorageError) + Send + Sync + 'static) -> Self {
        self.on_error = Some(Box::new(callback));
        self
    }

    fn takes(&self, target: &str) -> bool {
        target
            .strip_prefix(self.target.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    }

    fn log(&self, numbers: &Numbers, step_around: impl FnOnce() -> Option<u64>) {
        let logged = numbers
            .step()
            .and_then(|step| self.logger.log_metrics(&numbers.metrics, step.or_else(step_around)));
        if let (Err(error), Some(on_error)) = (logged, &self.on_error) {
            on_error(&error);
        }
    }
}

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for RunLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        // Most spans of a program have none.
        if attributes.fields().field(STEP).is_none() {
            return;
        }
        let mut numbers = Numbers::default();
        attributes.record(&mut numbers);
        note_step(&numbers, id, &context);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if context.metadata(id).is_none_or(|metadata| metadata.fields().field(STEP).is_none()) {
            return;
        }
        let mut numbers = Numbers::default();
        values.record(&mut numbers);
        note_step(&numbers, id, &context);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if !self.takes(event.metadata().target()) {
            return;
        }
        let Some(_logging) = Logging::begin() else { return };
        let mut numbers = Numbers::default();
        event.record(&mut numbers);
        if numbers.metrics.is_empty() {
            return;
        }
        self.log(&numbers, || {
            let mut around = context.event_scope(event)?;
            around.find_map(|span| span.extensions().get::<SpanStep>().map(|step| step.0))
        });
    }
}

/// Spans are of every kind: one whose `step` is no step has none.
fn note_step<S: Subscriber + for<'span> LookupSpan<'span>>(
    numbers: &Numbers,
    id: &Id,
    context: &Context<'_, S>,
) {
    if let (Ok(Some(step)), Some(span)) = (numbers.step(), context.span(id)) {
        span.extensions_mut().replace(SpanStep(step));
    }
}

/// While this lives, a layer of this thread is at work.
struct Logging;

impl Logging {
    /// Nothing, if one is already.
    fn begin() -> Option<Self> {
        // A thread that ends logs no more.
        IS_LOGGING.try_with(|is_logging| (!is_logging.replace(true)).then_some(Self)).ok().flatten()
    }
}

impl Drop for Logging {
    fn drop(&mut self) {
        let _ = IS_LOGGING.try_with(|is_logging| is_logging.set(false));
    }
}
