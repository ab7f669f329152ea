//! Renaming and deleting: one transaction each, safe while another tab writes the run.

use super::change::Change;
use super::mirror::{Amendment, Mirror};
use super::synced::{Notice, SyncedStorage};
use crate::storage::clock;
use crate::storage::error::{Result, StorageError};
use crate::storage::memory::RunSlot;
use crate::storage::record::RunRecord;
use crate::storage::run_state::{check_key, check_text};

impl<M: Mirror> SyncedStorage<M> {
    /// Names or tags a run, whoever writes it. Resolves when that is committed.
    ///
    /// # Errors
    /// `RunNotFound`, `InvalidArgument`; those of the mirror.
    pub async fn amend_run(&self, run_id: &str, amendment: Amendment) -> Result<()> {
        match &amendment {
            Amendment::Name(name) => check_text("the run's name", name)?,
            Amendment::Tag(tag) => {
                check_key("a tag's name", &tag.key)?;
                check_text("a tag's value", &tag.value)?;
            }
        }
        let slot = self.storage().memory().run_slot(run_id)?;
        if self.storage().owns(slot) {
            self.storage_mut().change_run(slot, |run| {
                run.record_mut().amend(&amendment);
                Ok(())
            })?;
            self.changed(clock::now_ms() as f64, 0);
            return self.flush().await;
        }
        let amended = self.heard(self.mirror.amend_run(run_id, &amendment).await);
        if let Err(StorageError::RunNotFound(_)) = &amended {
            self.run_deleted(slot);
        }
        let experiment_id = amended?.experiment_id;
        if let Ok(state) = self.storage_mut().memory_mut().run_mut(slot) {
            state.record_mut().amend(&amendment);
        }
        self.tell_run(&experiment_id, run_id);
        self.tell_committed(&[], &[run_id.to_owned()]);
        Ok(())
    }

    /// Deletes a run with its points and the artifacts that only it has.
    ///
    /// # Errors
    /// `RunNotFound`; those of the mirror.
    pub async fn delete_run(&self, run_id: &str) -> Result<()> {
        // No flush of ours is on its way meanwhile; one of another tab's runs into a fence.
        let _turn = self.turn.take().await;
        let slot = self.storage().memory().run_slot(run_id)?;
        let ids = [run_id.to_owned()];
        self.heard(self.mirror.delete_runs(&ids, None).await)?;
        self.run_deleted(slot);
        self.tell_committed(&[], &ids);
        // There is room now for what could not be written.
        self.notify(Notice::WakeNow);
        Ok(())
    }

    /// Deletes an experiment with all its runs.
    ///
    /// # Errors
    /// `ExperimentNotFound`; those of the mirror.
    pub async fn delete_experiment(&self, experiment_id: &str) -> Result<()> {
        let _turn = self.turn.take().await;
        self.storage().memory().experiment(experiment_id)?;
        // Other tabs may have begun runs that this one has not heard of.
        let catalog = self.heard(self.mirror.load_catalog().await)?;
        self.absorb(catalog);
        let run_ids = self.storage().list_runs(experiment_id);
        self.heard(self.mirror.delete_runs(&run_ids, Some(experiment_id)).await)?;
        for run_id in &run_ids {
            if let Some(slot) = self.find_run(run_id) {
                self.run_deleted(slot);
            }
        }
        self.experiment_deleted(experiment_id);
        self.tell_committed(&[experiment_id.to_owned()], &run_ids);
        self.notify(Notice::WakeNow);
        Ok(())
    }

    /// Those of these runs that are stored now. To be asked before it is read which are there: only they can be missed.
    pub(super) fn stored_runs(&self, run_ids: &[String]) -> Vec<RunSlot> {
        let storage = self.storage();
        let mut slots = Vec::new();
        for run_id in run_ids {
            let slot = storage.memory().find_run(run_id);
            slots.extend(slot.filter(|&slot| !storage.journal().is_unstored(slot)));
        }
        slots
    }

    /// A run is not in the database. If it was among the stored ones when that was `asked`, and was not cleared away since, it
    /// was deleted.
    pub(super) fn run_missing(&self, slot: RunSlot, asked: &[RunSlot]) {
        let is_unstored = self.storage().journal().is_unstored(slot);
        if !is_unstored && asked.contains(&slot) {
            self.run_deleted(slot);
        }
    }

    /// A run is gone from the database: forgets it, and tells subscribers.
    pub(super) fn run_deleted(&self, slot: RunSlot) {
        let removed = {
            let mut storage = self.storage_mut();
            let removed = storage.memory_mut().remove_run(slot);
            if let Some(run) = &removed {
                let cause = StorageError::RunDeleted(run.record().run_id.clone());
                storage.journal_mut().0.forget_run(slot, cause);
            }
            removed
        };
        self.set_unread(slot, None);
        if let Some(run) = removed {
            let RunRecord { experiment_id, run_id, .. } = run.record();
            self.tell(Change::RunDeleted { experiment_id: experiment_id.clone(), run_id: run_id.clone() });
        }
    }

    /// An experiment is gone from the database.
    pub(super) fn experiment_deleted(&self, experiment_id: &str) {
        self.storage_mut().memory_mut().remove_experiment(experiment_id);
        let experiment_id = experiment_id.to_owned();
        self.tell(Change::ExperimentDeleted { experiment_id });
    }

    /// Somebody else changed the record of a run of ours and set a fence: takes the change over and goes on behind it.
    pub(super) fn adopt_amendment(&self, slot: RunSlot, stored: RunRecord, next_sequence: u64) {
        let RunRecord { experiment_id, run_id, amendments, compacted_sequence, .. } = stored;
        {
            let mut storage = self.storage_mut();
            storage.journal_mut().0.skip_to_sequence(slot, next_sequence);
            storage.journal_mut().0.note_compacted(slot, compacted_sequence as u64);
            let Some(state) = storage.memory_mut().get_mut(slot) else { return };
            for amendment in &amendments {
                state.record_mut().amend(amendment);
            }
            if amendments.is_empty() {
                return;
            }
        }
        self.tell_run(&experiment_id, &run_id);
    }
}
