//! A run on its way out, whose points come portion by portion.

use std::collections::BTreeMap;

use super::portion::PortionRange;
use crate::columns::CorruptBlock;
use crate::database::Database;
use crate::database::operations::{self, FEWEST_ENTRIES};
use crate::engine::session::Session;
use crate::interop::SLICE_POINTS;
use crate::storage::{ExperimentRecord, NamedSeries, Result, RunRecord, Series, SeriesHeaders, StorageError};

/// Which points of a run are wanted; all of them by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::engine) struct WantedPoints {
    /// The first index that is wanted of a series, where that is not 0.
    pub(in crate::engine) from: BTreeMap<String, u64>,
    /// Entries of the log below this sequence number are not read, unless wanted points are not in those from there on.
    pub(in crate::engine) first_entry: u64,
}

/// A run as it was when it was begun to be read: later points are not in it.
#[derive(Debug)]
pub struct OutgoingRun {
    /// The experiment it belongs to.
    pub experiment: ExperimentRecord,
    /// Everything about it but its points.
    pub record: RunRecord,
    source: Source,
    /// The points that are still to be given, those that are next at the end.
    ranges: Vec<PortionRange>,
    missing: BTreeMap<String, u64>,
    /// Why blocks could not be read, each cause once: it was said.
    said: Vec<CorruptBlock>,
}

#[derive(Debug)]
enum Source {
    /// All points of the run, of which the session has the chunks in memory anyway.
    Memory(Vec<NamedSeries>),
    /// The database, of whose log the entries below this one are not read.
    Database { first_entry: u64 },
}

impl OutgoingRun {
    fn new(
        experiment: ExperimentRecord,
        record: RunRecord,
        headers: &SeriesHeaders,
        source: Source,
        wanted: &WantedPoints,
    ) -> Self {
        let ranges = headers.keys.iter().zip(&headers.counts).rev().filter_map(|(key, &until)| {
            let (from, until) = (wanted.from.get(key).copied().unwrap_or(0), until as u64);
            (from < until).then(|| PortionRange { key: key.clone(), from, until })
        });
        let (ranges, missing, said) = (ranges.collect(), BTreeMap::new(), Vec::new());
        Self { experiment, record, source, ranges, missing, said }
    }

    /// A run of which these points are in memory.
    pub(in crate::engine) fn in_memory(
        experiment: ExperimentRecord,
        record: RunRecord,
        series: Vec<NamedSeries>,
        wanted: &WantedPoints,
    ) -> Self {
        let headers = SeriesHeaders::of(&series);
        Self::new(experiment, record, &headers, Source::Memory(series), wanted)
    }

    /// Some points of series in memory.
    pub(in crate::engine) fn part_of(all: &[NamedSeries], ranges: &[PortionRange]) -> Vec<NamedSeries> {
        let part = |range: &PortionRange| {
            let named = all.iter().find(|named| named.key == range.key)?;
            Some(NamedSeries { key: range.key.clone(), series: part(&named.series, range) })
        };
        ranges.iter().filter_map(part).collect()
    }

    /// Behind a run that was read from the database, the first entry of its log that has later points.
    pub(in crate::engine) fn first_entry_behind(&self) -> Option<u64> {
        matches!(self.source, Source::Database { .. }).then_some(self.record.next_sequence as u64)
    }

    /// Whether all points were given.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Of which metrics points that the record tells of were not among those that were given since this was asked last, and how many: their
    /// blocks cannot be read.
    pub fn take_missing(&mut self) -> BTreeMap<String, u64> {
        std::mem::take(&mut self.missing)
    }

    /// How many points that would be.
    #[must_use]
    pub fn missing_points(&self) -> f64 {
        self.missing.values().map(|&count| count as f64).sum()
    }

    /// The next portion, of at most so many slices of [`SLICE_POINTS`]: series after series, each in logging order. A series that goes on in
    /// the next one does so behind a whole slice. Nothing when all points were given.
    ///
    /// # Errors
    /// `RunNotFound` if the run was deleted meanwhile; those of the database.
    pub async fn next_portion<D: Database>(
        &mut self,
        session: &Session<D>,
        most_slices: usize,
    ) -> Result<Option<Vec<NamedSeries>>> {
        let mut rest = self.ranges.clone();
        let ranges = take_ranges(&mut rest, most_slices.max(1) as u64);
        if ranges.is_empty() {
            return Ok(None);
        }
        let series = match &mut self.source {
            Source::Memory(all) => Self::part_of(all, &ranges),
            Source::Database { first_entry } => {
                let run_id = &self.record.run_id;
                let mut read = session.read_portion(run_id, &ranges, *first_entry, &mut self.said).await?;
                if !read.1.is_empty() && *first_entry > 0 {
                    // An entry before it has them: a page that was cut off left it, and the run's record did not tell of its points until the
                    // run was resumed.
                    *first_entry = 0;
                    read = session.read_portion(run_id, &ranges, 0, &mut self.said).await?;
                }
                let (series, missing) = read;
                for (key, count) in missing {
                    *self.missing.entry(key).or_default() += count;
                }
                series
            }
        };
        self.ranges = rest;
        Ok(Some(series))
    }
}

