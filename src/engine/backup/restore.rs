//! Restoring from folders that hold backups: the runs that are not here, all of them or none.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::folder::{BackupFolder, read_file, read_manifest};
use crate::columns::sorted_by;
use crate::database::Database;
use crate::engine::{Import, Imported, Session};
use crate::interop::backup::{
    BackedUpRun, BackupFile, FilePart, Manifest, RunLeft, RunOrigin, add_unknown_of_series, origin_of,
    sentences_of_left, with_origin,
};
use crate::interop::{ImportedExperiment, ImportedPart, ImportedRun};
use crate::storage::{Result, StorageError};

/// What is restored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RestoreRequest {
    /// The name of the database that was backed up.
    pub database: String,
    /// Random: names the import.
    pub token: String,
    /// Whether runs are restored that had been deleted before the last backup.
    pub with_deleted: bool,
    /// Whether runs of which a part is missing or damaged are left out, instead of nothing being restored.
    pub skip_damaged: bool,
}

/// What a restore brought.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Restored {
    /// The ids that the runs have here.
    pub run_ids: Vec<String>,
    /// The runs that are here already and were left as they are, in the order of their ids.
    pub left: Vec<RunLeft>,
    /// What was left out, a sentence each.
    pub losses: Vec<String>,
}

/// The runs that are in the database or chosen, by what they were when they were logged; with the ids of those that are in the database.
type RunsHere = BTreeMap<RunOrigin, Option<String>>;

/// A folder with what is wanted of it.
struct Source<'a, F> {
    folder: &'a mut F,
    manifest: Manifest,
    /// By the ids that they have in it: which number each run has in the import.
    wanted: BTreeMap<String, usize>,
}

impl<D: Database> Session<D> {
    /// Restores the runs of backups in these folders that are not in this database: as a whole, every page sees them from one moment to
    /// the next. `report` is told how many points were read, of how many; its error stops it.
    ///
    /// # Errors
    /// `InvalidFile` if there is no backup of the database, or a file is missing or damaged; `NewerFile`; those of the database, of the
    /// folders and of `report`.
    pub async fn restore<F: BackupFolder>(
        &self,
        request: &RestoreRequest,
        folders: &mut [F],
        mut report: impl AsyncFnMut(f64, f64) -> Result<()>,
    ) -> Result<Restored> {
        self.refresh_all().await?;
        let mut restored = Restored::default();
        let mut sources = read_sources(request, folders, &mut restored.losses).await?;
        let mut here = self.runs_here().await?;
        if request.skip_damaged {
            for source in &mut sources {
                leave_out_damaged(source, &mut restored.losses).await?;
            }
        }
        let wanted = choose_runs(request, &mut sources, &mut here, &mut restored.losses);
        restored.left = self.runs_left(&sources, &here);
        restored.losses.extend(sentences_of_left(&restored.left));
        let experiments = self.experiments_missing(&sources);
        if wanted.is_empty() && experiments.is_empty() {
            return Ok(restored);
        }
        let total: f64 = wanted.iter().map(points_of).sum();
        let read = async |import: &mut Import<'_, D>| {
            let mut reading = Reading {
                experiments,
                runs: Vec::new(),
                counts: vec![BTreeMap::new(); wanted.len()],
                done: 0.0,
            };
            reading.runs.resize_with(wanted.len(), || None);
            for source in &mut sources {
                read_source(source, import, &mut reading, total, &mut report).await?;
            }
            reading.into_imported(&wanted)
        };
        restored.run_ids = self.import(&request.token, read).await.map_err(unrestored)?;
        Ok(restored)
    }

    /// Which runs are in this database: by what they were when they were logged.
    async fn runs_here(&self) -> Result<RunsHere> {
        let identity = self.identity().await?;
        let storage = self.storage();
        let mut here = RunsHere::new();
        for slot in storage.memory().slots() {
            let Some(state) = storage.memory().get(slot) else { continue };
            let run_id = &state.record().run_id;
            let logged_here = RunOrigin { database: identity.clone(), run: run_id.clone() };
            here.insert(logged_here, Some(run_id.clone()));
            if let Some(origin) = origin_of(state.record()) {
                here.insert(origin, Some(run_id.clone()));
            }
        }
        Ok(here)
    }

    /// What is left alone of the runs that are here, compared with the backup that has most of each.
    fn runs_left<F>(&self, sources: &[Source<'_, F>], here: &RunsHere) -> Vec<RunLeft> {
        let storage = self.storage();
        let mut left: BTreeMap<(u64, String), RunLeft> = BTreeMap::new();
        for source in sources {
            for known in &source.manifest.runs {
                let Some(Some(run_id)) = here.get(&origin_in(&source.manifest, known)) else { continue };
                let Ok(slot) = storage.memory().run_slot(run_id) else { continue };
                let Some(state) = storage.memory().get(slot) else { continue };
                let record = state.current_record();
                let is_running = !record.status.is_final() && !self.is_interrupted(slot);
                let run = RunLeft::new(known, &record, is_running);
                let place = left.entry((number_in(run_id), run_id.clone())).or_insert_with(|| run.clone());
                if (run.why, run.points) > (place.why, place.points) {
                    *place = run;
                }
            }
        }
        left.into_values().collect()
    }

    fn experiments_missing<F>(&self, sources: &[Source<'_, F>]) -> Vec<ImportedExperiment> {
        let storage = self.storage();
        let mut missing: Vec<ImportedExperiment> = Vec::new();
        for experiment in sources.iter().flat_map(|source| &source.manifest.experiments) {
            let is_known = storage.memory().experiment_named(&experiment.name).is_some()
                || missing.iter().any(|other| other.name == experiment.name);
            if !is_known {
                missing.push(ImportedExperiment {
                    name: experiment.name.clone(),
                    created_ms: experiment.created_ms,
                    config_json: experiment.config.clone(),
                    unknown_json: experiment.unknown.clone(),
                });
            }
        }
        missing
    }
}

/// The folders that hold a backup of the database, the newest first.
async fn read_sources<'a, F: BackupFolder>(
    request: &RestoreRequest,
    folders: &'a mut [F],
    losses: &mut Vec<String>,
) -> Result<Vec<Source<'a, F>>> {
    let mut sources = Vec::new();
    let mut others: Vec<String> = Vec::new();
    for folder in folders {
        let manifest = match read_manifest(folder).await {
            Ok(None) => continue,
            Err(StorageError::InvalidFile(cause) | StorageError::NewerFile(cause))
                if request.skip_damaged =>
            {
                losses.push(cause);
                continue;
            }
            manifest => manifest.map_err(unrestored)?,
        };
        let Some(manifest) = manifest else { continue };
        if manifest.database == request.database {
            sources.push(Source { folder, manifest, wanted: BTreeMap::new() });
        } else {
            let name = format!("'{}'", manifest.database);
            if !others.contains(&name) {
                others.push(name);
            }
        }
    }
    if sources.is_empty() && losses.is_empty() {
        return Err(StorageError::InvalidFile(if others.is_empty() {
            "there is no backup in this folder: choose the one that backups were made into".to_owned()
        } else {
            format!(
                "this folder has no backup of the database '{}', but one of {}: open the storage of that name, and restore into it",
                request.database,
                others.join(", ")
            )
        }));
    }
    Ok(sorted_by(sources, |source| u64::MAX - source.manifest.saved_ms.max(0.0) as u64))
}

