//! When a run that came in a file was, as far as its points tell.

use crate::storage::{RunRecord, RunStatus};

/// The times of a run's points.
#[derive(Debug, Clone)]
pub(super) struct ImportedTimes {
    /// The time of a run without points.
    otherwise_ms: i64,
    range: Option<(i64, i64)>,
}

impl ImportedTimes {
    pub(super) fn new(otherwise_ms: i64) -> Self {
        Self { otherwise_ms, range: None }
    }

    pub(super) fn note(&mut self, timestamp_ms: i64) {
        let (earliest, latest) = self.range.unwrap_or((timestamp_ms, timestamp_ms));
        self.range = Some((earliest.min(timestamp_ms), latest.max(timestamp_ms)));
    }

    /// The record of a run that ended well: it began with its first point and ended with its last.
    pub(super) fn record(&self) -> RunRecord {
        let (earliest, latest) = self.range.unwrap_or((self.otherwise_ms, self.otherwise_ms));
        let mut record = RunRecord::new(String::new(), String::new(), earliest);
        record.status = RunStatus::Success;
        record.started_ms = Some(earliest as f64);
        record.ended_ms = Some(latest as f64);
        record
    }
}
