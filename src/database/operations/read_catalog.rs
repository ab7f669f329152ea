//! Reading the records of experiments and runs.

use super::tombstones::{is_listed, read_tombstones};
use crate::database::{
    Answer, Catalog, CorruptRecord, CorruptRecordOf, Key, Range, Read, Step, Table, Transaction, Value,
};

/// Reads all experiments and runs that were not deleted.
#[must_use]
pub fn read_catalog() -> Transaction<Catalog> {
    let asked = vec![(Table::Experiments, Range::All), (Table::Runs, Range::All)];
    reading("read_catalog", asked)
}

/// Reads the experiments and runs of these ids; missing ones are left out.
#[must_use]
pub fn read_records(experiment_ids: &[String], run_ids: &[String]) -> Transaction<Catalog> {
    let experiments = experiment_ids.iter().map(|id| (Table::Experiments, Range::One(Key::text(&**id))));
    let runs = run_ids.iter().map(|id| (Table::Runs, Range::One(Key::text(&**id))));
    reading("read_records", experiments.chain(runs).collect())
}

fn reading(name: &'static str, asked: Vec<(Table, Range)>) -> Transaction<Catalog> {
    let tables = &[Table::Meta, Table::Experiments, Table::Runs];
    Transaction::reading(name, tables, move |answers| Ok(step(&asked, answers)))
}

fn step(asked: &[(Table, Range)], answers: &[Answer]) -> Step<Catalog> {
    if asked.is_empty() {
        return Step::Done(Catalog::default());
    }
    let requests = |read: fn(Table, Range) -> Read| {
        asked.iter().map(|(table, range)| read(*table, range.clone())).collect::<Vec<_>>()
    };
    let [tombstones, answers @ ..] = answers else {
        let mut reads = vec![read_tombstones()];
        reads.extend(requests(Read::Values));
        return Step::Read(reads);
    };
    let (values, keys) = answers.split_at(asked.len());
    let is_corrupt = |value: &Value| !matches!(value, Value::Experiment(_) | Value::Run(_));
    if keys.is_empty() && values.iter().flat_map(Answer::values).any(is_corrupt) {
        // Only its key says which record it is.
        return Step::Read(requests(Read::Keys));
    }
    let mut catalog = Catalog::default();
    for (index, ((table, _), answer)) in asked.iter().zip(values).enumerate() {
        for (position, value) in answer.values().iter().enumerate() {
            let id = || {
                let key = keys.get(index).and_then(|keys| keys.keys().get(position));
                key.and_then(Key::as_text).unwrap_or_default().to_owned()
            };
            match value {
                Value::Experiment(record) => catalog.experiments.push(record.clone()),
                Value::Run(record) => catalog.runs.push((**record).clone()),
                Value::Corrupt(cause) if *table == Table::Experiments => {
                    catalog.corrupt.push(CorruptRecord::of_experiment(&id(), cause));
                }
                Value::Corrupt(cause) => catalog.corrupt.push(CorruptRecord::of_run(&id(), cause)),
                _ => {}
            }
        }
    }
    catalog.runs.retain(|run| !is_listed(tombstones, &run.run_id));
    catalog.corrupt.retain(|corrupt| match &corrupt.of {
        CorruptRecordOf::Run(run_id) => !is_listed(tombstones, run_id),
        CorruptRecordOf::Experiment(_) => true,
    });
    Step::Done(catalog)
}
