//! A folder as a backup sees it.

use crate::interop::backup::{BackupFile, FileReader, MANIFEST, Manifest};
use crate::interop::backup::{FileContents, FilePart};
use crate::interop::{FileError, FileErrorKind};
use crate::storage::{Result, StorageError};

/// A folder, with one file open for reading and one for writing at most. Files have the bytes that were written, however they are stored.
#[allow(async_fn_in_trait, reason = "all implementations and callers are single-threaded")]
pub trait BackupFolder {
    /// The names of its files.
    ///
    /// # Errors
    /// `NotAllowed`, `FolderNotFound` and others, as of every method.
    async fn names(&mut self) -> Result<Vec<String>>;

    /// Opens a file for reading. Whether there is one.
    ///
    /// # Errors
    /// See [`BackupFolder::names`].
    async fn open(&mut self, name: &str) -> Result<bool>;

    /// The next bytes of the file; nothing at its end.
    ///
    /// # Errors
    /// See [`BackupFolder::names`]; `InvalidFile` if it is damaged.
    async fn next(&mut self) -> Result<Option<Vec<u8>>>;

    /// Begins a file. One of that name stays as it is until this one is complete.
    ///
    /// # Errors
    /// See [`BackupFolder::names`].
    async fn create(&mut self, name: &str) -> Result<()>;

    /// Appends bytes to the file that was begun.
    ///
    /// # Errors
    /// See [`BackupFolder::names`]; `QuotaExceeded`.
    async fn write(&mut self, bytes: &[u8]) -> Result<()>;

    /// Completes the file that was begun: from one moment to the next it is there, over one of the same name.
    ///
    /// # Errors
    /// See [`BackupFolder::write`].
    async fn complete(&mut self) -> Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// See [`BackupFolder::names`].
    async fn remove(&mut self, name: &str) -> Result<()>;
}

/// The manifest of a folder; nothing if no backup into it was completed.
pub(super) async fn read_manifest(folder: &mut impl BackupFolder) -> Result<Option<Manifest>> {
    if !folder.open(MANIFEST).await? {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    while let Some(piece) = folder.next().await.map_err(|error| in_file(MANIFEST, error))? {
        bytes.extend(piece);
        // A larger one is refused: no more of it is read.
        if bytes.len() > MOST_MANIFEST_BYTES {
            break;
        }
    }
    Manifest::read(&bytes).map(Some).map_err(|error| damaged(MANIFEST, &error))
}

/// As `interop::backup::manifest` has it, and some.
const MOST_MANIFEST_BYTES: usize = 65 << 20;

/// Reads a file of a backup: `take` gets its parts as they come. Returns what its end gives.
///
/// # Errors
/// `InvalidFile` or `NewerFile`, with its name, if it is missing or not as it was written; those of the folder and of `take`.
pub(super) async fn read_file(
    folder: &mut impl BackupFolder,
    file: &BackupFile,
    mut take: impl AsyncFnMut(Vec<FilePart>) -> Result<()>,
) -> Result<FileContents> {
    let BackupFile { name, .. } = file;
    if !folder.open(name).await? {
        return Err(StorageError::InvalidFile(format!("the backup's file '{name}' is missing")));
    }
    let mut reader = FileReader::new(file);
    while let Some(bytes) = folder.next().await.map_err(|error| in_file(name, error))? {
        take(reader.push(&bytes).map_err(|error| damaged(name, &error))?).await?;
    }
    reader.finish().map_err(|error| damaged(name, &error))
}

fn damaged(name: &str, error: &FileError) -> StorageError {
    match error.kind {
        FileErrorKind::Invalid => {
            StorageError::InvalidFile(format!("the backup's file '{name}' is damaged: {error}"))
        }
        FileErrorKind::Newer => StorageError::NewerFile(format!("the backup's file '{name}': {error}")),
    }
}

fn in_file(name: &str, error: StorageError) -> StorageError {
    match error {
        StorageError::InvalidFile(text) => {
            StorageError::InvalidFile(format!("the backup's file '{name}' is damaged: {text}"))
        }
        other => other,
    }
}
