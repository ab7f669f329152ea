//! What of a run is new since its last backup, read as little as that takes.

use crate::database::Database;
use crate::engine::Session;
use crate::interop::backup::{BackedUpRun, NewPoints, new_points, new_points_behind};
use crate::storage::{NamedSeries, Result, RunRecord, RunState, StorageError};

/// What is to be written of a run.
#[derive(Debug)]
pub(super) struct RunNews {
    pub(super) record: RunRecord,
    pub(super) points: NewPoints,
    /// The log's entries below are in it; nothing if some of it is not committed.
    pub(super) sequence: Option<u64>,
    /// Whether it is all of the run, because it is not what was backed up, gone on with.
    pub(super) is_anew: bool,
}

impl RunNews {
    fn of(
        record: RunRecord,
        all: &[NamedSeries],
        sequence: Option<u64>,
        known: Option<&BackedUpRun>,
    ) -> Self {
        let before = known.map(|run| &run.series[..]).unwrap_or_default();
        let (points, is_anew) = match new_points(before, all) {
            Some(points) => (points, false),
            None => (new_points(&[], all).unwrap_or_default(), true),
        };
        Self { record, points, sequence, is_anew }
    }

    /// Whether there are points that are not backed up.
    pub(super) fn has_points(&self) -> bool {
        !self.points.series.is_empty()
    }
}

impl<D: Database> Session<D> {
    /// What is new of a run; nothing if it was deleted meanwhile.
    pub(super) async fn run_news(
        &self,
        run_id: &str,
        known: Option<&BackedUpRun>,
    ) -> Result<Option<RunNews>> {
        if let Some(news) = self.news_in_memory(run_id, known)? {
            return Ok(Some(news));
        }
        let from = known.and_then(|run| run.sequence).unwrap_or(0);
        let stored = self.read_points(run_id, from).await?;
        let Some(record) = stored.record else { return Ok(None) };
        let sequence = Some(record.next_sequence as u64);
        if let Some(known) = known.filter(|_| !stored.is_whole) {
            let blocks = self.read_blocks(run_id, &stored.blocks);
            if let Some(points) = new_points_behind(&known.series, &record.series, blocks) {
                return Ok(Some(RunNews { record, points, sequence, is_anew: false }));
            }
        }
        let blocks = if stored.is_whole { stored.blocks } else { self.read_points(run_id, 0).await?.blocks };
        let state = self.state_of(record, &blocks);
        Ok(Some(RunNews::of(state.record().clone(), state.all_series()?, sequence, known)))
    }

    /// As [`Session::run_news`], of a run that this session writes: memory knows it best.
    fn news_in_memory(&self, run_id: &str, known: Option<&BackedUpRun>) -> Result<Option<RunNews>> {
        let storage = self.storage();
        let slot = match storage.memory().run_slot(run_id) {
            Err(StorageError::RunNotFound(_)) => return Ok(None),
            slot => slot?,
        };
        let owned = storage.memory().get(slot).filter(|state| storage.owns(slot) && state.is_resident());
        let Some(state) = owned.map(RunState::current_record).zip(owned) else { return Ok(None) };
        let (record, state) = state;
        let pending = storage.pending();
        let sequence = pending.is_stored_whole(slot).then(|| pending.committed_sequence(slot));
        Ok(Some(RunNews::of(record, state.all_series()?, sequence, known)))
    }
}
