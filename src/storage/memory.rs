//! Every experiment and run in memory. Every rule about them lives here or in [`super::run_state`], once.

use std::sync::Arc;

use serde_json::Value;

use super::clock;
use super::error::{Result, StorageError};
use super::experiment_storage::ExperimentStorage;
use super::record::content_hash;
use super::record::{
    ArtifactRef, ExperimentRecord, MetricPoint, RECORD_FORMAT, RunRecord, RunStatus, id_number,
};
use super::run_state::{RunState, SeriesSlot, check_text};
use crate::columns::{MAX_STEP, RawPoint, Series, sorted_by};

/// The index of a run in memory: stays valid until the run is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunSlot(pub(crate) u32);

/// Experiments, runs, points and artifacts in memory.
#[derive(Debug, Default)]
pub struct InMemoryStorage {
    experiments: Vec<ExperimentRecord>,
    runs: Vec<Option<RunState>>,
    /// The slots of all runs, sorted by id. Records come sorted from the database: most insertions are at the end.
    by_id: Vec<u32>,
    artifacts: Vec<(String, Arc<[u8]>)>,
    next_experiment: u64,
    next_run: u64,
    /// How many runs were put.
    generations: u32,
}

impl InMemoryStorage {
    /// An empty storage.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The ids of all experiments, oldest first.
    #[must_use]
    pub fn list_experiments(&self) -> Vec<String> {
        by_number(&self.experiments.iter().map(|record| &record.experiment_id).collect::<Vec<_>>())
    }

    /// The ids of an experiment's runs, oldest first; empty if there is no such experiment.
    #[must_use]
    pub fn list_runs(&self, experiment_id: &str) -> Vec<String> {
        let mut ids = Vec::new();
        for run in self.runs.iter().flatten() {
            if run.record().experiment_id == experiment_id {
                ids.push(&run.record().run_id);
            }
        }
        by_number(&ids)
    }

    /// The keys of a run's metrics in the order of first logging; empty if there is no such run.
    #[must_use]
    pub fn list_metric_keys(&self, run_id: &str) -> Vec<String> {
        self.run(run_id).map(RunState::metric_keys).unwrap_or_default()
    }

    /// The record of an experiment.
    ///
    /// # Errors
    /// `ExperimentNotFound`.
    pub fn experiment(&self, experiment_id: &str) -> Result<&ExperimentRecord> {
        self.experiments
            .iter()
            .find(|record| record.experiment_id == experiment_id)
            .ok_or_else(|| StorageError::ExperimentNotFound(experiment_id.to_owned()))
    }

    /// The oldest experiment of that name.
    #[must_use]
    pub fn experiment_named(&self, name: &str) -> Option<&ExperimentRecord> {
        let named = self.experiments.iter().filter(|record| record.name == name);
        named.min_by_key(|record| id_number(&record.experiment_id))
    }

    /// The record of a run.
    ///
    /// # Errors
    /// `RunNotFound`.
    pub fn run_record(&self, run_id: &str) -> Result<&RunRecord> {
        self.run(run_id).map(RunState::record)
    }

    /// The bytes that a run stored under a key.
    ///
    /// # Errors
    /// `RunNotFound`, `ArtifactNotFound`.
    pub fn get_artifact(&self, run_id: &str, key: &str) -> Result<Arc<[u8]>> {
        let artifacts = &self.run_record(run_id)?.artifacts;
        let found = artifacts.iter().find(|artifact| artifact.key == key);
        let content = found.and_then(|artifact| self.artifact(&artifact.hash));
        content.ok_or_else(|| StorageError::ArtifactNotFound(key.to_owned()))
    }
}

/// For the layers above: runs by their slots, and what comes from a database.
#[doc(hidden)]
impl InMemoryStorage {
    /// A run's slot.
    ///
    /// # Errors
    /// `RunNotFound`.
    pub fn run_slot(&self, run_id: &str) -> Result<RunSlot> {
        self.find_run(run_id).ok_or_else(|| StorageError::RunNotFound(run_id.to_owned()))
    }

    /// A run's slot, if there is such a run.
    #[must_use]
    pub fn find_run(&self, run_id: &str) -> Option<RunSlot> {
        self.position(run_id).ok().map(|position| RunSlot(self.by_id[position]))
    }

    /// Where in `by_id` a run is, or belongs.
    fn position(&self, run_id: &str) -> std::result::Result<usize, usize> {
        let id_of = |slot: u32| self.runs[slot as usize].as_ref().map(|run| run.record().run_id.as_str());
        self.by_id.binary_search_by(|&slot| id_of(slot).cmp(&Some(run_id)))
    }

