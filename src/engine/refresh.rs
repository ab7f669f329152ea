//! Reading back: what other sessions wrote, and points when they are first asked for.

use std::sync::Arc;

use super::change::Change;
use super::eviction::MOST_READ_POINTS;
use super::session::Session;
use crate::columns::{ColumnBuffers, SeriesBlock, read_block, read_encoded_blocks, sorted_by};
use crate::database::{Catalog, CorruptRecord, Database, StoredPoints, operations};
use crate::storage::{Result, RunRecord, RunSlot, RunState, SeriesSlot, StorageError};

impl<D: Database> Session<D> {
    /// Brings a run's points into memory, or up to date. A run that is owned here always is.
    ///
    /// # Errors
    /// `RunNotFound`; those of the database.
    pub async fn load_run(&self, run_id: &str) -> Result<RunSlot> {
        let slot = self.storage().memory().run_slot(run_id)?;
        loop {
            if self.storage().owns(slot) {
                return Ok(slot);
            }
            self.run_reads.share(slot, self.read_run(run_id, slot)).await?;
            // What another caller read may have been evicted before it was this one's turn.
            if self.storage().memory().get(slot).is_none_or(RunState::is_resident) {
                return Ok(slot);
            }
        }
    }

    async fn read_run(&self, run_id: &str, slot: RunSlot) -> Result<()> {
        let stored = loop {
            let from = self.cursors.get(slot).unwrap_or(0);
            let stored = self.read_points(run_id, from).await?;
            if self.storage().owns(slot) {
                return Ok(());
            }
            // Otherwise it was evicted, or lost, since.
            if self.cursors.get(slot).unwrap_or(0) == from {
                break stored;
            }
        };
        self.take_points(slot, run_id, stored)
    }

    /// Takes into memory what was read of a run.
    fn take_points(&self, slot: RunSlot, run_id: &str, stored: StoredPoints) -> Result<()> {
        let Some(record) = stored.record else {
            self.run_deleted(slot);
            return Err(StorageError::RunNotFound(run_id.to_owned()));
        };
        self.note_heartbeat(&record);
        let next = record.next_sequence as u64;
        if stored.is_whole {
            let state = self.state_of(record, &stored.blocks);
            self.storage_mut().memory_mut().put_run(state);
        } else {
            let blocks = self.read_blocks(run_id, &stored.blocks);
            let mut storage = self.storage_mut();
            let state = storage.memory_mut().run_mut(slot)?;
            *state.record_mut() = record;
            for block in &blocks {
                let Ok(slot) = state.slot(&block.key) else { continue };
                let end = state.series_at(slot).series.len() as u64;
                append(state, slot, end, block);
            }
        }
        self.cursors.set(slot, next);
        self.evict_read(slot, MOST_READ_POINTS);
        self.consider_compacting(slot);
        Ok(())
    }

