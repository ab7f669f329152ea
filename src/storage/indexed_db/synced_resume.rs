//! Resuming: taking over a run that somebody else wrote, or taking back one that was lost.

use std::ops::Range;

use super::compaction::holds_point;
use super::mirror::Mirror;
use super::point_block::Slice;
use super::synced::SyncedStorage;
use crate::storage::clock;
use crate::storage::error::Result;
use crate::storage::memory::RunSlot;
use crate::storage::record::{RunRecord, RunStatus, stable_order};
use crate::storage::run_state::RunState;

/// Ranges of each series that are in memory alone.
type Unsaved = Vec<Vec<Range<usize>>>;

impl<M: Mirror> SyncedStorage<M> {
    /// Takes an unfinished run over, with its points: from here on this storage writes it. A run open here is simply found; one
    /// that was lost is taken back, with what was logged to it here and not saved.
    ///
    /// # Errors
    /// `RunNotFound`; `InvalidState` if it has ended; `RunTakenOver` if another owner was quicker; those of the mirror.
    pub async fn resume_run(&self, run_id: &str) -> Result<RunSlot> {
        if let Some(slot) = self.open_run(run_id) {
            return self.start_if_pending(slot).map(|()| slot);
        }
        // One at a time, and no flush of this run on its way.
        let _turn = self.turn.take().await;
        if let Some(slot) = self.open_run(run_id) {
            return self.start_if_pending(slot).map(|()| slot);
        }
        if self.own_run(run_id).is_some() {
            // No doubt is left whether something of it was committed.
            self.flush_in_turn().await?;
        } else {
            self.settle_exits().await?;
        }
        let ids = [run_id.to_owned()];
        let catalog = self.load_records(&[], &ids).await?;
        let owner = catalog.runs.first().map(|record| record.owner.clone()).unwrap_or_default();
        let claimed = self.mirror.claim_run(run_id, &owner, self.owner(), clock::now_ms()).await;
        let record = self.heard(claimed)?;
        let stored = self.load_points(run_id, 0).await?;
        let experiments = [record.experiment_id.clone()];
        let catalog = self.load_records(&experiments, &[]).await?;
        self.absorb(catalog);
        // Begun here meanwhile under an id that was free again, it may have been logged to: what memory holds of it is kept.
        if let Some(slot) = self.open_run(run_id) {
            let next_sequence = record.next_sequence as u64;
            self.adopt_amendment(slot, record, next_sequence);
            return Ok(slot);
        }
        let slot = match self.own_run(run_id) {
            Some(slot) => self.take_back(slot, record, &stored.blocks),
            None => self.adopt(self.state_of(record, &stored.blocks)),
        };
        self.start_if_pending(slot)?;
        let experiment_id = experiments.into_iter().next().unwrap_or_default();
        self.tell_run(&experiment_id, run_id);
        self.tell_committed(&[], &ids);
        Ok(slot)
    }

    /// A run's slot, if it is written here.
    fn open_run(&self, run_id: &str) -> Option<RunSlot> {
        self.own_run(run_id).filter(|&slot| self.storage().owns(slot))
    }

    /// A run's slot, if it is written here or was before it was lost.
    fn own_run(&self, run_id: &str) -> Option<RunSlot> {
        let storage = self.storage();
        storage.memory().run_slot(run_id).ok().filter(|&slot| storage.is_own(slot))
    }

    fn start_if_pending(&self, slot: RunSlot) -> Result<()> {
        let status = self.storage().memory().get(slot).map(|run| run.record().status);
        match status {
            Some(RunStatus::Pending) => {
                self.storage_mut().change_run(slot, |run| run.start(clock::now_ms()))?;
                self.changed(clock::now_ms() as f64, 0);
                Ok(())
            }
            // A final run answers with the error of starting it.
            Some(status) if status.is_final() => {
                self.storage_mut().change_run(slot, |run| run.start(clock::now_ms()))
            }
            _ => Ok(()),
        }
    }

    /// Puts a run that was lost into memory as it is stored, together with what memory alone has of it.
    fn take_back(&self, slot: RunSlot, record: RunRecord, blocks: &[Vec<u8>]) -> RunSlot {
        let run_id = record.run_id.clone();
        let stored = self.read_blocks(&run_id, blocks);
        let joined = {
            let storage = self.storage();
            let here = storage.memory().get(slot);
            here.map(|here| {
                let unsaved = |series, length| storage.journal().uncommitted(slot, series, length);
                join(here, unsaved, record.clone(), stored)
            })
        };
        let Some((state, unsaved)) = joined else { return self.adopt(self.state_of(record, blocks)) };
        let artifacts = state.record().artifacts.clone();
        let slot = self.adopt(state);
        {
            let mut storage = self.storage_mut();
            let journal = storage.journal_mut().0;
            journal.note_unsaved(slot, unsaved);
            journal.note_run(slot);
            artifacts.iter().for_each(|artifact| journal.note_artifact(&artifact.hash));
        }
        self.changed(clock::now_ms() as f64, 0);
        slot
    }
}

/// A run as it is stored, with what only `here` has of it, and where that lies. Series keep their slots: handles know them.
fn join(
    here: &RunState,
    uncommitted: impl Fn(usize, usize) -> (Vec<Range<usize>>, Range<usize>),
    mut record: RunRecord,
    stored: Vec<Slice>,
) -> (RunState, Unsaved) {
    let all_series = here.all_series().unwrap_or_default();
    let count = stored.len();
    let mut slices = stored;
    for (index, named) in all_series.iter().enumerate() {
        let (returned, never_sent) = uncommitted(index, named.series.len());
        for range in returned.into_iter().chain([never_sent.clone()]) {
            let (key, first_index) = (named.key.clone(), range.start as u64);
            let points = named.series.logged(range.clone());
            // What came back may have been committed all the same, as a whole.
            let is_stored =
                |first| slices[..count].iter().any(|slice| holds_point(slice, &key, first_index, first));
            if points.first().is_some_and(|first| range == never_sent || !is_stored(first)) {
                slices.push(Slice { key, first_index, points });
            }
        }
    }
    let old = here.record();
    record.tags.extend(missing(&old.tags, &record.tags, |tag| &tag.key));
    record.artifacts.extend(missing(&old.artifacts, &record.artifacts, |artifact| &artifact.key));
    let keys = record.series.keys.clone();
    let mut state = RunState::resident(record);
    for key in all_series.iter().map(|named| &named.key).chain(&keys) {
        // A key that was taken once is a valid one.
        let _ = state.slot(key);
    }
    let mut unsaved = vec![Vec::new(); all_series.len()];
    for place in stable_order(slices.iter().map(|slice| slice.first_index)) {
        let slice = &slices[place as usize];
        let Ok(slot) = state.slot(&slice.key) else { continue };
        let from = state.series_at(slot).series.len();
        state.restore_points(slot, &slice.points);
        if place as usize >= count {
            unsaved[slot.0 as usize].push(from..from + slice.points.len());
        }
    }
    (state, unsaved)
}

/// What only the first list has.
fn missing<T: Clone>(here: &[T], stored: &[T], key: fn(&T) -> &String) -> Vec<T> {
    let mut missing = Vec::new();
    for item in here {
        if stored.iter().all(|other| key(other) != key(item)) {
            missing.push(item.clone());
        }
    }
    missing
}
