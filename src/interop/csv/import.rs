//! Runs from CSV.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::cells::{read_value, unmarked};
use super::columns::{CsvColumns, Mapping, Values, shortened};
use super::records::{Record, Records};
use super::time::TimeReader;
use crate::interop::gathered_points::{GatheredPoints, SeriesNumber, whole_step};
use crate::interop::imported_times::ImportedTimes;
use crate::interop::{FileError, ImportedPart, ImportedRun, Importer, Position};
use crate::storage::{RawPoint, check_text};

/// How a CSV file is read.
#[derive(Debug, Clone, Default)]
pub struct CsvOptions {
    /// Which columns are what, where their names do not say it.
    pub columns: CsvColumns,
    /// The time of points for which the file has none, in milliseconds since the epoch: that of the file, or now.
    pub timestamp_ms: i64,
}

/// Reads runs from a CSV file, long or wide, of this tracker's or of another program's.
#[derive(Debug, Default)]
pub struct CsvImporter {
    records: Records,
    rows: Rows,
}

#[derive(Debug, Default)]
struct Rows {
    options: CsvOptions,
    header: Option<Vec<String>>,
    mapping: Option<Mapping>,
    time: TimeReader,
    points: GatheredPoints,
    runs: Vec<Run>,
    /// The number of each run by what its experiment and it are called, as [`run_id`] puts it.
    by_name: BTreeMap<String, usize>,
    /// The experiment and run of the last row, and the run's number.
    last_run: Option<(String, String, usize)>,
    /// In a long file, the run and key of the last row, and its series.
    last_series: Option<(usize, String, SeriesNumber)>,
    /// How many rows had no value, and the line of the first.
    without_value: Option<(u64, u64)>,
    without_time: bool,
    /// A comma was read as that before a fraction.
    with_decimal_commas: bool,
}

#[derive(Debug)]
struct Run {
    experiment: String,
    name: String,
    times: ImportedTimes,
    /// In a wide file, the series of each metric's column, once it has a point.
    series: Vec<Option<SeriesNumber>>,
    rows: u64,
    /// In a long file without steps, how many points each series has.
    counts: BTreeMap<String, usize>,
}

impl CsvImporter {
    /// An importer of one file.
    #[must_use]
    pub fn new(options: CsvOptions) -> Self {
        Self { records: Records::default(), rows: Rows { options, ..Rows::default() } }
    }

    /// Decides which column is what by the header alone, if no row has come.
    pub(super) fn map(&mut self) -> Result<(), FileError> {
        self.rows.map(None)
    }

    /// Which column is what, once that is decided.
    pub(super) fn mapping(&self) -> Option<&Mapping> {
        self.rows.mapping.as_ref()
    }
}

impl Importer for CsvImporter {
    fn push(&mut self, bytes: &[u8], parts: &mut Vec<ImportedPart>) -> Result<(), FileError> {
        let rows = &mut self.rows;
        self.records.push(bytes, &mut |record| rows.take(record, parts))
    }

    fn finish(&mut self, parts: &mut Vec<ImportedPart>) -> Result<Vec<ImportedRun>, FileError> {
        let rows = &mut self.rows;
        self.records.finish(&mut |record| rows.take(record, parts))?;
        // Without a row the header decides alone whether it is one.
        rows.map(None)?;
        rows.points.give(parts);
        Ok(std::mem::take(&mut rows.runs).into_iter().map(Run::imported).collect())
    }

