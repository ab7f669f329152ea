//! Reading a portion of a run from the database.

use super::portion::{Portion, PortionRange, keys_of};
use crate::columns::CorruptBlock;
use crate::database::{CorruptRecord, Database, operations};
use crate::engine::change::Change;
use crate::engine::session::Session;
use crate::storage::{NamedSeries, Result, StorageError};

/// How many records of points are read at a time: one holds up to 200 000 points, most have some five thousand.
const RECORDS_AT_A_TIME: usize = 8;

/// Series, and of which metric how many of the points that were asked for cannot be read.
pub(super) type ReadPortion = (Vec<NamedSeries>, Vec<(String, u64)>);

impl<D: Database> Session<D> {
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
