//! Reading a run's points.

use super::blocks;
use super::tombstones::{live_run, read_tombstones};
use crate::database::{Answer, Range, Read, Step, StoredPoints, Table, Transaction};
use crate::storage::Result;

/// Reads a run's points: the log entries from `from_sequence` on, or everything if some of those were compacted meanwhile.
#[must_use]
pub fn read_points(run_id: &str, from_sequence: u64) -> Transaction<StoredPoints> {
    let run_id = run_id.to_owned();
    Transaction::reading("read_points", &[Table::Meta, Table::Runs, Table::Points], move |answers| {
        step(&run_id, from_sequence, answers)
    })
}

fn step(run_id: &str, from_sequence: u64, answers: &[Answer]) -> Result<Step<StoredPoints>> {
    let everything = || Read::Values(Table::Points, Range::Run(run_id.to_owned()));
    let [tombstones, record, points @ ..] = answers else {
        let log = Range::log_from(run_id, from_sequence);
        let points = if from_sequence == 0 { everything() } else { Read::Values(Table::Points, log) };
        return Ok(Step::Read(vec![read_tombstones(), Read::one(Table::Runs, run_id), points]));
    };
    let record = live_run(tombstones, record, run_id)?;
    let compacted = record.as_ref().map_or(0, |record| record.compacted_sequence as u64);
    let is_whole = from_sequence == 0 || compacted > from_sequence;
    if is_whole && from_sequence > 0 && points.len() == 1 {
        return Ok(Step::Read(vec![everything()]));
    }
    let blocks = points.last().map(|points| blocks(points.values())).unwrap_or_default();
    Ok(Step::Done(StoredPoints { record, is_whole, blocks }))
}
