//! The list of deleted runs. A run that it lists is deleted, whatever else is stored of it.
//!
//! The fences of a deleted run make a stale writer's commit fail. But a browser that commits a part of a transaction when a page closes, as
//! Firefox does, may store the record all the same of a writer of older code, or of one that has not seen the run stored, and a deletion
//! that was cut off may have left one. So every operation on a run
//! reads this list first, except `commit` and `append_exit_log`: a commit runs into the fences, and recovery reads the list for the exit
//! log. [`sweep_tombstones`](super::sweep_tombstones) has such runs deleted again.

use super::{run_not_found, stored_run};
use crate::database::{Answer, Read, Table, Tombstones, Value};
use crate::storage::{Result, RunRecord};

/// Reads the list.
pub(super) fn read_tombstones() -> Read {
    Read::one(Table::Meta, Tombstones::KEY)
}

/// The list in the answer to [`read_tombstones`].
pub(super) fn tombstones_in(answer: &Answer) -> Tombstones {
    match answer.values() {
        [Value::Tombstones(tombstones)] => tombstones.clone(),
        _ => Tombstones::default(),
    }
}

/// Whether the list in the answer to [`read_tombstones`] has this run.
pub(super) fn is_listed(tombstones: &Answer, run_id: &str) -> bool {
    match tombstones.values() {
        [Value::Tombstones(Tombstones { deleted, .. })] => {
            deleted.iter().any(|tombstone| tombstone.run_id == run_id)
        }
        _ => false,
    }
}

/// The run in the second answer; nothing if there is none, or if the list has it.
pub(super) fn live_run(tombstones: &Answer, run: &Answer, run_id: &str) -> Result<Option<RunRecord>> {
    if is_listed(tombstones, run_id) { Ok(None) } else { stored_run(run) }
}

/// As [`live_run`], for a run that must be there.
pub(super) fn existing_run(tombstones: &Answer, run: &Answer, run_id: &str) -> Result<RunRecord> {
    live_run(tombstones, run, run_id)?.ok_or_else(|| run_not_found(run_id))
}
