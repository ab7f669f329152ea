//! Reading back what was logged.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::WasmRun;
use crate::wasm::arguments;
use crate::wasm::error::quiet_promise_of;
use crate::wasm::plain_object::text_list;
use crate::wasm::storage::bytes;
use crate::wasm::views::stored_series_object;

#[wasm_bindgen(js_class = RunHandle)]
#[allow(clippy::must_use_candidate, reason = "the callers are JavaScript")]
#[allow(clippy::missing_errors_doc, reason = "errors are listed in the TypeScript definitions")]
impl WasmRun {
    /// All metrics as JSON text: an object of arrays of `{step, value, timestamp}`. NaN and ±Infinity become null.
    pub fn get_metrics_json(&self) -> Result<JsValue, JsValue> {
        let (text, written) = self.run.read(|state| self.written.take().text(state))??;
        self.written.replace(written);
        Ok(text)
    }

    /// A metric's points ordered by step, as columns; empty columns if it was never logged.
    pub fn get_metrics(&self, key: &JsValue) -> Result<JsValue, JsValue> {
        let key = arguments::string("key", key)?;
        Ok(self.run.read_series(&key, |series| stored_series_object(series, 0))?)
    }

    /// Keys of the metrics logged so far, in the order of first logging.
    pub fn list_metric_keys(&self) -> JsValue {
        text_list(&self.run.list_metric_keys())
    }

    /// The step that the next `log_metric(key, …)` will use.
    pub fn current_step(&self, key: &JsValue) -> Result<f64, JsValue> {
        let key = arguments::string("key", key)?;
        Ok(self.run.current_step(&key)? as f64)
    }

    /// The bytes stored under a key.
    pub fn get_artifact(&self, key: &JsValue) -> Promise {
        quiet_promise_of(arguments::string("key", key), |key| {
            let artifact = self.run.get_artifact(&key);
            async move { Ok(bytes(&artifact.await?)) }
        })
    }
}
