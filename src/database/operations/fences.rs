//! Fences: empty entries that make a stale writer's commit fail, so that it reads the run's record before it writes again.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::columns::EMPTY_BLOCK;
use crate::database::{Answer, Change, Key, Range, Read, Table, Value};
use crate::storage::RunRecord;

/// Reads which entries there are behind the end of a run's log.
pub(super) fn read_behind_end(record: &RunRecord) -> Read {
    Read::Keys(Table::Points, Range::log_from(&record.run_id, record.next_sequence as u64))
}

/// The run's record with the true end of its log. A page that was cut off in the middle of a commit may have left an entry without the record
/// that tells of it: no fence could be added where that is.
pub(super) fn with_true_end(record: &RunRecord, behind_end: &Answer) -> RunRecord {
    let last = behind_end.keys().last().map_or(0.0, |key| key.number() as f64 + 1.0);
    RunRecord { next_sequence: record.next_sequence.max(last), ..record.clone() }
}

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
