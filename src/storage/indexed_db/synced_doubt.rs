//! Doubt: whether a batch was committed whose answer was lost, and what became of runs that cannot be written as expected.

use std::rc::Rc;

use super::change::Change;
use super::compaction::holds_row;
use super::journal::Journal;
use super::mirror::{Batch, Mirror};
use super::point_block::EMPTY_BLOCK;
use super::synced::SyncedStorage;
use super::synced_flush::run_ids;
use crate::storage::error::{Result, StorageError};
use crate::storage::memory::RunSlot;
use crate::storage::record::RunRecord;

impl<M: Mirror> SyncedStorage<M> {
    /// A batch of which nobody knows whether it was committed is looked for before anything else is written.
    pub(super) fn keep_in_doubt(&self, batch: Rc<Batch>) {
        if self.storage().journal().holds(batch.id) {
            self.doubtful.borrow_mut().push(batch);
        }
    }

    /// Whether a batch in doubt is in the database. One that is not is not sent again as it is: runs of it may have been deleted
    /// or taken over, and their fences do not stand where its rows would.
    pub(super) async fn was_committed(&self, batch: &Batch) -> Result<bool> {
        // A last flush may have taken it along.
        while self.exit_finished().await {}
        if self.is_left() {
            self.settle_exits().await?;
        }
        let run_ids = run_ids(batch);
        let mut asked = self.stored_runs(&run_ids);
        let mut stored = self.load_records(&[], &run_ids).await?.runs;
        let mut was_committed = false;
        // A run that is still ours and got points speaks for all of the batch. One without points is written again.
        for commit in &batch.runs {
            let Some(row) = commit.rows.iter().find(|row| row.bytes != EMPTY_BLOCK) else { continue };
            let points = self.load_points(&commit.record.run_id, row.sequence).await?;
            let is_ours = points.record.as_ref().is_some_and(|record| record.owner == self.owner());
            // It may have been taken over or deleted since.
            stored.retain(|record| record.run_id != commit.record.run_id);
            stored.extend(points.record);
            if is_ours {
                was_committed = holds_row(&points.blocks, &row.bytes);
                break;
            }
        }
        if was_committed && stored.len() < run_ids.len() {
            // All of it was: a run that is missing now was deleted since, even if this was its first batch.
            self.note_runs(batch, Journal::note_stored);
            asked = self.stored_runs(&run_ids);
            stored = self.load_records(&[], &run_ids).await?.runs;
        }
        self.resolve(&run_ids, &stored, &asked);
        Ok(was_committed)
    }

    /// Compares all runs that are written here with what is stored.
    pub(super) async fn check_own(&self) -> Result<()> {
        let mut run_ids = Vec::new();
        for slot in self.own_slots() {
            run_ids.extend(self.ids_of(slot).map(|(_, run_id)| run_id));
        }
        self.compare(&run_ids).await.map(drop)
    }

    /// Compares runs that are written here with what is stored, and returns that.
    async fn compare(&self, run_ids: &[String]) -> Result<Vec<RunRecord>> {
        let asked = self.stored_runs(run_ids);
        let stored = self.load_records(&[], run_ids).await?.runs;
        self.resolve(run_ids, &stored, &asked);
        Ok(stored)
    }

    /// A row was there already. If it cannot be seen why, nothing is written before it is.
    pub(super) async fn resolve_conflict(&self, batch: &Batch) -> Result<()> {
        let stored = self.compare(&run_ids(batch)).await;
        if stored.is_err() {
            self.set_left();
        }
        let stored = stored?;
        for commit in &batch.runs {
            let run_id = &commit.record.run_id;
            let is_stored = stored.iter().any(|record| record.run_id == *run_id);
            let Some(slot) = self.find_run(run_id) else { continue };
            if !is_stored {
                // Rows without a record are a deleted run's fences.
                let points = self.load_points(run_id, 0).await?;
                if points.record.is_none() && !points.blocks.is_empty() {
                    self.run_deleted(slot);
                }
                continue;
            }
            if let Some(row) = commit.rows.first() {
                self.storage_mut().journal_mut().0.skip_to_sequence(slot, row.sequence + 1);
            }
        }
        Ok(())
    }

    /// Each of these runs may have been taken over, deleted, or have rows that we don't know of. Those `asked` for when they were
    /// stored already are deleted if they are not there.
    pub(super) fn resolve(&self, run_ids: &[String], stored: &[RunRecord], asked: &[RunSlot]) {
        for run_id in run_ids {
            let Some(slot) = self.find_run(run_id) else { continue };
            match stored.iter().find(|record| &record.run_id == run_id) {
                Some(record) if record.owner == self.owner() => {
                    self.storage_mut().journal_mut().0.note_stored(slot);
                    self.adopt_amendment(slot, record.clone(), record.next_sequence as u64);
                }
                Some(_) => self.lose_run(slot, &StorageError::RunTakenOver(run_id.clone())),
                None => self.run_missing(slot, asked),
            }
        }
    }

    /// Stops writing a run that is no longer ours.
    pub(super) fn lose_run(&self, slot: RunSlot, cause: &StorageError) {
        {
            let mut storage = self.storage_mut();
            if storage.journal().fenced(slot).is_some() {
                return;
            }
            storage.journal_mut().0.fence_run(slot, cause.clone());
        }
        let (_, run_id) = self.ids_of(slot).unwrap_or_default();
        let (code, message) = (cause.code(), cause.to_string());
        self.tell(Change::RunLost { run_id, code, message });
    }
}
