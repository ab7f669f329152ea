//! In-doubt commits: whether a batch was committed whose answer was lost, and what became of runs that cannot be written as expected.

use std::rc::Rc;

use super::change::Change;
use super::pending_changes::{Durability, PendingChanges};
use super::session::Session;
use crate::columns::EMPTY_BLOCK;
use crate::database::{Batch, Catalog, Database, StoredPoints, operations};
use crate::storage::{Result, RunRecord, RunSlot, StorageError};

impl<D: Database> Session<D> {
    /// The outcome of a batch is found out before anything else is written.
    pub(super) fn keep_in_doubt(&self, batch: Rc<Batch>) {
        if self.storage().pending().holds(batch.id) {
            self.flusher.add_in_doubt(batch);
        }
    }

    pub(super) fn read_points(
        &self,
        run_id: &str,
        from_sequence: u64,
    ) -> impl Future<Output = Result<StoredPoints>> {
        self.transact(operations::read_points(run_id, from_sequence))
    }

    pub(super) fn read_records(
        &self,
        experiment_ids: &[String],
        run_ids: &[String],
    ) -> impl Future<Output = Result<Catalog>> {
        self.transact(operations::read_records(experiment_ids, run_ids))
    }

    /// Whether a batch in doubt is in the database. One that is not is not sent again as it is: runs of it may have been deleted or
    /// acquired by another session, and their fences do not stand where its entries would.
    pub(super) async fn was_committed(&self, batch: &Batch) -> Result<bool> {
        // An exit flush may have taken it along.
        while self.exit_log.until_flushed().await {}
        if self.exit_log.must_recover() {
            self.recover_exit_log().await?;
        }
        let run_ids = batch.run_ids();
        let mut known = self.persisted_runs(&run_ids);
        let mut stored = self.read_records(&[], &run_ids).await?.runs;
        let mut was_committed = false;
        // A run that is still ours and got points speaks for the whole batch. A batch without points is written again.
        for commit in &batch.runs {
            let Some(entry) = commit.entries.iter().find(|entry| *entry.bytes != EMPTY_BLOCK) else {
                continue;
            };
            let points = self.read_points(&commit.record.run_id, entry.sequence).await?;
            let is_ours = points.record.as_ref().is_some_and(|record| record.owner == self.owner());
            // It may have been acquired or deleted since.
            stored.retain(|record| record.run_id != commit.record.run_id);
            stored.extend(points.record);
            if is_ours {
                was_committed = operations::holds_entry(&points.blocks, &entry.bytes);
                break;
            }
        }
        if was_committed && stored.len() < run_ids.len() {
            // All of it was: a run that is missing now was deleted since, even if this was its first batch.
            self.note_runs(batch, PendingChanges::note_persisted);
            known = self.persisted_runs(&run_ids);
            stored = self.read_records(&[], &run_ids).await?.runs;
        }
        self.resolve(&run_ids, &stored, &known);
        Ok(was_committed)
    }

    /// Compares all runs that are owned here with what is stored.
    pub(super) async fn verify_own_runs(&self) -> Result<()> {
        let owned = self.storage().owned();
        let mut run_ids = Vec::new();
        for slot in owned {
            run_ids.extend(self.ids_of(slot).map(|(_, run_id)| run_id));
        }
        self.compare(&run_ids).await?;
        self.last_verified.note(&*self.clock);
        Ok(())
    }

    /// Compares runs that are owned here with what is stored, and returns that.
    async fn compare(&self, run_ids: &[String]) -> Result<Vec<RunRecord>> {
        let known = self.persisted_runs(run_ids);
        let stored = self.read_records(&[], run_ids).await?.runs;
        self.resolve(run_ids, &stored, &known);
        Ok(stored)
    }

    /// A log entry was there already. If it cannot be found out why, the exit log counts as not recovered, so
    /// that nothing is written before it was.
    pub(super) async fn resolve_conflict(&self, batch: &Batch) -> Result<()> {
        let stored = self.compare(&batch.run_ids()).await;
        if stored.is_err() {
            self.exit_log.note_write();
        }
        let stored = stored?;
        for commit in &batch.runs {
            let run_id = &commit.record.run_id;
            let is_stored = stored.iter().any(|record| record.run_id == *run_id);
            let Some(slot) = self.find_run(run_id) else { continue };
            if !is_stored {
                // Entries without a record are a deleted run's fences.
                let points = self.read_points(run_id, 0).await?;
                if points.record.is_none() && !points.blocks.is_empty() {
                    self.run_deleted(slot);
                }
                continue;
            }
            if let Some(entry) = commit.entries.first().filter(|_| self.storage().owns(slot)) {
                self.storage_mut().pending_mut().skip_to_sequence(slot, entry.sequence + 1);
            }
        }
        Ok(())
    }

