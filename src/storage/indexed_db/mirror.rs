//! What the flush layer asks of a durable store. Small enough that a fault-injecting one fits in a test.

use std::rc::Rc;

use super::change::Damage;
use crate::storage::error::{Result, StorageError};
use crate::storage::record::{ExperimentRecord, RunRecord};

pub use crate::storage::record::Amendment;

/// Everything but points and artifacts: what opening a database reads.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Catalog {
    /// All experiments asked for.
    pub experiments: Vec<ExperimentRecord>,
    /// All runs asked for, their series' headers included.
    pub runs: Vec<RunRecord>,
    /// What could not be read; it is left in place.
    pub quarantined: Vec<Damage>,
}

impl Catalog {
    /// Whether somebody may have been killed in the middle of a write here, and a number that tells one such time from another: the
    /// sum of when they were last heard from; 0 if nobody was.
    ///
    /// Who leaves says so in the runs that go on; one that has ended is compacted at once, in one transaction or several.
    #[must_use]
    pub fn unfinished_ms(&self) -> f64 {
        let is_unfinished = |run: &&RunRecord| {
            if run.status.is_final() {
                run.compacted_sequence + 1.0 < run.next_sequence
            } else {
                !run.released
            }
        };
        self.runs.iter().filter(is_unfinished).map(|run| run.heard_ms).sum()
    }
}

/// Consecutive numbers for ids that nobody else has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservedIds {
    /// For `exp-<n>`.
    pub experiments: std::ops::Range<u64>,
    /// For `run-<n>`.
    pub runs: std::ops::Range<u64>,
}

/// What is needed to begin a run in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRun {
    /// The experiment of this name is reused, or created.
    pub experiment_name: String,
    /// The run to store; its two ids are filled in by the mirror.
    pub record: RunRecord,
    /// No lower numbers are given: whoever begins the run knows some, perhaps of a database that was cleared.
    pub first_experiment: u64,
    /// As for experiments.
    pub first_run: u64,
}

/// One row of a run's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointRow {
    /// Its place in the log. Rows are added, never put: a number that is taken means somebody else writes this run.
    pub sequence: u64,
    /// A block as `point_block` writes it.
    pub bytes: Vec<u8>,
}

/// The changes of one run. There is always a row, so that a run taken over meanwhile makes the commit fail.
#[derive(Debug, Clone, PartialEq)]
pub struct RunCommit {
    /// The record as it is to be.
    pub record: RunRecord,
    /// New rows of its log.
    pub rows: Vec<PointRow>,
}

/// One transaction's worth of changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// Identifies the batch to the journal that made it.
    pub id: u64,
    /// New or changed experiments.
    pub experiments: Vec<ExperimentRecord>,
    /// New or changed runs.
    pub runs: Vec<RunCommit>,
    /// Contents of artifacts by hash.
    pub artifacts: Vec<(String, Rc<[u8]>)>,
}

impl Batch {
    /// What is in all of these, in their order.
    #[must_use]
    pub fn joined(batches: &[Rc<Batch>]) -> Self {
        let mut all = Self::default();
        for batch in batches {
            all.experiments.extend_from_slice(&batch.experiments);
            all.runs.extend_from_slice(&batch.runs);
            all.artifacts.extend_from_slice(&batch.artifacts);
        }
        all
    }
}

/// The stored points of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoredPoints {
    /// The run's record, read in the same transaction.
    pub record: Option<RunRecord>,
    /// Whether `blocks` are the whole run, or just the rows from the asked-for sequence number on.
    pub whole: bool,
    /// Blocks in log order: compacted chunks first.
    pub blocks: Vec<Vec<u8>>,
}

/// A durable store of runs. Every method is one transaction: it happens whole or not at all.
///
/// Futures are single-threaded. `commit` issues every request before its first suspension if the store is open, so that
/// polling it once is enough to save a page that is going away.
///
/// `Cleared` is told once, when what is there is not the store that was: to one of those who ask. Whatever was begun before and
/// is answered after that is answered with `ConnectionLost`, even if it went through: it was for the store that is gone.
#[allow(async_fn_in_trait, reason = "all implementations and callers are single-threaded")]
pub trait Mirror {
    /// Reads all experiments and runs.
    async fn load_catalog(&self) -> Result<Catalog>;

    /// Reads the experiments and runs of these ids; missing ones are left out.
    async fn load_records(&self, experiment_ids: &[String], run_ids: &[String]) -> Result<Catalog>;

    /// Reserves so many ids of each kind.
    async fn reserve_ids(&self, experiments: u64, runs: u64) -> Result<ReservedIds>;

    /// Finds or creates the experiment and stores a new run under fresh ids. Returns both as stored.
    async fn begin_run(&self, new_run: NewRun) -> Result<(ExperimentRecord, RunRecord)>;

