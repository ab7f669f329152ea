//! Imports that are under way, and what one of them writes.
//!
//! A run of an import has points and artifacts before it has a record, and no reader looks for points without one: it cannot be seen. Its
//! last transaction stores the records of all its runs. The list of imports says which points belong to none yet, so that those of an
//! import that was cut off can be removed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::records::ArtifactReference;
use crate::storage::{ExperimentRecord, RECORD_FORMAT, RunRecord};

/// An import that is under way.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Import {
    /// Random: names the import.
    pub token: String,
    /// The importing page's wall clock when it last wrote, milliseconds since the epoch.
    pub heartbeat_ms: f64,
    /// The ids that are reserved for its runs.
    pub run_ids: Vec<String>,
    /// What its runs refer to so far.
    pub contents: Vec<ArtifactReference>,
    /// The experiments that publishing it creates. They and `runs` are here only in the transaction that stores them, and deleted by its
    /// end. A browser may commit a part of that, as Firefox does when a page closes: the next page stores the rest.
    pub experiments: Vec<ExperimentRecord>,
    /// The runs that publishing it stores.
    pub runs: Vec<RunRecord>,
}

impl Import {
    /// Whether its records are stored, in part at least.
    #[must_use]
    pub fn is_published(&self) -> bool {
        !(self.experiments.is_empty() && self.runs.is_empty())
    }
}

/// All imports that are under way, in `meta` under [`Imports::KEY`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Imports {
    /// The record layout's version.
    pub format: u32,
    /// Oldest first.
    pub under_way: Vec<Import>,
}

impl Imports {
    /// Their key.
    pub const KEY: &'static str = "imports";
}

impl Default for Imports {
    fn default() -> Self {
        Self { format: RECORD_FORMAT, under_way: Vec::new() }
    }
}

/// What an import writes in one transaction before it is published.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportBatch {
    /// Points: run, metric key, first index and block.
    pub segments: Vec<(String, String, u64, Arc<[u8]>)>,
    /// Entries of logs: run, sequence number and block.
    pub entries: Vec<(String, u64, Arc<[u8]>)>,
    /// Contents of artifacts, each with its hash.
    pub contents: Vec<(String, Arc<[u8]>)>,
    /// The references to them.
    pub references: Vec<ArtifactReference>,
}

/// What publishes an import.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Publication {
    /// Experiments that are created unless there are some of these names; their ids are filled in by the operation.
    pub experiments: Vec<ExperimentRecord>,
    /// Each run with the name of its experiment, which is among `experiments`; the experiment's id is filled in by the operation.
    pub runs: Vec<(String, RunRecord)>,
    /// No lower number is given to an experiment.
    pub first_experiment: u64,
}
