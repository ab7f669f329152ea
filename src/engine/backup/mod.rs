//! Backups into a folder, and restoring from one. `interop::backup` says what is in its files; here it is brought together with the
//! database, and with a folder of which no more is known than [`BackupFolder`] says.

mod back_up;
mod file_output;
mod folder;
mod restore;
mod run_news;
mod write_news;

pub use back_up::{BackupRequest, BackupSummary};
pub use folder::BackupFolder;
pub use restore::{RestoreRequest, Restored};
