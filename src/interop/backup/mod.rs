//! Backups in a folder: what is in its files, what is new since the last one, and what a restore makes of them. Pure; `docs/backup.md`
//! describes the folder, and what is said there is the contract.
//!
//! A backup is a list of files in JSON Lines, and a manifest that names them. Files are only added. The manifest is replaced last, as a
//! whole: so the folder holds one whole backup at every moment, the one that its manifest describes.

mod file_reader;
mod file_writer;
mod manifest;
mod merge;
mod news;
mod restored_run;
mod run_left;

pub use file_reader::{FileContents, FilePart, FileReader};
pub use file_writer::FileWriter;
pub use manifest::{
    BackedUpExperiment, BackedUpRun, BackedUpSeries, BackupFile, MANIFEST, Manifest, RunOrigin, VERSION,
    is_file_name,
};
pub use merge::{MergedRuns, files_to_merge};
pub use news::{BackedUpPoints, are_last_points, fingerprint, is_unchanged, may_go_on, new_artifacts};
pub use restored_run::{add_unknown_of_series, origin_of, with_origin};
pub use run_left::{RunLeft, WhyLeft, sentences as sentences_of_left};

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