    /// Reads records again that another tab says it wrote, and emits what changed.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn refresh(&self, experiment_ids: &[String], run_ids: &[String]) -> Result<()> {
        let known = self.persisted_runs(run_ids);
        let catalog = self.read_records(experiment_ids, run_ids).await?;
        // Runs first: a subscriber to which an experiment's deletion is emitted finds its runs gone.
        for run_id in run_ids.iter().filter(|run_id| !catalog.holds_run(run_id)) {
            if let Some(slot) = self.find_run(run_id) {
                self.run_missing(slot, &known);
            }
        }
        let is_stored = |id: &String| catalog.experiments.iter().any(|stored| &stored.experiment_id == id);
        for experiment_id in experiment_ids.iter().filter(|id| !is_stored(id)) {
            let is_known = self.storage().memory().experiment(experiment_id).is_ok();
            if is_known {
                self.experiment_deleted(experiment_id);
            }
        }
        let changes = self.absorb(catalog);
        self.load_changed(changes).await
    }

    /// Reads all records again: after a time in which messages may have been missed.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn refresh_all(&self) -> Result<()> {
        self.recover_exit_log().await?;
        // What comes to be known meanwhile may not be in the catalog yet.
        let known = self.storage().memory().slots();
        let catalog = self.transact(operations::read_catalog()).await?;
        for slot in known {
            let is_owned = self.storage().owns(slot);
            if self.ids_of(slot).is_some_and(|(_, run_id)| !is_owned && !catalog.holds_run(&run_id)) {
                self.run_deleted(slot);
            }
        }
        let changes = self.absorb(catalog);
        self.load_changed(changes).await
    }

    /// Loads the new points of runs whose points are looked at, then emits what changed: what one commit wrote is seen together. A subscriber
    /// hears of points that could not be read, too: asking for them, it is told why.
    async fn load_changed(&self, changes: Vec<Change>) -> Result<()> {
        let mut looked_at = Vec::new();
        for change in &changes {
            let Change::Metrics { run_id, .. } = change else { continue };
            let cursor = self.find_run(run_id).and_then(|slot| self.cursors.get(slot));
            looked_at.extend(cursor.map(|cursor| (run_id.clone(), cursor)));
        }
        let loaded = self.load_news(looked_at).await;
        for change in changes {
            // Of a run that is found to be deleted there is nothing more to say.
            if !matches!(&change, Change::Metrics { run_id, .. } if self.find_run(run_id).is_none()) {
                self.effects.emit(change);
            }
        }
        loaded
    }

    /// Loads what was logged of these runs since they were read, up to the sequence numbers given with them.
    async fn load_news(&self, runs: Vec<(String, u64)>) -> Result<()> {
        if runs.is_empty() {
            return Ok(());
        }
        let news = self.transact(operations::read_news(runs.clone())).await?;
        let mut result = Ok(());
        for ((run_id, from), stored) in runs.into_iter().zip(news) {
            let Some(slot) = self.find_run(&run_id) else { continue };
            // No other caller read it meanwhile, and this session did not acquire it.
            let is_next = self.cursors.get(slot) == Some(from);
            let loaded = match stored {
                Some(stored) if is_next => self.take_points(slot, &run_id, stored),
                _ => self.load_run(&run_id).await.map(drop),
            };
            result = result.and(loaded);
        }
        result
    }

    /// Reads an artifact's content.
    ///
    /// # Errors
    /// `RunNotFound`, `ArtifactNotFound`; those of the database.
    pub async fn get_artifact(&self, run_id: &str, key: &str) -> Result<Arc<[u8]>> {
        let hash = {
            let storage = self.storage();
            let run = storage.memory().run(run_id)?;
            let artifact = run.record().artifacts.iter().find(|artifact| artifact.key == key);
            let artifact = artifact.ok_or_else(|| StorageError::ArtifactNotFound(key.to_owned()))?;
            if let Some(content) = storage.memory().artifact(&artifact.hash) {
                return Ok(content);
            }
            artifact.hash.clone()
        };
        let content = self.transact(operations::read_artifact(&hash)).await?;
        content.ok_or_else(|| StorageError::ArtifactNotFound(key.to_owned()))
    }

    /// Notes that a run's record was read.
    pub(super) fn note_heartbeat(&self, record: &RunRecord) {
        self.liveness.note_heartbeat(record, self.clock.wall_ms(), self.clock.monotonic_ms());
    }

    /// Takes records into memory and returns what they change. Runs owned here are known better than the database knows them.
    pub(super) fn absorb(&self, catalog: Catalog) -> Vec<Change> {
        let mut changes = Vec::new();
        for corrupt in catalog.corrupt {
            self.effects.emit(Change::Corrupt(corrupt));
        }
        for record in catalog.experiments {
            let mut storage = self.storage_mut();
            if storage.memory().experiment(&record.experiment_id).ok() != Some(&record) {
                changes.push(Change::Experiment { experiment_id: record.experiment_id.clone() });
                storage.memory_mut().put_experiment(record);
            }
        }
        for record in catalog.runs {
            self.note_heartbeat(&record);
            self.absorb_run(record, &mut changes);
        }
        changes
    }

    fn absorb_run(&self, record: RunRecord, changes: &mut Vec<Change>) {
        let known = {
            let storage = self.storage();
            let slot = storage.memory().find_run(&record.run_id);
            let compared = |slot| {
                let old = storage.memory().get(slot)?.record();
                Some((slot, changed_keys(old, &record), metadata_differs(old, &record)))
            };
            slot.and_then(compared)
        };
        let (experiment_id, run_id) = (record.experiment_id.clone(), record.run_id.clone());
        let (keys, is_changed) = match known {
            None => {
                let keys = record.series.keys.clone();
                self.storage_mut().memory_mut().put_run(RunState::headers_only(record));
                (keys, true)
            }
            Some((slot, keys, is_changed)) if self.storage().owns(slot) => {
                self.absorb_owned(slot, record);
                if self.storage().owns(slot) {
                    return;
                }
                // It was lost: from here on it is read like any other.
                (keys, is_changed)
            }
            Some((slot, keys, is_changed)) => {
                if let Some(state) = self.storage_mut().memory_mut().get_mut(slot) {
                    *state.record_mut() = record;
                }
                (keys, is_changed)
            }
        };
        if is_changed {
            let (experiment_id, run_id) = (experiment_id.clone(), run_id.clone());
            changes.push(Change::Run { experiment_id, run_id });
        }
        if !keys.is_empty() {
            changes.push(Change::Metrics { experiment_id, run_id, keys });
        }
    }

    /// A run that is owned here, as it is stored: another session may have written it.
    pub(super) fn absorb_owned(&self, slot: RunSlot, record: RunRecord) {
        let next_sequence = record.next_sequence as u64;
        let committed = self.storage().pending().committed_sequence(slot);
        if record.owner != self.owner() {
            // Read before it was acquired here, the log is shorter: acquiring adds an entry.
            if next_sequence >= committed {
                self.run_taken_over(slot, record);
            }
        } else if next_sequence > committed && !self.storage().pending().is_in_flight() {
            self.apply_remote_edits(slot, record, next_sequence);
        }
    }

    /// A run with all its stored points.
    pub(super) fn state_of(&self, record: RunRecord, blocks: &[Arc<[u8]>]) -> RunState {
        if let Some(state) = joined(&record, blocks) {
            return state;
        }
        let blocks = self.read_blocks(&record.run_id, blocks);
        // A flush that was tried again lies behind one that was not: the index says where its points belong.
        let blocks = sorted_by(blocks, |block| block.first_index);
        let mut state = without_points(record);
        // By slot: the index behind the points so far. Where a block cannot be read it is farther than there are points.
        let mut ends: Vec<u64> = Vec::new();
        for block in &blocks {
            let Ok(slot) = state.slot(&block.key) else { continue };
            let place = slot.0 as usize;
            ends.resize(ends.len().max(place + 1), 0);
            append(&mut state, slot, ends[place], block);
            ends[place] = ends[place].max(block.first_index + block.points.len() as u64);
        }
        state
    }

    pub(super) fn read_blocks(&self, run_id: &str, blocks: &[Arc<[u8]>]) -> Vec<SeriesBlock> {
        let mut all = Vec::new();
        for block in blocks {
            match read_block(block) {
                Ok(read) => all.extend(read),
                Err(cause) => self.effects.emit(Change::Corrupt(CorruptRecord::of_run(run_id, cause))),
            }
        }
        all
    }
}

