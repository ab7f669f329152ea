//! Reserving ids for the runs of an import.

use std::collections::BTreeSet;

use super::{imports_in, put_imports, read_imports};
use crate::database::operations::id_counters::{counters_in, put_counters, read_counters};
use crate::database::operations::tombstones::{is_listed, read_tombstones};
use crate::database::{Answer, Import, Key, Range, Read, Step, Table, Transaction};
use crate::storage::Result;

/// How many requests probe one id.
const PROBES: usize = 2;

/// Reserves ids for so many runs of an import, no lower than `first_run`. Listed with it, what is written of them is removed if the import
/// is cut off. The first reservation begins the import.
#[must_use]
pub fn reserve_import_runs(
    token: &str,
    count: usize,
    first_run: u64,
    now_ms: f64,
) -> Transaction<Vec<String>> {
    let token = token.to_owned();
    Transaction::writing("reserve_import_runs", &[Table::Meta, Table::Runs, Table::Points], move |answers| {
        step(&token, count, first_run, now_ms, answers)
    })
}

fn step(
    token: &str,
    count: usize,
    first_run: u64,
    now_ms: f64,
    answers: &[Answer],
) -> Result<Step<Vec<String>>> {
    let [counters, tombstones, imports, probes @ ..] = answers else {
        return Ok(Step::Read(vec![read_counters(), read_tombstones(), read_imports()]));
    };
    let mut counters = counters_in(counters)?;
    let mut imports = imports_in(imports);
    let first = (counters.next_run as u64).max(first_run);
    // As for a run that is begun: numbers that are counted as free may be taken. Gaps do no harm.
    let reserved: BTreeSet<&String> = imports.under_way.iter().flat_map(|import| &import.run_ids).collect();
    let mut free = Vec::new();
    let tried = probes.len() / PROBES;
    for (number, probe) in (first..).zip(probes.chunks(PROBES)) {
        let run_id = format!("run-{number}");
        if probe.iter().all(|found| found.keys().is_empty())
            && !is_listed(tombstones, &run_id)
            && !reserved.contains(&run_id)
        {
            free.push(run_id);
        }
    }
    if free.len() < count {
        let next = first + tried as u64;
        let probe = |number| {
            let run_id = format!("run-{number}");
            [
                Read::Keys(Table::Runs, Range::One(Key::text(&*run_id))),
                Read::Keys(Table::Points, Range::Run(run_id)),
            ]
        };
        let missing = (count - free.len()) as u64;
        return Ok(Step::Read((next..next + missing).flat_map(probe).collect()));
    }
    counters.next_run = (first + tried as u64) as f64;
    match imports.under_way.iter_mut().find(|import| import.token == token) {
        Some(import) => {
            import.run_ids.extend_from_slice(&free);
            import.heartbeat_ms = now_ms;
        }
        None => imports.under_way.push(Import {
            token: token.to_owned(),
            heartbeat_ms: now_ms,
            run_ids: free.clone(),
            ..Import::default()
        }),
    }
    Ok(Step::Write(vec![put_imports(&imports), put_counters(counters)], free))
}
