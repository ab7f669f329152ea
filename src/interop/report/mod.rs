//! Reports: one HTML file with runs, all their points and the dashboard, which opens from disk. `docs/reports.md` describes the file.
//!
//! The page around the runs is a template that the dashboard's build makes; this module puts a title and the runs into it, and finds
//! them in it again. The page itself reads its runs by the same importer as a person who imports the file.

mod export;
mod frames;
mod import;
mod packing;
mod points;
mod template;

pub use export::ReportExporter;
pub use import::ReportImporter;

/// What a report begins with.
pub(super) const BEGINNING: &[u8] = b"<!doctype html>\n<!-- entrenar report -->";

/// What stands before the runs. User data before it is escaped, so that this is its first occurrence in a report.
const RUNS_BEGIN: &str = "<script type=\"application/vnd.entrenar.report\" id=\"runs\">";

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
