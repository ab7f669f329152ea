//! A mirror that keeps nothing but names and numbers: for pages without IndexedDB, whose cache is all there is.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::mirror::{Amendment, Batch, Catalog, Mirror, NewRun, ReservedIds, StoredPoints};
use crate::storage::clock;
use crate::storage::error::{Result, StorageError};
use crate::storage::record::{ExperimentRecord, RECORD_FORMAT, RunRecord};

/// Hands out ids and takes every commit.
#[derive(Debug, Default)]
pub struct VolatileMirror {
    experiments: RefCell<Vec<ExperimentRecord>>,
    next_experiment: Cell<u64>,
    next_run: Cell<u64>,
}

fn advance(counter: &Cell<u64>, by: u64) -> std::ops::Range<u64> {
    let from = counter.get();
    counter.set(from + by);
    from..from + by
}

impl Mirror for VolatileMirror {
    async fn load_catalog(&self) -> Result<Catalog> {
        Ok(Catalog::default())
    }

    async fn load_records(&self, _: &[String], _: &[String]) -> Result<Catalog> {
        Ok(Catalog::default())
    }

    async fn reserve_ids(&self, experiments: u64, runs: u64) -> Result<ReservedIds> {
        Ok(ReservedIds {
            experiments: advance(&self.next_experiment, experiments),
            runs: advance(&self.next_run, runs),
        })
    }

    async fn begin_run(&self, new_run: NewRun) -> Result<(ExperimentRecord, RunRecord)> {
        let mut experiments = self.experiments.borrow_mut();
        let known = experiments.iter().find(|old| old.name == new_run.experiment_name).cloned();
        let experiment = known.unwrap_or_else(|| {
            let experiment = ExperimentRecord {
                format: RECORD_FORMAT,
                experiment_id: format!("exp-{}", advance(&self.next_experiment, 1).start),
                name: new_run.experiment_name,
                created_ms: clock::now_ms() as f64,
                config_json: None,
            };
            experiments.push(experiment.clone());
            experiment
        });
        let mut run = new_run.record;
        run.run_id = format!("run-{}", advance(&self.next_run, 1).start);
        run.experiment_id.clone_from(&experiment.experiment_id);
        Ok((experiment, run))
    }

    /// A run that is not in the cache is nowhere.
    async fn claim_run(&self, run_id: &str, _: &str, _: &str, _: i64) -> Result<RunRecord> {
        Err(StorageError::RunNotFound(run_id.to_owned()))
    }

    async fn commit(&self, _: &Batch) -> Result<()> {
        Ok(())
    }

    async fn commit_exit(&self, _: &[Rc<Batch>]) -> Result<()> {
        Ok(())
    }

    async fn amend_run(&self, run_id: &str, _: &Amendment) -> Result<RunRecord> {
        Err(StorageError::RunNotFound(run_id.to_owned()))
    }

    async fn delete_runs(&self, _: &[String], experiment_id: Option<&str>) -> Result<()> {
        let mut experiments = self.experiments.borrow_mut();
        experiments.retain(|record| Some(record.experiment_id.as_str()) != experiment_id);
        Ok(())
    }

    async fn load_points(&self, _: &str, _: u64) -> Result<StoredPoints> {
        Ok(StoredPoints::default())
    }

    async fn load_artifact(&self, _: &str) -> Result<Option<Vec<u8>>> {
        Ok(None)
    }

    fn close(&self) {}
}
