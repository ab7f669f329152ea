//! Requests that several transactions make, and what their answers hold.

use wasm_bindgen::JsValue;

use super::compact::place_in;
use super::encode::encode;
use super::schema::{ARTIFACTS, EXPERIMENTS, POINTS, RUNS, row_key, unwrap_bytes, wrap_bytes};
use super::transact::{Ask, Next, Request};
use crate::storage::indexed_db::point_block::EMPTY_BLOCK;
use crate::storage::record::{ExperimentRecord, RunRecord};

/// Stores an experiment's record.
pub(super) fn put_experiment(record: &ExperimentRecord) -> Request {
    (EXPERIMENTS, Ask::Put(record.experiment_id.as_str().into(), encode(record)))
}

/// Stores a run's record.
pub(super) fn put_run(record: &RunRecord) -> Request {
    (RUNS, Ask::Put(record.run_id.as_str().into(), encode(record)))
}

/// Stores a block of points under a key.
pub(super) fn put_points(key: JsValue, block: &[u8]) -> Request {
    (POINTS, Ask::Put(key, wrap_bytes(POINTS, block)))
}

/// Adds a row to a run's log, where none may be.
pub(super) fn add_row(run_id: &str, sequence: u64, block: &[u8]) -> Request {
    (POINTS, Ask::Add(row_key(run_id, sequence), wrap_bytes(POINTS, block)))
}

/// Stores an artifact's content.
pub(super) fn put_artifact(hash: &str, content: &[u8]) -> Request {
    (ARTIFACTS, Ask::Put(hash.into(), wrap_bytes("bytes", content)))
}

/// Ends a run's log with an empty row, as the record already says it does.
pub(super) fn fence(record: &RunRecord) -> Request {
    add_row(&record.run_id, record.next_sequence as u64 - 1, &EMPTY_BLOCK)
}

/// Stores a run's record and the fence that its log ends in.
pub(super) fn write_fenced(record: &RunRecord) -> Next {
    Next::Write(vec![put_run(record), fence(record)])
}

/// The bytes in a record of points; none if it cannot be read.
pub(super) fn block_in(value: &JsValue) -> Vec<u8> {
    unwrap_bytes(POINTS, value).unwrap_or_default()
}

/// The numbers and blocks of rows, from answers that hold their keys and values.
pub(super) fn rows_in(keys: &[JsValue], values: &[JsValue]) -> Vec<(u64, Vec<u8>)> {
    keys.iter().zip(values).map(|(key, value)| (place_in(key).1, block_in(value))).collect()
}
