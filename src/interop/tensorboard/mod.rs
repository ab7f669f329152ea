//! TensorBoard's event files: records framed as TFRecord has it, each an `Event` in protocol buffers; and zip files of many of them.
//!
//! What a run becomes in them, and what they cannot hold, is in `docs/interop.md`.

mod described_run;
mod details;
mod entry_end;
mod event_files;
mod export;
mod frames;
mod hyperparameters;
mod import;
mod messages;
mod points_in_order;
mod run_folders;
mod scalar;
mod summary;
mod zip_entries;
mod zip_writer;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

pub use export::{TensorBoardExporter, ValueType, event_file_name};
pub use import::{TensorBoardImporter, TensorBoardOptions};
pub use run_folders::RunFolders;

/// Whether these first bytes of a file, twelve or more, are those of an event file.
pub(super) fn begins_as_event_file(bytes: &[u8]) -> bool {
    frames::begins_as_frame(bytes)
}

/// What the first record of a file says its version is.
const FILE_VERSION: &str = "brain.Event:2";
/// The name of the machine in the names of files.
const HOST: &str = "entrenar";
/// What the name of every event file has in it.
const FILE_MARK: &str = "tfevents";

/// The texts that hold what of a run TensorBoard has no place for.
const RUN_TEXT: &str = "entrenar/run";
const CONFIG_TEXT: &str = "entrenar/config";
const TAGS_TEXT: &str = "entrenar/tags";
/// The longest text or configuration, in bytes.
const MOST_TEXT: usize = 4 << 20;

/// Where a run's configuration, and how it ended, are for the hparams plugin.
const SESSION_START: &str = "_hparams_/session_start_info";
const SESSION_END: &str = "_hparams_/session_end_info";

const SCALARS_PLUGIN: &str = "scalars";
const TEXT_PLUGIN: &str = "text";
const HPARAMS_PLUGIN: &str = "hparams";
