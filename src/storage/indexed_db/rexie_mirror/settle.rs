//! How what pages stored on leaving gets where it belongs.
//!
//! Settling an exit twice, or after the same batch was committed the usual way, changes nothing: a row that is in the run's log
//! already is recognised by its content.

use js_sys::{Array, Reflect, Uint8Array};
use rexie::TransactionMode::{ReadOnly, ReadWrite};
use wasm_bindgen::{JsCast, JsValue};

use super::decode::decode;
use super::reads::{one, record_in};
use super::requests::{block_in, put_artifact, put_points, put_run, rows_in};
use super::schema::{
    ARTIFACTS, EXITS, EXPERIMENTS, POINTS, RUNS, chunk_range, log_range, points_range, row_key,
};
use super::transact::{Ask, Next, Request, TRIES};
use super::{RexieMirror, exit_copy};
use crate::storage::error::Result;
use crate::storage::indexed_db::compaction::KEPT_ROWS;
use crate::storage::indexed_db::mirror::PointRow;
use crate::storage::indexed_db::settling::settled;
use crate::storage::record::{RECORD_FORMAT, RunRecord};

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or_default()
}

fn items(object: &JsValue, key: &str) -> Array {
    get(object, key).dyn_into().unwrap_or_default()
}

/// Bytes, however they were written.
fn bytes_of(value: &JsValue) -> Option<Vec<u8>> {
    match value.as_string() {
        Some(text) => exit_copy::bytes_of_text(&text),
        None => value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec),
    }
}

/// What an exit holds of a run.
struct Left {
    record: RunRecord,
    first_sequence: u64,
    rows: Array,
}

/// The runs of an exit; nothing if it cannot be read.
fn runs_left(exit: &JsValue) -> Option<Vec<Left>> {
    if get(exit, "format").as_f64() != Some(f64::from(RECORD_FORMAT)) {
        return None;
    }
    let mut runs = Vec::new();
    for run in items(exit, "runs").iter() {
        runs.push(Left {
            record: decode(get(&run, "record")).ok()?,
            first_sequence: get(&run, "first_sequence").as_f64().unwrap_or_default() as u64,
            rows: items(&run, "rows"),
        });
    }
    Some(runs)
}

/// A run while exits are settled.
struct Settled {
    run_id: String,
    /// The first row that any of its exits holds.
    first_sequence: u64,
    /// As it is stored, or as it is to be stored.
    record: Option<RunRecord>,
    /// Rows without a record are what a deleted run leaves behind.
    is_deleted: bool,
    /// Its log from there on, and the rows that are added.
    log: Vec<(u64, Vec<u8>)>,
    /// Its chunks, if rows that far back have been compacted.
    chunks: Vec<Vec<u8>>,
}

impl Settled {
    /// What is stored of it: its record, and the keys and values of its log.
    fn take_in(&mut self, answers: &[Vec<JsValue>]) -> Result<()> {
        let [record, keys, rows] = answers else { return Ok(()) };
        self.record = record_in(record)?;
        self.log = rows_in(keys, rows);
        Ok(())
    }

    /// What is to be read of it beyond [`records_and_logs`].
    fn more(&self) -> Result<Option<Request>> {
        let first_sequence = self.first_sequence as f64;
        Ok(match &self.record {
            None => Some((POINTS, Ask::Keys(Some(points_range(&self.run_id)?)))),
            Some(record) if record.compacted_sequence > first_sequence => {
                Some((POINTS, Ask::Values(Some(chunk_range(&self.run_id)?))))
            }
            _ => None,
        })
    }

    fn add(&mut self, left: Left, requests: &mut Vec<Request>) {
        if self.is_deleted {
            return;
        }
        let mut rows = Vec::new();
        for (sequence, row) in (left.first_sequence..).zip(left.rows.iter()) {
            if let Some(bytes) = bytes_of(&row) {
                rows.push(PointRow { sequence, bytes });
            }
        }
        let settled = settled(self.record.take(), left.record, rows, &self.log, &self.chunks);
        for PointRow { sequence, bytes } in settled.rows {
            requests.push(put_points(row_key(&self.run_id, sequence), &bytes));
            self.log.push((sequence, bytes));
        }
        self.record = Some(settled.record);
    }
}

