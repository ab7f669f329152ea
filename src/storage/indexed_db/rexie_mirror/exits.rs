//! What a page stores on leaving: a batch in a store of its own, and a second copy of it, see `exit_copy`.
//!
//! The value is `{ format, experiments: ExperimentRecord[], runs: { record: RunRecord, first_sequence, rows: Uint8Array[] }[],
//! artifacts: { hash, bytes: Uint8Array }[] }`. How it gets where it belongs is in `settle`.

use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use futures::FutureExt;
use js_sys::{Array, Uint8Array};
use rexie::TransactionMode::ReadWrite;
use wasm_bindgen::JsValue;

use super::encode::encode;
use super::plain_object::PlainObject;
use super::schema::EXITS;
use super::transact::{Ask, Next};
use super::{RexieMirror, exit_copy, random_token};
use crate::storage::error::Result;
use crate::storage::indexed_db::mirror::Batch;
use crate::storage::record::RECORD_FORMAT;

/// Batches as one value; `write_bytes` says how bytes are written.
fn exit_value(batches: &[Rc<Batch>], write_bytes: fn(&[u8]) -> JsValue) -> JsValue {
    let (experiments, runs, artifacts) = (Array::new(), Array::new(), Array::new());
    for record in batches.iter().flat_map(|batch| &batch.experiments) {
        experiments.push(&encode(record));
    }
    for run in batches.iter().flat_map(|batch| &batch.runs) {
        let value = PlainObject::default();
        value.set("record", &encode(&run.record));
        let first_sequence = run.rows.first().map_or(0, |row| row.sequence);
        value.number("first_sequence", first_sequence as f64);
        let rows = Array::new();
        for row in &run.rows {
            rows.push(&write_bytes(&row.bytes));
        }
        value.set("rows", &rows);
        runs.push(&value.into_value());
    }
    for (hash, content) in batches.iter().flat_map(|batch| &batch.artifacts) {
        let value = PlainObject::default();
        value.text("hash", hash);
        value.set("bytes", &write_bytes(content));
        artifacts.push(&value.into_value());
    }
    let value = PlainObject::default();
    value.number("format", f64::from(RECORD_FORMAT));
    value.set("experiments", &experiments);
    value.set("runs", &runs);
    value.set("artifacts", &artifacts);
    value.into_value()
}

impl RexieMirror {
    pub(super) async fn store_exit(&self, batches: &[Rc<Batch>]) -> Result<()> {
        self.closing.note();
        let token = random_token();
        let mut plan = |_: &[_]| {
            let value = exit_value(batches, |bytes| Uint8Array::from(bytes).into());
            Ok(Next::Write(vec![(EXITS, Ask::Put(token.as_str().into(), value))]))
        };
        let mut stored = self.transact(&[EXITS], ReadWrite, 1, &mut plan);
        // First the transaction, then the copy: the page may go away between the two.
        let over = poll_fn(|context| Poll::Ready(stored.poll_unpin(context))).await;
        exit_copy::keep(self.name(), &token, &exit_value(batches, exit_copy::text_of_bytes));
        let result = match over {
            Poll::Ready(result) => result,
            Poll::Pending => stored.await,
        };
        // The page lives on, and with it what could not be stored.
        exit_copy::remove(self.name(), &token);
        result
    }
}
