//! Backups of the open database, and restoring into it.

use super::Turns;
use crate::browser::Tracker;
use crate::engine::{BackupFolder, BackupRequest, BackupSummary, RestoreRequest, Restored};
use crate::indexeddb::random_token;
use crate::storage::Result;

/// What of a backup is restored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RestoreOptions {
    /// Whether runs are restored that had been deleted before the last backup.
    pub with_deleted: bool,
    /// Whether runs of which a part is missing or damaged are left out, instead of nothing being restored.
    pub skip_damaged: bool,
}

impl Tracker {
    /// The identity of this database: random, and another one after the site's data was cleared.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn identity(&self) -> Result<String> {
        self.database().session().identity().await
    }

    /// Backs up into a folder, which is this database's alone, what is new since the last time. `report` is told how many points are
    /// written, of how many; its error stops the backup, and the one before stays.
    ///
    /// # Errors
    /// `InvalidFile`, `NewerFile`, `InvalidState` for what the folder holds; those of the database, of the folder and of `report`.
    pub async fn back_up(
        &self,
        folder: &mut impl BackupFolder,
        mut report: impl FnMut(f64, f64) -> Result<()>,
    ) -> Result<BackupSummary> {
        let request = BackupRequest { database: self.database().name().to_owned(), token: random_token() };
        let mut turns = Turns::new();
        let report = async |done, total| {
            report(done, total)?;
            turns.give_way().await;
            Ok(())
        };
        self.database().session().back_up(&request, folder, report).await
    }

    /// Restores from folders that hold backups the runs that are not in this database: as a whole, or not at all.
    ///
    /// # Errors
    /// `InvalidFile`, `NewerFile`; those of the database, of the folders and of `report`.
    pub async fn restore(
        &self,
        options: RestoreOptions,
        folders: &mut [impl BackupFolder],
        mut report: impl FnMut(f64, f64) -> Result<()>,
    ) -> Result<Restored> {
        let RestoreOptions { with_deleted, skip_damaged } = options;
        let database = self.database().name().to_owned();
        let request = RestoreRequest { database, token: random_token(), with_deleted, skip_damaged };
        let mut turns = Turns::new();
        let report = async |done, total| {
            report(done, total)?;
            turns.give_way().await;
            Ok(())
        };
        self.database().session().restore(&request, folders, report).await
    }
}
