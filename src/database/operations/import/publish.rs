//! Publishing an import: one transaction stores the records of all its runs.

use std::collections::BTreeMap;

use super::{find, imports_in, put_imports, read_imports};
use crate::database::operations::Distinct;
use crate::database::operations::artifact_references::{probe_contents, put_reference};
use crate::database::operations::begin_run::put_experiment;
use crate::database::operations::fences::put_run;
use crate::database::operations::id_counters::{counters_in, put_counters, read_counters};
use crate::database::{Answer, Key, Publication, Range, Read, Step, Table, Transaction, Value};
use crate::storage::{ExperimentRecord, Result, RunRecord, StorageError};

/// Stores the records of an import's runs, finds or creates their experiments, and takes the import off the list. Returns the
/// experiments and runs as they are stored. Where a transaction may be committed in part, the list has all records first.
///
/// `Conflict` if another page gave the import up, or deleted an artifact that it shares with another run.
#[must_use]
pub fn publish_import(
    token: &str,
    publication: Publication,
    may_commit_in_part: bool,
) -> Transaction<(Vec<ExperimentRecord>, Vec<RunRecord>)> {
    let token = token.to_owned();
    let tables = &[Table::Meta, Table::Experiments, Table::Runs, Table::Artifacts];
    let plan = move |answers: &[Answer]| step(&token, &publication, may_commit_in_part, answers);
    Transaction::writing("publish_import", tables, plan).once().in_slices()
}

fn step(
    token: &str,
    publication: &Publication,
    may_commit_in_part: bool,
    answers: &[Answer],
) -> Result<Step<(Vec<ExperimentRecord>, Vec<RunRecord>)>> {
    let asked = publication.experiments.len();
    let mut hashes = Distinct::default();
    for artifact in publication.runs.iter().flat_map(|(_, run)| &run.artifacts) {
        hashes.add(&artifact.hash);
    }
    let [counters, imports, rest @ ..] = answers else {
        let mut reads = vec![read_counters(), read_imports()];
        reads.extend(publication.experiments.iter().map(|new| Read::ExperimentsNamed(new.name.clone())));
        reads.extend(probe_contents(&hashes.0));
        let key_of = |(_, run): &(String, RunRecord)| Range::One(Key::text(&*run.run_id));
        reads.extend(publication.runs.iter().map(|run| Read::Keys(Table::Runs, key_of(run))));
        return Ok(Step::Read(reads));
    };
    let (named, rest) = rest.split_at(asked);
    let (contents, rest) = rest.split_at(hashes.0.len());
    let (runs_there, probes) = rest.split_at(publication.runs.len());
    // A page that wrote its runs again after the site's data was cleared may have taken an id.
    if runs_there.iter().any(|run| !run.keys().is_empty()) {
        return Err(StorageError::Conflict(
            "a run of the import's ids was stored meanwhile, after the site's data was cleared: import again"
                .to_owned(),
        ));
    }
    if contents.iter().any(|content| content.keys().is_empty()) {
        return Err(StorageError::Conflict(
            "an artifact of the import was deleted with another run that had it: import again".to_owned(),
        ));
    }
    let mut counters = counters_in(counters)?;
    let mut imports = imports_in(imports);
    let first = (counters.next_experiment as u64).max(publication.first_experiment);
    let mut free =
        (first..).zip(probes).filter(|(_, probe)| probe.keys().is_empty()).map(|(number, _)| number);
    let mut experiments = Vec::new();
    let mut created = Vec::new();
    for (new, named) in publication.experiments.iter().zip(named) {
        let known = named.values().iter().find_map(|value| match value {
            Value::Experiment(record) => Some(record.clone()),
            _ => None,
        });
        if let Some(known) = known {
            experiments.push(known);
            continue;
        }
        let Some(number) = free.next() else {
            let next = first + probes.len() as u64;
            let probe =
                |number| Read::Keys(Table::Experiments, Range::One(Key::text(format!("exp-{number}"))));
            return Ok(Step::Read((next..next + asked as u64).map(probe).collect()));
        };
        counters.next_experiment = (number + 1) as f64;
        let experiment = ExperimentRecord { experiment_id: format!("exp-{number}"), ..new.clone() };
        created.push(experiment.clone());
        experiments.push(experiment);
    }
    let ids: BTreeMap<&str, &str> = experiments
        .iter()
        .map(|experiment| (experiment.name.as_str(), experiment.experiment_id.as_str()))
        .collect();
    let mut runs = Vec::with_capacity(publication.runs.len());
    for (experiment_name, run) in &publication.runs {
        let experiment_id = ids.get(experiment_name.as_str()).copied().unwrap_or_default().to_owned();
        runs.push(RunRecord { experiment_id, ..run.clone() });
    }
    // The list comes first, with all records: of a prefix that is committed alone, the next page stores the rest.
    let import = find(&mut imports, token)?;
    let mut changes = Vec::new();
    if may_commit_in_part {
        import.experiments.clone_from(&created);
        import.runs.clone_from(&runs);
        changes.push(put_imports(&imports));
    }
    changes.push(put_counters(counters));
    changes.extend(created.iter().map(put_experiment));
    for run in &runs {
        changes.extend(run.artifacts.iter().map(|artifact| put_reference(&artifact.hash, &run.run_id)));
        changes.push(put_run(run));
    }
    imports.under_way.retain(|import| import.token != token);
    changes.push(put_imports(&imports));
    Ok(Step::Write(changes, (experiments, runs)))
}
