//! `IndexedDbStorage`, the synchronous storage of the spec: in memory, with the changes that are still to be committed.

mod contents;
mod experiment_storage;
mod logging;

use super::id_pool::IdPool;
use super::ownership::{Ownership, UnsavedChanges};
use super::pending_changes::{MAX_UNSAVED_POINTS, PendingChanges};
use crate::storage::{InMemoryStorage, Result, RunSlot, RunState, StorageError};

/// Experiments and runs in memory: a cache of the database, whose changes a session commits.
///
/// On its own it is a complete storage that keeps nothing; a [`Session`](super::Session) commits its changes to a database.
#[derive(Debug)]
pub struct IndexedDbStorage {
    memory: InMemoryStorage,
    pending: PendingChanges,
    ownership: Ownership,
    ids: IdPool,
    owner: String,
    most_unsaved: u64,
}

impl Default for IndexedDbStorage {
    fn default() -> Self {
        Self::new()
    }
}

impl IndexedDbStorage {
    /// An empty storage that shares its ids with no other session.
    #[must_use]
    pub fn new() -> Self {
        Self::for_owner("local", IdPool::unshared())
    }

    /// An empty storage whose runs are owned by `owner`.
    #[must_use]
    pub fn for_owner(owner: &str, ids: IdPool) -> Self {
        Self {
            memory: InMemoryStorage::new(),
            pending: PendingChanges::default(),
            ownership: Ownership::default(),
            ids,
            owner: owner.to_owned(),
            most_unsaved: MAX_UNSAVED_POINTS,
        }
    }

    /// List all experiments, oldest first.
    #[must_use]
    pub fn list_experiments(&self) -> Vec<String> {
        self.memory.list_experiments()
    }

    /// List all runs for an experiment, oldest first.
    #[must_use]
    pub fn list_runs(&self, experiment_id: &str) -> Vec<String> {
        self.memory.list_runs(experiment_id)
    }

    /// List all metric keys for a run, in the order of first logging.
    #[must_use]
    pub fn list_metric_keys(&self, run_id: &str) -> Vec<String> {
        self.memory.list_metric_keys(run_id)
    }

    /// The cache itself, for reading.
    #[must_use]
    pub fn memory(&self) -> &InMemoryStorage {
        &self.memory
    }

    /// The token under which this storage owns runs.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Points of a run that are not committed. Of a run that was lost: those that could not be saved.
    #[must_use]
    pub fn pending_points(&self, run: RunSlot) -> u64 {
        let kept = self.ownership.unsaved(run).map_or(0, UnsavedChanges::points);
        self.pending.pending_points(run) + kept
    }

    /// Whether this storage may write the run: it was begun or acquired here, and all that was logged to it is in memory.
    #[must_use]
    pub fn owns(&self, run: RunSlot) -> bool {
        self.ownership.is_owner(run) && self.memory.get(run).is_some()
    }

    /// Why the run may not be written from here, if it may not.
    ///
    /// # Errors
    /// `RunTakenOver`, `RunDeleted`; `RunNotFound` if it is no more; `InvalidState` if it was not begun or acquired here.
    pub fn check_writable(&self, run: RunSlot) -> Result<()> {
        if let Some(cause) = self.ownership.lost(run) {
            return Err(cause.clone());
        }
        let state = self.memory.get(run).ok_or_else(|| StorageError::RunNotFound("(deleted)".into()))?;
        if self.ownership.is_owner(run) {
            return Ok(());
        }
        Err(StorageError::InvalidState(format!(
            "run '{}' is not open for writing here: resume it first",
            state.record().run_id
        )))
    }

    /// Why a run is not written any more, if it was taken over or deleted.
    #[must_use]
    pub fn lost(&self, run: RunSlot) -> Option<StorageError> {
        self.ownership.lost(run).cloned()
    }

