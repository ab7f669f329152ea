//! Fences: empty entries that make a stale writer's commit fail, so that it reads the run's record before it writes again.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::columns::EMPTY_BLOCK;
use crate::database::{Change, Key, Table, Value};
use crate::storage::RunRecord;

/// The record of a run whose log got one entry longer by a fence.
#[must_use]
pub(super) fn fenced(record: &RunRecord) -> RunRecord {
    RunRecord { next_sequence: record.next_sequence + 1.0, ..record.clone() }
}

/// An entry without points.
pub(super) fn empty_block() -> Value {
    Value::Block(Arc::from(EMPTY_BLOCK))
}

/// Stores a run's record.
pub(super) fn put_run(record: &RunRecord) -> Change {
    Change::Put(Table::Runs, Key::text(&*record.run_id), Value::Run(Box::new(record.clone())))
}

/// Adds the fence that the record's log ends in.
pub(super) fn add_fence(record: &RunRecord) -> Change {
    Change::Add(Table::Points, Key::log_entry(&record.run_id, record.next_sequence as u64 - 1), empty_block())
}

/// Where a deleted run's fences are: around the end of its log, or where that would begin if the run is not there. Its owner may not
/// know of the last entries, and may count entries that it wrote to the exit log and that were not recovered yet.
pub(super) fn tombstone_sequences(next_sequence: f64) -> RangeInclusive<u64> {
    let end = next_sequence as u64;
    end.saturating_sub(15).max(1) - 1..=end + 16
}
