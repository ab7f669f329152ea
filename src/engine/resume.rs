//! Resuming: acquiring a run that another session wrote, or acquiring again one that was lost.

use std::ops::Range;
use std::pin::pin;
use std::sync::Arc;

use futures::future::select;

use super::catch_up::CATCH_UP_MS;
use super::ownership::{UnsavedBlock, UnsavedChanges};
use super::session::{RunOptions, Session};
use crate::columns::{SeriesBlock, stable_order};
use crate::database::{Database, operations};
use crate::storage::{Result, RunRecord, RunSlot, RunState, RunStatus, StorageError, check_text};

/// Ranges of each series that are in memory alone.
type Unsaved = Vec<Vec<Range<usize>>>;

impl<D: Database> Session<D> {
    /// Acquires an unfinished run with its points: from here on this session writes it. A run that is owned here is simply found; one
    /// that was lost comes back with what was logged to it here and not saved.
    ///
    /// # Errors
    /// `RunNotFound`; `InvalidState` if it has ended; `RunTakenOver` if another session was quicker; those of the database.
    pub async fn resume_run(&self, run_id: &str) -> Result<RunSlot> {
        if let Some(slot) = self.still_owned_run(run_id).await {
            return self.start_if_pending(slot).map(|()| slot);
        }
        // One at a time, and no flush of this run under way.
        let _writer = self.writer.lock().await;
        if let Some(slot) = self.owned_run(run_id) {
            return self.start_if_pending(slot).map(|()| slot);
        }
        if self.find_run(run_id).is_some_and(|slot| self.storage().lost(slot).is_some()) {
            // No doubt is left whether something of it was committed.
            self.flush_as_writer().await?;
        } else {
            self.recover_exit_log().await?;
        }
        let ids = [run_id.to_owned()];
        let catalog = self.read_records(&[], &ids).await?;
        let owner = catalog.runs.first().map(|record| record.owner.clone()).unwrap_or_default();
        let acquire = operations::acquire_run(run_id, &owner, self.owner(), self.clock.wall_ms());
        let mut record = self.transact(acquire).await?;
        let experiments = [record.experiment_id.clone()];
        let catalog = self.read_records(&experiments, &[]).await?;
        self.absorb(catalog);
        let mut stored = self.read_points(run_id, 0).await?;
        // It may have been edited since it was acquired, by this session too.
        if let Some(edited) = stored.record.take().filter(|stored| stored.owner == self.owner()) {
            record = RunRecord { edits: Vec::new(), ..edited };
        }
        // Begun here meanwhile under an id that was free again, it may have been logged to: what memory holds of it is kept.
        if let Some(slot) = self.owned_run(run_id) {
            let next_sequence = record.next_sequence as u64;
            self.apply_remote_edits(slot, record, next_sequence);
            return Ok(slot);
        }
        let unsaved =
            self.find_run(run_id).and_then(|slot| self.storage().ownership().unsaved(slot).cloned());
        let slot = match unsaved {
            Some(unsaved) => {
                let blocks = self.read_blocks(run_id, &stored.blocks);
                self.install_with_unsaved(record, blocks, &unsaved)
            }
            None => self.install_run(self.state_of(record, &stored.blocks)),
        };
        self.start_if_pending(slot)?;
        let experiment_id = experiments.into_iter().next().unwrap_or_default();
        self.effects.emit_run(&experiment_id, run_id);
        self.effects.broadcast(&[], &ids);
        Ok(slot)
    }

    /// Acquires the run of this id as [`Session::resume_run`] does, or begins a new one if that run will never be resumed: because it has
    /// ended, was deleted, cannot be read, or is not there. Any other failure may be over the next time, and begins nothing.
    ///
    /// # Errors
    /// As [`Session::resume_run`] and [`Session::begin_run`].
    pub async fn resume_or_begin_run(
        &self,
        run_id: Option<&str>,
        experiment_name: &str,
        options: RunOptions,
    ) -> Result<RunSlot> {
        // What is wrong with the arguments is not to show only once the run has ended.
        check_text("the experiment's name", experiment_name)?;
        options.check()?;
        let resumed = match run_id {
            Some(run_id) => self.resume_run(run_id).await,
            None => return self.begin_run(experiment_name, options).await,
        };
        match resumed {
            Err(
                StorageError::RunNotFound(_)
                | StorageError::RunDeleted(_)
                | StorageError::InvalidState(_)
                | StorageError::Corrupt(_),
            ) => self.begin_run(experiment_name, options).await,
            resumed => resumed,
        }
    }

