//! CSV, out and in.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod decimal_commas;
mod other_programs;
mod previews;
mod refusals;
mod round_trips;

use proptest::prelude::*;

use super::*;
use crate::interop::test_runs::{Read, any_series, assert_same, dressed, export, import, points, run};
use crate::interop::{ExportedRun, Exporter, FileError, Importer, Position};
use crate::storage::RawPoint;

const NOW: i64 = 1_800_000_000_000;

fn read(text: impl AsRef<[u8]>) -> Result<Vec<Read>, FileError> {
    read_as(text, CsvColumns::default())
}

fn read_as(text: impl AsRef<[u8]>, columns: CsvColumns) -> Result<Vec<Read>, FileError> {
    import(&mut CsvImporter::new(CsvOptions { columns, timestamp_ms: NOW }), text.as_ref(), 7)
}

fn line_of(text: impl AsRef<[u8]>) -> (u64, String) {
    let error = read(text).unwrap_err();
    let Position::Line(line) = error.at else { panic!("{error} is of a byte") };
    (line, error.message)
}

/// Columns of these names: steps, keys, values, runs, times.
fn columns([x, key, value, run, timestamp]: [&str; 5]) -> CsvColumns {
    let name =
        |name: &str| if name.is_empty() { CsvColumn::Usual } else { CsvColumn::Named(name.to_owned()) };
    CsvColumns {
        x: name(x),
        key: name(key),
        value: name(value),
        run: name(run),
        timestamp: name(timestamp),
        ..CsvColumns::default()
    }
}

fn wide_of(runs: &[ExportedRun]) -> CsvExporter {
    let keys = runs.iter().flat_map(|run| run.series.iter().map(|named| named.key.clone()));
    CsvExporter::wide(keys.collect::<Vec<_>>())
}

/// Steps and values of the only run's series.
fn plain(runs: &[Read]) -> Vec<(&str, Vec<(u64, f64)>)> {
    let [run] = runs else { panic!("{} runs", runs.len()) };
    let points = |points: &[RawPoint]| points.iter().map(|point| (point.step, point.value)).collect();
    run.series.iter().map(|(key, series)| (key.as_str(), points(series))).collect()
}

/// What is said of what a file lacks, or what of it is left out.
fn said(text: &str) -> Vec<String> {
    let mut importer = CsvImporter::new(CsvOptions { columns: CsvColumns::default(), timestamp_ms: NOW });
    import(&mut importer, text.as_bytes(), 7).unwrap();
    importer.losses()
}

fn columns_of_long(key: &str, value: &str) -> CsvColumns {
    columns(["", key, value, "", ""])
}
