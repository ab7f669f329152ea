//! What an export takes of a run: all of it at once, or its points portion by portion.

mod outgoing_run;
mod portion;
mod read_portion;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::session::Session;
use crate::database::{Database, operations};
use crate::interop::ExportedRun;
use crate::storage::{ArtifactRef, Result, StorageError};

pub use outgoing_run::OutgoingRun;
pub(super) use outgoing_run::WantedPoints;
pub(super) use portion::PortionRange;

impl<D: Database> Session<D> {
    /// A run as it is now, with all its points. Chunks of points are shared with the session, not copied.
    ///
    /// # Errors
    /// `RunNotFound`; those of the database.
    pub async fn exported_run(&self, run_id: &str) -> Result<ExportedRun> {
        self.load_run(run_id).await?;
        let storage = self.storage();
        let state = storage.memory().run(run_id)?;
        let record = state.current_record();
        let experiment = storage.memory().experiment(&record.experiment_id)?.clone();
        let series = state.all_series()?.iter().filter(|named| !named.series.is_empty()).cloned().collect();
        Ok(ExportedRun { experiment, record, series })
    }

    /// Of which metrics a run has points by its record that are not in this export, and how many: their blocks cannot be read.
    #[must_use]
    pub fn unreadable_points(&self, run: &ExportedRun) -> BTreeMap<String, u64> {
        let storage = self.storage();
        let Ok(state) = storage.memory().run(&run.record.run_id) else { return BTreeMap::new() };
        let stored = &state.record().series;
        let missing = |(key, &count): (&String, &f64)| {
            let series = run.series.iter().find(|named| named.key == *key);
            let missing = (count as u64).saturating_sub(series.map_or(0, |named| named.series.len() as u64));
            (missing > 0).then(|| (key.clone(), missing))
        };
        stored.keys.iter().zip(&stored.counts).filter_map(missing).collect()
    }

    /// The content of an artifact as a run that was exported had it, whatever the run has under that key by now; nothing if it is gone.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn exported_artifact(&self, artifact: &ArtifactRef) -> Result<Option<Arc<[u8]>>> {
        if let Some(content) = self.storage().memory().artifact(&artifact.hash) {
            return Ok(Some(content));
        }
        self.transact(operations::read_artifact(&artifact.hash)).await
    }

    /// How many points these runs have, as far as it is known without reading them.
    ///
    /// # Errors
    /// `RunNotFound`.
    pub fn count_points(&self, run_ids: &[String]) -> Result<f64> {
        let storage = self.storage();
        let count =
            |run_id: &String| -> Result<f64> { Ok(storage.memory().run(run_id)?.counts().iter().sum()) };
        run_ids.iter().map(count).sum::<std::result::Result<f64, StorageError>>()
    }
}