    /// As [`Session::owned_run`], for a caller who may know more than this session was told: what another session did to the run, such as
    /// deleting it, is seen. While that cannot be read, the run is owned as far as is known.
    async fn still_owned_run(&self, run_id: &str) -> Option<RunSlot> {
        self.owned_run(run_id)?;
        let ids = [run_id.to_owned()];
        select(self.clock.sleep(CATCH_UP_MS), pin!(self.refresh(&[], &ids))).await;
        self.owned_run(run_id)
    }

    /// A run's slot, if it is owned here.
    fn owned_run(&self, run_id: &str) -> Option<RunSlot> {
        self.find_run(run_id).filter(|&slot| self.storage().owns(slot))
    }

    fn start_if_pending(&self, slot: RunSlot) -> Result<()> {
        let now_ms = self.clock.wall_ms() as i64;
        let status = self.storage().memory().get(slot).map(|run| run.record().status);
        match status {
            // A final run answers with the error of starting it.
            Some(status) if status == RunStatus::Pending || status.is_final() => {
                self.storage_mut().change_run(slot, |run| run.start(now_ms))
            }
            _ => {
                self.keep_lease(slot);
                Ok(())
            }
        }
    }

    /// Puts a run that was lost into memory as it is stored, together with what only this session has of it.
    fn install_with_unsaved(
        &self,
        record: RunRecord,
        stored: Vec<SeriesBlock>,
        unsaved: &UnsavedChanges,
    ) -> RunSlot {
        let UnsavedChanges { contents, .. } = unsaved;
        let old_artifacts = unsaved.record.as_ref().map(|old| old.artifacts.clone()).unwrap_or_default();
        let (state, ranges) = join(record, stored, unsaved);
        let slot = self.install_run(state);
        let mut storage = self.storage_mut();
        // `install_run` takes the record's artifacts for stored, so those that are not are added after it: until its content is stored, no
        // record that is written refers to an artifact. One whose content is neither stored with the run nor here is lost.
        let mut added = Vec::new();
        if let Some(state) = storage.memory_mut().get_mut(slot) {
            let artifacts = &mut state.record_mut().artifacts;
            added = missing(&old_artifacts, artifacts, |artifact| &artifact.key);
            added.retain(|artifact| contents.iter().any(|(hash, _)| *hash == artifact.hash));
            artifacts.extend(added.iter().cloned());
        }
        for (hash, content) in contents.iter().filter(|(hash, _)| added.iter().any(|kept| kept.hash == *hash))
        {
            storage.memory_mut().put_content(hash, Arc::clone(content));
            storage.pending_mut().note_artifact(hash);
        }
        storage.pending_mut().note_unsaved(slot, ranges);
        storage.pending_mut().note_run(slot);
        slot
    }
}

/// A run as it is stored, with what was not saved of it, and where that lies. Series keep their slots: handles know them.
fn join(mut record: RunRecord, stored: Vec<SeriesBlock>, unsaved: &UnsavedChanges) -> (RunState, Unsaved) {
    let count = stored.len();
    let mut blocks = stored;
    for UnsavedBlock { block, may_be_stored } in &unsaved.blocks {
        if *may_be_stored {
            let mut missing = operations::missing_points(&blocks[..count], block);
            blocks.append(&mut missing);
        } else {
            blocks.push(block.clone());
        }
    }
    if let Some(old) = &unsaved.record {
        record.tags.extend(missing(&old.tags, &record.tags, |tag| &tag.key));
    }
    let keys = record.series.keys.clone();
    let mut state = RunState::resident(record);
    for key in unsaved.keys.iter().chain(&keys) {
        // A key that was taken once is a valid one.
        let _ = state.slot(key);
    }
    let order = stable_order(blocks.iter().map(|block| block.first_index));
    let mut ranges: Unsaved = Vec::new();
    for index in order.into_iter().map(|index| index as usize) {
        let block = &blocks[index];
        let Ok(slot) = state.slot(&block.key) else { continue };
        let from = state.series_at(slot).series.len();
        state.restore_points(slot, &block.points);
        if index >= count {
            ranges.resize(ranges.len().max(slot.0 as usize + 1), Vec::new());
            ranges[slot.0 as usize].push(from..from + block.points.len());
        }
    }
    (state, ranges)
}

/// What only the first list has.
fn missing<T: Clone>(here: &[T], stored: &[T], key: fn(&T) -> &String) -> Vec<T> {
    here.iter().filter(|item| stored.iter().all(|other| key(other) != key(item))).cloned().collect()
}
