//! Waiting for what may never come: a connection that dies can leave requests and transactions without an answer.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use crate::storage::error::StorageError;

/// How long a transaction may go without an answer before its connection counts as dead, in milliseconds.
pub(super) const ANSWER_MS: f64 = 20_000.0;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    pub(super) fn set_timeout(callback: &Function, delay_ms: f64);
}

/// Resolves after so many milliseconds.
pub(super) fn timer(delay_ms: f64) -> JsFuture {
    JsFuture::from(Promise::new(&mut |ring, _| set_timeout(&ring, delay_ms)))
}

/// The error of a transaction that got no answer. Whether it was committed is not known.
pub(super) fn unanswered() -> StorageError {
    StorageError::ConnectionLost(
        "IndexedDB does not answer: points stay in memory and are written when it does".into(),
    )
}
