//! A mirror that keeps everything in memory, as a database would: the store of tests.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::compaction::{compaction, last_chunks, last_row, may_compact};
use super::mirror::{
    Amendment, Batch, Catalog, Mirror, NewRun, ReservedIds, StoredPoints, amended, claimed, tombstones,
};
use super::point_block::EMPTY_BLOCK;
use crate::storage::clock;
use crate::storage::error::{Result, StorageError};
use crate::storage::record::{ExperimentRecord, RECORD_FORMAT, RunRecord};

#[derive(Debug, Default)]
struct Store {
    next_experiment: u64,
    next_run: u64,
    experiments: BTreeMap<String, ExperimentRecord>,
    runs: BTreeMap<String, RunRecord>,
    points: BTreeMap<(String, u64), Vec<u8>>,
    chunks: BTreeMap<(String, String, u64), Vec<u8>>,
    artifacts: BTreeMap<String, Vec<u8>>,
}

impl Store {
    fn rows(&self, run_id: &str, range: std::ops::Range<u64>) -> Vec<(u64, Vec<u8>)> {
        let place = |sequence| (run_id.to_owned(), sequence);
        let rows = self.points.range(place(range.start)..place(range.end));
        rows.map(|((_, sequence), bytes)| (*sequence, bytes.clone())).collect()
    }

    /// Whether there is a run of this id, or what a deleted one left behind.
    fn is_taken(&self, run_id: &str) -> bool {
        self.runs.contains_key(run_id) || !self.rows(run_id, 0..u64::MAX).is_empty()
    }

    /// Stores a record whose log ends in a fence. `Conflict` if there is a row where the fence is to stand.
    fn fence(&mut self, record: &RunRecord) -> Result<()> {
        let place = (record.run_id.clone(), record.next_sequence as u64 - 1);
        if self.points.contains_key(&place) {
            return Err(StorageError::Conflict(format!("run '{}' has a row behind its last", record.run_id)));
        }
        self.points.insert(place, EMPTY_BLOCK.to_vec());
        self.runs.insert(record.run_id.clone(), record.clone());
        Ok(())
    }
}

/// A store in memory. Clones share it, as tabs share a database.
#[derive(Debug, Clone, Default)]
pub struct MemoryMirror {
    store: Rc<RefCell<Store>>,
}

impl MemoryMirror {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of stored rows of points.
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.store.borrow().points.len()
    }

    /// All rows of a run's log.
    #[must_use]
    pub fn rows(&self, run_id: &str) -> Vec<(u64, Vec<u8>)> {
        self.store.borrow().rows(run_id, 0..u64::MAX)
    }

    /// All chunks of a run: key, first index, block.
    #[must_use]
    pub fn chunks(&self, run_id: &str) -> Vec<(String, u64, Vec<u8>)> {
        let store = self.store.borrow();
        let of_run = store.chunks.iter().filter(|((of, ..), _)| of == run_id);
        of_run.map(|((_, key, first), block)| (key.clone(), *first, block.clone())).collect()
    }

    /// Puts a chunk, over one that is there if there is one.
    pub fn put_chunk(&self, run_id: &str, key: &str, first_index: u64, bytes: Vec<u8>) {
        let place = (run_id.to_owned(), key.to_owned(), first_index);
        self.store.borrow_mut().chunks.insert(place, bytes);
    }

    /// Puts a run's record, over the one that is there.
    pub fn put_run(&self, record: RunRecord) {
        self.store.borrow_mut().runs.insert(record.run_id.clone(), record);
    }

    /// Puts a row, over one that is there if there is one.
    pub fn put_row(&self, run_id: &str, sequence: u64, bytes: Vec<u8>) {
        self.store.borrow_mut().points.insert((run_id.to_owned(), sequence), bytes);
    }

    /// Forgets a run's rows and chunks, but not its record.
    pub fn clear_points(&self, run_id: &str) {
        let mut store = self.store.borrow_mut();
        store.points.retain(|(of, _), _| of != run_id);
        store.chunks.retain(|(of, ..), _| of != run_id);
    }

    /// Forgets everything, as clearing the site's data does.
    pub fn clear(&self) {
        *self.store.borrow_mut() = Store::default();
    }
}