    /// A run.
    ///
    /// # Errors
    /// `RunNotFound`.
    pub fn run(&self, run_id: &str) -> Result<&RunState> {
        let run = self.find_run(run_id).and_then(|slot| self.get(slot));
        run.ok_or_else(|| StorageError::RunNotFound(run_id.to_owned()))
    }

    /// The run in `slot`, if it was not removed.
    #[must_use]
    pub fn get(&self, slot: RunSlot) -> Option<&RunState> {
        self.runs[slot.0 as usize].as_ref()
    }

    /// The run in `slot`, if it was not removed.
    pub fn get_mut(&mut self, slot: RunSlot) -> Option<&mut RunState> {
        self.runs[slot.0 as usize].as_mut()
    }

    /// The slots of all runs.
    #[must_use]
    pub fn slots(&self) -> Vec<RunSlot> {
        let mut slots = Vec::new();
        for (index, run) in self.runs.iter().enumerate() {
            if run.is_some() {
                slots.push(RunSlot(index as u32));
            }
        }
        slots
    }

    /// The lowest numbers that no experiment and no run here has ever had.
    #[must_use]
    pub fn next_numbers(&self) -> (u64, u64) {
        (self.next_experiment, self.next_run)
    }

    /// Adds or replaces an experiment's record.
    pub fn put_experiment(&mut self, record: ExperimentRecord) {
        self.next_experiment = self.next_experiment.max(number_after(&record.experiment_id));
        match self.experiments.iter_mut().find(|old| old.experiment_id == record.experiment_id) {
            Some(old) => *old = record,
            None => self.experiments.push(record),
        }
    }

    /// Puts a run over the one with its id, or adds it.
    pub fn put_run(&mut self, mut run: RunState) -> RunSlot {
        self.generations += 1;
        run.set_generation(self.generations);
        let run_id = &run.record().run_id;
        self.next_run = self.next_run.max(number_after(run_id));
        match self.position(run_id) {
            Ok(position) => {
                let slot = self.by_id[position];
                self.runs[slot as usize] = Some(run);
                RunSlot(slot)
            }
            Err(position) => {
                let slot = self.runs.len() as u32;
                self.by_id.insert(position, slot);
                self.runs.push(Some(run));
                RunSlot(slot)
            }
        }
    }

    /// Removes a run with its points.
    pub fn remove_run(&mut self, slot: RunSlot) -> Option<RunState> {
        self.by_id.retain(|&other| other != slot.0);
        self.runs[slot.0 as usize].take()
    }

    /// Removes an experiment's record; its runs are removed one by one.
    pub fn remove_experiment(&mut self, experiment_id: &str) {
        self.experiments.retain(|record| record.experiment_id != experiment_id);
    }

    /// Creates an experiment under a given id.
    ///
    /// # Errors
    /// `InvalidArgument` if the name is too long.
    pub fn create_experiment_as(
        &mut self,
        experiment_id: String,
        name: &str,
        config_json: Option<String>,
    ) -> Result<()> {
        check_text("an experiment's name", name)?;
        self.put_experiment(ExperimentRecord {
            format: RECORD_FORMAT,
            experiment_id,
            name: name.to_owned(),
            created_ms: clock::now_ms() as f64,
            config_json,
            unknown_json: None,
        });
        Ok(())
    }

    /// Creates a run under a given id.
    ///
    /// # Errors
    /// `ExperimentNotFound`.
    pub fn create_run_as(&mut self, run_id: String, experiment_id: &str) -> Result<RunSlot> {
        self.experiment(experiment_id)?;
        let record = RunRecord::new(run_id, experiment_id.to_owned(), clock::now_ms());
        Ok(self.put_run(RunState::resident(record)))
    }

    /// A run and the slot of a metric in it.
    ///
    /// # Errors
    /// `RunNotFound`; `InvalidArgument` for a bad key.
    pub fn series_slot(&mut self, run: RunSlot, key: &str) -> Result<SeriesSlot> {
        self.run_mut(run)?.slot(key)
    }

    /// The run in `slot` for a change.
    ///
    /// # Errors
    /// `RunNotFound` if it was removed.
    pub fn run_mut(&mut self, slot: RunSlot) -> Result<&mut RunState> {
        self.get_mut(slot).ok_or_else(|| StorageError::RunNotFound("(deleted)".to_owned()))
    }

    /// Keeps `data` once per content and ties it to the run under `key`.
    ///
    /// # Errors
    /// As [`RunState::set_artifact`]; `InvalidArgument` over 4 GiB.
    pub fn put_artifact(&mut self, run: RunSlot, key: &str, data: &[u8]) -> Result<ArtifactRef> {
        let size = u32::try_from(data.len())
            .map_err(|_| StorageError::InvalidArgument("an artifact holds at most 4 GiB".into()))?;
        let artifact =
            ArtifactRef { key: key.to_owned(), hash: content_hash(data), size, unknown_json: None };
        self.run_mut(run)?.set_artifact(artifact.clone())?;
        self.put_content(&artifact.hash, data.into());
        Ok(artifact)
    }

