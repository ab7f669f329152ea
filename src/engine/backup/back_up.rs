//! Backing up what is new.

use std::collections::BTreeMap;

use super::file_output::{FileOutput, WrittenRun, unwritten};
use super::folder::{BackupFolder, read_file, read_manifest};
use crate::database::{Database, Tombstone, operations};
use crate::engine::Session;
use crate::interop::backup::{
    BackedUpExperiment, BackedUpPoints, BackedUpRun, FileWriter, MANIFEST, Manifest, MergedRuns,
    files_to_merge, fingerprint, is_file_name, is_unchanged, new_artifacts, origin_of,
};
use crate::storage::{ArtifactRef, ExperimentRecord, Result, RunRecord, StorageError};

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

    /// Writes what is new of all runs into files, which the manifest then has.
    async fn write_news<F: BackupFolder, R: AsyncFnMut(f64, f64) -> Result<()>>(
        &self,
        manifest: &mut Manifest,
        output: &mut FileOutput<'_, F, R>,
        losses: &mut Vec<String>,
    ) -> Result<()> {
        let changed = self.changed_runs(manifest);
        output.total = output.done + changed.iter().map(|(_, points)| points).sum::<f64>();
        for (run_id, _) in changed {
            self.write_run(&run_id, manifest, output, losses).await?;
        }
        output.close(manifest).await
    }

    /// Writes what is new of a run. One that is deleted meanwhile is left as the backup has it.
    async fn write_run<F: BackupFolder, R: AsyncFnMut(f64, f64) -> Result<()>>(
        &self,
        run_id: &str,
        manifest: &mut Manifest,
        output: &mut FileOutput<'_, F, R>,
        losses: &mut Vec<String>,
    ) -> Result<()> {
        let mut news = match self.run_news(run_id, manifest.run(run_id)).await {
            Err(StorageError::RunNotFound(_) | StorageError::ExperimentNotFound(_)) => return Ok(()),
            news => news?,
        };
        let (experiment, record) = (news.run.experiment.clone(), news.run.record.clone());
        let known = manifest.run(run_id).filter(|_| !news.is_anew).cloned();
        let artifacts = new_artifacts(known.as_ref(), &record);
        let fingerprint = fingerprint(&experiment, &record);
        let is_news = !news.run.is_at_end()
            || !artifacts.is_empty()
            || known.as_ref().is_none_or(|known| known.fingerprint != fingerprint);
        let points = BackedUpPoints::of(known.as_ref(), &record.series);
        let written = if is_news {
            let written = output.write_run(self, manifest, &mut news.run, points, &artifacts).await?;
            let Some(written) = written else { return Ok(()) };
            written
        } else {
            WrittenRun { series: points.into_series(), artifacts: Vec::new(), before: Vec::new() }
        };
        if news.is_anew {
            manifest.forget_parts(run_id, &written.before);
        }
        let is_written = |artifact: &ArtifactRef| written.artifacts.contains(artifact);
        for artifact in artifacts.iter().filter(|artifact| !is_written(artifact)) {
            losses.push(format!("artifact '{}' of run '{run_id}' is no longer stored", artifact.key));
        }
        if news.lacks_backed_up {
            losses.push(format!(
                "points of run '{run_id}' that were backed up cannot be read any more where they are stored: the backup keeps them"
            ));
        }
        let mut unreadable = known.map(|known| known.unreadable).unwrap_or_default();
        if news.run.missing_points() > 0.0 {
            let missing = news.run.missing_points();
            losses.push(format!("{missing} points of run '{run_id}' cannot be read where they are stored"));
        }
        for (key, count) in news.run.missing() {
            *unreadable.entry(key.clone()).or_default() += count;
        }
        let is_kept = |artifact: &&ArtifactRef| is_written(artifact) || !artifacts.contains(artifact);
        let kept = record.artifacts.iter().filter(is_kept);
        let entry = BackedUpRun {
            id: run_id.to_owned(),
            fingerprint,
            restored_from: origin_of(&record),
            deleted_ms: None,
            sequence: news.sequence,
            series: written.series,
            unreadable,
            artifacts: kept.map(|artifact| (artifact.key.clone(), artifact.hash.clone())).collect(),
        };
        match manifest.runs.iter_mut().find(|run| run.id == run_id) {
            Some(run) => *run = entry,
            None => manifest.runs.push(entry),
        }
        Ok(())
    }

    /// The runs of which something is new, with how many points.
    fn changed_runs(&self, manifest: &Manifest) -> Vec<(String, f64)> {
        let storage = self.storage();
        let known: BTreeMap<&str, &BackedUpRun> =
            manifest.runs.iter().map(|run| (run.id.as_str(), run)).collect();
        let mut changed = Vec::new();
        for experiment_id in storage.list_experiments() {
            let Ok(experiment) = storage.memory().experiment(&experiment_id) else { continue };
            for run_id in storage.list_runs(&experiment_id) {
                let Ok(state) = storage.memory().run(&run_id) else { continue };
                let record: RunRecord = state.current_record();
                let known = known.get(run_id.as_str()).copied();
                let is_known =
                    |known: &BackedUpRun| is_unchanged(known, &record, &fingerprint(experiment, &record));
                if !known.is_some_and(is_known) {
                    let backed_up: f64 =
                        known.map_or(0.0, |run| run.ends().values().map(|&end| end as f64).sum());
                    let points = (record.series.counts.iter().sum::<f64>() - backed_up).max(0.0);
                    changed.push((run_id, points));
                }
            }
        }
        changed
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
            (output.report)(output.done, output.total).await?;
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
