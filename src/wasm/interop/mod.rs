//! Exports and imports, for JavaScript. `js/files.js` holds the caller's side of it: what was asked for, the file, and the way to tell how
//! far it is.

mod backup;
mod columns;
mod export;
mod import;
mod mlflow;
mod preview;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::report;
use crate::storage::{Result, StorageError};

#[wasm_bindgen]
extern "C" {
    /// What `js/files.js` gives: work that its caller hears of and may stop.
    pub type LongWork;

    /// Whether the caller has stopped it.
    #[wasm_bindgen(method, catch)]
    fn is_stopped(this: &LongWork) -> std::result::Result<bool, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn tell_progress(this: &LongWork, done: f64, total: f64) -> std::result::Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn tell_bytes(this: &LongWork) -> std::result::Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn tell_loss(this: &LongWork, text: &str) -> std::result::Result<(), JsValue>;
    /// A run that a restore leaves alone.
    #[wasm_bindgen(method, catch)]
    fn tell_left(this: &LongWork, run: &JsValue) -> std::result::Result<(), JsValue>;
    /// The page that a report is made of.
    #[wasm_bindgen(method)]
    fn page(this: &LongWork) -> String;
    /// Takes the next bytes of an export.
    #[wasm_bindgen(method)]
    fn write(this: &LongWork, bytes: js_sys::Uint8Array) -> Promise;
    /// Gives the next bytes of an import, or `undefined`.
    #[wasm_bindgen(method)]
    fn next(this: &LongWork) -> Promise;
}

impl LongWork {
    /// Fails if the caller has stopped it.
    fn check(&self) -> Result<()> {
        match self.is_stopped() {
            Ok(false) => Ok(()),
            _ => Err(StorageError::Aborted("it was stopped by its signal".to_owned())),
        }
    }

    /// Tells what was lost. A caller's function that throws is reported, and the work goes on.
    fn tell_losses(&self, losses: &[String]) {
        for text in losses {
            told(self.tell_loss(text));
        }
    }
}

/// A caller's function that throws is reported, and the work goes on.
fn told(result: std::result::Result<(), JsValue>) {
    if let Err(cause) = result {
        report("a function that was passed in the options threw", &cause);
    }
}