impl Mirror for MemoryMirror {
    async fn load_catalog(&self) -> Result<Catalog> {
        let store = self.store.borrow();
        Ok(Catalog {
            experiments: store.experiments.values().cloned().collect(),
            runs: store.runs.values().cloned().collect(),
            quarantined: Vec::new(),
        })
    }

    async fn load_records(&self, experiment_ids: &[String], run_ids: &[String]) -> Result<Catalog> {
        let store = self.store.borrow();
        Ok(Catalog {
            experiments: experiment_ids.iter().filter_map(|id| store.experiments.get(id)).cloned().collect(),
            runs: run_ids.iter().filter_map(|id| store.runs.get(id)).cloned().collect(),
            quarantined: Vec::new(),
        })
    }

    async fn reserve_ids(&self, experiments: u64, runs: u64) -> Result<ReservedIds> {
        let mut store = self.store.borrow_mut();
        let (experiment, run) = (store.next_experiment, store.next_run);
        store.next_experiment += experiments;
        store.next_run += runs;
        Ok(ReservedIds { experiments: experiment..experiment + experiments, runs: run..run + runs })
    }

    async fn begin_run(&self, new_run: NewRun) -> Result<(ExperimentRecord, RunRecord)> {
        let mut store = self.store.borrow_mut();
        store.next_experiment = store.next_experiment.max(new_run.first_experiment);
        store.next_run = store.next_run.max(new_run.first_run);
        let named = store.experiments.values().find(|old| old.name == new_run.experiment_name);
        let experiment = if let Some(experiment) = named {
            experiment.clone()
        } else {
            while store.experiments.contains_key(&format!("exp-{}", store.next_experiment)) {
                store.next_experiment += 1;
            }
            let experiment = ExperimentRecord {
                format: RECORD_FORMAT,
                experiment_id: format!("exp-{}", store.next_experiment),
                name: new_run.experiment_name,
                created_ms: clock::now_ms() as f64,
                config_json: None,
            };
            store.next_experiment += 1;
            store.experiments.insert(experiment.experiment_id.clone(), experiment.clone());
            experiment
        };
        // A tab that wrote its runs again after the store was cleared may have taken numbers that are counted as free.
        while store.is_taken(&format!("run-{}", store.next_run)) {
            store.next_run += 1;
        }
        let run = RunRecord {
            run_id: format!("run-{}", store.next_run),
            experiment_id: experiment.experiment_id.clone(),
            ..new_run.record
        };
        store.next_run += 1;
        store.runs.insert(run.run_id.clone(), run.clone());
        Ok((experiment, run))
    }

    async fn claim_run(
        &self,
        run_id: &str,
        expected_owner: &str,
        owner: &str,
        now_ms: i64,
    ) -> Result<RunRecord> {
        let mut store = self.store.borrow_mut();
        let record = store.runs.get(run_id).ok_or_else(|| StorageError::RunNotFound(run_id.to_owned()))?;
        let claimed = claimed(record, expected_owner, owner, now_ms)?;
        store.fence(&claimed)?;
        Ok(claimed)
    }

    async fn commit(&self, batch: &Batch) -> Result<()> {
        let mut store = self.store.borrow_mut();
        let rows = || batch.runs.iter().flat_map(|run| run.rows.iter().map(|row| (&run.record.run_id, row)));
        if let Some((run_id, row)) =
            rows().find(|(id, row)| store.points.contains_key(&((*id).clone(), row.sequence)))
        {
            let text = format!("row {} of run '{run_id}' is there already", row.sequence);
            return Err(StorageError::Conflict(text));
        }
        for (run_id, row) in rows() {
            store.points.insert((run_id.clone(), row.sequence), row.bytes.clone());
        }
        for (hash, content) in &batch.artifacts {
            store.artifacts.insert(hash.clone(), content.to_vec());
        }
        for record in &batch.experiments {
            store.experiments.insert(record.experiment_id.clone(), record.clone());
        }
        for run in &batch.runs {
            store.runs.insert(run.record.run_id.clone(), run.record.clone());
        }
        Ok(())
    }

