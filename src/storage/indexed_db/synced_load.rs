//! Reading back: what other tabs wrote, and points when they are first asked for.

use std::rc::Rc;

use super::change::{Change, Damage, Damaged};
use super::mirror::{Catalog, Mirror, StoredPoints};
use super::point_block::{ColumnBuffers, Slice, read_block, read_slices};
use super::synced::SyncedStorage;
use super::synced_release::MOST_READ_POINTS;
use crate::storage::error::{Result, StorageError};
use crate::storage::memory::RunSlot;
use crate::storage::record::{RunRecord, stable_order};
use crate::storage::run_state::RunState;

impl<M: Mirror> SyncedStorage<M> {
    /// Brings a run's points into memory, or up to date. One owned here always is.
    ///
    /// # Errors
    /// `RunNotFound`; those of the mirror.
    pub async fn load_run(&self, run_id: &str) -> Result<RunSlot> {
        let slot = self.storage().memory().run_slot(run_id)?;
        let stored = loop {
            if self.storage().is_own(slot) {
                return Ok(slot);
            }
            let from = self.unread(slot).unwrap_or(0);
            let stored = self.load_points(run_id, from).await?;
            if !self.storage().is_own(slot) && self.unread(slot).unwrap_or(0) == from {
                break stored;
            }
            // Somebody who asked at the same time, or resumed the run, was quicker: what was read is in memory already. Unless it
            // was let go of again.
            if self.storage().memory().get(slot).is_some_and(RunState::is_resident) {
                return Ok(slot);
            }
        };
        let Some(record) = stored.record else {
            self.run_deleted(slot);
            return Err(StorageError::RunNotFound(run_id.to_owned()));
        };
        let next = record.next_sequence as u64;
        if stored.whole {
            let state = self.state_of(record, &stored.blocks);
            self.storage_mut().memory_mut().put_run(state);
        } else {
            let slices = self.read_blocks(run_id, &stored.blocks);
            let mut storage = self.storage_mut();
            let state = storage.memory_mut().run_mut(slot)?;
            *state.record_mut() = record;
            slices.iter().for_each(|slice| append(state, slice));
        }
        self.set_unread(slot, Some(next));
        self.release_read(slot, MOST_READ_POINTS);
        self.may_compact(slot);
        Ok(slot)
    }

    pub(super) async fn load_points(&self, run_id: &str, from_sequence: u64) -> Result<StoredPoints> {
        self.heard(self.mirror.load_points(run_id, from_sequence).await)
    }

    pub(super) async fn load_records(
        &self,
        experiment_ids: &[String],
        run_ids: &[String],
    ) -> Result<Catalog> {
        self.heard(self.mirror.load_records(experiment_ids, run_ids).await)
    }

    /// Reads records again that another tab says it wrote, and tells subscribers what changed.
    ///
    /// # Errors
    /// Those of the mirror.
    pub async fn refresh(&self, experiment_ids: &[String], run_ids: &[String]) -> Result<()> {
        let asked = self.stored_runs(run_ids);
        let catalog = self.load_records(experiment_ids, run_ids).await?;
        // Runs first: whoever hears that an experiment is gone finds its runs gone.
        for run_id in run_ids.iter().filter(|id| !holds_run(&catalog, id)) {
            if let Some(slot) = self.find_run(run_id) {
                self.run_missing(slot, &asked);
            }
        }
        let is_stored = |id: &String| catalog.experiments.iter().any(|stored| &stored.experiment_id == id);
        for experiment_id in experiment_ids.iter().filter(|id| !is_stored(id)) {
            let known = self.storage().memory().experiment(experiment_id).is_ok();
            if known {
                self.experiment_deleted(experiment_id);
            }
        }
        let changes = self.absorb(catalog);
        self.load_changed(changes).await
    }