    /// Makes `owner` the writer of a run whose writer was `expected_owner`, and fences the old one off.
    ///
    /// Fails with `RunNotFound`, with `InvalidState` if it has ended, and with `RunTakenOver` if it has another owner by now.
    async fn claim_run(
        &self,
        run_id: &str,
        expected_owner: &str,
        owner: &str,
        now_ms: i64,
    ) -> Result<RunRecord>;

    /// Stores a batch. Resolves to `Ok` only after the transaction completed. `Conflict` if a row was there already.
    async fn commit(&self, batch: &Batch) -> Result<()>;

    /// Whether what is being committed when the page leaves is lost, and has to be part of what is stored on leaving.
    fn loses_commits_on_leaving(&self) -> bool {
        false
    }

    /// Stores batches as one, as [`Mirror::commit`] does, for a page that may be gone before it resolves: waits for no other
    /// transaction.
    ///
    /// What it stores is read only after [`Mirror::settle_exits`]. Storing a batch that was committed already does no harm.
    async fn commit_exit(&self, batches: &[Rc<Batch>]) -> Result<()> {
        self.commit(&Batch::joined(batches)).await
    }

    /// Puts what pages stored on leaving where it belongs. Returns the ids of the runs that changed by it.
    async fn settle_exits(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    /// Changes the record of a run that somebody else may be writing. Its owner is made to notice.
    async fn amend_run(&self, run_id: &str, amendment: &Amendment) -> Result<RunRecord>;

    /// Deletes runs with their points and the contents nobody else refers to, and the experiment with all its runs if one is
    /// given.
    ///
    /// Whoever writes one of them runs into a fence; so does who is about to, where one is not there: site data may have been
    /// cleared, or a page stored it on leaving.
    async fn delete_runs(&self, run_ids: &[String], experiment_id: Option<&str>) -> Result<()>;

    /// Reads a run's points: the rows from `from_sequence` on, or all if those were compacted meanwhile.
    async fn load_points(&self, run_id: &str, from_sequence: u64) -> Result<StoredPoints>;

    /// Turns rows of a run's log into chunks, see `compaction`, if `owner` may and it is worth it: while the run goes on, for no
    /// less than `fewest` rows. Returns the record as it is stored then; nothing if nothing was changed. What is left may be
    /// worth another call.
    async fn compact_run(&self, _run_id: &str, _owner: &str, _fewest: u64) -> Result<Option<RunRecord>> {
        Ok(None)
    }

    /// Reads an artifact's content.
    async fn load_artifact(&self, hash: &str) -> Result<Option<Vec<u8>>>;

    /// Lets go of the connection; a later call opens it again.
    fn close(&self);
}

/// The record of a run after `owner` took it from `expected_owner`, with its log one row longer for the fence.
///
/// # Errors
/// `InvalidState` if the run has ended, `RunTakenOver` if it has another owner by now.
pub fn claimed(record: &RunRecord, expected_owner: &str, owner: &str, now_ms: i64) -> Result<RunRecord> {
    if record.status.is_final() {
        return Err(StorageError::InvalidState(format!(
            "run '{}' has ended ({}): only a run that is still running can be resumed; start a new one",
            record.run_id,
            record.status.as_str()
        )));
    }
    // `owner` itself: a claim whose answer was lost is made again.
    if record.owner != expected_owner && record.owner != owner {
        return Err(StorageError::RunTakenOver(record.run_id.clone()));
    }
    let mut claimed = fenced(record);
    owner.clone_into(&mut claimed.owner);
    claimed.released = false;
    claimed.heard_ms = now_ms as f64;
    claimed.amendments.clear();
    claimed.claims.push(record.next_sequence);
    Ok(claimed)
}

/// The record of a run whose log got one row longer by a fence: who does not know of it fails to commit, and looks.
#[must_use]
pub fn fenced(record: &RunRecord) -> RunRecord {
    RunRecord { next_sequence: record.next_sequence + 1.0, ..record.clone() }
}

/// The record of a run with an amendment, and with its log one row longer for the fence. Its owner finds the amendment in the list.
#[must_use]
pub fn amended(record: &RunRecord, amendment: &Amendment) -> RunRecord {
    let mut amended = fenced(record);
    amended.amend(amendment);
    if !record.status.is_final() {
        amended.amendments.push(amendment.clone());
    }
    amended
}

/// Where the fences stand that a deleted run leaves behind: around the end of its log, or where that would begin if it is not there.
/// Its owner may not know of the last ones that were set, and may count rows that it stored on leaving and nobody has settled.
pub fn tombstones(next_sequence: f64) -> std::ops::RangeInclusive<u64> {
    let end = next_sequence as u64;
    end.saturating_sub(15).max(1) - 1..=end + 16
}
