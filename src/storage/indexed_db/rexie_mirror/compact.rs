//! Compacting a run's log in one transaction; what is to be done is decided in `compaction`.

use js_sys::Array;
use rexie::TransactionMode::ReadWrite;
use wasm_bindgen::{JsCast, JsValue};

use super::RexieMirror;
use super::reads::{one, run_in};
use super::requests::{block_in, fence, put_points, put_run, rows_in};
use super::schema::{POINTS, RUNS, chunk_key, chunk_range, only, row_key, rows_range};
use super::transact::{Ask, Next, TRIES};
use crate::storage::error::Result;
use crate::storage::indexed_db::compaction::{compaction, last_chunks, last_row, may_compact};
use crate::storage::indexed_db::point_block::EMPTY_BLOCK;
use crate::storage::record::RunRecord;

/// The last two parts of a record's key: a metric's key, or nothing, and a number.
pub(super) fn place_in(key: &JsValue) -> (String, u64) {
    let Some(key) = key.dyn_ref::<Array>() else { return (String::new(), 0) };
    (key.get(1).as_string().unwrap_or_default(), key.get(2).as_f64().unwrap_or_default() as u64)
}

impl RexieMirror {
    pub(super) async fn compact(&self, run_id: &str, owner: &str, fewest: u64) -> Result<Option<RunRecord>> {
        let mut compacted = None;
        let mut plan = |answers: &[Vec<JsValue>]| {
            compacted = None;
            let [stored, answers @ ..] = answers else { return Ok(Next::Read(vec![one(RUNS, run_id)?])) };
            let record = run_in(stored, run_id)?;
            if !may_compact(&record, owner) {
                return Ok(Next::Done);
            }
            let [keys, values, chunk_keys, chunks @ ..] = answers else {
                let rows = || rows_range(run_id, last_row(&record));
                return Ok(Next::Read(vec![
                    (POINTS, Ask::Keys(Some(rows()?))),
                    (POINTS, Ask::Values(Some(rows()?))),
                    (POINTS, Ask::Keys(Some(chunk_range(run_id)?))),
                ]));
            };
            let rows = rows_in(keys, values);
            let last = last_chunks(&rows, chunk_keys.iter().map(place_in).collect());
            if chunks.len() < last.len() {
                let mut requests = Vec::new();
                for (key, first_index) in &last {
                    requests.push((POINTS, Ask::Values(Some(only(&chunk_key(run_id, key, *first_index))?))));
                }
                return Ok(Next::Read(requests));
            }
            let mut last_chunks = Vec::new();
            for values in chunks {
                last_chunks.extend(values.first().map(block_in));
            }
            let Some(changes) = compaction(&record, &rows, &last_chunks, fewest) else {
                return Ok(Next::Done);
            };
            // The rows last: nothing is lost if Firefox commits a part of it, and what is there twice is read once.
            let mut requests = vec![put_run(&changes.record), fence(&changes.record)];
            for (key, first_index, block) in &changes.chunks {
                requests.push(put_points(chunk_key(run_id, key, *first_index), block));
            }
            for sequence in changes.deleted {
                requests.push((POINTS, Ask::Delete(row_key(run_id, sequence))));
            }
            for sequence in changes.emptied {
                requests.push(put_points(row_key(run_id, sequence), &EMPTY_BLOCK));
            }
            compacted = Some(changes.record);
            Ok(Next::Write(requests))
        };
        self.transact(&[RUNS, POINTS], ReadWrite, TRIES, &mut plan).await?;
        Ok(compacted)
    }
}
