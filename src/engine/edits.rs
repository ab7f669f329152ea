//! Renaming, tagging and deleting: one transaction each, safe while another session writes the run.

use super::change::Change;
use super::session::Session;
use crate::database::{Database, operations};
use crate::storage::{Result, RunEdit, StorageError, check_key, check_text};

impl<D: Database> Session<D> {
    /// Names or tags a run, whichever session owns it. Resolves when that is committed.
    ///
    /// # Errors
    /// `RunNotFound`, `InvalidArgument`; those of the database.
    pub async fn edit_run(&self, run_id: &str, edit: RunEdit) -> Result<()> {
        match &edit {
            RunEdit::Name { value } => check_text("the run's name", value)?,
            RunEdit::Tag(tag) => {
                check_key("a tag's name", &tag.key)?;
                check_text("a tag's value", &tag.value)?;
            }
            RunEdit::RemoveTag { key } => check_key("a tag's name", key)?,
        }
        let slot = self.storage().memory().run_slot(run_id)?;
        if self.storage().owns(slot) {
            self.storage_mut().change_run(slot, |run| {
                run.record_mut().apply(&edit);
                Ok(())
            })?;
            self.flush().await?;
            if self.storage().owns(slot) {
                return Ok(());
            }
            // Another session took it over, and what was flushed does not have the edit: it is made as of any other session's run.
        }
        let edited = self.transact(operations::edit_run(run_id, edit.clone())).await;
        if let Err(StorageError::RunNotFound(_)) = &edited {
            self.run_deleted(slot);
        }
        let edited = edited?;
        let experiment_id = edited.experiment_id.clone();
        if self.storage().owns(slot) {
            // It was acquired here meanwhile, and its next commit would only then learn of the edit.
            self.absorb_owned(slot, edited);
        } else if let Ok(state) = self.storage_mut().memory_mut().run_mut(slot) {
            state.record_mut().apply(&edit);
        }
        self.effects.emit_run(&experiment_id, run_id);
        self.effects.broadcast(&[], &[run_id.to_owned()]);
        Ok(())
    }

    /// Deletes a run with its points and the artifacts that only it has.
    ///
    /// # Errors
    /// `RunNotFound`; those of the database.
    pub async fn delete_run(&self, run_id: &str) -> Result<()> {
        // No flush of ours is under way meanwhile; one of another tab's runs into a fence.
        let _writer = self.writer.lock().await;
        let slot = self.storage().memory().run_slot(run_id)?;
        let ids = [run_id.to_owned()];
        self.transact(operations::delete_runs(&ids, None, self.clock.wall_ms())).await?;
        self.run_deleted(slot);
        self.effects.broadcast(&[], &ids);
        self.room_was_made();
        Ok(())
    }

    /// Deletes an experiment with all its runs.
    ///
    /// # Errors
    /// `ExperimentNotFound`; those of the database.
    pub async fn delete_experiment(&self, experiment_id: &str) -> Result<()> {
        let _writer = self.writer.lock().await;
        self.storage().memory().experiment(experiment_id)?;
        // Other tabs may have begun runs that are not known here yet.
        let catalog = self.transact(operations::read_catalog()).await?;
        self.absorb(catalog);
        let run_ids = self.storage().list_runs(experiment_id);
        let delete = operations::delete_runs(&run_ids, Some(experiment_id), self.clock.wall_ms());
        self.transact(delete).await?;
        for run_id in &run_ids {
            if let Some(slot) = self.find_run(run_id) {
                self.run_deleted(slot);
            }
        }
        self.experiment_deleted(experiment_id);
        self.effects.broadcast(&[experiment_id.to_owned()], &run_ids);
        self.room_was_made();
        Ok(())
    }

    /// There is room now for what could not be written.
    fn room_was_made(&self) {
        self.flusher.retain_withheld(|hash| self.storage().is_content_pending(hash));
        self.flusher.retry_now(self.clock.monotonic_ms());
    }

    /// An experiment is gone from the database.
    pub(super) fn experiment_deleted(&self, experiment_id: &str) {
        self.storage_mut().memory_mut().remove_experiment(experiment_id);
        self.effects.emit(Change::ExperimentDeleted { experiment_id: experiment_id.to_owned() });
    }
}
