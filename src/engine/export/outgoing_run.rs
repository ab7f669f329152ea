//! A run on its way out, whose points come portion by portion.

use super::portion::{Portion, PortionRange, keys_of};
use crate::columns::CorruptBlock;
use crate::database::operations::{self, FEWEST_ENTRIES};
use crate::database::{CorruptRecord, Database};
use crate::engine::change::Change;
use crate::engine::session::Session;
use crate::interop::SLICE_POINTS;
use crate::storage::{ExperimentRecord, NamedSeries, Result, RunRecord, StorageError};

/// How many records of points are read at a time: one holds up to 200 000 points, most have some five thousand.
const RECORDS_AT_A_TIME: usize = 8;

/// A run as it was when its export began: later points are not in it.
#[derive(Debug)]
pub struct OutgoingRun {
    /// The experiment it belongs to.
    pub experiment: ExperimentRecord,
    /// Everything about it but its points.
    pub record: RunRecord,
    source: Source,
    missing: f64,
    /// Why blocks could not be read, each cause once: it was said.
    said: Vec<CorruptBlock>,
}

#[derive(Debug)]
enum Source {
    /// All points, which the session has in memory; nothing once they were given.
    Memory(Vec<NamedSeries>),
    /// The database has them. The next portion begins at this point of this series.
    Database { series: usize, point: u64 },
}

impl OutgoingRun {
    /// How many of the points that the record tells of are not among those that were given: blocks that cannot be read.
    #[must_use]
    pub fn missing_points(&self) -> f64 {
        self.missing
    }

    /// The next portion, of at most so many slices of [`SLICE_POINTS`] where the points are not in memory anyway: series after series, each
    /// in logging order. A series that goes on in the next one does so behind a whole slice. Nothing when all points were given.
    ///
    /// # Errors
    /// `RunNotFound` if the run was deleted meanwhile; those of the database.
    pub async fn next_portion<D: Database>(
        &mut self,
        session: &Session<D>,
        most_slices: usize,
    ) -> Result<Option<Vec<NamedSeries>>> {
        let Self { record, source, missing, said, .. } = self;
        let (series, point) = match source {
            Source::Memory(all) => return Ok(Some(std::mem::take(all)).filter(|all| !all.is_empty())),
            Source::Database { series, point } => (series, point),
        };
        let (mut next_series, mut next_point) = (*series, *point);
        let ranges = next_ranges(record, &mut next_series, &mut next_point, most_slices.max(1) as u64);
        if ranges.is_empty() {
            return Ok(None);
        }
        let (all, missing_here) = session.read_portion(&record.run_id, &ranges, said).await?;
        (*series, *point) = (next_series, next_point);
        *missing += missing_here as f64;
        Ok(Some(all))
    }
}

/// The ranges of a portion of `most_slices` at most that begins at a point of a series of the record. Moves on to where the next begins.
fn next_ranges(
    record: &RunRecord,
    series: &mut usize,
    point: &mut u64,
    most_slices: u64,
) -> Vec<PortionRange> {
    let (keys, counts) = (&record.series.keys, &record.series.counts);
    let mut ranges = Vec::new();
    let mut room = most_slices * SLICE_POINTS as u64;
    while let (Some(key), Some(&count)) = (keys.get(*series), counts.get(*series)) {
        let left = (count as u64).saturating_sub(*point);
        let taken = if left <= room { left } else { room - room % SLICE_POINTS as u64 };
        if taken > 0 {
            ranges.push(PortionRange { key: key.clone(), from: *point, until: *point + taken });
        }
        if taken < left {
            *point += taken;
            break;
        }
        room -= taken;
        (*series, *point) = (*series + 1, 0);
    }
    ranges
}

impl<D: Database> Session<D> {
    /// Begins the export of a run. Its points come from memory if they are there, otherwise from the database, and memory does not keep them.
    /// A run that has ended is compacted first: the log of one that was not is read again for each portion.
    ///
    /// # Errors
    /// `RunNotFound`; those of the database.
    pub async fn begin_export(&self, run_id: &str) -> Result<OutgoingRun> {
        if self.is_resident(run_id) {
            let run = self.exported_run(run_id).await?;
            let missing = self.unreadable_points(&run);
            let source = Source::Memory(run.series);
            let said = Vec::new();
            return Ok(OutgoingRun { experiment: run.experiment, record: run.record, source, missing, said });
        }
        if let Some(slot) = self.find_run(run_id) {
            // Without it the export takes longer.
            let _ = self.compact_run(slot, FEWEST_ENTRIES).await;
        }
        // Its record alone: each portion reads the keys for itself.
        let Some(some) = self.transact(operations::read_some_points(run_id, &[])).await? else {
            return Err(StorageError::RunNotFound(run_id.to_owned()));
        };
        let record = some.record;
        let experiment = self.storage().memory().experiment(&record.experiment_id).cloned();
        // It goes with its experiment.
        let experiment = experiment.map_err(|_| StorageError::RunNotFound(run_id.to_owned()))?;
        let source = Source::Database { series: 0, point: 0 };
        Ok(OutgoingRun { experiment, record, source, missing: 0.0, said: Vec::new() })
    }

    /// Reads a portion of a run, and how many points of it cannot be read. Why, is emitted, if it was not `said` before.
    async fn read_portion(
        &self,
        run_id: &str,
        ranges: &[PortionRange],
        said: &mut Vec<CorruptBlock>,
    ) -> Result<(Vec<NamedSeries>, u64)> {
        let is_gone = || StorageError::RunNotFound(run_id.to_owned());
        'again: loop {
            let stored = self.transact(operations::read_point_keys(run_id)).await?;
            let (record, keys) = stored.ok_or_else(is_gone)?;
            let mut portion = Portion::of(ranges);
            for keys in keys_of(ranges, &keys).chunks(RECORDS_AT_A_TIME) {
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
