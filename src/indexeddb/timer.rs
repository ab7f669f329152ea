//! Waiting for what may never come: a connection that dies can leave requests and transactions without an answer.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::storage::error::StorageError;
use crate::storage::indexed_db::turn::Waiting;

/// How long a transaction may go without an answer before its connection counts as dead, in milliseconds.
pub(super) const ANSWER_MS: f64 = 20_000.0;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, delay_ms: f64);
}

/// A function, and what resolves when it is called, be it once or more, or after so many milliseconds.
pub(super) fn call_or_timer(delay_ms: f64) -> (Function, impl Future<Output = ()> + Unpin) {
    let state = Rc::new((Cell::new(false), Waiting::default()));
    let called = Rc::clone(&state);
    let call = Closure::<dyn Fn()>::new(move || {
        called.0.set(true);
        called.1.wake();
    });
    let call: Function = call.into_js_value().unchecked_into();
    set_timeout(&call, delay_ms);
    (call, poll_fn(move |context| state.1.poll_until(context, || state.0.get())))
}

/// Resolves after so many milliseconds.
pub(super) fn timer(delay_ms: f64) -> impl Future<Output = ()> + Unpin {
    call_or_timer(delay_ms).1
}

/// The error of a transaction that got no answer. Whether it was committed is not known.
pub(super) fn unanswered() -> StorageError {
    StorageError::ConnectionLost(
        "IndexedDB does not answer: points stay in memory and are written when it does".into(),
    )
}
