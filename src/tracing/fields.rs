//! The numbers among the fields of an event or a span.

use std::fmt;

use ::tracing::field::{Field, Visit};

use crate::storage::{MAX_STEP, StorageError};

/// The field that says at which step the others were measured.
pub(super) const STEP: &str = "step";

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// Metrics in the order of the fields.
    pub(super) metrics: Vec<(&'static str, f64)>,
    step: Option<f64>,
}

impl Numbers {
    /// The step that was given, if one was.
    ///
    /// # Errors
    /// `InvalidArgument` for a number that is no step.
    pub(super) fn step(&self) -> Result<Option<u64>, StorageError> {
        let Some(step) = self.step else { return Ok(None) };
        if (0.0..=MAX_STEP as f64).contains(&step) && step.fract() == 0.0 {
            return Ok(Some(step as u64));
        }
        Err(StorageError::InvalidArgument(format!(
            "the field 'step' of an event is {step}: a step is a whole number from 0 to {MAX_STEP}"
        )))
    }

    fn add(&mut self, field: &Field, value: f64) {
        if field.name() == STEP {
            self.step = Some(value);
        } else {
            self.metrics.push((field.name(), value));
        }
    }
}

impl Visit for Numbers {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value as f64);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value as f64);
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.add(field, value as f64);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.add(field, value as f64);
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}