    /// Reads all records again: after a time in which messages may have been missed.
    ///
    /// # Errors
    /// Those of the mirror.
    pub async fn refresh_all(&self) -> Result<()> {
        self.settle_exits().await?;
        // What comes to be known meanwhile may not be in it yet.
        let known = self.storage().memory().slots();
        let catalog = self.heard(self.mirror.load_catalog().await)?;
        for slot in known {
            let is_own = self.storage().is_own(slot);
            if self.ids_of(slot).is_some_and(|(_, run_id)| !is_own && !holds_run(&catalog, &run_id)) {
                self.run_deleted(slot);
            }
        }
        let changes = self.absorb(catalog);
        self.load_changed(changes).await
    }

    /// Loads the new points of runs whose points are looked at, then tells subscribers.
    async fn load_changed(&self, changes: Vec<Change>) -> Result<()> {
        for change in changes {
            if let Change::Metrics { run_id, .. } = &change
                && self.find_run(run_id).is_some_and(|slot| self.unread(slot).is_some())
            {
                self.load_run(run_id).await?;
            }
            self.tell(change);
        }
        Ok(())
    }

    /// Reads an artifact's content.
    ///
    /// # Errors
    /// `RunNotFound`, `ArtifactNotFound`; those of the mirror.
    pub async fn get_artifact(&self, run_id: &str, key: &str) -> Result<Rc<[u8]>> {
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
        let content = self.heard(self.mirror.load_artifact(&hash).await)?;
        content.map(Rc::from).ok_or_else(|| StorageError::ArtifactNotFound(key.to_owned()))
    }

    /// Takes records into memory and returns what they change. Runs owned here are known better than the database knows them.
    pub(super) fn absorb(&self, catalog: Catalog) -> Vec<Change> {
        let mut changes = Vec::new();
        for damage in catalog.quarantined {
            self.tell(Change::Damaged(damage));
        }
        for record in catalog.experiments {
            let mut storage = self.storage_mut();
            if storage.memory().experiment(&record.experiment_id).ok() != Some(&record) {
                changes.push(Change::Experiment { experiment_id: record.experiment_id.clone() });
                storage.memory_mut().put_experiment(record);
            }
        }
        for record in catalog.runs {
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
                Some((slot, changed_keys(old, &record), facts_changed(old, &record)))
            };
            slot.and_then(compared)
        };
        let (experiment_id, run_id) = (record.experiment_id.clone(), record.run_id.clone());
        let (keys, facts_changed) = match known {
            None => {
                let keys = record.series.keys.clone();
                self.storage_mut().memory_mut().put_run(RunState::headers_only(record));
                (keys, true)
            }
            Some((slot, ..)) if self.storage().is_own(slot) => return self.absorb_own(slot, record),
            Some((slot, keys, facts_changed)) => {
                if let Some(state) = self.storage_mut().memory_mut().get_mut(slot) {
                    *state.record_mut() = record;
                }
                (keys, facts_changed)
            }
        };
        if facts_changed {
            let (experiment_id, run_id) = (experiment_id.clone(), run_id.clone());
            changes.push(Change::Run { experiment_id, run_id });
        }
        if !keys.is_empty() {
            changes.push(Change::Metrics { experiment_id, run_id, keys });
        }
    }

    /// A run that is written here, as it is stored: somebody else may have written it.
    fn absorb_own(&self, slot: RunSlot, record: RunRecord) {
        let next_sequence = record.next_sequence as u64;
        let committed = self.storage().journal().committed_sequence(slot);
        if record.owner != self.owner() {
            // Read before it was resumed here, the record is shorter: every claim adds a row.
            if next_sequence >= committed {
                self.lose_run(slot, &StorageError::RunTakenOver(record.run_id));
            }
        } else if next_sequence > committed && !self.storage().journal().is_in_flight() {
            self.adopt_amendment(slot, record, next_sequence);
        }
    }

    /// A run with all its stored points.
    pub(super) fn state_of(&self, record: RunRecord, blocks: &[Vec<u8>]) -> RunState {
        if let Some(state) = joined(&record, blocks) {
            return state;
        }
        let slices = self.read_blocks(&record.run_id, blocks);
        // A flush that was tried again lies behind one that was not: the index says where its points belong.
        let order = stable_order(slices.iter().map(|slice| slice.first_index));
        let mut slices: Vec<Option<Slice>> = slices.into_iter().map(Some).collect();
        let slices = order.into_iter().filter_map(|index| slices[index as usize].take());
        let mut state = without_points(record);
        slices.for_each(|slice| append(&mut state, &slice));
        state
    }

    pub(super) fn read_blocks(&self, run_id: &str, blocks: &[Vec<u8>]) -> Vec<Slice> {
        let mut slices = Vec::new();
        for block in blocks {
            match read_block(block) {
                Ok(read) => slices.extend(read),
                Err(cause) => self.tell(Change::Damaged(Damage::of_run(run_id, &cause))),
            }
        }
        slices
    }
}

