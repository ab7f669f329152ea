//! Every operation on the database, each written once as a plan. One file each.

mod acquire_run;
mod append_exit_log;
mod artifact_references;
mod begin_run;
mod commit;
mod compact_run;
mod compaction;
mod delete_runs;
mod edit_run;
mod exit_log_merge;
mod fences;
mod id_counters;
#[cfg(feature = "interop")]
mod import;
mod read_artifact;
#[cfg(feature = "interop")]
mod read_backup_source;
mod read_catalog;
mod read_news;
mod read_points;
#[cfg(feature = "interop")]
mod read_some_points;
mod recover_exit_log;
mod stored_points;
mod sweep_tombstones;
#[cfg(feature = "interop")]
mod syncs;
mod tombstones;

pub use acquire_run::acquire_run;
pub use append_exit_log::append_exit_log;
pub use begin_run::begin_run;
pub use commit::commit;
pub use compact_run::compact_run;
pub use compaction::{Compaction, FEWEST_ENTRIES, KEPT_ENTRIES, compaction, fills_segments};
pub use delete_runs::{delete_listed_runs, delete_runs};
pub use edit_run::edit_run;
pub use exit_log_merge::{MergedRun, merge_exit};
pub use id_counters::reserve_ids;
#[cfg(feature = "interop")]
pub use import::{
    IMPORT_LIFETIME_MS, SweptImports, discard_import, has_imports, publish_import, reserve_import_runs,
    sweep_imports, write_import,
};
pub use read_artifact::read_artifact;
#[cfg(feature = "interop")]
pub use read_backup_source::read_backup_source;
pub use read_catalog::{read_catalog, read_records};
pub use read_news::read_news;
pub use read_points::read_points;
#[cfg(feature = "interop")]
pub use read_some_points::{SomePoints, read_point_keys, read_some_points};
pub use recover_exit_log::{has_exit_log, recover_exit_log};
pub use stored_points::{holds_entry, missing_points};
pub use sweep_tombstones::{Swept, TOMBSTONE_LIFETIME_MS, sweep_tombstones};
#[cfg(feature = "interop")]
pub use syncs::{Acquisition, acquire_sync, read_syncs, store_sync};

use std::sync::Arc;

use super::records::run_not_found;
use super::{Answer, Value};
use crate::storage::{Result, RunRecord, StorageError};

/// Each text once, in order.
#[derive(Default)]
struct Distinct<'a>(Vec<&'a str>);

impl<'a> Distinct<'a> {
    fn add(&mut self, text: &'a str) {
        if let Err(position) = self.0.binary_search(&text) {
            self.0.insert(position, text);
        }
    }
}

/// The run in the answer to [`Read::one`](super::Read::one), be it listed as deleted; nothing if there is none.
///
/// # Errors
/// `Corrupt`.
fn stored_run(answer: &Answer) -> Result<Option<RunRecord>> {
    match answer.values() {
        [] => Ok(None),
        [Value::Run(record), ..] => Ok(Some((**record).clone())),
        [Value::Corrupt(cause), ..] => Err(StorageError::Corrupt(cause.clone())),
        _ => Err(StorageError::Corrupt("a run's record is another record".to_owned())),
    }
}

/// The blocks of records of points. One that cannot be read becomes a block that cannot be read: decoding it says so.
fn blocks(values: &[Value]) -> Vec<Arc<[u8]>> {
    let block = |value: &Value| match value {
        Value::Block(bytes) => Arc::clone(bytes),
        _ => Arc::from([]),
    };
    values.iter().map(block).collect()
}

/// Log entries by sequence number, from the answers that hold their keys and values.
fn log_entries(keys: &Answer, values: &Answer) -> Vec<(u64, Arc<[u8]>)> {
    let mut entries = Vec::new();
    for (key, block) in keys.keys().iter().zip(blocks(values.values())) {
        entries.push((key.number(), block));
    }
    entries
}
