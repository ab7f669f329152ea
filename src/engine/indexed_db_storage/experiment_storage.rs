//! Its implementation of the spec's trait.

use serde_json::Value;

use super::IndexedDbStorage;
use crate::columns::RawPoint;
use crate::storage::{ExperimentStorage, MetricPoint, Result, RunSlot, RunStatus, check_text, clock};

impl IndexedDbStorage {
    fn writable(&self, run_id: &str) -> Result<RunSlot> {
        let slot = self.memory.run_slot(run_id)?;
        self.check_writable(slot).map(|()| slot)
    }
}

impl ExperimentStorage for IndexedDbStorage {
    fn create_experiment(&mut self, name: &str, config: Option<Value>) -> Result<String> {
        let experiment_id = self.ids.experiment_id();
        let config_json = config.map(|config| config.to_string());
        self.memory.create_experiment_as(experiment_id.clone(), name, config_json)?;
        self.pending.note_experiment(&experiment_id);
        Ok(experiment_id)
    }

    fn create_run(&mut self, experiment_id: &str) -> Result<String> {
        self.memory.experiment(experiment_id)?;
        let run_id = self.ids.run_id();
        let slot = self.memory.create_run_as(run_id.clone(), experiment_id)?;
        let owner = self.owner.clone();
        self.memory.run_mut(slot)?.record_mut().owner = owner;
        self.pending.open_new(slot);
        self.ownership.acquire(slot);
        self.pending.note_run(slot);
        Ok(run_id)
    }

    fn start_run(&mut self, run_id: &str) -> Result<()> {
        let slot = self.writable(run_id)?;
        self.change_run(slot, |run| run.start(clock::now_ms()))
    }

    fn complete_run(&mut self, run_id: &str, status: RunStatus) -> Result<()> {
        let slot = self.writable(run_id)?;
        self.change_run(slot, |run| run.complete(status, clock::now_ms()))
    }

    fn log_metric(&mut self, run_id: &str, key: &str, step: u64, value: f64) -> Result<()> {
        let slot = self.memory.run_slot(run_id)?;
        let series = self.series_slot(slot, key)?;
        self.append(slot, series, RawPoint { step, value, timestamp_ms: clock::now_ms() })
    }

    fn log_artifact(&mut self, run_id: &str, key: &str, data: &[u8]) -> Result<String> {
        let slot = self.writable(run_id)?;
        self.put_artifact(slot, key, data)
    }

    fn get_metrics(&self, run_id: &str, key: &str) -> Result<Vec<MetricPoint>> {
        self.memory.get_metrics(run_id, key)
    }

    fn get_run_status(&self, run_id: &str) -> Result<RunStatus> {
        self.memory.get_run_status(run_id)
    }

    fn set_span_id(&mut self, run_id: &str, span_id: &str) -> Result<()> {
        let slot = self.writable(run_id)?;
        check_text("a span id", span_id)?;
        self.change_run(slot, |run| {
            run.record_mut().span_id = Some(span_id.to_owned());
            Ok(())
        })
    }

    fn get_span_id(&self, run_id: &str) -> Result<Option<String>> {
        self.memory.get_span_id(run_id)
    }
}
