//! Changing the record of a run that another session may be writing.

use super::fences::{add_fence, fenced, put_run, read_behind_end, with_true_end};
use super::tombstones::{existing_run, read_tombstones};
use crate::database::{Read, Step, Table, Transaction};
use crate::storage::{RunEdit, RunRecord};

/// Applies an edit to a run. Its owner runs into a fence, and finds the edit in the record's list.
#[must_use]
pub fn edit_run(run_id: &str, edit: RunEdit) -> Transaction<RunRecord> {
    let run_id = run_id.to_owned();
    Transaction::writing("edit_run", &[Table::Meta, Table::Runs, Table::Points], move |answers| {
        let [tombstones, stored, behind_end @ ..] = answers else {
            return Ok(Step::Read(vec![read_tombstones(), Read::one(Table::Runs, &*run_id)]));
        };
        let stored = existing_run(tombstones, stored, &run_id)?;
        let [behind_end] = behind_end else { return Ok(Step::Read(vec![read_behind_end(&stored)])) };
        let mut record = fenced(&with_true_end(&stored, behind_end));
        record.apply(&edit);
        if record.status.is_final() {
            // Its owner may never write it again: the list must not grow by each change of the same thing.
            record.edits.retain(|earlier| !earlier.is_replaced_by(&edit));
        }
        record.edits.push(edit.clone());
        Ok(Step::Write(vec![put_run(&record), add_fence(&record)], record))
    })
}
