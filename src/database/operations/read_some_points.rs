//! Reading a run's points a few records at a time, for those who must not hold all of them.
//!
//! Between two of these transactions the run may be compacted: a record that was still to be read may be gone, and its points in one that
//! was passed over. The run's record tells: its `compacted_sequence` is another one then.

use std::sync::Arc;

use super::blocks;
use super::tombstones::{live_run, read_tombstones};
use crate::database::{Answer, Key, Range, Read, Step, Table, Transaction};
use crate::storage::RunRecord;

const TABLES: &[Table] = &[Table::Meta, Table::Runs, Table::Points];

/// Reads a run's record and the keys of all records of its points, in order: log entries, then the segments of each series. Nothing if the
/// run is not there.
#[must_use]
pub fn read_point_keys(run_id: &str) -> Transaction<Option<(RunRecord, Vec<Key>)>> {
    let run_id = run_id.to_owned();
    Transaction::reading("read_point_keys", TABLES, move |answers| {
        let [tombstones, record, keys] = answers else {
            let keys = Read::Keys(Table::Points, Range::Run(run_id.clone()));
            return Ok(Step::Read(vec![read_tombstones(), Read::one(Table::Runs, &*run_id), keys]));
        };
        let record = live_run(tombstones, record, &run_id)?;
        Ok(Step::Done(record.map(|record| (record, keys.keys().to_vec()))))
    })
}

/// Some of a run's points.
#[derive(Debug, Clone, PartialEq)]
pub struct SomePoints {
    /// The run's record when they were read.
    pub record: RunRecord,
    /// The blocks that hold them.
    pub blocks: Vec<Arc<[u8]>>,
}

/// Reads those records of a run's points that are there under these keys. Nothing if the run is not there.
#[must_use]
pub fn read_some_points(run_id: &str, keys: &[Key]) -> Transaction<Option<SomePoints>> {
    let (run_id, keys) = (run_id.to_owned(), keys.to_vec());
    Transaction::reading("read_some_points", TABLES, move |answers| {
        let [tombstones, record, points @ ..] = answers else {
            let mut reads = vec![read_tombstones(), Read::one(Table::Runs, &*run_id)];
            reads.extend(keys.iter().map(|key| Read::Values(Table::Points, Range::One(key.clone()))));
            return Ok(Step::Read(reads));
        };
        let record = live_run(tombstones, record, &run_id)?;
        let blocks = points.iter().map(Answer::values).flat_map(blocks).collect();
        Ok(Step::Done(record.map(|record| SomePoints { record, blocks })))
    })
}
