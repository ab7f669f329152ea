//! Backing up what is new.

use std::collections::BTreeMap;

use super::file_output::{FileOutput, unwritten};
use super::folder::{BackupFolder, read_file, read_manifest};
use crate::database::{Database, Tombstone, operations};
use crate::engine::Session;
use crate::interop::backup::{
    BackedUpExperiment, FileWriter, MANIFEST, Manifest, MergedRuns, files_to_merge, is_file_name,
};
use crate::storage::{ExperimentRecord, Result, StorageError};

/// What a backup is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupRequest {
    /// The database's name.
    pub database: String,
    /// Random: a part of the names of files.
    pub token: String,
}

/// What a backup did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BackupSummary {
    /// How many runs the folder holds.
    pub runs: usize,
    /// How many points were new.
    pub points: f64,
    /// Of how many files it is made.
    pub files: usize,
    /// When it was completed, milliseconds since the epoch.
    pub saved_ms: f64,
    /// What is not in it, or was lost of it, a sentence each.
    pub losses: Vec<String>,
}

impl<D: Database> Session<D> {
    /// The identity of this database, by which its backups are told from those of others.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn identity(&self) -> Result<String> {
        Ok(self.backup_source().await?.0)
    }

    pub(super) async fn backup_source(&self) -> Result<(String, Vec<Tombstone>)> {
        let (identity, deleted) = self.transact(operations::read_backup_source()).await?;
        // A database in memory is this session's alone.
        Ok(if identity.is_empty() { (self.owner().to_owned(), deleted) } else { (identity, deleted) })
    }

    /// Backs up into a folder what is new since the last time. The backup that is there stays whole until this one takes its place, at
    /// the end and at once. `report` is told how many points are written, of how many; its error stops the backup.
    ///
    /// # Errors
    /// `InvalidFile`, `NewerFile` if the folder's manifest cannot be read; `InvalidState` if the folder holds a backup of another
    /// database; those of the database, of the folder and of `report`.
    pub async fn back_up<F: BackupFolder>(
        &self,
        request: &BackupRequest,
        folder: &mut F,
        report: impl AsyncFnMut(f64, f64) -> Result<()>,
    ) -> Result<BackupSummary> {
        // What cannot be committed is backed up from memory.
        drop(self.flush().await);
        self.refresh_all().await?;
        let (identity, deleted) = self.backup_source().await?;
        let stored = read_manifest(folder).await?;
        if stored.as_ref().is_some_and(|manifest| manifest.identity != identity) {
            return Err(StorageError::InvalidState(
                "the folder holds the backup of another database: choose another folder".to_owned(),
            ));
        }
        let mut manifest = stored.clone().unwrap_or_else(|| Manifest::new(&identity, &request.database));
        let mut losses = Vec::new();
        let there = folder.names().await?;
        let gone: Vec<String> = manifest
            .files
            .iter()
            .map(|file| &file.name)
            .filter(|name| !there.contains(*name))
            .cloned()
            .collect();
        for name in gone {
            let runs = manifest.forget_file(&name);
            losses.extend(self.note_lost(&format!("the backup's file '{name}' was missing"), &runs));
        }
        let mut output = FileOutput::new(folder, report, &request.token);
        loop {
            self.write_news(&mut manifest, &mut output, &mut losses).await?;
            let Some((name, cause)) = merge_files(&mut manifest, &mut output).await? else { break };
            // What it held is written anew, as far as it is still here.
            let runs = manifest.forget_file(&name);
            losses.extend(self.note_lost(&cause, &runs));
        }
        self.note_deleted(&mut manifest, &deleted);
        manifest.experiments = self.backed_up_experiments();
        let saved_ms = self.clock.wall_ms();
        if stored.as_ref() != Some(&manifest) {
            manifest.saved_ms = saved_ms;
            output.folder.create(MANIFEST).await?;
            output.folder.write(&manifest.write()).await?;
            output.folder.complete().await?;
        }
        let points = output.done;
        sweep(folder, &manifest).await;
        Ok(BackupSummary { runs: manifest.runs.len(), points, files: manifest.files.len(), saved_ms, losses })
    }

    fn backed_up_experiments(&self) -> Vec<BackedUpExperiment> {
        let storage = self.storage();
        let ids = storage.list_experiments();
        let records = ids.iter().filter_map(|id| storage.memory().experiment(id).ok());
        let backed_up = |record: &ExperimentRecord| BackedUpExperiment {
            name: record.name.clone(),
            created_ms: record.created_ms,
            config: record.config_json.clone(),
            unknown: record.unknown_json.clone(),
        };
        records.map(backed_up).collect()
    }

    /// Notes which runs were deleted here. They stay in the backup.
    fn note_deleted(&self, manifest: &mut Manifest, deleted: &[Tombstone]) {
        let deleted: BTreeMap<&str, f64> =
            deleted.iter().map(|tombstone| (tombstone.run_id.as_str(), tombstone.deleted_ms)).collect();
        for run in &mut manifest.runs {
            if self.find_run(&run.id).is_some() {
                run.deleted_ms = None;
            } else if let Some(&deleted_ms) = deleted.get(run.id.as_str()) {
                run.deleted_ms = Some(deleted_ms);
            }
        }
    }

    /// What is said of a file that cannot be read, whose runs are backed up anew.
    fn note_lost(&self, what: &str, runs: &[String]) -> Vec<String> {
        let lost: Vec<&str> =
            runs.iter().filter(|run_id| self.find_run(run_id).is_none()).map(String::as_str).collect();
        let mut said = vec![format!("{what}: what it held was backed up anew, as far as it is still here")];
        if !lost.is_empty() {
            said.push(format!("{} are not here any more, and were in it alone", lost.join(", ")));
        }
        said
    }
}

/// Puts small files together, as long as there are many. Returns the name of one that cannot be read, and why.
async fn merge_files<F: BackupFolder, R: AsyncFnMut(f64, f64) -> Result<()>>(
    manifest: &mut Manifest,
    output: &mut FileOutput<'_, F, R>,
) -> Result<Option<(String, String)>> {
    while let Some(row) = files_to_merge(&manifest.files) {
        let mut merged = MergedRuns::default();
        for file in &manifest.files[row.clone()] {
            let take = async |parts: Vec<_>| {
                parts.into_iter().for_each(|part| merged.add_part(part));
                Ok(())
            };
            match read_file(output.folder, file, take).await {
                Ok(contents) => merged.add_contents(contents),
                Err(StorageError::InvalidFile(cause) | StorageError::NewerFile(cause)) => {
                    return Ok(Some((file.name.clone(), cause)));
                }
                Err(cause) => return Err(cause),
            }
            output.tell_progress().await?;
        }
        let name = manifest.name_file(&output.token);
        let mut writer = FileWriter::default();
        merged.write(&mut writer).map_err(unwritten)?;
        let mut bytes = writer.take_bytes();
        let (last, file) = writer.finish(name).map_err(unwritten)?;
        bytes.extend(last);
        output.folder.create(&file.name).await?;
        output.folder.write(&bytes).await?;
        output.folder.complete().await?;
        manifest.files.splice(row, [file]);
    }
    Ok(None)
}

/// Removes files that are no part of the backup: of backups that were cut off, or put together since. What cannot be removed is the next
/// time.
async fn sweep(folder: &mut impl BackupFolder, manifest: &Manifest) {
    for name in folder.names().await.unwrap_or_default() {
        let is_part = manifest.files.iter().any(|file| file.name == name);
        if is_file_name(&name) && !is_part && folder.remove(&name).await.is_err() {
            return;
        }
    }
}
