//! What records hold, as the engine sees it. How they are encoded is the database's affair.

use std::sync::Arc;

#[cfg(feature = "interop")]
use super::imports::Imports;
use super::records::ExitRecord;
use crate::storage::{ExperimentRecord, RECORD_FORMAT, RunRecord};

/// What a database says of itself, in `meta` under [`DatabaseMeta::KEY`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DatabaseMeta {
    /// The record layout's version.
    pub format: u32,
    /// The database layout's version; equals the database's own.
    pub version: u32,
    /// The oldest layout whose code may read and write this database.
    pub compatible_since: u32,
    /// Random: tells a database from the one that stood here before the site's data was cleared.
    pub identity: String,
    /// The unclean shutdown after which the database was repaired last, see [`Catalog::unclean_shutdown`](super::Catalog::unclean_shutdown).
    pub repaired_ms: f64,
}

impl DatabaseMeta {
    /// Its key.
    pub const KEY: &'static str = "database";
}

/// The next free numbers, in `meta` under [`IdCounters::KEY`].
#[derive(Debug, Clone, PartialEq)]
pub struct IdCounters {
    /// The record layout's version.
    pub format: u32,
    /// The number of the next experiment.
    pub next_experiment: f64,
    /// The number of the next run.
    pub next_run: f64,
}

impl IdCounters {
    /// Their key.
    pub const KEY: &'static str = "ids";
}

impl Default for IdCounters {
    fn default() -> Self {
        Self { format: RECORD_FORMAT, next_experiment: 0.0, next_run: 0.0 }
    }
}

/// A deleted run.
#[derive(Debug, Clone, PartialEq)]
pub struct Tombstone {
    /// The deleted run.
    pub run_id: String,
    /// When it was deleted, by the deleting page's wall clock, milliseconds since the epoch.
    pub deleted_ms: f64,
}

/// All runs deleted lately, in `meta` under [`Tombstones::KEY`]. They are deleted, whatever else is stored of them; their fences stay as
/// long as they are listed.
#[derive(Debug, Clone, PartialEq)]
pub struct Tombstones {
    /// The record layout's version.
    pub format: u32,
    /// Oldest first.
    pub deleted: Vec<Tombstone>,
}

impl Tombstones {
    /// Their key.
    pub const KEY: &'static str = "tombstones";
}

impl Default for Tombstones {
    fn default() -> Self {
        Self { format: RECORD_FORMAT, deleted: Vec::new() }
    }
}

/// The value of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// What the database says of itself.
    Meta(DatabaseMeta),
    /// The next free numbers.
    Counters(IdCounters),
    /// The runs deleted lately.
    Tombstones(Tombstones),
    /// The imports that are under way.
    #[cfg(feature = "interop")]
    Imports(Imports),
    /// How far a run was sent to tracking servers.
    #[cfg(feature = "interop")]
    Syncs(Box<crate::interop::mlflow::Syncs>),
    /// An experiment.
    Experiment(ExperimentRecord),
    /// A run.
    Run(Box<RunRecord>),
    /// Points, as [`crate::columns::BlockWriter`] writes them.
    Block(Arc<[u8]>),
    /// An artifact's content.
    Content {
        /// The bytes.
        bytes: Arc<[u8]>,
        /// Whether every run that refers to it has a [`Key::Reference`](super::Key::Reference). Code that knows no references writes
        /// contents without this mark.
        has_references: bool,
    },
    /// That a run refers to a content.
    Reference,
    /// An exit log record.
    Exit(Box<ExitRecord>),
    /// A record that cannot be read; the text says why. It is left in place.
    Corrupt(String),
}
