//! What operations take and return.

use std::fmt;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::storage::{ExperimentRecord, RECORD_FORMAT, RunRecord, StorageError};

/// A stored record, or points, that cannot be read. They are left in place, and everything else is usable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorruptRecord {
    /// What it is of.
    pub of: CorruptRecordOf,
    /// What is wrong with it.
    pub message: String,
}

/// What a corrupt record is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorruptRecordOf {
    /// An experiment of this id.
    Experiment(String),
    /// A run of this id.
    Run(String),
}

impl CorruptRecord {
    /// A corrupt record of a run.
    #[must_use]
    pub fn of_run(run_id: &str, message: impl fmt::Display) -> Self {
        Self { of: CorruptRecordOf::Run(run_id.to_owned()), message: message.to_string() }
    }

    /// A corrupt record of an experiment.
    #[must_use]
    pub fn of_experiment(experiment_id: &str, message: impl fmt::Display) -> Self {
        Self { of: CorruptRecordOf::Experiment(experiment_id.to_owned()), message: message.to_string() }
    }
}

impl fmt::Display for CorruptRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, id) = match &self.of {
            CorruptRecordOf::Experiment(id) => ("experiment", id),
            CorruptRecordOf::Run(id) => ("run", id),
        };
        write!(f, "{kind} '{id}': {}", self.message)
    }
}

/// Everything but points and artifacts: what opening a database reads.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Catalog {
    /// All experiments asked for.
    pub experiments: Vec<ExperimentRecord>,
    /// All runs asked for, their series' headers included.
    pub runs: Vec<RunRecord>,
    /// What could not be read; it is left in place.
    pub corrupt: Vec<CorruptRecord>,
}

impl Catalog {
    /// Fingerprint of unclean shutdowns: the sum of the last heartbeats of runs that were not closed cleanly; `None` if there are
    /// none.
    ///
    /// A page that leaves says so in the runs that go on; a run that has ended is compacted at once.
    #[must_use]
    pub fn unclean_shutdown(&self) -> Option<f64> {
        let is_unclean = |run: &&RunRecord| {
            if run.status.is_final() {
                run.compacted_sequence + 1.0 < run.next_sequence
            } else {
                !run.clean_exit
            }
        };
        let heartbeats: Vec<f64> = self.runs.iter().filter(is_unclean).map(|run| run.heartbeat_ms).collect();
        (!heartbeats.is_empty()).then(|| heartbeats.iter().sum())
    }

    /// Whether the run is in the database, be its record corrupt.
    #[must_use]
    pub fn holds_run(&self, run_id: &str) -> bool {
        let is_it = |corrupt: &CorruptRecord| matches!(&corrupt.of, CorruptRecordOf::Run(id) if id == run_id);
        self.runs.iter().any(|run| run.run_id == run_id) || self.corrupt.iter().any(is_it)
    }
}

/// Consecutive numbers for ids, which no other session gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservedIds {
    /// For `exp-<n>`.
    pub experiments: Range<u64>,
    /// For `run-<n>`.
    pub runs: Range<u64>,
}

/// What is needed to begin a run in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRun {
    /// The experiment of this name is reused, or created.
    pub experiment_name: String,
    /// The run to store; its two ids are filled in by the operation.
    pub record: RunRecord,
    /// No lower numbers are given: the session that begins the run knows some, perhaps of a database that was cleared.
    pub first_experiment: u64,
    /// As for experiments.
    pub first_run: u64,
}

/// One entry of a run's log: what one flush wrote of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its position in the log. Entries are added, never put: a number that is taken means that another session writes this run.
    pub sequence: u64,
    /// A block of points.
    pub bytes: Arc<[u8]>,
}

/// The changes of one run. There is always an entry, so that a run acquired by another session makes the commit fail.
#[derive(Debug, Clone, PartialEq)]
pub struct RunCommit {
    /// The record as it is to be.
    pub record: RunRecord,
    /// New entries of its log.
    pub entries: Vec<LogEntry>,
    /// Up to where the session knows the log: it knows the edits of other sessions whose fences are before that.
    pub known_sequence: u64,
    /// Whether the run was seen in the database.
    pub is_stored: bool,
}

