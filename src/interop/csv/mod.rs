//! CSV as RFC 4180 has it, in two shapes: **long**, one row a point; **wide**, one row a step, a column a metric.
//!
//! What each column is, and what these files cannot hold, is in `docs/interop.md`.

mod cells;
mod columns;
mod export;
mod import;
mod long;
mod preview;
mod records;
mod time;
mod wide;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

pub use columns::{CsvColumn, CsvColumns};
pub use export::CsvExporter;
pub use import::{CsvImporter, CsvOptions};
pub use preview::{CsvPreview, CsvRole, CsvShape, PreviewedColumn, preview_csv};

/// The header of a long file.
const LONG_HEADER: [&str; 7] = ["experiment", "run_id", "run_name", "key", "step", "timestamp", "value"];
/// How the header of a wide file begins; the metrics' keys follow.
const WIDE_HEADER: [&str; 5] = ["experiment", "run_id", "run_name", "step", "timestamp"];
