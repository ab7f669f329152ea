//! Reading back what was logged.

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::WasmRun;
use crate::storage::Series;
use crate::wasm::arguments;
use crate::wasm::plain_object::text_list;
use crate::wasm::storage::artifact;
use crate::wasm::views::stored_series_object;

#[wasm_bindgen(js_class = RunHandle)]
#[allow(clippy::must_use_candidate, reason = "the callers are JavaScript")]
#[allow(clippy::missing_errors_doc, reason = "errors are listed in the TypeScript definitions")]
impl WasmRun {
    /// All metrics as JSON text: an object of arrays of `{step, value, timestamp}`. NaN and ±Infinity become null.
    pub fn get_metrics_json(&self) -> Result<JsValue, JsValue> {
        let storage = self.database().session().storage();
        let state = storage.memory().get(self.run).ok_or_else(|| self.gone())?;
        let (text, written) = self.written.take().text(state)?;
        self.written.replace(written);
        Ok(text)
    }

    /// A metric's points ordered by step, as columns; empty columns if it was never logged.
    pub fn get_metrics(&self, key: &JsValue) -> Result<JsValue, JsValue> {
        let key = arguments::string("key", key)?;
        let storage = self.database().session().storage();
        let state = storage.memory().get(self.run).ok_or_else(|| self.gone())?;
        Ok(stored_series_object(state.series(&key)?.unwrap_or(&Series::default()), 0))
    }

    /// Keys of the metrics logged so far, in the order of first logging.
    pub fn list_metric_keys(&self) -> JsValue {
        text_list(&self.database().session().storage().list_metric_keys(&self.run_id))
    }

    /// The step that the next `log_metric(key, …)` will use.
    pub fn current_step(&self, key: &JsValue) -> Result<f64, JsValue> {
        let key = arguments::string("key", key)?;
        let storage = self.database().session().storage();
        let state = storage.memory().get(self.run).ok_or_else(|| self.gone())?;
        let series = state.series(&key)?;
        Ok(series.map_or(0, Series::next_step) as f64)
    }

    /// The bytes stored under a key.
    pub fn get_artifact(&self, key: &JsValue) -> Promise {
        let key = arguments::string("key", key);
        artifact(key.map(|key| (Rc::clone(self.database()), self.run_id.clone(), key)))
    }
}
