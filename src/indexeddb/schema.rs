//! How records lie in IndexedDB: object stores, keys, values, versions.
//!
//! | store | key | value |
//! |---|---|---|
//! | `meta` | `"database"` | [`DatabaseMeta`] |
//! | `meta` | `"ids"` | [`IdCounters`] |
//! | `experiments` | id | `ExperimentRecord` |
//! | `runs` | id | `RunRecord` |
//! | `points` | `[run id, "", sequence]` | `{ format, points: Uint8Array }`: a row of the run's log |
//! | `points` | `[run id, metric key, first index]` | the same: rows compacted by series |
//! | `artifacts` | hash | `{ format, bytes: Uint8Array }` |
//! | `exits` | random | what a page stored on leaving: a batch, see `exits` |

use js_sys::{Array, Reflect, Uint8Array};
use rexie::{Index, KeyRange, ObjectStore, RexieBuilder};
use wasm_bindgen::{JsCast, JsValue};

use super::plain_object::PlainObject;
use crate::storage::error::{Result, StorageError};
use crate::storage::record::RECORD_FORMAT;

/// The version of this layout, and of the databases it creates. Opening never names it: a newer, compatible one must open.
pub const SCHEMA_VERSION: u32 = 1;

pub const META: &str = "meta";
pub const EXPERIMENTS: &str = "experiments";
pub const RUNS: &str = "runs";
pub const POINTS: &str = "points";
pub const ARTIFACTS: &str = "artifacts";
/// What pages stored on leaving. A store of its own: a transaction over it waits for no other, and a page that goes away
/// loses what still waits.
pub const EXITS: &str = "exits";
/// All object stores; an upgrade deletes what its builder does not list.
pub const STORES: [&str; 6] = [META, EXPERIMENTS, RUNS, POINTS, ARTIFACTS, EXITS];

/// The index of experiments by name.
pub const BY_NAME: &str = "name";
pub const DATABASE_KEY: &str = "database";
pub const IDS_KEY: &str = "ids";

/// What a database says of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DatabaseMeta {
    /// The layout's version; equals the database's own.
    pub version: u32,
    /// The oldest layout whose code may read and write this database.
    pub compatible_since: u32,
    /// Random: tells a database from the one that stood here before the site's data was cleared.
    pub identity: String,
    /// What was mended last, see `mend`: as in `Catalog::unfinished_ms`.
    pub mended_ms: f64,
}

/// The next free numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct IdCounters {
    /// The number of the next experiment.
    pub next_experiment: f64,
    /// The number of the next run.
    pub next_run: f64,
}

/// Describes all stores for a database that is created.
pub fn builder(name: &str) -> RexieBuilder {
    STORES.into_iter().fold(RexieBuilder::new(name), |builder, store| {
        let store_builder = ObjectStore::new(store);
        builder.add_object_store(if store == EXPERIMENTS {
            store_builder.add_index(Index::new(BY_NAME, "name"))
        } else {
            store_builder
        })
    })
}

/// The key of a row of a run's log.
pub fn row_key(run_id: &str, sequence: u64) -> JsValue {
    Array::of3(&run_id.into(), &"".into(), &(sequence as f64).into()).into()
}

/// The key of a chunk of a series.
pub fn chunk_key(run_id: &str, key: &str, first_index: u64) -> JsValue {
    Array::of3(&run_id.into(), &key.into(), &(first_index as f64).into()).into()
}

/// A run's log up to a sequence number.
pub fn rows_range(run_id: &str, end: u64) -> Result<KeyRange> {
    range(&row_key(run_id, 0), &row_key(run_id, end))
}

/// All records of points of a run.
pub fn points_range(run_id: &str) -> Result<KeyRange> {
    range(&Array::of1(&run_id.into()), &Array::of2(&run_id.into(), &Array::new()))
}

/// A run's log from a sequence number on. Arrays sort after every number and string.
pub fn log_range(run_id: &str, from_sequence: u64) -> Result<KeyRange> {
    range(&row_key(run_id, from_sequence), &log_end(run_id))
}

/// A run's compacted chunks.
pub fn chunk_range(run_id: &str) -> Result<KeyRange> {
    range(&log_end(run_id), &Array::of2(&run_id.into(), &Array::new()))
}

fn log_end(run_id: &str) -> JsValue {
    Array::of3(&run_id.into(), &"".into(), &Array::new()).into()
}

/// One key.
pub fn only(key: &JsValue) -> Result<KeyRange> {
    bound(key, key, false)
}

fn range(lower: &JsValue, upper: &JsValue) -> Result<KeyRange> {
    bound(lower, upper, true)
}

fn bound(lower: &JsValue, upper: &JsValue, upper_open: bool) -> Result<KeyRange> {
    KeyRange::bound(lower, upper, Some(false), Some(upper_open))
        .map_err(|_| StorageError::Backend("a key range was refused".into()))
}

/// Bytes as a stored value.
pub fn wrap_bytes(field: &str, bytes: &[u8]) -> JsValue {
    let value = PlainObject::default();
    value.number("format", f64::from(RECORD_FORMAT));
    value.set(field, &Uint8Array::from(bytes));
    value.into_value()
}

/// The bytes in a stored value.
pub fn unwrap_bytes(field: &str, value: &JsValue) -> Result<Vec<u8>> {
    let get = |key: &str| Reflect::get(value, &key.into()).unwrap_or_default();
    if get("format").as_f64() != Some(f64::from(RECORD_FORMAT)) {
        return Err(StorageError::Corrupt(format!("a record of {field} is of an unknown format")));
    }
    get(field)
        .dyn_into::<Uint8Array>()
        .map(|bytes| bytes.to_vec())
        .map_err(|_| StorageError::Corrupt(format!("a record of {field} holds no bytes")))
}