    /// Changes a run's state by `change`.
    ///
    /// # Errors
    /// As [`IndexedDbStorage::check_writable`], and those of `change`, which must then have changed nothing.
    pub fn change_run<T>(
        &mut self,
        run: RunSlot,
        change: impl FnOnce(&mut RunState) -> Result<T>,
    ) -> Result<T> {
        self.check_writable(run)?;
        let result = change(self.memory.run_mut(run)?)?;
        self.pending.note_run(run);
        Ok(result)
    }

    /// Puts a run that is stored as it stands into memory, in its old slot if it had one, as one that this storage owns.
    pub(super) fn open_stored(&mut self, state: RunState) -> RunSlot {
        let slot = self.memory.put_run(state);
        if let Some(state) = self.memory.get(slot) {
            self.pending.open_stored(slot, state);
        }
        self.ownership.acquire(slot);
        slot
    }

    /// Stops writing a run, and keeps what was not saved of it. Returns false if it was not owned.
    pub(super) fn lose_run(&mut self, slot: RunSlot, cause: StorageError) -> bool {
        if !self.ownership.is_owner(slot) {
            return false;
        }
        let unsaved = self.memory.get(slot).map(|state| UnsavedChanges {
            record: Some(state.record().clone()),
            keys: state.all_series().unwrap_or_default().iter().map(|named| named.key.clone()).collect(),
            blocks: self.pending.unsaved_blocks(slot, state),
            contents: self.contents_of(state.record()),
        });
        self.pending.forget_run(slot);
        self.ownership.lose(slot, cause, unsaved.unwrap_or_default());
        true
    }

    /// Forgets a run that was deleted. Returns what was in memory of it.
    pub(super) fn remove_run(&mut self, slot: RunSlot) -> Option<RunState> {
        let removed = self.memory.remove_run(slot)?;
        self.pending.forget_run(slot);
        let cause = StorageError::RunDeleted(removed.record().run_id.clone());
        self.ownership.lose(slot, cause, UnsavedChanges::default());
        self.forget_unreferenced_contents();
        Some(removed)
    }

    /// Evicts the points of a run that was begun here, if the database has all of it and the run has ended or its lease has. From then
    /// on it is read like one of another session. Returns whether it did.
    pub(super) fn evict(&mut self, slot: RunSlot) -> bool {
        let Some(state) = self.memory.get(slot) else { return false };
        let is_over = state.record().status.is_final() || self.ownership.ends_lease(slot);
        if !self.ownership.is_owner(slot) || !is_over || !self.pending.is_stored_whole(slot) {
            return false;
        }
        let mut record = state.current_record();
        record.next_sequence = self.pending.committed_sequence(slot) as f64;
        record.compacted_sequence = self.pending.compacted_sequence(slot) as f64;
        record.clean_exit = !record.status.is_final();
        self.memory.put_run(RunState::headers_only(record));
        self.pending.forget_run(slot);
        self.ownership.resign(slot);
        true
    }

    pub(super) fn pending(&self) -> &PendingChanges {
        &self.pending
    }

    pub(super) fn pending_mut(&mut self) -> &mut PendingChanges {
        &mut self.pending
    }

    /// Changes and memory, to take the changes from it.
    pub(super) fn pending_and_memory(&mut self) -> (&mut PendingChanges, &InMemoryStorage, &Ownership) {
        (&mut self.pending, &self.memory, &self.ownership)
    }

    pub(super) fn ownership(&self) -> &Ownership {
        &self.ownership
    }

    pub(super) fn ownership_mut(&mut self) -> &mut Ownership {
        &mut self.ownership
    }

    pub(super) fn memory_mut(&mut self) -> &mut InMemoryStorage {
        &mut self.memory
    }

    pub(super) fn ids_mut(&mut self) -> &mut IdPool {
        &mut self.ids
    }

    /// All runs that this storage owns.
    #[must_use]
    pub fn owned(&self) -> Vec<RunSlot> {
        let mut slots = self.memory.slots();
        slots.retain(|&slot| self.ownership.is_owner(slot));
        slots
    }
}
