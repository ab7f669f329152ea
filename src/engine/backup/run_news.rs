//! What of a run is new since its last backup, read as little as that takes.

use std::collections::BTreeMap;

use crate::database::Database;
use crate::engine::Session;
use crate::engine::export::{OutgoingRun, PortionRange, WantedPoints};
use crate::interop::backup::{BackedUpRun, are_last_points, may_go_on};
use crate::storage::{Result, RunRecord, StorageError};

/// What is to be written of a run.
#[derive(Debug)]
pub(super) struct RunNews {
    /// The run, whose points are those that are new.
    pub(super) run: OutgoingRun,
    /// The log's entries below are in it; nothing if some of it is not committed.
    pub(super) sequence: Option<u64>,
    /// Whether the run is written anew as a whole, because it does not go on from what was backed up.
    pub(super) is_anew: bool,
    /// Whether points that were backed up cannot be read any more where they are stored.
    pub(super) lacks_backed_up: bool,
}

/// How a run stands to what was backed up of it.
enum Continuation {
    /// It is the same run, gone on with. No log entry below `first_entry` holds a point that is new.
    GoesOn { first_entry: u64, lacks_backed_up: bool },
    /// It is not.
    Differs,
}

impl<D: Database> Session<D> {
    /// What is new of a run.
    ///
    /// # Errors
    /// `RunNotFound` if it was deleted meanwhile; those of the database.
    pub(super) async fn run_news(&self, run_id: &str, known: Option<&BackedUpRun>) -> Result<RunNews> {
        if let Some(news) = self.news_in_memory(run_id, known)? {
            return Ok(news);
        }
        let continuation = match known {
            Some(known) => self.continuation(known).await?,
            None => Continuation::GoesOn { first_entry: 0, lacks_backed_up: false },
        };
        let (is_anew, first_entry, lacks_backed_up) = match continuation {
            Continuation::GoesOn { first_entry, lacks_backed_up } => (false, first_entry, lacks_backed_up),
            Continuation::Differs => (true, 0, false),
        };
        let wanted = WantedPoints { from: starts(known.filter(|_| !is_anew)), first_entry };
        let run = self.read_from_database(run_id, &wanted).await?;
        let sequence = Some(run.record.next_sequence as u64);
        Ok(RunNews { run, sequence, is_anew, lacks_backed_up })
    }

    /// As [`Session::run_news`], of a run that this session writes: memory knows it best. Nothing if another one does.
    fn news_in_memory(&self, run_id: &str, known: Option<&BackedUpRun>) -> Result<Option<RunNews>> {
        let Some((experiment, record, all)) = self.owned_run_in_memory(run_id)? else { return Ok(None) };
        // Where some of it could not be read, memory has those points, or counts without them: the indexes do not tell what is new.
        let goes_on = known.filter(|known| known.unreadable.is_empty()).is_some_and(|known| {
            let last_points = OutgoingRun::part_of(&all, &last_points_of(known));
            may_go_on(known, &record.series) && are_last_points(known, &last_points)
        });
        let is_anew = known.is_some() && !goes_on;
        let wanted = WantedPoints { from: starts(known.filter(|_| !is_anew)), first_entry: 0 };
        let run = OutgoingRun::in_memory(experiment, record, all, &wanted);
        let storage = self.storage();
        let (slot, pending) = (storage.memory().run_slot(run_id)?, storage.pending());
        let sequence = pending.is_stored_whole(slot).then(|| pending.committed_sequence(slot));
        Ok(Some(RunNews { run, sequence, is_anew, lacks_backed_up: false }))
    }

    /// Whether a run in the database is what was backed up, gone on with.
    async fn continuation(&self, known: &BackedUpRun) -> Result<Continuation> {
        let run_id = &known.id;
        let record = self.stored_record(run_id).await?;
        let record = record.ok_or_else(|| StorageError::RunNotFound(run_id.clone()))?;
        if !may_go_on(known, &record.series) {
            return Ok(Continuation::Differs);
        }
        if let Some(first_entry) = known.sequence.filter(|&sequence| is_same_log(&record, sequence)) {
            // Where one page alone has written the run, indexes tell its points.
            let goes_on = record.ownership_fences.is_empty()
                || self.log_goes_on(run_id, &known.ends(), first_entry).await?;
            return Ok(if goes_on {
                Continuation::GoesOn { first_entry, lacks_backed_up: false }
            } else {
                Continuation::Differs
            });
        }
        let last_points = last_points_of(known);
        let (found, missing) = self.read_portion(run_id, &last_points, 0, &mut Vec::new()).await?;
        Ok(if are_last_points(known, &found) {
            let unreadable = |(key, _): &(String, u64)| known.unreadable.contains_key(key);
            let lacks_backed_up = !missing.iter().all(unreadable);
            Continuation::GoesOn { first_entry: 0, lacks_backed_up }
        } else {
            Continuation::Differs
        })
    }
}

/// Whether the run's log is the one of which everything below this sequence number was backed up, and has it still: what is new is in
/// entries from there on, or in segments. One that was compacted beyond may have lost something since, and is looked at.
fn is_same_log(record: &RunRecord, sequence: u64) -> bool {
    record.compacted_sequence <= sequence as f64 && sequence as f64 <= record.next_sequence
}

/// The index of the first new point of each series.
fn starts(known: Option<&BackedUpRun>) -> BTreeMap<String, u64> {
    known.map(BackedUpRun::ends).unwrap_or_default()
}

/// Where the last point is of each series that was backed up.
fn last_points_of(known: &BackedUpRun) -> Vec<PortionRange> {
    let range =
        |(key, until): (String, u64)| until.checked_sub(1).map(|from| PortionRange { key, from, until });
    known.ends().into_iter().filter_map(range).collect()
}
