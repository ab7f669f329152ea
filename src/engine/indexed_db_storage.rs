//! The documented storage: synchronous, in memory, with the changes that are still to be committed.

use std::rc::Rc;

use serde_json::Value;

use super::id_pool::IdPool;
use super::ownership::{Ownership, UnsavedChanges};
use super::pending_changes::{MAX_UNSAVED_POINTS, PendingChanges};
use super::staging::{MAX_STAGED_STEP, STAGED_POINTS};
use crate::columns::{LoggedPoint, RawPoint};
use crate::dashboard::MetricKeys;
use crate::database::Batch;
use crate::storage::{
    ArtifactRef, ExperimentStorage, InMemoryStorage, MetricPoint, Result, RunRecord, RunSlot, RunState,
    RunStatus, SeriesSlot, StorageError, check_text, clock,
};

/// Contents up to this size stay in memory when they are committed.
const CACHED_ARTIFACT_BYTES: usize = 1 << 20;

/// Experiments and runs in memory as a write-through cache of IndexedDB.
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

    /// Whether a point could be logged to the run.
    ///
    /// # Errors
    /// As [`IndexedDbStorage::check_writable`]; `InvalidState` unless the run is running.
    pub fn check_loggable(&self, run: RunSlot) -> Result<()> {
        self.check_writable(run)?;
        self.memory.get(run).map_or(Ok(()), RunState::check_running)
    }

    /// Whether so many points could be logged to the run.
    ///
    /// # Errors
    /// As [`IndexedDbStorage::check_loggable`]; `MemoryFull` if too many points are unsaved.
    pub fn check_room(&self, run: RunSlot, points: u64) -> Result<()> {
        self.check_loggable(run)?;
        if self.pending.unsaved().saturating_add(points) > self.most_unsaved { Err(full()) } else { Ok(()) }
    }

    /// Sets how many points may be unsaved over all runs: [`MAX_UNSAVED_POINTS`] unless set.
    pub fn set_most_unsaved(&mut self, points: u64) {
        self.most_unsaved = points;
    }

    /// Why a run is not written any more, if it was taken over or deleted.
    #[must_use]
    pub fn lost(&self, run: RunSlot) -> Option<StorageError> {
        self.ownership.lost(run).cloned()
    }

    /// The slot of a metric in a run.
    ///
    /// # Errors
    /// As [`IndexedDbStorage::check_writable`]; `InvalidArgument` for a bad key.
    pub fn series_slot(&mut self, run: RunSlot, key: &str) -> Result<SeriesSlot> {
        self.check_writable(run)?;
        self.memory.series_slot(run, key)
    }

    /// Stores a point: the hot path. `run` and `series` come from this storage.
    ///
    /// # Errors
    /// `InvalidState` unless the run is running; `RunTakenOver`, `RunDeleted`; `InvalidArgument` for a step over 2^53 − 1;
    /// `MemoryFull` if too many points are unsaved.
    #[inline]
    pub fn append(&mut self, run: RunSlot, series: SeriesSlot, point: RawPoint) -> Result<()> {
        if !self.ownership.is_owner(run) {
            return self.check_writable(run);
        }
        if self.pending.unsaved() >= self.most_unsaved {
            return Err(full());
        }
        self.memory.run_mut(run)?.push(series, point)?;
        self.pending.note_points(run, 1);
        Ok(())
    }

    /// Stores a point at `step`, or at its metric's next one, and returns the step.
    ///
    /// # Errors
    /// As [`IndexedDbStorage::append`].
    #[inline]
    pub fn append_next(
        &mut self,
        run: RunSlot,
        series: SeriesSlot,
        step: Option<u64>,
        value: f64,
        timestamp_ms: i64,
    ) -> Result<u64> {
        if !self.ownership.is_owner(run) {
            // Only an owned run is sure to have this slot.
            self.check_writable(run)?;
        }
        let step = match (step, self.memory.get(run)) {
            (Some(step), _) => step,
            (None, Some(state)) => state.series_at(series).series.next_step(),
            (None, None) => 0,
        };
        self.append(run, series, RawPoint { step, value, timestamp_ms }).map(|()| step)
    }

    /// Stores points of one metric that were staged: as [`IndexedDbStorage::append_next`] for each, or none. There is room for them:
    /// see [`IndexedDbStorage::has_room_to_stage`].
    ///
    /// # Errors
    /// As [`IndexedDbStorage::check_loggable`].
    pub fn append_staged(
        &mut self,
        run: RunSlot,
        series: SeriesSlot,
        points: impl Iterator<Item = LoggedPoint>,
    ) -> Result<()> {
        self.check_loggable(run)?;
        let count = self.memory.run_mut(run)?.push_checked(series, points);
        self.pending.note_points(run, count);
        Ok(())
    }

    /// Whether as many points as are staged at most can be taken in later.
    #[must_use]
    pub fn has_room_to_stage(&self) -> bool {
        self.pending.unsaved() + (STAGED_POINTS as u64) <= self.most_unsaved
    }

    /// Whether points of the run can be taken in later, because none of them could be refused.
    #[must_use]
    pub fn may_stage(&self, run: RunSlot) -> bool {
        let has_steps = |run: &RunState| run.highest_step() <= MAX_STAGED_STEP;
        self.has_room_to_stage()
            && self.check_loggable(run).is_ok()
            && self.memory.get(run).is_some_and(has_steps)
    }

    /// Stores values at consecutive steps, all of one time. Either all or none.
    ///
    /// # Errors
    /// As [`IndexedDbStorage::append`].
    pub fn append_consecutive(
        &mut self,
        run: RunSlot,
        series: SeriesSlot,
        first_step: u64,
        values: &[f64],
        timestamp_ms: i64,
    ) -> Result<()> {
        self.check_room(run, values.len() as u64)?;
        self.memory.run_mut(run)?.push_consecutive(series, first_step, values, timestamp_ms)?;
        self.pending.note_points(run, values.len() as u64);
        Ok(())
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

    /// Keeps an artifact and returns its hash. A content that no run refers to any more is forgotten.
    ///
    /// # Errors
    /// As [`IndexedDbStorage::check_writable`]; `InvalidState` once the run has ended; `InvalidArgument`.
    pub fn put_artifact(&mut self, run: RunSlot, key: &str, data: &[u8]) -> Result<String> {
        self.check_writable(run)?;
        let artifact = self.memory.put_artifact(run, key, data)?;
        self.pending.note_artifact(&artifact.hash);
        self.pending.note_run(run);
        self.forget_unreferenced_contents();
        Ok(artifact.hash)
    }

    /// Forgets contents in memory that no run in memory refers to: they were replaced, or their run was deleted.
    pub(super) fn forget_unreferenced_contents(&mut self) {
        self.memory.retain_referenced_artifacts();
        let memory = &self.memory;
        self.pending.drop_unreferenced(|hash| memory.artifact(hash).is_some());
    }

    /// Whether the content is not known to be stored.
    #[must_use]
    pub fn is_content_pending(&self, hash: &str) -> bool {
        self.pending.is_artifact_pending(hash)
    }

    /// The database that held the contents is gone: a run keeps only those artifacts whose contents are in memory.
    pub(super) fn drop_lost_artifacts(&mut self, slot: RunSlot) {
        let Some(record) = self.memory.get(slot).map(RunState::record) else { return };
        let mut kept = record.artifacts.clone();
        kept.retain(|artifact| self.memory.artifact(&artifact.hash).is_some());
        if let Some(state) = self.memory.get_mut(slot) {
            state.record_mut().artifacts = kept;
        }
    }

    /// A batch is durable. Large contents need not stay in memory: they can be read again.
    pub(super) fn acknowledge(&mut self, batch: &Batch) {
        self.pending.acknowledge(batch.id);
        for (hash, content) in &batch.artifacts {
            if content.len() > CACHED_ARTIFACT_BYTES {
                self.memory.evict_artifact(hash);
            }
        }
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

    /// The contents in memory that a run refers to. Those that were acknowledged are among them: what an exit flush wrote of a run that
    /// another session had acquired is not recovered.
    fn contents_of(&self, record: &RunRecord) -> Vec<(String, Rc<[u8]>)> {
        let mut contents = Vec::new();
        for ArtifactRef { hash, .. } in &record.artifacts {
            if let Some(content) = self.memory.artifact(hash) {
                contents.push((hash.clone(), content));
            }
        }
        contents
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
        let is_over = state.record().status.is_final() || self.ownership.is_leaving(slot);
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

    fn writable(&self, run_id: &str) -> Result<RunSlot> {
        let slot = self.memory.run_slot(run_id)?;
        self.check_writable(slot).map(|()| slot)
    }
}

#[cold]
fn full() -> StorageError {
    StorageError::MemoryFull(
        "over 16 million points are logged and not saved: `await run.flush()` and log on; if it rejects, its error says what keeps them from being saved"
            .to_owned(),
    )
}

impl ExperimentStorage for IndexedDbStorage {
    fn create_experiment(&mut self, name: &str, config: Option<Value>) -> Result<String> {
        let experiment_id = self.ids.experiment_id();
        let config_json = config.map(|config| config.to_string());
        self.memory.create_experiment_as(experiment_id.clone(), name, config_json)?;
        self.pending.note_experiment(&experiment_id);
        Ok(experiment_id)
    }

    fn create_run(&mut self, experiment_id: &str) -> Result<String> {
        self.memory.experiment(experiment_id)?;
        let run_id = self.ids.run_id();
        let slot = self.memory.create_run_as(run_id.clone(), experiment_id)?;
        let owner = self.owner.clone();
        self.memory.run_mut(slot)?.record_mut().owner = owner;
        self.pending.open_new(slot);
        self.ownership.acquire(slot);
        self.pending.note_run(slot);
        Ok(run_id)
    }

    fn start_run(&mut self, run_id: &str) -> Result<()> {
        let slot = self.writable(run_id)?;
        self.change_run(slot, |run| run.start(clock::now_ms()))
    }

    fn complete_run(&mut self, run_id: &str, status: RunStatus) -> Result<()> {
        let slot = self.writable(run_id)?;
        self.change_run(slot, |run| run.complete(status, clock::now_ms()))
    }

    fn log_metric(&mut self, run_id: &str, key: &str, step: u64, value: f64) -> Result<()> {
        let slot = self.memory.run_slot(run_id)?;
        let series = self.series_slot(slot, key)?;
        self.append(slot, series, RawPoint { step, value, timestamp_ms: clock::now_ms() })
    }

    fn log_artifact(&mut self, run_id: &str, key: &str, data: &[u8]) -> Result<String> {
        let slot = self.writable(run_id)?;
        self.put_artifact(slot, key, data)
    }

    fn get_metrics(&self, run_id: &str, key: &str) -> Result<Vec<MetricPoint>> {
        self.memory.get_metrics(run_id, key)
    }

    fn get_run_status(&self, run_id: &str) -> Result<RunStatus> {
        self.memory.get_run_status(run_id)
    }

    fn set_span_id(&mut self, run_id: &str, span_id: &str) -> Result<()> {
        let slot = self.writable(run_id)?;
        check_text("a span id", span_id)?;
        self.change_run(slot, |run| {
            run.record_mut().span_id = Some(span_id.to_owned());
            Ok(())
        })
    }

    fn get_span_id(&self, run_id: &str) -> Result<Option<String>> {
        self.memory.get_span_id(run_id)
    }
}

impl MetricKeys for IndexedDbStorage {
    fn metric_keys(&self, run_id: &str) -> Vec<String> {
        self.list_metric_keys(run_id)
    }
}
