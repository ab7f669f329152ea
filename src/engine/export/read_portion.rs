//! Reading a portion of a run from the database.

use std::collections::BTreeMap;

use super::portion::{Portion, PortionRange, keys_of};
use crate::columns::{CorruptBlock, EncodedSeriesBlock, read_encoded_blocks};
use crate::database::{CorruptRecord, Database, operations};
use crate::engine::change::Change;
use crate::engine::session::Session;
use crate::storage::{NamedSeries, Result, StorageError};

/// How many records of points are read at a time: one holds up to 200 000 points, most have some five thousand.
const RECORDS_AT_A_TIME: usize = 8;

/// Series, and of which metric how many of the points that were asked for cannot be read.
pub(super) type ReadPortion = (Vec<NamedSeries>, Vec<(String, u64)>);

impl<D: Database> Session<D> {
    /// Whether the log's entries from `first_entry` on have points behind these ends of series alone. Another page's may begin before: one that
    /// resumed the run, and counts without points that it could not read, or that was its owner before, and had its last points in the exit log.
    pub(in crate::engine) async fn log_goes_on(
        &self,
        run_id: &str,
        ends: &BTreeMap<String, u64>,
        first_entry: u64,
    ) -> Result<bool> {
        let is_gone = || StorageError::RunNotFound(run_id.to_owned());
        let stored = self.transact(operations::read_point_keys(run_id)).await?;
        let (_, keys) = stored.ok_or_else(is_gone)?;
        for keys in keys_of(&[], &keys, first_entry).chunks(RECORDS_AT_A_TIME) {
            let stored = self.transact(operations::read_some_points(run_id, keys)).await?;
            for block in &stored.ok_or_else(is_gone)?.blocks {
                let all = read_encoded_blocks(block).unwrap_or_default();
                let begins_before = |series: &EncodedSeriesBlock<'_>| {
                    ends.get(series.key).is_some_and(|&end| series.first_index < end)
                };
                if all.iter().any(begins_before) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Reads a portion of a run: from segments, and from the log's entries from `first_entry` on. Why points cannot be read is emitted, if it was not `said` before.
    pub(in crate::engine) async fn read_portion(
        &self,
        run_id: &str,
        ranges: &[PortionRange],
        first_entry: u64,
        said: &mut Vec<CorruptBlock>,
    ) -> Result<ReadPortion> {
        let is_gone = || StorageError::RunNotFound(run_id.to_owned());
        'again: loop {
            let stored = self.transact(operations::read_point_keys(run_id)).await?;
            let (record, keys) = stored.ok_or_else(is_gone)?;
            let mut portion = Portion::of(ranges);
            for keys in keys_of(ranges, &keys, first_entry).chunks(RECORDS_AT_A_TIME) {
                let stored = self.transact(operations::read_some_points(run_id, keys)).await?;
                let some = stored.ok_or_else(is_gone)?;
                if some.record.compacted_sequence != record.compacted_sequence {
                    // Points that are still to be read may lie where reading has passed.
                    continue 'again;
                }
                for block in &some.blocks {
                    let Err(cause) = portion.take(block) else { continue };
                    if !said.contains(&cause) {
                        said.push(cause.clone());
                        self.effects.emit(Change::Corrupt(CorruptRecord::of_run(run_id, cause)));
                    }
                }
            }
            return Ok(portion.finish());
        }
    }
}
