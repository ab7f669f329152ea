//! What is left of a panic: its message and its place, in the console.
//!
//! A panic is a bug of this crate. It aborts the call it happens in, and without a hook all that JavaScript sees of it is `unreachable`.

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

/// Runs when the module is instantiated. A program in Rust that has a panic hook of its own sets it after that.
#[wasm_bindgen(start)]
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| report(&panic.to_string())));
}

/// Calls `console.error` as it is now. It may have been replaced by one that throws, and an exception must not unwind a panic.
fn report(message: &str) {
    let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).unwrap_or_default();
    let console = get(&js_sys::global(), "console");
    if let Ok(error) = get(&console, "error").dyn_into::<Function>() {
        let _ = error.call1(&console, &message.into());
    }
}