impl RexieMirror {
    pub(super) async fn settle(&self) -> Result<Vec<String>> {
        let copies = exit_copy::all(self.name());
        let mut any = !copies.is_empty();
        // Reading alone waits for nobody, and mostly there is nothing.
        let mut look = |answers: &[Vec<JsValue>]| {
            let [keys] = answers else { return Ok(Next::Read(vec![(EXITS, Ask::Keys(None))])) };
            any |= !keys.is_empty();
            Ok(Next::Done)
        };
        self.transact(&[EXITS], ReadOnly, TRIES, &mut look).await?;
        if !any {
            return Ok(Vec::new());
        }
        let mut run_ids = Vec::new();
        let mut plan = |answers: &[Vec<JsValue>]| {
            let [keys, values, stored @ ..] = answers else {
                return Ok(Next::Read(vec![(EXITS, Ask::Keys(None)), (EXITS, Ask::Values(None))]));
            };
            let mut exits = values.clone();
            exits.extend(copies.iter().map(|(_, copy)| copy.clone()));
            let mut all_left = Vec::new();
            let mut requests = Vec::new();
            let mut settled = Vec::new();
            for (index, exit) in exits.iter().enumerate() {
                // What cannot be read is left in place.
                let Some(left) = runs_left(exit) else { continue };
                for left in left {
                    // Their keys are random: rows are put in the order they were written in, or the numbers before a later one
                    // would be filled as if nothing were to come there.
                    let is_before = |other: &Left| other.first_sequence <= left.first_sequence;
                    all_left.insert(all_left.partition_point(is_before), left);
                }
                if let Some(key) = keys.get(index) {
                    settled.push((EXITS, Ask::Delete(key.clone())));
                }
                push_others(exit, &mut requests);
            }
            let mut runs = runs_of(&all_left);
            let (stored, more) = stored.split_at(stored.len().min(3 * runs.len()));
            if stored.is_empty() && !runs.is_empty() {
                return records_and_logs(&runs).map(Next::Read);
            }
            for (run, answers) in runs.iter_mut().zip(stored.chunks(3)) {
                run.take_in(answers)?;
            }
            let mut wanted = Vec::new();
            let mut more = more.iter();
            let mut is_read = true;
            for run in &mut runs {
                let Some(request) = run.more()? else { continue };
                wanted.push(request);
                match more.next() {
                    Some(values) if run.record.is_some() => {
                        run.chunks = values.iter().map(block_in).collect();
                    }
                    Some(keys) => run.is_deleted = !keys.is_empty(),
                    None => is_read = false,
                }
            }
            if !is_read {
                return Ok(Next::Read(wanted));
            }
            for left in all_left {
                if let Some(run) = runs.iter_mut().find(|run| run.run_id == left.record.run_id) {
                    run.add(left, &mut requests);
                }
            }
            run_ids = Vec::new();
            for record in runs.into_iter().filter_map(|run| run.record) {
                requests.push(put_run(&record));
                run_ids.push(record.run_id);
            }
            // Last: of a script that is cut off here, Firefox commits what it had issued.
            requests.append(&mut settled);
            Ok(Next::Write(requests))
        };
        let stores = [EXITS, EXPERIMENTS, RUNS, POINTS, ARTIFACTS];
        self.transact(&stores, ReadWrite, TRIES, &mut plan).await?;
        copies.iter().for_each(|(token, _)| exit_copy::remove(self.name(), token));
        Ok(run_ids)
    }
}

/// The runs that were left, each once.
fn runs_of(all_left: &[Left]) -> Vec<Settled> {
    let mut runs: Vec<Settled> = Vec::new();
    for Left { record, first_sequence, .. } in all_left {
        match runs.iter_mut().find(|run| run.run_id == record.run_id) {
            Some(run) => run.first_sequence = run.first_sequence.min(*first_sequence),
            None => runs.push(Settled {
                run_id: record.run_id.clone(),
                first_sequence: *first_sequence,
                record: None,
                is_deleted: false,
                log: Vec::new(),
                chunks: Vec::new(),
            }),
        }
    }
    runs
}

/// The records and logs of runs, three answers a run.
fn records_and_logs(runs: &[Settled]) -> Result<Vec<Request>> {
    let mut requests = Vec::new();
    for Settled { run_id, first_sequence, .. } in runs {
        requests.push(one(RUNS, run_id)?);
        let from = first_sequence.saturating_sub(KEPT_ROWS);
        requests.push((POINTS, Ask::Keys(Some(log_range(run_id, from)?))));
        requests.push((POINTS, Ask::Values(Some(log_range(run_id, from)?))));
    }
    Ok(requests)
}

/// Experiments and artifacts of an exit: storing them again changes nothing.
fn push_others(exit: &JsValue, requests: &mut Vec<Request>) {
    for experiment in items(exit, "experiments").iter() {
        if let Some(id) = get(&experiment, "experiment_id").as_string() {
            requests.push((EXPERIMENTS, Ask::Put(id.into(), experiment)));
        }
    }
    for artifact in items(exit, "artifacts").iter() {
        let bytes = bytes_of(&get(&artifact, "bytes"));
        if let (Some(hash), Some(bytes)) = (get(&artifact, "hash").as_string(), bytes) {
            requests.push(put_artifact(&hash, &bytes));
        }
    }
}
