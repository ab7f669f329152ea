//! Imports of files.

use super::Turns;
use crate::browser::Tracker;
use crate::engine::Import;
use crate::indexeddb::{monotonic_ms, random_token};
use crate::interop::{FileError, FileErrorKind, Importer};
use crate::storage::{Result, StorageError, check_text};

/// How a file is imported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// The name of the experiment that all runs go to; each to its own by default.
    pub experiment: Option<String>,
}

/// What an import brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportedRuns {
    /// The ids that its runs have here, in the order of the file.
    pub run_ids: Vec<String>,
    /// What of the file was left out, a sentence each.
    pub losses: Vec<String>,
}

/// How often an import says that it goes on, in milliseconds.
const HEARTBEAT_MS: f64 = 60_000.0;
/// The experiment of runs for which neither file nor caller names one.
const DEFAULT_EXPERIMENT: &str = "imported";

impl Tracker {
    /// Imports the runs of a file as a whole, or not at all: no page sees one of them before all are stored. `read` gives the file piece by
    /// piece, and nothing at its end; `report` is called after each piece. An error of either stops the import.
    ///
    /// # Errors
    /// `InvalidFile`, `NewerFile`, `InvalidArgument`; those of the database, of `read` and of `report`.
    pub async fn import(
        &self,
        options: &ImportOptions,
        importer: &mut dyn Importer,
        read: impl AsyncFnMut() -> Result<Option<Vec<u8>>>,
        report: impl FnMut() -> Result<()>,
    ) -> Result<ImportedRuns> {
        check_text("options.experiment", options.experiment.as_deref().unwrap_or_default())?;
        let session = self.database().session();
        let token = random_token();
        let import = Import::begin(session, &token).await?;
        let outcome = run_import(options, importer, import, read, report).await;
        if outcome.is_err() {
            // If it cannot be discarded now, a later page sweeps it.
            drop(session.discard_import(&token).await);
        }
        outcome
    }
}

async fn run_import<D: crate::database::Database>(
    options: &ImportOptions,
    importer: &mut dyn Importer,
    mut import: Import<'_, D>,
    mut read: impl AsyncFnMut() -> Result<Option<Vec<u8>>>,
    mut report: impl FnMut() -> Result<()>,
) -> Result<ImportedRuns> {
    let mut turns = Turns::new();
    let mut parts = Vec::new();
    let mut heard_ms = monotonic_ms();
    while let Some(piece) = read().await? {
        importer.push(&piece, &mut parts).map_err(refused)?;
        for part in parts.drain(..) {
            import.add(part).await?;
        }
        // It stays known though nothing is to be written for long.
        if monotonic_ms() - heard_ms > HEARTBEAT_MS {
            import.commit().await?;
            heard_ms = monotonic_ms();
        }
        report()?;
        turns.give_way().await;
    }
    let mut runs = importer.finish(&mut parts).map_err(refused)?;
    for part in parts {
        import.add(part).await?;
    }
    let mut experiments = importer.experiments();
    if options.experiment.is_some() {
        experiments.clear();
    }
    for run in &mut runs {
        let name = options.experiment.clone().or(run.experiment_name.take());
        run.experiment_name = Some(name.unwrap_or_else(|| DEFAULT_EXPERIMENT.to_owned()));
    }
    // The last moment at which the caller can stop it.
    report()?;
    let run_ids = import.publish(experiments, runs).await?;
    Ok(ImportedRuns { run_ids, losses: importer.losses() })
}

#[expect(clippy::needless_pass_by_value, reason = "it is passed to map_err")]
fn refused(error: FileError) -> StorageError {
    let message = format!("nothing was imported: {error}");
    match error.kind {
        FileErrorKind::Invalid => StorageError::InvalidFile(message),
        FileErrorKind::Newer => StorageError::NewerFile(message),
    }
}
