//! What a page stores on leaving, and how it gets where it belongs.
//!
//! There is a second copy of it, see `exit_copy`.
//!
//! The value is a batch: `{ format, experiments: ExperimentRecord[], runs: { record: RunRecord, first_sequence, rows:
//! Uint8Array[] }[], artifacts: { hash, bytes: Uint8Array }[] }`. Settling it twice, or after the same batch was committed the
//! usual way, changes nothing: rows have the numbers they would have had.

use std::pin::pin;
use std::task::Poll;

use futures::poll;
use js_sys::{Array, Object, Reflect, Uint8Array};
use rexie::{Store, Transaction};
use wasm_bindgen::{JsCast, JsValue};

use super::decode::decode;
use super::dom_error::classify;
use super::schema::{
    ARTIFACTS, EXITS, EXPERIMENTS, POINTS, RUNS, encode, log_range, points_range, row_key, unwrap_bytes,
    wrap_bytes,
};
use super::write::{Requests, put, write_all, write_last};
use super::{RexieMirror, exit_copy, random_token};
use crate::storage::error::{Result, StorageError};
use crate::storage::indexed_db::mirror::Batch;
use crate::storage::record::{RECORD_FORMAT, RunRecord};

use rexie::TransactionMode::{ReadOnly, ReadWrite};

fn set(object: &JsValue, key: &str, value: &JsValue) {
    // Setting a property of a fresh plain object cannot fail.
    let _ = Reflect::set(object, &key.into(), value);
}

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or_default()
}

fn items(object: &JsValue, key: &str) -> Array {
    get(object, key).dyn_into().unwrap_or_default()
}

/// A batch as a value; `write_bytes` says how bytes are written.
pub(super) fn exit_value(batch: &Batch, write_bytes: impl Fn(&[u8]) -> JsValue) -> Result<JsValue> {
    let (experiments, runs, artifacts) = (Array::new(), Array::new(), Array::new());
    for record in &batch.experiments {
        experiments.push(&encode(record)?);
    }
    for run in &batch.runs {
        let value = Object::new().into();
        set(&value, "record", &encode(&run.record)?);
        let first_sequence = run.rows.first().map_or(0, |row| row.sequence);
        set(&value, "first_sequence", &(first_sequence as f64).into());
        let rows = Array::new();
        for row in &run.rows {
            rows.push(&write_bytes(&row.bytes));
        }
        set(&value, "rows", &rows);
        runs.push(&value);
    }
    for (hash, content) in &batch.artifacts {
        let value = Object::new().into();
        set(&value, "hash", &hash.as_str().into());
        set(&value, "bytes", &write_bytes(content));
        artifacts.push(&value);
    }
    let value = Object::new().into();
    set(&value, "format", &RECORD_FORMAT.into());
    set(&value, "experiments", &experiments);
    set(&value, "runs", &runs);
    set(&value, "artifacts", &artifacts);
    Ok(value)
}

impl RexieMirror {
    pub(super) async fn store_exit(&self, batch: &Batch) -> Result<()> {
        // No await before the request where the connection is open: a page that goes away polls this once.
        if !self.connection.is_open() {
            self.connection.ensure_open().await?;
        }
        let transaction = self.connection.transaction(&[EXITS], ReadWrite)?;
        let store = transaction.store(EXITS).map_err(|cause| classify(&cause))?;
        let token = random_token();
        let value = exit_value(batch, |bytes| Uint8Array::from(bytes).into())?;
        let mut stored = pin!(write_last(transaction, put(store, value, token.as_str().into())));
        let over = poll!(&mut stored);
        exit_copy::keep(self.name(), &token, &exit_value(batch, exit_copy::text_of_bytes)?);
        let result = match over {
            Poll::Ready(result) => result,
            Poll::Pending => stored.await,
        };
        // The page lives on, and with it what could not be stored.
        exit_copy::remove(self.name(), &token);
        if matches!(result, Err(StorageError::ConnectionLost(_))) {
            self.connection.close();
        }
        result
    }

    pub(super) async fn settle_once(&self) -> Result<Vec<String>> {
        let transaction = self.transaction(&[EXITS], ReadOnly).await?;
        let exits = transaction.store(EXITS).map_err(|cause| classify(&cause))?;
        let any = exits.get_all_keys(None, Some(1)).await.map_err(|cause| classify(&cause))?;
        let copies = exit_copy::all(self.name());
        if any.is_empty() && copies.is_empty() {
            return Ok(Vec::new());
        }
        let stores = [EXITS, EXPERIMENTS, RUNS, POINTS, ARTIFACTS];
        let transaction = self.transaction(&stores, ReadWrite).await?;
        let mut settling =
            Settling { requests: Requests::new(), runs: Vec::new(), rows: Vec::new(), transaction };
        let exits = settling.store(EXITS)?;
        let keys = exits.get_all_keys(None, None).await.map_err(|cause| classify(&cause))?;
        let values = exits.get_all(None, None).await.map_err(|cause| classify(&cause))?;
        for (key, value) in keys.into_iter().zip(values) {
            // What cannot be read is left in place.
            if get(&value, "format").as_f64() == Some(f64::from(RECORD_FORMAT))
                && settling.exit(&value).await?
            {
                let exits = settling.store(EXITS)?;
                let delete = async move { exits.delete(key).await };
                settling.requests.push(Box::pin(delete));
            }
        }
        for (_, value) in &copies {
            settling.exit(value).await?;
        }
        let Settling { mut requests, runs, transaction, .. } = settling;
        for record in &runs {
            let store = transaction.store(RUNS).map_err(|cause| classify(&cause))?;
            requests.push(put(store, encode(record)?, record.run_id.as_str().into()));
        }
        write_all(transaction, requests).await?;
        copies.iter().for_each(|(token, _)| exit_copy::remove(self.name(), token));
        Ok(runs.into_iter().map(|record| record.run_id).collect())
    }
}