    fn losses(&self) -> Vec<String> {
        let rows = &self.rows;
        let mut losses = Vec::new();
        let left_out = rows.mapping.as_ref().map(|mapping| mapping.left_out.as_slice()).unwrap_or_default();
        if !left_out.is_empty() {
            let names: Vec<String> =
                left_out.iter().take(10).map(|name| format!("'{}'", shortened(name))).collect();
            let more = if left_out.len() > 10 { " and more" } else { "" };
            losses.push(format!("the columns {}{more} are not imported", names.join(", ")));
        }
        let is_number = |name: &String| read_value(name).is_ok_and(|number| number.is_some());
        if rows.header.as_ref().is_some_and(|header| header.iter().all(is_number)) {
            losses.push(
                "the first row holds nothing but numbers: it was taken for the names of the columns"
                    .to_owned(),
            );
        }
        if let Some((count, line)) = rows.without_value {
            losses
                .push(format!("{count} rows have no value, the first on line {line}: they are not imported"));
        }
        if rows.without_time {
            losses.push("points for which the file has no time have that of the file".to_owned());
        }
        if rows.with_decimal_commas {
            losses.push(
                "a comma within a number was read as a decimal point: columns are parted by semicolons"
                    .to_owned(),
            );
        }
        losses
    }
}

impl Run {
    fn imported(self) -> ImportedRun {
        let mut record = self.times.record();
        record.run_name = Some(self.name).filter(|name| !name.is_empty());
        ImportedRun {
            experiment_name: Some(self.experiment).filter(|name| !name.is_empty()),
            experiment_config_json: None,
            record,
        }
    }
}

impl Rows {
    /// Decides which column is what, if that is still to be done.
    fn map(&mut self, first: Option<Record<'_>>) -> Result<(), FileError> {
        if self.mapping.is_none() {
            let header = self.header.as_deref().unwrap_or_default();
            let mapping = Mapping::new(header, &self.options.columns, first);
            self.mapping = Some(mapping.map_err(|message| FileError::invalid(Position::Line(1), message))?);
        }
        Ok(())
    }

    fn take(&mut self, record: Record<'_>, parts: &mut Vec<ImportedPart>) -> Result<(), FileError> {
        if self.header.is_none() {
            self.header = Some(record.cells().map(str::to_owned).collect());
            return Ok(());
        }
        self.map(Some(record))?;
        // Borrowed apart from the rest for as long as the row is read.
        let Some(mapping) = self.mapping.take() else { return Ok(()) };
        let result = self.read(&mapping, record, parts);
        self.mapping = Some(mapping);
        result
    }

