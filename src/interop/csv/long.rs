//! One row a point.

use super::cells::{push_text, push_value, push_whole};
use super::time::TimeWriter;
use crate::storage::{ExperimentRecord, RawPoint, RunRecord};

/// Writes rows of `experiment,run_id,run_name,key,step,timestamp,value`, series after series, each in logging order.
#[derive(Debug, Default)]
pub(super) struct LongRows {
    time: TimeWriter,
    /// The run's cells.
    run: Vec<u8>,
    /// The run's cells and the key, up to the comma before the step.
    series: Vec<u8>,
}

impl LongRows {
    pub(super) fn begin_run(&mut self, experiment: &ExperimentRecord, record: &RunRecord) {
        self.run.clear();
        push_run(&mut self.run, experiment, record);
    }

    /// Appends the rows of points.
    pub(super) fn push(&mut self, key: &str, points: &[RawPoint], rows: &mut Vec<u8>) {
        self.series.clone_from(&self.run);
        push_text(&mut self.series, key);
        self.series.push(b',');
        for point in points {
            rows.extend_from_slice(&self.series);
            push_whole(rows, point.step);
            rows.push(b',');
            self.time.push(rows, point.timestamp_ms);
            rows.push(b',');
            push_value(rows, point.value);
            rows.extend_from_slice(b"\r\n");
        }
    }
}

/// Appends `experiment,run_id,run_name,`.
pub(super) fn push_run(row: &mut Vec<u8>, experiment: &ExperimentRecord, record: &RunRecord) {
    let name = record.run_name.as_deref().unwrap_or_default();
    for text in [&experiment.name, &record.run_id, name] {
        push_text(row, text);
        row.push(b',');
    }
}
