//! A run's lifecycle: where it stands, its tags, how it ends, and when all of that is durable.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::WasmRun;
use crate::storage::{RunStatus, StorageError};
use crate::wasm::arguments;
use crate::wasm::error::quiet_promise;

#[wasm_bindgen(js_class = RunHandle)]
#[allow(clippy::must_use_candidate, reason = "the callers are JavaScript")]
#[allow(clippy::missing_errors_doc, reason = "errors are listed in the TypeScript definitions")]
impl WasmRun {
    /// Whether the run has ended.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn is_finished(&self) -> bool {
        self.run.is_finished()
    }

    /// Where the run stands.
    #[wasm_bindgen(skip_jsdoc, unchecked_return_type = "RunStatus")]
    pub fn status(&self) -> Result<String, JsValue> {
        Ok(self.run.status()?.as_str().to_owned())
    }

    /// Ends the run as `Success`, at once. The promise says when that is durable.
    #[wasm_bindgen(skip_jsdoc, unchecked_return_type = "Promise<void>")]
    pub fn finish(&self) -> Promise {
        self.end(RunStatus::Success)
    }

    /// Ends the run as `Failed`, at once. The promise says when that is durable.
    #[wasm_bindgen(skip_jsdoc, unchecked_return_type = "Promise<void>")]
    pub fn fail(&self) -> Promise {
        self.end(RunStatus::Failed)
    }

    /// Ends the run as `Cancelled`, at once. The promise says when that is durable.
    #[wasm_bindgen(skip_jsdoc, unchecked_return_type = "Promise<void>")]
    pub fn cancel(&self) -> Promise {
        self.end(RunStatus::Cancelled)
    }

    /// Sets a tag.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn set_tag(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] key: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] value: &JsValue,
    ) -> Result<(), JsValue> {
        let key = arguments::string("key", key)?;
        let value = arguments::string("value", value)?;
        Ok(self.run.set_tag(&key, &value)?)
    }

    /// Removes a tag, if there is one with this key.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn remove_tag(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] key: &JsValue,
    ) -> Result<(), JsValue> {
        Ok(self.run.remove_tag(&arguments::string("key", key)?)?)
    }

    /// Ties the run to a tracing span.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn set_span_id(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue,
    ) -> Result<(), JsValue> {
        let id = arguments::string("id", id)?;
        Ok(self.run.set_span_id(&id)?)
    }

    /// The tracing span the run is tied to.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn get_span_id(&self) -> Option<String> {
        self.run.get_span_id()
    }

    /// Resolves when everything logged before the call is committed; rejects with the cause if it cannot be now.
    #[wasm_bindgen(skip_jsdoc, unchecked_return_type = "Promise<void>")]
    pub fn flush(&self) -> Promise {
        done(self.run.flush())
    }

    /// Points logged and not yet committed.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn pending_points(&self) -> f64 {
        self.run.pending_points() as f64
    }
}

impl WasmRun {
    fn end(&self, status: RunStatus) -> Promise {
        // Text is kept for more to come.
        self.written.take();
        done(self.run.end(status))
    }
}

/// A promise that resolves to nothing when `work` is done.
fn done(work: impl Future<Output = Result<(), StorageError>> + 'static) -> Promise {
    quiet_promise(async move { Ok(work.await.map(|()| JsValue::UNDEFINED)?) })
}
