//! Taking ownership of a run by compare-and-swap.

use super::fences::{add_fence, fenced, put_run, read_behind_end, with_true_end};
use super::tombstones::{existing_run, read_tombstones};
use crate::database::{Read, Step, Table, Transaction};
use crate::storage::{Result, RunRecord, StorageError};

/// Makes `owner` the writer of a run whose writer was `expected_owner`, and fences the old one off.
///
/// Fails with `RunNotFound`, with `InvalidState` if the run has ended, and with `RunTakenOver` if it has another owner by now.
#[must_use]
pub fn acquire_run(run_id: &str, expected_owner: &str, owner: &str, now_ms: f64) -> Transaction<RunRecord> {
    let [run_id, expected_owner, owner] = [run_id, expected_owner, owner].map(str::to_owned);
    Transaction::writing("acquire_run", &[Table::Meta, Table::Runs, Table::Points], move |answers| {
        let [tombstones, stored, behind_end @ ..] = answers else {
            return Ok(Step::Read(vec![read_tombstones(), Read::one(Table::Runs, &*run_id)]));
        };
        let stored = existing_run(tombstones, stored, &run_id)?;
        let [behind_end] = behind_end else { return Ok(Step::Read(vec![read_behind_end(&stored)])) };
        let stored = with_true_end(&stored, behind_end);
        let record = acquired(&stored, &expected_owner, &owner, now_ms)?;
        Ok(Step::Write(vec![put_run(&record), add_fence(&record)], record))
    })
}

fn acquired(record: &RunRecord, expected_owner: &str, owner: &str, now_ms: f64) -> Result<RunRecord> {
    if record.status.is_final() {
        return Err(StorageError::InvalidState(format!(
            "run '{}' has ended ({}): only a run that is still running can be resumed; start a new one",
            record.run_id,
            record.status.as_str()
        )));
    }
    // `owner` itself: when the answer was lost, the same session acquires the run again.
    if record.owner != expected_owner && record.owner != owner {
        return Err(StorageError::RunTakenOver(record.run_id.clone()));
    }
    let mut acquired = fenced(record);
    if record.owner != owner || record.clean_exit {
        acquired.note_interruption(now_ms);
    }
    owner.clone_into(&mut acquired.owner);
    acquired.clean_exit = false;
    acquired.heartbeat_ms = now_ms;
    acquired.edits.clear();
    acquired.ownership_fences.push(record.next_sequence);
    Ok(acquired)
}
