//! Runs as CSV.

use std::io::{self, Write};

use super::long::LongRows;
use super::wide::WideRows;
use super::{LONG_HEADER, WIDE_HEADER};
use crate::interop::Exporter;
use crate::interop::losses::Losses;
use crate::storage::{ExperimentRecord, RawPoint, RunRecord};

/// By this Excel knows a file for UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Writes runs as CSV.
#[derive(Debug)]
pub struct CsvExporter {
    rows: Rows,
    is_begun: bool,
    /// Reused from slice to slice.
    text: Vec<u8>,
    losses: Losses,
}

#[derive(Debug)]
enum Rows {
    Long(LongRows),
    Wide(Box<WideRows>),
}

impl CsvExporter {
    /// One row a point: whatever is logged comes back exactly.
    #[must_use]
    pub fn long() -> Self {
        Self::new(Rows::Long(LongRows::default()))
    }

    /// One row a step of a run, a column a metric. `keys` are the keys of all metrics of all runs to come, in the order of the columns;
    /// metrics that are not among them are left out, and that is said.
    #[must_use]
    pub fn wide(keys: impl IntoIterator<Item = String>) -> Self {
        Self::new(Rows::Wide(Box::new(WideRows::new(keys))))
    }

    fn new(rows: Rows) -> Self {
        Self { rows, is_begun: false, text: Vec::new(), losses: Losses::default() }
    }

    /// Writes the header, once.
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.is_begun {
            return Ok(());
        }
        self.is_begun = true;
        let mut header = BYTE_ORDER_MARK.to_vec();
        match &self.rows {
            Rows::Long(_) => header.extend_from_slice(LONG_HEADER.join(",").as_bytes()),
            Rows::Wide(rows) => {
                header.extend_from_slice(WIDE_HEADER.join(",").as_bytes());
                rows.push_header(&mut header);
            }
        }
        header.extend_from_slice(b"\r\n");
        out.write_all(&header)
    }
}

impl Exporter for CsvExporter {
    fn begin_run(
        &mut self,
        experiment: &ExperimentRecord,
        record: &RunRecord,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.begin(out)?;
        let has_config = record.config_json.is_some() || experiment.config_json.is_some();
        let losses = &mut self.losses;
        losses.note("CSV files have no status of a run, and no times but those of its points");
        losses.note_if(has_config, "configurations are not in CSV files");
        losses.note_if(!record.tags.is_empty(), "tags are not in CSV files");
        losses.note_if(!record.artifacts.is_empty(), "artifacts are not in CSV files");
        losses.note_if(record.span_id.is_some(), "span ids are not in CSV files");
        losses.note_if(record.series.points() == 0.0, "runs without points are not in CSV files");
        match &mut self.rows {
            Rows::Long(rows) => rows.begin_run(experiment, record),
            Rows::Wide(rows) => rows.begin_run(experiment, record),
        }
        Ok(())
    }

    fn write_points(
        &mut self,
        _: &RunRecord,
        key: &str,
        points: &[RawPoint],
        out: &mut dyn Write,
    ) -> io::Result<usize> {
        match &mut self.rows {
            Rows::Long(rows) => {
                self.text.clear();
                rows.push(key, points, &mut self.text);
                out.write_all(&self.text)?;
                Ok(points.len())
            }
            Rows::Wide(rows) => {
                rows.hold(key, points);
                Ok(0)
            }
        }
    }

    fn write_held_points(&mut self, most: usize, out: &mut dyn Write) -> io::Result<usize> {
        let Rows::Wide(rows) = &mut self.rows else { return Ok(0) };
        self.losses.note_if(
            rows.left_out,
            "metrics that were first logged after the export began have no column in wide CSV files",
        );
        self.text.clear();
        let count = rows.push(most, &mut self.text);
        self.losses
            .note_if(rows.merged_times, "a row of a wide CSV file has one time: that of its latest point");
        self.losses.note_if(
            rows.reordered,
            "wide CSV files are in the order of steps: the order of logging is not in them",
        );
        out.write_all(&self.text)?;
        Ok(count)
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.begin(out)
    }

    fn losses(&self) -> Vec<String> {
        self.losses.sentences()
    }
}
