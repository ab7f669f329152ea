//! Imports of files.

use super::Turns;
use crate::browser::Tracker;
use crate::engine::Imported;
use crate::indexeddb::random_token;
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
        mut read: impl AsyncFnMut() -> Result<Option<Vec<u8>>>,
        mut report: impl FnMut() -> Result<()>,
    ) -> Result<ImportedRuns> {
        check_text("options.experiment", options.experiment.as_deref().unwrap_or_default())?;
        let mut turns = Turns::new();
        let token = random_token();
        let run_ids = self.database().session().import(&token, async |import| {
            let mut parts = Vec::new();
            while let Some(piece) = read().await? {
                let mut rest = &piece[..];
                while !rest.is_empty() {
                    let (bytes, left) = rest.split_at(rest.len().min(importer.most_bytes_at_once()));
                    importer.push(bytes, &mut parts).map_err(refused)?;
                    import.add(parts.drain(..)).await?;
                    rest = left;
                }
                report()?;
                turns.give_way().await;
            }
            let mut runs = importer.finish(&mut parts).map_err(refused)?;
            import.add(parts).await?;
            // The last moment at which the caller can stop it.
            report()?;
            let experiments = if options.experiment.is_some() { Vec::new() } else { importer.experiments() };
            for run in &mut runs {
                let name = options.experiment.clone().or(run.experiment_name.take());
                run.experiment_name = Some(name.unwrap_or_else(|| DEFAULT_EXPERIMENT.to_owned()));
            }
            Ok(Imported { experiments, runs })
        });
        let run_ids = run_ids.await?;
        Ok(ImportedRuns { run_ids, losses: importer.losses() })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is passed to map_err")]
fn refused(error: FileError) -> StorageError {
    let message = format!("nothing was imported: {error}");
    match error.kind {
        FileErrorKind::Invalid => StorageError::InvalidFile(message),
        FileErrorKind::Newer => StorageError::NewerFile(message),
    }
}