/// Takes the ranges of a portion of `most_slices` at most from those that are left, from the end of which it begins.
fn take_ranges(rest: &mut Vec<PortionRange>, most_slices: u64) -> Vec<PortionRange> {
    let mut taken = Vec::new();
    let mut room = most_slices * SLICE_POINTS as u64;
    while let Some(range) = rest.last_mut() {
        let left = range.until - range.from;
        let count = if left <= room { left } else { room - room % SLICE_POINTS as u64 };
        if count > 0 {
            let until = range.from + count;
            taken.push(PortionRange { key: range.key.clone(), from: range.from, until });
            range.from = until;
        }
        if count < left {
            break;
        }
        room -= count;
        rest.pop();
    }
    taken
}

/// The points of a range, as a series of their own: the same chunks where that is all of it.
fn part(series: &Series, range: &PortionRange) -> Series {
    if range.from == 0 && range.until == series.len() as u64 {
        return series.clone();
    }
    let mut part = Series::default();
    let points = series.logged(range.from as usize..range.until as usize);
    points.into_iter().for_each(|point| part.push(point));
    part
}

impl<D: Database> Session<D> {
    /// Begins to read a run for an export. Its points come from memory if they are there, otherwise from the database, and memory does not
    /// keep them.
    ///
    /// # Errors
    /// `RunNotFound`; those of the database.
    pub async fn begin_export(&self, run_id: &str) -> Result<OutgoingRun> {
        if !self.is_resident(run_id) {
            return self.read_from_database(run_id, &WantedPoints::default()).await;
        }
        let run = self.exported_run(run_id).await?;
        let missing = self.unreadable_points(&run);
        let mut outgoing =
            OutgoingRun::in_memory(run.experiment, run.record, run.series, &WantedPoints::default());
        outgoing.missing = missing;
        Ok(outgoing)
    }

    /// Begins to read what is wanted of a run: from memory if this session writes it, else from the database.
    ///
    /// # Errors
    /// `RunNotFound`; those of the database.
    pub(in crate::engine) async fn begin_reading(
        &self,
        run_id: &str,
        wanted: &WantedPoints,
    ) -> Result<OutgoingRun> {
        match self.owned_run_in_memory(run_id)? {
            Some((experiment, record, series)) => {
                Ok(OutgoingRun::in_memory(experiment, record, series, wanted))
            }
            None => self.read_from_database(run_id, wanted).await,
        }
    }

    /// A run that this session writes, with all its points, whose chunks are shared.
    pub(in crate::engine) fn owned_run_in_memory(
        &self,
        run_id: &str,
    ) -> Result<Option<(ExperimentRecord, RunRecord, Vec<NamedSeries>)>> {
        let storage = self.storage();
        let slot = storage.memory().run_slot(run_id)?;
        let owned = storage.memory().get(slot).filter(|state| storage.owns(slot) && state.is_resident());
        let Some(state) = owned else { return Ok(None) };
        let record = state.current_record();
        let experiment = storage.memory().experiment(&record.experiment_id)?.clone();
        Ok(Some((experiment, record, state.all_series()?.to_vec())))
    }

    /// Begins to read what is wanted of a run from the database. One that has ended is compacted first where its log is to be read from the
    /// beginning: it would be read again for each portion.
    ///
    /// # Errors
    /// `RunNotFound`; those of the database.
    pub(in crate::engine) async fn read_from_database(
        &self,
        run_id: &str,
        wanted: &WantedPoints,
    ) -> Result<OutgoingRun> {
        if let Some(slot) = self.find_run(run_id).filter(|_| wanted.first_entry == 0) {
            // Without it the export takes longer.
            let _ = self.compact_run(slot, FEWEST_ENTRIES).await;
        }
        let is_gone = || StorageError::RunNotFound(run_id.to_owned());
        let record = self.stored_record(run_id).await?.ok_or_else(is_gone)?;
        let experiment = self.storage().memory().experiment(&record.experiment_id).cloned();
        // It goes with its experiment.
        let experiment = experiment.map_err(|_| is_gone())?;
        let headers = record.series.clone();
        let source = Source::Database { first_entry: wanted.first_entry };
        Ok(OutgoingRun::new(experiment, record, &headers, source, wanted))
    }

    /// A run's record as it is stored; nothing if the run is not there.
    pub(in crate::engine) async fn stored_record(&self, run_id: &str) -> Result<Option<RunRecord>> {
        let some = self.transact(operations::read_some_points(run_id, &[])).await?;
        Ok(some.map(|some| some.record))
    }
}
