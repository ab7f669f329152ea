//! What a CSV file holds, before it is imported.

use super::columns::{CsvColumns, Mapping, Values};
use super::import::{CsvImporter, CsvOptions};
use super::records::{Record, Records};
use crate::interop::{FileError, Importer, Position};

/// How many rows a preview has.
const ROWS: usize = 20;

/// The two shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsvShape {
    /// One row a point.
    Long,
    /// A column a metric.
    Wide,
}

/// What a column is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsvRole {
    /// The steps.
    X,
    /// The metrics' keys.
    Key,
    /// The metrics' values.
    Value,
    /// Which run a row belongs to.
    Run,
    /// How the run is called.
    RunName,
    /// The time.
    Timestamp,
    /// The experiment.
    Experiment,
    /// A metric of its own.
    Metric,
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewedColumn {
    /// Its name in the header.
    pub name: String,
    /// What it would be read as; nothing if it would be left out.
    pub role: Option<CsvRole>,
}

/// The beginning of a CSV file, and how it would be read.
#[derive(Debug, Clone, PartialEq)]
pub struct CsvPreview {
    /// What stands between columns: a comma, a semicolon or a tab.
    pub delimiter: char,
    /// The columns, in their order.
    pub columns: Vec<PreviewedColumn>,
    /// The first rows.
    pub rows: Vec<Vec<String>>,
    /// The shape; nothing if it cannot be told which column is what.
    pub shape: Option<CsvShape>,
    /// Why the file would be refused, as far as its beginning tells.
    pub problem: Option<FileError>,
}

/// Looks at the first bytes of a CSV file, or at all of them: `is_whole` says which. `wanted` is what the caller says of its columns.
///
/// # Errors
/// What is wrong with the file where not even a header can be read.
pub fn preview_csv(head: &[u8], is_whole: bool, wanted: &CsvColumns) -> Result<CsvPreview, FileError> {
    let mut records = Records::default();
    let mut shown: Vec<Vec<String>> = Vec::new();
    let mut take = |record: Record<'_>| {
        if shown.len() <= ROWS {
            shown.push(record.cells().map(str::to_owned).collect());
        }
        Ok(())
    };
    let mut read = records.push(head, &mut take);
    // What may be cut off is no row.
    if is_whole && read.is_ok() {
        read = records.finish(&mut take);
    }
    if shown.is_empty() {
        read?;
        return Err(FileError::invalid(Position::Line(1), "the header is too long to be shown: is it one?"));
    }
    let rows = shown.split_off(1);
    let header = shown.pop().unwrap_or_default();
    // The importer itself says what it would refuse.
    let (mut importer, mut parts) =
        (CsvImporter::new(CsvOptions { columns: wanted.clone(), timestamp_ms: 0 }), Vec::new());
    let mut outcome = importer.push(head, &mut parts);
    if is_whole && outcome.is_ok() {
        outcome = importer.finish(&mut parts).map(drop);
    } else if outcome.is_ok() {
        outcome = importer.map();
    }
    let mapping = importer.mapping();
    let roles = mapping.map(|mapping| roles(mapping, header.len())).unwrap_or_default();
    let roles = roles.into_iter().chain(std::iter::repeat(None));
    let columns = header.into_iter().zip(roles).map(|(name, role)| PreviewedColumn { name, role });
    Ok(CsvPreview {
        delimiter: records.delimiter(),
        columns: columns.collect(),
        rows,
        shape: mapping.map(|mapping| match mapping.values {
            Values::Long { .. } => CsvShape::Long,
            Values::Wide(_) => CsvShape::Wide,
        }),
        problem: outcome.err(),
    })
}

/// What each column is read as: one that is several things, what comes last here.
fn roles(mapping: &Mapping, columns: usize) -> Vec<Option<CsvRole>> {
    let mut roles = vec![None; columns];
    let facts = [
        (mapping.name, CsvRole::RunName),
        (mapping.experiment, CsvRole::Experiment),
        (mapping.timestamp, CsvRole::Timestamp),
        (mapping.run, CsvRole::Run),
        (mapping.x, CsvRole::X),
    ];
    let facts = facts.into_iter().filter_map(|(column, role)| Some((column?, role)));
    let of_values = match &mapping.values {
        Values::Long { key, value } => vec![(*key, CsvRole::Key), (*value, CsvRole::Value)],
        Values::Wide(metrics) => metrics.iter().map(|(column, _)| (*column, CsvRole::Metric)).collect(),
    };
    for (column, role) in facts.chain(of_values) {
        roles[column] = Some(role);
    }
    roles
}
