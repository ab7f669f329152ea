//! Publishing an import: its records are stored, and it is found out whether they are where the answer was lost.

use super::{Import, Imported};
use crate::database::{Catalog, Database, Publication, operations};
use crate::interop::{ImportedExperiment, ImportedRun};
use crate::storage::{ExperimentRecord, RECORD_FORMAT, Result, RunRecord, StorageError};

/// How often publishing is tried where the connection breaks.
const PUBLISH_TRIES: usize = 3;

impl<D: Database> Import<'_, D> {
    /// Stores the records of all runs: from here on every page sees them. Returns their ids, in the order of the file.
    pub(super) async fn publish(mut self, imported: Imported) -> Result<Vec<String>> {
        if imported.runs.is_empty() && imported.experiments.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(last) = imported.runs.len().checked_sub(1) {
            self.open_run(last).await?;
        }
        self.runs.write_waiting();
        self.write().await?;
        let run_ids = self.runs.run_ids();
        let publication = self.publication(imported);
        let (experiments, runs) = self.publish_records(publication, &run_ids).await?;
        let experiment_ids: Vec<String> =
            experiments.iter().map(|experiment| experiment.experiment_id.clone()).collect();
        for change in self.session.absorb(Catalog { experiments, runs, corrupt: Vec::new() }) {
            self.session.effects.emit(change);
        }
        self.session.effects.broadcast(&experiment_ids, &run_ids);
        Ok(run_ids)
    }

    fn publication(&self, Imported { experiments, runs }: Imported) -> Publication {
        let (first_experiment, _) = self.session.storage().memory().next_numbers();
        let mut publication = Publication { first_experiment, ..Publication::default() };
        for ImportedExperiment { name, created_ms, config_json } in experiments {
            // Runs name their experiments: those of one name become one.
            if publication.experiments.iter().all(|experiment| experiment.name != name) {
                publication.experiments.push(new_experiment(name, created_ms, config_json));
            }
        }
        let (mut names, mut records) = (Vec::new(), Vec::new());
        for ImportedRun { experiment_name, experiment_config_json, record } in runs {
            let name = experiment_name.unwrap_or_default();
            if publication.experiments.iter().all(|experiment| experiment.name != name) {
                let experiment = new_experiment(name.clone(), record.created_ms, experiment_config_json);
                publication.experiments.push(experiment);
            }
            names.push(name);
            records.push(record);
        }
        publication.runs = names.into_iter().zip(self.runs.stored_records(records)).collect();
        publication
    }

    async fn publish_records(
        &self,
        publication: Publication,
        run_ids: &[String],
    ) -> Result<(Vec<ExperimentRecord>, Vec<RunRecord>)> {
        let mut tries = 1;
        loop {
            let publish = operations::publish_import(&self.token, publication.clone());
            let lost = match self.session.transact(publish).await {
                Err(lost @ StorageError::ConnectionLost(_)) => lost,
                // There is no run by which to tell: it was published, for it is off the list.
                Err(StorageError::Conflict(_)) if tries > 1 && run_ids.is_empty() => {
                    return Ok(Default::default());
                }
                published => return published,
            };
            // It may have been published before the connection broke.
            let stored = self.session.transact(operations::read_records(&[], run_ids)).await?;
            if !run_ids.is_empty() && run_ids.iter().all(|run_id| stored.holds_run(run_id)) {
                let experiment_ids: Vec<String> =
                    stored.runs.iter().map(|run| run.experiment_id.clone()).collect();
                let stored =
                    self.session.transact(operations::read_records(&experiment_ids, run_ids)).await?;
                return Ok((stored.experiments, stored.runs));
            }
            if tries == PUBLISH_TRIES {
                return Err(lost);
            }
            tries += 1;
        }
    }
}

fn new_experiment(name: String, created_ms: f64, config_json: Option<String>) -> ExperimentRecord {
    ExperimentRecord { format: RECORD_FORMAT, experiment_id: String::new(), name, created_ms, config_json }
}