    async fn amend_run(&self, run_id: &str, amendment: &Amendment) -> Result<RunRecord> {
        let mut store = self.store.borrow_mut();
        let missing = || StorageError::RunNotFound(run_id.to_owned());
        let record = amended(store.runs.get(run_id).ok_or_else(missing)?, amendment);
        store.fence(&record)?;
        Ok(record)
    }

    async fn delete_runs(&self, run_ids: &[String], experiment_id: Option<&str>) -> Result<()> {
        let mut store = self.store.borrow_mut();
        let goes = |record: &&RunRecord| {
            run_ids.contains(&record.run_id) || experiment_id == Some(record.experiment_id.as_str())
        };
        let deleted: Vec<RunRecord> = store.runs.values().filter(goes).cloned().collect();
        for run_id in run_ids {
            if store.runs.contains_key(run_id) {
                continue;
            }
            let places = tombstones(0.0).map(|sequence| (run_id.clone(), sequence));
            store.points.extend(places.map(|place| (place, EMPTY_BLOCK.to_vec())));
        }
        for record in deleted {
            store.points.retain(|(of, _), _| *of != record.run_id);
            store.chunks.retain(|(of, ..), _| *of != record.run_id);
            let places = tombstones(record.next_sequence).map(|sequence| (record.run_id.clone(), sequence));
            store.points.extend(places.map(|place| (place, EMPTY_BLOCK.to_vec())));
            store.runs.remove(&record.run_id);
        }
        if let Some(experiment_id) = experiment_id {
            store.experiments.remove(experiment_id);
        }
        let Store { runs, artifacts, .. } = &mut *store;
        let is_used = |hash: &String| runs.values().any(|run| run.artifacts.iter().any(|a| &a.hash == hash));
        artifacts.retain(|hash, _| is_used(hash));
        Ok(())
    }

    async fn load_points(&self, run_id: &str, from_sequence: u64) -> Result<StoredPoints> {
        let store = self.store.borrow();
        let record = store.runs.get(run_id).cloned();
        let compacted = record.as_ref().map_or(0, |record| record.compacted_sequence as u64);
        let whole = from_sequence == 0 || compacted > from_sequence;
        let from = if whole { 0 } else { from_sequence };
        let mut blocks: Vec<Vec<u8>> =
            store.rows(run_id, from..u64::MAX).into_iter().map(|(_, bytes)| bytes).collect();
        if whole {
            let chunks = store.chunks.iter().filter(|((of, ..), _)| of == run_id);
            blocks.extend(chunks.map(|(_, bytes)| bytes.clone()));
        }
        Ok(StoredPoints { record, whole, blocks })
    }

    async fn compact_run(&self, run_id: &str, owner: &str, fewest: u64) -> Result<Option<RunRecord>> {
        let mut store = self.store.borrow_mut();
        let missing = || StorageError::RunNotFound(run_id.to_owned());
        let record = store.runs.get(run_id).ok_or_else(missing)?;
        if !may_compact(record, owner) {
            return Ok(None);
        }
        let rows = store.rows(run_id, 0..last_row(record));
        let keys = store.chunks.keys().filter(|(of, ..)| of == run_id);
        let chunks = keys.map(|(_, key, first_index)| (key.clone(), *first_index)).collect();
        let place = |(key, first_index): (String, u64)| (run_id.to_owned(), key, first_index);
        let chunks: Vec<Vec<u8>> =
            last_chunks(&rows, chunks).into_iter().map(|chunk| store.chunks[&place(chunk)].clone()).collect();
        let Some(plan) = compaction(record, &rows, &chunks, fewest) else { return Ok(None) };
        store.fence(&plan.record)?;
        for (key, first_index, block) in plan.chunks {
            store.chunks.insert(place((key, first_index)), block);
        }
        for sequence in plan.deleted {
            store.points.remove(&(run_id.to_owned(), sequence));
        }
        for sequence in plan.emptied {
            store.points.insert((run_id.to_owned(), sequence), EMPTY_BLOCK.to_vec());
        }
        Ok(Some(plan.record))
    }

    async fn load_artifact(&self, hash: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.store.borrow().artifacts.get(hash).cloned())
    }

    fn close(&self) {}
}