    /// Keeps a content.
    pub fn put_content(&mut self, hash: &str, content: Arc<[u8]>) {
        if self.artifact(hash).is_none() {
            self.artifacts.push((hash.to_owned(), content));
        }
    }

    /// The content with this hash, if it is in memory.
    #[must_use]
    pub fn artifact(&self, hash: &str) -> Option<Arc<[u8]>> {
        let found = self.artifacts.iter().find(|(other, _)| other == hash);
        found.map(|(_, content)| Arc::clone(content))
    }

    /// Forgets contents that no run in memory refers to.
    pub fn retain_referenced_artifacts(&mut self) {
        let runs = &self.runs;
        let is_referenced = |hash: &str| runs.iter().flatten().any(|run| run.record().refers_to(hash));
        self.artifacts.retain(|(hash, _)| is_referenced(hash));
    }

    /// Forgets a content that can be read again from elsewhere.
    pub fn evict_artifact(&mut self, hash: &str) {
        self.artifacts.retain(|(other, _)| other != hash);
    }
}

impl ExperimentStorage for InMemoryStorage {
    fn create_experiment(&mut self, name: &str, config: Option<Value>) -> Result<String> {
        let experiment_id = format!("exp-{}", self.next_experiment);
        let config_json = config.map(|config| config.to_string());
        self.create_experiment_as(experiment_id.clone(), name, config_json)?;
        Ok(experiment_id)
    }

    fn create_run(&mut self, experiment_id: &str) -> Result<String> {
        let run_id = format!("run-{}", self.next_run);
        self.create_run_as(run_id.clone(), experiment_id)?;
        Ok(run_id)
    }

    fn start_run(&mut self, run_id: &str) -> Result<()> {
        let slot = self.run_slot(run_id)?;
        self.run_mut(slot)?.start(clock::now_ms())
    }

    fn complete_run(&mut self, run_id: &str, status: RunStatus) -> Result<()> {
        let slot = self.run_slot(run_id)?;
        self.run_mut(slot)?.complete(status, clock::now_ms())
    }

    fn log_metric(&mut self, run_id: &str, key: &str, step: u64, value: f64) -> Result<()> {
        let slot = self.run_slot(run_id)?;
        let run = self.run_mut(slot)?;
        let series = run.slot(key)?;
        run.push(series, RawPoint { step, value, timestamp_ms: clock::now_ms() })
    }

    fn log_artifact(&mut self, run_id: &str, key: &str, data: &[u8]) -> Result<String> {
        let slot = self.run_slot(run_id)?;
        self.put_artifact(slot, key, data).map(|artifact| artifact.hash)
    }

    fn get_metrics(&self, run_id: &str, key: &str) -> Result<Vec<MetricPoint>> {
        let series = self.run(run_id)?.series(key)?;
        Ok(series.map(metric_points).unwrap_or_default())
    }

    fn get_run_status(&self, run_id: &str) -> Result<RunStatus> {
        self.run(run_id).map(|run| run.record().status)
    }

    fn set_span_id(&mut self, run_id: &str, span_id: &str) -> Result<()> {
        check_text("a span id", span_id)?;
        let slot = self.run_slot(run_id)?;
        self.run_mut(slot)?.record_mut().span_id = Some(span_id.to_owned());
        Ok(())
    }

    fn get_span_id(&self, run_id: &str) -> Result<Option<String>> {
        self.run(run_id).map(|run| run.record().span_id.clone())
    }
}

/// The number after that of an id; an id without one, or with one that counting never reaches, is in no counter's way.
fn number_after(id: &str) -> u64 {
    let number = id_number(id);
    if number < MAX_STEP { number + 1 } else { 0 }
}

/// Ids in the order of their numbers; ids of one number stay as they come.
fn by_number(ids: &[&String]) -> Vec<String> {
    sorted_by(ids.iter().map(|&id| id.clone()).collect(), |id| id_number(id))
}

/// A series' points in the order of steps, as callers of the trait get them.
#[must_use]
pub fn metric_points(series: &Series) -> Vec<MetricPoint> {
    let mut points = Vec::with_capacity(series.len());
    series.for_each_by_step(0, |RawPoint { step, value, timestamp_ms }| {
        points.push(MetricPoint { step, value, timestamp: clock::from_ms(timestamp_ms) });
    });
    points
}
