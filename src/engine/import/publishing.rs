//! Publishing an import: its records are stored, and it is found out whether they are where the answer was lost.

use std::collections::{BTreeMap, BTreeSet};

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
        let mut known = BTreeSet::new();
        for ImportedExperiment { name, created_ms, config_json, unknown_json } in experiments {
            // Runs name their experiments: those of one name become one.
            if known.insert(name.clone()) {
                let experiment = new_experiment(name, created_ms, config_json);
                publication.experiments.push(ExperimentRecord { unknown_json, ..experiment });
            }
        }
        let (mut names, mut records) = (Vec::new(), Vec::new());
        for ImportedRun { experiment_name, experiment_config_json, record } in runs {
            let name = experiment_name.unwrap_or_default();
            if known.insert(name.clone()) {
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
        let failure = loop {
            let may_commit_in_part = self.session.database().may_commit_in_part();
            let publish = operations::publish_import(&self.token, publication.clone(), may_commit_in_part);
            match self.session.transact(publish).await {
                Err(lost @ StorageError::ConnectionLost(_)) if tries == PUBLISH_TRIES => break lost,
                Err(StorageError::ConnectionLost(_)) => tries += 1,
                // It fails because it was published before, or for a reason of its own.
                Err(cause) if tries > 1 => break cause,
                published => return published,
            }
            // It may have been published before the connection broke. Where that cannot be told now, the next try does.
            if let Ok(Some(published)) = self.find_published(&publication, run_ids).await {
                return Ok(published);
            }
        };
        // Ending it decides it: a publication that was cut off is finished, and one that was not begun is no more to come.
        let ended = self.session.transact(operations::discard_import(&self.token)).await;
        for _ in 0..PUBLISH_TRIES {
            match self.find_published(&publication, run_ids).await {
                Ok(Some(published)) if ended.is_ok() => return Ok(published),
                Ok(_) => break,
                Err(_) => {}
            }
        }
        Err(failure)
    }

    /// What was published, as it is stored, if it was.
    async fn find_published(
        &self,
        publication: &Publication,
        run_ids: &[String],
    ) -> Result<Option<(Vec<ExperimentRecord>, Vec<RunRecord>)>> {
        let stored = self.session.transact(operations::read_catalog()).await?;
        let created: BTreeMap<&str, f64> =
            stored.runs.iter().map(|other| (other.run_id.as_str(), other.created_ms)).collect();
        let is_there = |(_, run): &(String, RunRecord)| {
            // Another run may have taken the id after the site's data was cleared.
            created.get(run.run_id.as_str()) == Some(&run.created_ms)
        };
        let names: BTreeSet<&str> = stored.experiments.iter().map(|other| other.name.as_str()).collect();
        let is_known = |new: &ExperimentRecord| names.contains(new.name.as_str());
        if !publication.runs.iter().all(is_there) || !publication.experiments.iter().all(is_known) {
            return Ok(None);
        }
        let meant: BTreeSet<&str> = run_ids.iter().map(String::as_str).collect();
        let runs = stored.runs.into_iter().filter(|run| meant.contains(run.run_id.as_str()));
        let names: BTreeSet<&str> = publication.experiments.iter().map(|new| new.name.as_str()).collect();
        let is_meant = |other: &ExperimentRecord| names.contains(other.name.as_str());
        Ok(Some((stored.experiments.into_iter().filter(is_meant).collect(), runs.collect())))
    }
}

fn new_experiment(name: String, created_ms: f64, config_json: Option<String>) -> ExperimentRecord {
    ExperimentRecord {
        format: RECORD_FORMAT,
        experiment_id: String::new(),
        name,
        created_ms,
        config_json,
        unknown_json: None,
    }
}