/// Forgets files that are not whole, with all runs of which they hold a part.
async fn leave_out_damaged<F: BackupFolder>(
    source: &mut Source<'_, F>,
    losses: &mut Vec<String>,
) -> Result<()> {
    for file in source.manifest.files.clone() {
        match read_file(source.folder, &file, async |_| Ok(())).await {
            Ok(_) => {}
            Err(StorageError::InvalidFile(cause) | StorageError::NewerFile(cause)) => {
                let runs = source.manifest.forget_file(&file.name);
                losses.push(format!("{cause}. Left out: {}", runs.join(", ")));
            }
            Err(cause) => return Err(cause),
        }
    }
    Ok(())
}

/// The runs to be restored, in the order that they get ids in; sources are told which are theirs.
fn choose_runs<F>(
    request: &RestoreRequest,
    sources: &mut [Source<'_, F>],
    here: &mut RunsHere,
    losses: &mut Vec<String>,
) -> Vec<BackedUpRun> {
    let mut wanted = Vec::new();
    let mut deleted = 0;
    for source in sources {
        let runs = sorted_by(source.manifest.runs.iter().collect(), |run| number_in(&run.id));
        // A run that was restored is in a backup twice if it had been deleted before: the later one counts.
        let mut chosen: Vec<&BackedUpRun> = Vec::new();
        for run in runs.into_iter().rev() {
            let origin = origin_in(&source.manifest, run);
            if run.deleted_ms.is_some() && !request.with_deleted {
                deleted += usize::from(!here.contains_key(&origin));
            } else if let Entry::Vacant(entry) = here.entry(origin) {
                entry.insert(None);
                chosen.push(run);
            }
        }
        for run in chosen.into_iter().rev() {
            source.wanted.insert(run.id.clone(), wanted.len());
            wanted.push(run.clone());
        }
    }
    if deleted > 0 {
        losses.push(format!(
            "{deleted} {} deleted on purpose before the backup, and left out: ask for deleted runs to restore them too",
            if deleted == 1 { "run was" } else { "runs were" }
        ));
    }
    wanted
}

fn origin_in(manifest: &Manifest, run: &BackedUpRun) -> RunOrigin {
    let logged_there = || RunOrigin { database: manifest.identity.clone(), run: run.id.clone() };
    run.restored_from.clone().unwrap_or_else(logged_there)
}

/// The number in an id such as `run-12`.
fn number_in(run_id: &str) -> u64 {
    run_id.rsplit_once('-').and_then(|(_, digits)| digits.parse().ok()).unwrap_or(u64::MAX)
}

fn points_of(run: &BackedUpRun) -> f64 {
    run.series.iter().map(|series| series.count as f64).sum()
}

/// What was read so far.
struct Reading {
    experiments: Vec<ImportedExperiment>,
    runs: Vec<Option<ImportedRun>>,
    /// How many points each series has, by run and key.
    counts: Vec<BTreeMap<String, usize>>,
    done: f64,
}

impl Reading {
    /// The part as the import takes it.
    fn take(&mut self, number: usize, part: ImportedPart) -> ImportedPart {
        match part {
            ImportedPart::Points { key, points, .. } => {
                match self.counts[number].get_mut(&key) {
                    Some(count) => *count += points.len(),
                    None => drop(self.counts[number].insert(key.clone(), points.len())),
                }
                self.done += points.len() as f64;
                ImportedPart::Points { run: number, key, points }
            }
            ImportedPart::Artifact { key, bytes, unknown_json, .. } => {
                ImportedPart::Artifact { run: number, key, bytes, unknown_json }
            }
        }
    }

    /// All of it, if it is what the manifests say.
    fn into_imported(self, wanted: &[BackedUpRun]) -> Result<Imported> {
        let incomplete = |run: &BackedUpRun| {
            StorageError::InvalidFile(format!("the backup's files do not hold all of run '{}'", run.id))
        };
        let mut runs = Vec::new();
        for (number, (run, imported)) in wanted.iter().zip(self.runs).enumerate() {
            for series in &run.series {
                if self.counts[number].get(&series.key) != Some(&(series.count as usize)) {
                    return Err(incomplete(run));
                }
            }
            runs.push(imported.ok_or_else(|| incomplete(run))?);
        }
        Ok(Imported { experiments: self.experiments, runs })
    }
}

async fn read_source<F: BackupFolder, D: Database>(
    source: &mut Source<'_, F>,
    import: &mut Import<'_, D>,
    reading: &mut Reading,
    total: f64,
    report: &mut impl AsyncFnMut(f64, f64) -> Result<()>,
) -> Result<()> {
    let Source { folder, manifest, wanted } = source;
    let is_wanted = |file: &&BackupFile| file.runs.iter().any(|run_id| wanted.contains_key(run_id));
    for file in manifest.files.iter().filter(is_wanted) {
        let mut take = async |parts: Vec<FilePart>| {
            let mut taken = Vec::new();
            for FilePart { run_id, part } in parts {
                if let Some(&number) = wanted.get(&run_id) {
                    taken.push(reading.take(number, part));
                }
            }
            import.add(taken).await?;
            report(reading.done, total.max(reading.done)).await
        };
        let mut contents = read_file(*folder, file, &mut take).await?;
        take(std::mem::take(&mut contents.parts)).await?;
        for (run_id, imported) in contents.runs {
            let Some(&number) = wanted.get(&run_id) else { continue };
            let of_run = manifest.run(&run_id);
            let origin = of_run.map(|run| origin_in(manifest, run));
            let experiment_name = imported.experiment_name.clone().unwrap_or_default();
            if reading.experiments.iter().all(|known| known.name != experiment_name) {
                let described = contents.experiments.iter().find(|known| known.name == experiment_name);
                reading.experiments.extend(described.cloned());
            }
            let mut record = match origin {
                Some(origin) => with_origin(imported.record, &origin),
                None => imported.record,
            };
            if let Some(earlier) = reading.runs[number].take() {
                add_unknown_of_series(&mut record, earlier.record);
            }
            reading.runs[number] = Some(ImportedRun { record, ..imported });
        }
    }
    Ok(())
}

fn unrestored(error: StorageError) -> StorageError {
    match error {
        StorageError::InvalidFile(text) => StorageError::InvalidFile(format!("nothing was restored: {text}")),
        StorageError::NewerFile(text) => StorageError::NewerFile(format!("nothing was restored: {text}")),
        other => other,
    }
}
