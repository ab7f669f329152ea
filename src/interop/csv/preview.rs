//! What a CSV file holds, before it is imported.

use super::columns::{CsvColumns, Mapping, Values};
use super::records::Records;
use crate::interop::{FileError, Position};

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

/// The beginning of a CSV file, and how it would be read.
#[derive(Debug, Clone, PartialEq)]
pub struct CsvPreview {
    /// What stands between columns: a comma, a semicolon or a tab.
    pub delimiter: char,
    /// The columns' names.
    pub header: Vec<String>,
    /// The first rows.
    pub rows: Vec<Vec<String>>,
    /// The shape, and the columns that would be read; or why the file cannot be read without saying which column is what.
    pub mapping: Result<(CsvShape, CsvColumns), FileError>,
    /// The columns that would not be imported.
    pub left_out: Vec<String>,
}

/// Looks at the first bytes of a CSV file, some 64 KiB of them, or all if there are fewer. `wanted` is what the caller says of its columns.
///
/// # Errors
/// What is wrong with the file as far as it was read.
pub fn preview_csv(bytes: &[u8], wanted: &CsvColumns) -> Result<CsvPreview, FileError> {
    let mut records = Records::default();
    let mut header: Option<Vec<String>> = None;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut mapping = None;
    // The last row may be cut off: only where there is no other it counts.
    let whole =
        bytes.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(bytes, |end| &bytes[..=end]);
    let mut take = |record: super::records::Record<'_>| {
        let cells = record.cells().map(str::to_owned).collect();
        match &header {
            None => header = Some(cells),
            Some(header) => {
                mapping.get_or_insert_with(|| Mapping::new(header, wanted, Some(record)));
                if rows.len() < ROWS {
                    rows.push(cells);
                }
            }
        }
        Ok(())
    };
    records.push(whole, &mut take)?;
    records.finish(&mut take)?;
    let header = header.unwrap_or_default();
    let mapping = mapping.unwrap_or_else(|| Mapping::new(&header, wanted, None));
    let left_out = mapping.as_ref().map(|mapping| mapping.left_out.clone()).unwrap_or_default();
    let mapping = mapping
        .map(|mapping| described(&mapping, &header))
        .map_err(|message| FileError::invalid(Position::Line(1), message));
    Ok(CsvPreview { delimiter: records.delimiter(), header, rows, mapping, left_out })
}

fn described(mapping: &Mapping, header: &[String]) -> (CsvShape, CsvColumns) {
    let name = |column: Option<usize>| column.and_then(|column| header.get(column).cloned());
    let mut columns = CsvColumns {
        x: name(mapping.x),
        run: name(mapping.run),
        timestamp: name(mapping.timestamp),
        ..CsvColumns::default()
    };
    match &mapping.values {
        Values::Long { key, value } => {
            columns.key = name(Some(*key));
            columns.value = name(Some(*value));
            (CsvShape::Long, columns)
        }
        Values::Wide(metrics) => {
            columns.metrics = metrics.iter().filter_map(|(column, _)| name(Some(*column))).collect();
            (CsvShape::Wide, columns)
        }
    }
}