/// Bytes, however they were written.
fn bytes_of(value: &JsValue) -> Option<Vec<u8>> {
    match value.as_string() {
        Some(text) => exit_copy::bytes_of_text(&text),
        None => value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec),
    }
}

/// One transaction that settles all exits.
struct Settling {
    transaction: Transaction,
    requests: Requests,
    /// Runs as they are to be stored.
    runs: Vec<RunRecord>,
    /// Rows that are to be stored, by run: an exit and its copy hold the same.
    rows: Vec<(String, u64, Vec<u8>)>,
}

impl Settling {
    fn store(&self, name: &str) -> Result<Store> {
        self.transaction.store(name).map_err(|cause| classify(&cause))
    }

    /// Whether everything of the exit could be read.
    async fn exit(&mut self, value: &JsValue) -> Result<bool> {
        for run in items(value, "runs").iter() {
            let Ok(record) = decode(get(&run, "record")) else { return Ok(false) };
            self.run(record, &run).await?;
        }
        for experiment in items(value, "experiments").iter() {
            if let Some(id) = get(&experiment, "experiment_id").as_string() {
                self.requests.push(put(self.store(EXPERIMENTS)?, experiment, id.into()));
            }
        }
        for artifact in items(value, "artifacts").iter() {
            let bytes = bytes_of(&get(&artifact, "bytes"));
            if let (Some(hash), Some(bytes)) = (get(&artifact, "hash").as_string(), bytes) {
                let value = wrap_bytes("bytes", &bytes)?;
                self.requests.push(put(self.store(ARTIFACTS)?, value, hash.into()));
            }
        }
        Ok(true)
    }

    async fn has_points(&self, run_id: &str) -> Result<bool> {
        let keys = self.store(POINTS)?.get_all_keys(Some(points_range(run_id)?), Some(1)).await;
        Ok(!keys.map_err(|cause| classify(&cause))?.is_empty())
    }

    async fn run(&mut self, left: RunRecord, value: &JsValue) -> Result<()> {
        let known = self.runs.iter().position(|record| record.run_id == left.run_id);
        let stored = if let Some(place) = known {
            Some(self.runs.remove(place))
        } else {
            let stored = self.store(RUNS)?.get(left.run_id.as_str().into()).await;
            stored.map_err(|cause| classify(&cause))?.map(decode).transpose()?
        };
        let first = get(value, "first_sequence").as_f64().unwrap_or_default() as u64;
        let stored = match stored {
            Some(stored) => stored,
            // Rows without a record are what a deleted run leaves behind.
            None if self.has_points(&left.run_id).await? => return Ok(()),
            None => RunRecord { next_sequence: 0.0, ..left.clone() },
        };
        let is_same_owner = stored.owner == left.owner;
        let mut end = stored.next_sequence as u64;
        let log = self.store(POINTS)?.get_all(Some(log_range(&left.run_id, first)?), None).await;
        let log = log.map_err(|cause| classify(&cause))?;
        let keys = self.store(POINTS)?.get_all_keys(Some(log_range(&left.run_id, first)?), None).await;
        let keys = keys.map_err(|cause| classify(&cause))?;
        let sequence_of = |key: &JsValue| key.dyn_ref::<Array>().and_then(|key| key.get(2).as_f64());
        let taken: Vec<u64> = keys.iter().filter_map(sequence_of).map(|sequence| sequence as u64).collect();
        let log: Vec<Vec<u8>> = log.iter().filter_map(|row| unwrap_bytes(POINTS, row).ok()).collect();
        for (row, sequence) in items(value, "rows").iter().zip(first..) {
            // A row that is there already was settled before, or committed the usual way.
            let Some(bytes) = bytes_of(&row).filter(|bytes| !log.contains(bytes)) else { continue };
            if self.rows.iter().any(|(run_id, _, other)| *run_id == left.run_id && *other == bytes) {
                continue;
            }
            // Whoever wrote at its place meanwhile keeps it: this row goes behind.
            let is_taken = taken.contains(&sequence)
                || self.rows.iter().any(|(run_id, place, _)| *run_id == left.run_id && *place == sequence);
            let place = if is_same_owner && !is_taken { sequence } else { end };
            let key = row_key(&left.run_id, place);
            self.requests.push(put(self.store(POINTS)?, wrap_bytes(POINTS, &bytes)?, key));
            self.rows.push((left.run_id.clone(), place, bytes));
            end = end.max(place + 1);
        }
        let mut record =
            if is_same_owner && left.next_sequence >= stored.next_sequence { left } else { stored };
        record.next_sequence = record.next_sequence.max(end as f64);
        self.runs.push(record);
        Ok(())
    }
}