    fn read(
        &mut self,
        mapping: &Mapping,
        record: Record<'_>,
        parts: &mut Vec<ImportedPart>,
    ) -> Result<(), FileError> {
        let run = self.run(mapping, record)?;
        let timestamp_ms = self.timestamp(mapping, record)?;
        let step = mapping.x.map(|x| step(record, x)).transpose()?;
        match &mapping.values {
            Values::Long { key, value } => {
                let Some(value) = self.number(record, *value, || "the value".to_owned())? else {
                    self.without_value.get_or_insert((0, record.line)).0 += 1;
                    return Ok(());
                };
                let key = unmarked(record.cell(*key));
                let series = self.series(run, key).map_err(|message| record.error(message))?;
                let step = step.unwrap_or_else(|| self.runs[run].next_of(key));
                self.add(run, series, RawPoint { step, value, timestamp_ms }, parts);
            }
            Values::Wide(metrics) => {
                let step = step.unwrap_or(self.runs[run].rows);
                self.runs[run].rows += 1;
                for (number_of, (column, key)) in metrics.iter().enumerate() {
                    let name = || format!("the value of '{}'", shortened(key));
                    let Some(value) = self.number(record, *column, name)? else { continue };
                    let series = match self.runs[run].series.get(number_of).copied().flatten() {
                        Some(series) => series,
                        None => self
                            .first_of(run, number_of, key, metrics.len())
                            .map_err(|message| record.error(message))?,
                    };
                    self.add(run, series, RawPoint { step, value, timestamp_ms }, parts);
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, run: usize, series: SeriesNumber, point: RawPoint, parts: &mut Vec<ImportedPart>) {
        self.runs[run].times.note(point.timestamp_ms);
        self.points.add(series, point, parts);
    }

    /// The series of a key, which most often is that of the row before.
    fn series(&mut self, run: usize, key: &str) -> Result<SeriesNumber, String> {
        if let Some((last_run, last_key, series)) = &self.last_series
            && *last_run == run
            && last_key == key
        {
            return Ok(*series);
        }
        let series = self.points.series(run, key)?;
        self.last_series = Some((run, key.to_owned(), series));
        Ok(series)
    }

    /// The series of a metric's column of which there is no point yet.
    fn first_of(
        &mut self,
        run: usize,
        number: usize,
        key: &str,
        columns: usize,
    ) -> Result<SeriesNumber, String> {
        if self.runs[run].series.is_empty() {
            self.points.note_kept(columns * size_of::<Option<SeriesNumber>>())?;
            self.runs[run].series = vec![None; columns];
        }
        let series = self.points.series(run, key)?;
        self.runs[run].series[number] = Some(series);
        Ok(series)
    }

    /// The number of the row's run.
    fn run(&mut self, mapping: &Mapping, record: Record<'_>) -> Result<usize, FileError> {
        let text = |column: Option<usize>| column.map_or("", |column| unmarked(record.cell(column)));
        let (experiment, run) = (text(mapping.experiment), text(mapping.run));
        if let Some((last_experiment, last_run, number)) = &self.last_run
            && last_experiment == experiment
            && last_run == run
        {
            return Ok(*number);
        }
        let id = run_id(experiment, run);
        let number = match self.by_name.get(&id).copied() {
            Some(number) => number,
            None => {
                self.add_run(id, experiment, text(mapping.name)).map_err(|message| record.error(message))?
            }
        };
        self.last_run = Some((experiment.to_owned(), run.to_owned(), number));
        Ok(number)
    }

    fn add_run(&mut self, id: String, experiment: &str, name: &str) -> Result<usize, String> {
        let checked = check_text("the run's name", name).and(check_text("the experiment's name", experiment));
        checked.map_err(|error| error.to_string())?;
        self.points.note_kept(id.len() + experiment.len() + name.len() + size_of::<ImportedRun>())?;
        let number = self.runs.len();
        self.runs.push(Run {
            experiment: experiment.to_owned(),
            name: name.to_owned(),
            times: ImportedTimes::new(self.options.timestamp_ms),
            series: Vec::new(),
            rows: 0,
            counts: BTreeMap::new(),
        });
        self.by_name.insert(id, number);
        Ok(number)
    }

    fn number(
        &mut self,
        record: Record<'_>,
        column: usize,
        what: impl Fn() -> String,
    ) -> Result<Option<f64>, FileError> {
        let cell = record.number(column);
        self.with_decimal_commas |= matches!(cell, Cow::Owned(_));
        read_value(&cell).map_err(|()| {
            record.error(format!("{} is no number: '{}'", what(), shortened(record.cell(column))))
        })
    }

    fn timestamp(&mut self, mapping: &Mapping, record: Record<'_>) -> Result<i64, FileError> {
        let cell = mapping.timestamp.map_or(Cow::default(), |column| record.number(column));
        if cell.is_empty() {
            self.without_time = true;
            return Ok(self.options.timestamp_ms);
        }
        self.time.read(&cell, mapping.is_own).ok_or_else(|| {
            record.error(format!(
                "the time '{}' is neither RFC 3339 nor a number of seconds, milliseconds, microseconds or nanoseconds",
                shortened(&cell)
            ))
        })
    }
}

impl Run {
    /// The step of the next point of a series whose points are counted.
    fn next_of(&mut self, key: &str) -> u64 {
        let Some(count) = self.counts.get_mut(key) else {
            self.counts.insert(key.to_owned(), 1);
            return 0;
        };
        *count += 1;
        *count as u64 - 1
    }
}

/// A text that tells a run apart: no two pairs make the same.
fn run_id(experiment: &str, run: &str) -> String {
    format!("{},{experiment}{run}", experiment.len())
}

fn step(record: Record<'_>, column: usize) -> Result<u64, FileError> {
    // Never with a comma: in a whole number it parts thousands.
    let cell = record.cell(column).trim();
    let step = cell.parse().ok().and_then(whole_step);
    step.ok_or_else(|| {
        record.error(format!("the step '{}' is no whole number from 0 to 2^53 - 1", shortened(cell)))
    })
}