/// That a run refers to a content, or did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactReference {
    /// The content's hash.
    pub hash: String,
    /// The run.
    pub run_id: String,
}

/// One transaction's worth of changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// Identifies the batch to the [`PendingChanges`](crate::engine::PendingChanges) that made it.
    pub id: u64,
    /// New or changed experiments.
    pub experiments: Vec<ExperimentRecord>,
    /// New or changed runs.
    pub runs: Vec<RunCommit>,
    /// Contents of artifacts by hash.
    pub artifacts: Vec<(String, Arc<[u8]>)>,
    /// References that runs of this batch have from now on. Their contents are in this batch, or were in an earlier one.
    pub added_artifacts: Vec<ArtifactReference>,
    /// References that runs of this batch had until now.
    pub released_artifacts: Vec<ArtifactReference>,
}

impl Batch {
    /// The ids of its runs.
    #[must_use]
    pub fn run_ids(&self) -> Vec<String> {
        self.runs.iter().map(|run| run.record.run_id.clone()).collect()
    }
}

/// The stored points of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoredPoints {
    /// The run's record, read in the same transaction.
    pub record: Option<RunRecord>,
    /// Whether `blocks` are the whole run, or just the log entries from the asked-for sequence number on.
    pub is_whole: bool,
    /// Blocks: the log first, then segments.
    pub blocks: Vec<Arc<[u8]>>,
}

/// An exit log record: what a page wrote when it was hidden or closed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ExitRecord {
    /// The record layout's version.
    pub format: u32,
    /// New or changed experiments.
    #[serde(default)]
    pub experiments: Vec<ExperimentRecord>,
    /// New or changed runs.
    #[serde(default)]
    pub runs: Vec<ExitRun>,
    /// Contents of artifacts.
    #[serde(default)]
    pub artifacts: Vec<ExitArtifact>,
}

/// A run in an exit log record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExitRun {
    /// The record as it is to be.
    pub record: RunRecord,
    /// The sequence number of the first entry; the others follow.
    #[serde(default)]
    pub first_sequence: f64,
    /// The entries' blocks.
    #[serde(default, rename = "rows", with = "super::shared_bytes::list")]
    pub entries: Vec<Arc<[u8]>>,
    /// Whether a run that is not in the database was deleted: its session has slept so long that the run's fences may be gone.
    #[serde(default)]
    pub must_exist: bool,
    /// Up to where its owner knew the log; `first_sequence` where older code does not say.
    #[serde(default)]
    pub known_sequence: Option<f64>,
}

/// An artifact in an exit log record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExitArtifact {
    /// The content's hash.
    pub hash: String,
    /// The content.
    #[serde(with = "super::shared_bytes")]
    pub bytes: Arc<[u8]>,
}

impl ExitRecord {
    /// What is in all of these batches, in their order, but for runs that were deleted since. `must_exist` tells, for a run that was not
    /// deleted, whether it is to be stored only if it is there.
    #[must_use]
    pub fn of(batches: &[Rc<Batch>], must_exist: impl Fn(&str) -> Option<bool>) -> Self {
        let mut exit = Self { format: RECORD_FORMAT, ..Self::default() };
        for batch in batches {
            exit.experiments.extend_from_slice(&batch.experiments);
            for run in &batch.runs {
                let Some(must_exist) = must_exist(&run.record.run_id) else { continue };
                exit.runs.push(ExitRun {
                    record: run.record.clone(),
                    first_sequence: run.entries.first().map_or(0.0, |entry| entry.sequence as f64),
                    entries: run.entries.iter().map(|entry| Arc::clone(&entry.bytes)).collect(),
                    must_exist,
                    known_sequence: Some(run.known_sequence as f64),
                });
            }
            for (hash, bytes) in &batch.artifacts {
                exit.artifacts.push(ExitArtifact { hash: hash.clone(), bytes: Arc::clone(bytes) });
            }
        }
        exit
    }
}

/// The error for a run that is not in the database.
pub(super) fn run_not_found(run_id: &str) -> StorageError {
    StorageError::RunNotFound(run_id.to_owned())
}