    /// Each of these runs may have been acquired by another session, deleted, or have log entries that are not known here. Those of
    /// `known`, which were in the database when it was asked, are deleted if they are not in `stored`.
    pub(super) fn resolve(&self, run_ids: &[String], stored: &[RunRecord], known: &[RunSlot]) {
        for run_id in run_ids {
            let Some(slot) = self.find_run(run_id) else { continue };
            match stored.iter().find(|record| &record.run_id == run_id) {
                Some(record) if record.owner == self.owner() && self.storage().owns(slot) => {
                    self.storage_mut().pending_mut().note_persisted(slot);
                    self.apply_remote_edits(slot, record.clone(), record.next_sequence as u64);
                }
                Some(record) if record.owner == self.owner() => {}
                Some(record) if self.storage().owns(slot) => {
                    self.run_taken_over(slot, record.clone());
                    if let Some((experiment_id, _)) = self.ids_of(slot) {
                        self.effects.emit_run(&experiment_id, run_id);
                    }
                }
                Some(_) => {}
                None => self.run_missing(slot, known),
            }
        }
    }

    /// Another session owns a run of ours, whose record this is.
    pub(super) fn run_taken_over(&self, slot: RunSlot, record: RunRecord) {
        self.lose_run(slot, &StorageError::RunTakenOver(record.run_id.clone()));
        if let Some(state) = self.storage_mut().memory_mut().get_mut(slot) {
            *state.record_mut() = record;
        }
    }

    /// Stops writing a run that another session owns now. From here on it is read like any other; what was not saved is kept.
    pub(super) fn lose_run(&self, slot: RunSlot, cause: &StorageError) {
        if !self.storage_mut().lose_run(slot, cause.clone()) {
            return;
        }
        // What memory has of it is out of date: the next reader reads it as a whole.
        self.cursors.set(slot, 0);
        let (_, run_id) = self.ids_of(slot).unwrap_or_default();
        let (code, message) = (cause.code(), cause.to_string());
        self.effects.emit(Change::RunLost { run_id, code, message });
    }

    /// Those of these runs that are known to be in the database. To be asked before the records are read: a run that is stored only after
    /// that must not be taken for deleted.
    pub(super) fn persisted_runs(&self, run_ids: &[String]) -> Vec<RunSlot> {
        let storage = self.storage();
        let mut persisted = Vec::new();
        for run_id in run_ids {
            let slot = storage.memory().find_run(run_id);
            persisted
                .extend(slot.filter(|&slot| storage.pending().durability(slot) == Durability::Persisted));
        }
        persisted
    }

    /// A run is not in the database. If it was among the `known` ones, and was not cleared away since, it was deleted.
    pub(super) fn run_missing(&self, slot: RunSlot, known: &[RunSlot]) {
        let is_persisted = self.storage().pending().durability(slot) == Durability::Persisted;
        if is_persisted && known.contains(&slot) {
            self.run_deleted(slot);
        }
    }

    /// A run is gone from the database: forgets it, and emits that.
    pub(super) fn run_deleted(&self, slot: RunSlot) {
        let removed = self.storage_mut().remove_run(slot);
        self.cursors.forget(slot);
        if let Some(run) = removed {
            let RunRecord { experiment_id, run_id, .. } = run.record();
            self.liveness.forget(run_id);
            self.effects
                .emit(Change::RunDeleted { experiment_id: experiment_id.clone(), run_id: run_id.clone() });
        }
    }

    /// Another session changed the record of a run of ours and set a fence: takes its edits over and goes on behind the fence.
    pub(super) fn apply_remote_edits(&self, slot: RunSlot, stored: RunRecord, next_sequence: u64) {
        let edits = stored.unknown_edits(self.storage().pending().known_sequence(slot));
        let RunRecord { experiment_id, run_id, compacted_sequence, .. } = stored;
        {
            let mut storage = self.storage_mut();
            storage.pending_mut().skip_to_sequence(slot, next_sequence);
            storage.pending_mut().note_known(slot, next_sequence);
            storage.pending_mut().note_compacted(slot, compacted_sequence as u64);
            let Some(state) = storage.memory_mut().get_mut(slot) else { return };
            edits.iter().for_each(|edit| state.record_mut().apply(edit));
        }
        if !edits.is_empty() {
            self.effects.emit_run(&experiment_id, &run_id);
        }
    }
}
