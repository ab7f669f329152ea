//! Compacting a run's log in one transaction. What is to be done is decided in `compaction`.

use super::compaction::{compaction, last_entry, last_segments, may_compact};
use super::fences::{add_fence, empty_block, put_run, read_behind_end, with_true_end};
use super::tombstones::{existing_run, read_tombstones};
use super::{blocks, log_entries};
use crate::database::{Answer, Change, Key, Range, Read, Step, Table, Transaction, Value};
use crate::storage::{Result, RunRecord};

/// Turns entries of a run's log into segments, if `owner` may and it is worth it: while the run goes on, for no less than `fewest`
/// entries. Returns the record as it is stored then; nothing if nothing was changed. What is left may be worth another call.
#[must_use]
pub fn compact_run(run_id: &str, owner: &str, fewest: u64) -> Transaction<Option<RunRecord>> {
    let (run_id, owner) = (run_id.to_owned(), owner.to_owned());
    Transaction::writing("compact_run", &[Table::Meta, Table::Runs, Table::Points], move |answers| {
        step(&run_id, &owner, fewest, answers)
    })
}

fn step(run_id: &str, owner: &str, fewest: u64, answers: &[Answer]) -> Result<Step<Option<RunRecord>>> {
    let [tombstones, stored, answers @ ..] = answers else {
        return Ok(Step::Read(vec![read_tombstones(), Read::one(Table::Runs, run_id)]));
    };
    let record = existing_run(tombstones, stored, run_id)?;
    if !may_compact(&record, owner) {
        return Ok(Step::Done(None));
    }
    let [behind_end, answers @ ..] = answers else { return Ok(Step::Read(vec![read_behind_end(&record)])) };
    let record = with_true_end(&record, behind_end);
    let [keys, values, segment_keys, segments @ ..] = answers else {
        let log = Range::Log { run_id: run_id.to_owned(), from: 0, until: last_entry(&record) };
        return Ok(Step::Read(vec![
            Read::Keys(Table::Points, log.clone()),
            Read::Values(Table::Points, log),
            Read::Keys(Table::Points, Range::Segments(run_id.to_owned())),
        ]));
    };
    let entries = log_entries(keys, values);
    let last = last_segments(&entries, segment_keys.keys().iter().filter_map(series_and_index).collect());
    if segments.len() < last.len() {
        let one = |(series, first_index): &(String, u64)| {
            Read::Values(Table::Points, Range::One(Key::segment(run_id, series, *first_index)))
        };
        return Ok(Step::Read(last.iter().map(one).collect()));
    }
    let mut last_blocks = Vec::new();
    for answer in segments {
        last_blocks.append(&mut blocks(answer.values()));
    }
    let Some(compaction) = compaction(&record, &entries, &last_blocks, fewest) else {
        return Ok(Step::Done(None));
    };
    // The entries come last: nothing is lost if a prefix is committed alone, and points that are there twice are read once.
    let mut changes = vec![put_run(&compaction.record), add_fence(&compaction.record)];
    for (series, first_index, block) in compaction.segments {
        changes.push(Change::Put(
            Table::Points,
            Key::segment(run_id, &series, first_index),
            Value::Block(block),
        ));
    }
    for sequence in compaction.deleted {
        changes.push(Change::delete(Table::Points, Key::log_entry(run_id, sequence)));
    }
    for sequence in compaction.emptied {
        changes.push(Change::Put(Table::Points, Key::log_entry(run_id, sequence), empty_block()));
    }
    Ok(Step::Write(changes, Some(compaction.record)))
}

fn series_and_index(key: &Key) -> Option<(String, u64)> {
    match key {
        Key::Points { series, number, .. } => Some((series.clone(), *number)),
        _ => None,
    }
}
