//! What can go wrong in storage. Plain data: backends turn their own errors into these at their boundary.

use std::fmt;

use crate::columns::CorruptBlock;

/// A failed storage operation. [`StorageError::code`] is stable; the message says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StorageError {
    /// No experiment has this id.
    ExperimentNotFound(String),
    /// No run has this id.
    RunNotFound(String),
    /// The run holds no artifact under this key.
    ArtifactNotFound(String),
    /// The run's status does not allow the operation; the text says which status it has.
    InvalidState(String),
    /// An argument is out of range; the text names it and its range.
    InvalidArgument(String),
    /// The run's points are in the database but not in memory: load the run first.
    NotLoaded(String),
    /// The run was resumed elsewhere; this owner may no longer write it.
    RunTakenOver(String),
    /// The run was deleted while this owner was writing it.
    RunDeleted(String),
    /// The database was written by a newer, incompatible version.
    NewerDatabase(String),
    /// The disk or the origin's quota is full.
    QuotaExceeded(String),
    /// The backend cannot be opened at all (switched off, private mode, not a browser).
    Unavailable(String),
    /// The connection died; reopening may help.
    ConnectionLost(String),
    /// The browser's database process died, and this page cannot reach a new one: only reloading it helps.
    ReloadNeeded(String),
    /// Another connection keeps the database from being opened or upgraded.
    Blocked(String),
    /// The site's data was cleared; the database that answers is a new, empty one.
    Cleared(String),
    /// A record to be added exists already: another session wrote it.
    Conflict(String),
    /// A stored record cannot be read.
    Corrupt(String),
    /// A file to be imported is damaged, cut off or of another format; the text says where.
    InvalidFile(String),
    /// A file to be imported is of a newer version of its format.
    NewerFile(String),
    /// A folder for backups is gone, or was moved; or the drive that it is on.
    FolderNotFound(String),
    /// The browser does not let the page read or write a folder for backups, or no longer.
    NotAllowed(String),
    /// Its caller stopped it.
    Aborted(String),
    /// More unsaved points are held in memory than the budget allows.
    MemoryFull(String),
    /// Any other failure of the backend.
    Backend(String),
}

impl StorageError {
    /// The stable name of this kind of failure, as JavaScript callers see it in `error.code`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ExperimentNotFound(_) => "ExperimentNotFound",
            Self::RunNotFound(_) => "RunNotFound",
            Self::ArtifactNotFound(_) => "ArtifactNotFound",
            Self::InvalidState(_) => "InvalidState",
            Self::InvalidArgument(_) => "InvalidArgument",
            Self::NotLoaded(_) => "NotLoaded",
            Self::RunTakenOver(_) => "RunTakenOver",
            Self::RunDeleted(_) => "RunDeleted",
            Self::NewerDatabase(_) => "NewerDatabase",
            Self::QuotaExceeded(_) => "QuotaExceeded",
            Self::Unavailable(_) => "Unavailable",
            Self::ConnectionLost(_) => "ConnectionLost",
            Self::ReloadNeeded(_) => "ReloadNeeded",
            Self::Blocked(_) => "Blocked",
            Self::Cleared(_) => "Cleared",
            Self::Conflict(_) => "Conflict",
            Self::Corrupt(_) => "Corrupt",
            Self::InvalidFile(_) => "InvalidFile",
            Self::NewerFile(_) => "NewerFile",
            Self::FolderNotFound(_) => "FolderNotFound",
            Self::NotAllowed(_) => "NotAllowed",
            Self::Aborted(_) => "Aborted",
            Self::MemoryFull(_) => "MemoryFull",
            Self::Backend(_) => "Backend",
        }
    }
}

/// As much of an id as a message quotes.
pub(crate) fn quoted(id: &str) -> &str {
    let mut end = id.len().min(80);
    while !id.is_char_boundary(end) {
        end -= 1;
    }
    &id[..end]
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ExperimentNotFound(id) => {
                write!(f, "there is no experiment '{}': list_experiments() names those there are", quoted(id))
            }
            Self::RunNotFound(id) => {
                write!(
                    f,
                    "there is no run '{}': list_runs(experiment_id) names those there are; if another tab or a worker has only just begun it, await storage.refresh() first",
                    quoted(id)
                )
            }
            Self::ArtifactNotFound(key) => {
                write!(f, "the run has no artifact '{}': log_artifact stores one", quoted(key))
            }
            Self::NotLoaded(id) => {
                write!(f, "the points of run '{id}' are not in memory: load the run first")
            }
            Self::RunTakenOver(id) => write!(
                f,
                "run '{id}' was resumed somewhere else and is written from there: this handle can only read; start a new run to log from here"
            ),
            Self::RunDeleted(id) => {
                write!(f, "run '{id}' was deleted: start a new run to go on logging")
            }
            Self::InvalidState(text)
            | Self::InvalidArgument(text)
            | Self::NewerDatabase(text)
            | Self::QuotaExceeded(text)
            | Self::Unavailable(text)
            | Self::ConnectionLost(text)
            | Self::ReloadNeeded(text)
            | Self::Blocked(text)
            | Self::Cleared(text)
            | Self::Conflict(text)
            | Self::Corrupt(text)
            | Self::MemoryFull(text)
            | Self::InvalidFile(text)
            | Self::NewerFile(text)
            | Self::FolderNotFound(text)
            | Self::NotAllowed(text)
            | Self::Aborted(text)
            | Self::Backend(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for StorageError {}

impl From<CorruptBlock> for StorageError {
    fn from(CorruptBlock(text): CorruptBlock) -> Self {
        Self::Corrupt(text)
    }
}

/// What every storage operation returns.
pub type Result<T> = std::result::Result<T, StorageError>;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn long_ids_are_quoted_in_part_and_never_within_a_character() {
        for before in 0..4 {
            let id = "a".repeat(before) + &"😀".repeat(1_000);
            let message = StorageError::RunNotFound(id.clone()).to_string();
            let quoted = message.split('\'').nth(1).unwrap_or_default();
            assert!(id.starts_with(quoted) && (77..=80).contains(&quoted.len()), "{message}");
        }
        assert_eq!(quoted("short"), "short");
    }
}
