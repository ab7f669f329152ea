//! Beginning a run: its experiment is found by name or created, and the run stored, in one transaction.

use super::id_counters::{counters_in, put_counters, read_counters};
use super::tombstones::{is_listed, read_tombstones};
use crate::database::{Answer, Change, Key, NewRun, Range, Read, Step, Table, Transaction, Value};
use crate::storage::{ExperimentRecord, RECORD_FORMAT, Result, RunRecord};

/// How many requests probe one pair of ids.
const PROBES: usize = 3;

/// Finds or creates the experiment and stores a new run under fresh ids. Returns both as stored.
#[must_use]
pub fn begin_run(new_run: NewRun) -> Transaction<(ExperimentRecord, RunRecord)> {
    let tables = &[Table::Meta, Table::Experiments, Table::Runs, Table::Points];
    Transaction::writing("begin_run", tables, move |answers| step(&new_run, answers))
}

fn step(new_run: &NewRun, answers: &[Answer]) -> Result<Step<(ExperimentRecord, RunRecord)>> {
    let [counters, tombstones, named, probes @ ..] = answers else {
        let by_name = Read::ExperimentsNamed(new_run.experiment_name.clone());
        return Ok(Step::Read(vec![read_counters(), read_tombstones(), by_name]));
    };
    // An experiment whose record is corrupt is not taken for the one of this name: its new runs go to another.
    let known = named.values().iter().find_map(|value| match value {
        Value::Experiment(record) => Some(record.clone()),
        _ => None,
    });
    let mut counters = counters_in(counters)?;
    counters.next_experiment = counters.next_experiment.max(new_run.first_experiment as f64);
    counters.next_run = counters.next_run.max(new_run.first_run as f64);
    // A page that wrote its runs again after the site's data was cleared may have taken numbers that are counted as free. So the next
    // number of each kind is probed until both are free; gaps do no harm. Points without a run are a deleted run's fences.
    let tried = (probes.len() / PROBES) as f64;
    let is_free = match probes {
        [.., experiment, run, points] => {
            run.keys().is_empty()
                && points.keys().is_empty()
                && !is_listed(tombstones, &id("run", counters.next_run + tried - 1.0))
                && (experiment.keys().is_empty() || known.is_some())
        }
        _ => false,
    };
    if !is_free {
        return Ok(Step::Read(probe(counters.next_experiment + tried, counters.next_run + tried)));
    }
    let mut changes = Vec::new();
    let experiment = known.unwrap_or_else(|| {
        counters.next_experiment += tried;
        let experiment = ExperimentRecord {
            format: RECORD_FORMAT,
            experiment_id: id("exp", counters.next_experiment - 1.0),
            name: new_run.experiment_name.clone(),
            created_ms: new_run.record.created_ms,
            config_json: None,
            unknown_json: None,
        };
        changes.push(put_experiment(&experiment));
        experiment
    });
    counters.next_run += tried;
    let mut run = new_run.record.clone();
    run.run_id = id("run", counters.next_run - 1.0);
    run.experiment_id.clone_from(&experiment.experiment_id);
    changes.push(Change::Add(Table::Runs, Key::text(&*run.run_id), Value::Run(Box::new(run.clone()))));
    changes.push(put_counters(counters));
    Ok(Step::Write(changes, (experiment, run)))
}

fn probe(experiment: f64, run: f64) -> Vec<Read> {
    let run_id = id("run", run);
    vec![
        Read::Keys(Table::Experiments, Range::One(Key::text(id("exp", experiment)))),
        Read::Keys(Table::Runs, Range::One(Key::text(&*run_id))),
        Read::Keys(Table::Points, Range::Run(run_id)),
    ]
}

fn id(kind: &str, number: f64) -> String {
    format!("{kind}-{}", number as u64)
}

/// Stores an experiment's record.
pub(super) fn put_experiment(record: &ExperimentRecord) -> Change {
    Change::Put(Table::Experiments, Key::text(&*record.experiment_id), Value::Experiment(record.clone()))
}