/// Whether a run is in the database; its record may be damaged.
fn holds_run(catalog: &Catalog, run_id: &str) -> bool {
    let is_damaged = |damage: &Damage| matches!(&damage.of, Damaged::Run(id) if id == run_id);
    catalog.runs.iter().any(|run| run.run_id == run_id) || catalog.quarantined.iter().any(is_damaged)
}

/// A run before its points are put in.
fn without_points(record: RunRecord) -> RunState {
    let keys = record.series.keys.clone();
    let mut state = RunState::resident(record);
    for key in keys {
        // Slots in the order of first logging; a stored key is a valid one.
        let _ = state.slot(&key);
    }
    state
}

/// A run whose blocks can all be read and join up as they lie, one block in memory at a time. So it is nearly always.
fn joined(record: &RunRecord, blocks: &[Vec<u8>]) -> Option<RunState> {
    let mut state = without_points(record.clone());
    let mut buffers = ColumnBuffers::default();
    for block in blocks {
        for slice in read_slices(block).ok()? {
            let slot = state.slot(slice.key).ok()?;
            if state.series_at(slot).series.len() as u64 != slice.first_index {
                return None;
            }
            match slice.stretch(&mut buffers) {
                Some(stretch) => state.restore_stretch(slot, &stretch),
                None => state.restore_points(slot, &slice.points()),
            }
        }
    }
    Some(state)
}

fn append(state: &mut RunState, slice: &Slice) {
    let Ok(slot) = state.slot(&slice.key) else { return };
    // Rows are there in their chunk as well, after a compaction that was committed in part.
    let from = slice.first_index as usize;
    let series = &state.series_at(slot).series;
    let mut known = 0;
    while let (Some(point), Some(there)) = (slice.points.get(known), series.point(from + known)) {
        if !point.is_same(&there) {
            break;
        }
        known += 1;
    }
    state.restore_points(slot, &slice.points[known..]);
}

/// Keys whose headers differ: new points.
fn changed_keys(old: &RunRecord, new: &RunRecord) -> Vec<String> {
    // Keys keep their order of first logging, so that a series stands where it stood.
    let same = |index: usize| {
        old.series.keys.get(index) == new.series.keys.get(index)
            && old.series.counts.get(index) == new.series.counts.get(index)
    };
    let mut changed = Vec::new();
    for (index, key) in new.series.keys.iter().enumerate() {
        if !same(index) {
            changed.push(key.clone());
        }
    }
    changed
}

/// Whether anything but points and the lease differs.
fn facts_changed(old: &RunRecord, new: &RunRecord) -> bool {
    let mut other = new.clone();
    other.series.clone_from(&old.series);
    other.heard_ms = old.heard_ms;
    other.next_sequence = old.next_sequence;
    other.compacted_sequence = old.compacted_sequence;
    other.claims.clone_from(&old.claims);
    other.amendments.clone_from(&old.amendments);
    other != *old
}
