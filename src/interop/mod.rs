//! Ways out and in: files that other programs and other browsers read, and what is made of theirs. Pure Rust.
//!
//! A format is an [`Exporter`], an [`Importer`], or both. Neither knows where bytes go to or come from, nor the database: its caller writes
//! them into a file, a `Blob` or a vector, and gives the importer what it reads, in pieces of any size. Both hold little more in memory
//! than one piece, or one artifact.

mod any_importer;
pub mod backup;
mod calendar;
pub mod csv;
mod detect;
mod error;
mod exported_run;
mod gathered_points;
mod imported_run;
mod imported_times;
mod json_depth;
pub mod jsonl;
mod losses;
pub mod mlflow;
pub mod report;
mod series_slices;
pub mod tensorboard;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod test_runs;

pub use any_importer::{AnyImporter, FileOptions};
pub use detect::{DETECTED_BY, Format, detect};
pub use error::{FileError, FileErrorKind, Position};
pub use exported_run::{ExportedRun, Exporter};
pub use imported_run::{ImportedExperiment, ImportedPart, ImportedRun, Importer};
pub use series_slices::{SLICE_POINTS, SeriesSlices};
