//! What a page stores on leaving, and how it gets where it belongs.
//!
//! The value is a batch: `{ format, experiments: ExperimentRecord[], runs: { record: RunRecord, first_sequence, rows:
//! Uint8Array[] }[], artifacts: { hash, bytes: Uint8Array }[] }`. Settling it twice, or after the same batch was committed the
//! usual way, changes nothing: rows have the numbers they would have had.

use js_sys::{Array, Object, Reflect, Uint8Array};
use rexie::{Store, Transaction};
use wasm_bindgen::{JsCast, JsValue};

use super::decode::decode;
use super::dom_error::classify;
use super::schema::{
    ARTIFACTS, EXITS, EXPERIMENTS, POINTS, RUNS, encode, row_key, wrap_bytes,
};
use super::{RexieMirror, Requests, put, random_token, write_all};
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

fn exit_value(batch: &Batch) -> Result<JsValue> {
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
            rows.push(&Uint8Array::from(row.bytes.as_slice()));
        }
        set(&value, "rows", &rows);
        runs.push(&value);
    }
    for (hash, content) in &batch.artifacts {
        let value = Object::new().into();
        set(&value, "hash", &hash.as_str().into());
        set(&value, "bytes", &Uint8Array::from(&**content));
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
        let request = put(store, exit_value(batch)?, random_token().into());
        let result = write_all(transaction, vec![request]).await;
        if matches!(result, Err(StorageError::ConnectionLost(_))) {
            self.connection.close();
        }
        result
    }

    pub(super) async fn settle_once(&self) -> Result<Vec<String>> {
        let transaction = self.transaction(&[EXITS], ReadOnly).await?;
        let exits = transaction.store(EXITS).map_err(|cause| classify(&cause))?;
        let any = exits.get_all_keys(None, Some(1)).await.map_err(|cause| classify(&cause))?;
        if any.is_empty() {
            return Ok(Vec::new());
        }
        let stores = [EXITS, EXPERIMENTS, RUNS, POINTS, ARTIFACTS];
        let transaction = self.transaction(&stores, ReadWrite).await?;
        let mut settling = Settling { requests: Requests::new(), runs: Vec::new(), transaction };
        let exits = settling.store(EXITS)?;
        let keys = exits.get_all_keys(None, None).await.map_err(|cause| classify(&cause))?;
        let values = exits.get_all(None, None).await.map_err(|cause| classify(&cause))?;
        for (key, value) in keys.into_iter().zip(values) {
            // What cannot be read is left in place.
            if get(&value, "format").as_f64() == Some(f64::from(RECORD_FORMAT)) && settling.exit(&value).await? {
                let exits = settling.store(EXITS)?;
                let delete = async move { exits.delete(key).await };
                settling.requests.push(Box::pin(delete));
            }
        }
        let Settling { mut requests, runs, transaction } = settling;
        for record in &runs {
            let store = transaction.store(RUNS).map_err(|cause| classify(&cause))?;
            requests.push(put(store, encode(record)?, record.run_id.as_str().into()));
        }
        write_all(transaction, requests).await?;
        Ok(runs.into_iter().map(|record| record.run_id).collect())
    }
}

/// One transaction that settles all exits.
struct Settling {
    transaction: Transaction,
    requests: Requests,
    /// Runs as they are to be stored.
    runs: Vec<RunRecord>,
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
            let bytes = get(&artifact, "bytes").dyn_into::<Uint8Array>();
            if let (Some(hash), Ok(bytes)) = (get(&artifact, "hash").as_string(), bytes) {
                let value = wrap_bytes("bytes", &bytes.to_vec())?;
                self.requests.push(put(self.store(ARTIFACTS)?, value, hash.into()));
            }
        }
        Ok(true)
    }

    async fn run(&mut self, left: RunRecord, value: &JsValue) -> Result<()> {
        let known = self.runs.iter().position(|record| record.run_id == left.run_id);
        let stored = match known {
            Some(place) => Some(self.runs.remove(place)),
            None => {
                let stored = self.store(RUNS)?.get(left.run_id.as_str().into()).await;
                stored.map_err(|cause| classify(&cause))?.map(decode).transpose()?
            }
        };
        let mut sequence = get(value, "first_sequence").as_f64().unwrap_or_default() as u64;
        let rows = items(value, "rows");
        let record = match stored {
            Some(stored) if stored.owner == left.owner => {
                if left.next_sequence >= stored.next_sequence { left } else { stored }
            }
            // Somebody resumed it meanwhile: these points are still its own, and go behind what is there.
            Some(stored) => {
                sequence = stored.next_sequence as u64;
                let next_sequence = stored.next_sequence + f64::from(rows.length());
                RunRecord { next_sequence, ..stored }
            }
            None => {
                let fence = self.store(POINTS)?.key_exists(row_key(&left.run_id, sequence)).await;
                if sequence > 0 || fence.map_err(|cause| classify(&cause))? {
                    // It was deleted meanwhile.
                    return Ok(());
                }
                left
            }
        };
        for row in rows.iter() {
            if let Ok(bytes) = row.dyn_into::<Uint8Array>() {
                let value = wrap_bytes(POINTS, &bytes.to_vec())?;
                let key = row_key(&record.run_id, sequence);
                self.requests.push(put(self.store(POINTS)?, value, key));
            }
            sequence += 1;
        }
        self.runs.push(record);
        Ok(())
    }
}