/// A run before its points are put in.
pub(super) fn without_points(record: RunRecord) -> RunState {
    let keys = record.series.keys.clone();
    let mut state = RunState::resident(record);
    for key in keys {
        // Slots in the order of first logging; a stored key is a valid one.
        let _ = state.slot(&key);
    }
    state
}

/// A run whose blocks can all be read and join up as they lie, one block in memory at a time. So it is nearly always.
fn joined(record: &RunRecord, blocks: &[Arc<[u8]>]) -> Option<RunState> {
    let mut state = without_points(record.clone());
    let mut buffers = ColumnBuffers::default();
    for block in blocks {
        for series in read_encoded_blocks(block).ok()? {
            let slot = state.slot(series.key).ok()?;
            if state.series_at(slot).series.len() as u64 != series.first_index {
                return None;
            }
            match series.batch(&mut buffers) {
                Some(batch) => state.restore_batch(slot, &batch),
                None => state.restore_points(slot, &series.points()),
            }
        }
    }
    Some(state)
}

/// Appends the points of a block but those that are there: after a compaction that was committed in part, entries are in their segment as well.
/// `end` is the index behind the points of its series.
fn append(state: &mut RunState, slot: SeriesSlot, end: u64, block: &SeriesBlock) {
    let known = state.series_at(slot).series.count_known(end, block.first_index, &block.points);
    state.restore_points(slot, &block.points[known..]);
}

/// Keys whose headers differ: new points.
fn changed_keys(old: &RunRecord, new: &RunRecord) -> Vec<String> {
    // Keys keep their order of first logging, so that a series stands where it stood.
    let is_same = |index: usize| {
        old.series.keys.get(index) == new.series.keys.get(index)
            && old.series.counts.get(index) == new.series.counts.get(index)
    };
    let mut changed = Vec::new();
    for (index, key) in new.series.keys.iter().enumerate() {
        if !is_same(index) {
            changed.push(key.clone());
        }
    }
    changed
}

/// Whether anything but points and the lease differs.
fn metadata_differs(old: &RunRecord, new: &RunRecord) -> bool {
    let mut other = new.clone();
    other.series.clone_from(&old.series);
    other.heartbeat_ms = old.heartbeat_ms;
    other.next_sequence = old.next_sequence;
    other.compacted_sequence = old.compacted_sequence;
    other.ownership_fences.clone_from(&old.ownership_fences);
    other.edits.clone_from(&old.edits);
    other != *old
}
