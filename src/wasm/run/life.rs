//! A run's life: where it stands, its tags, how it ends, and when all of that is durable.

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::WasmRun;
use crate::browser::{OpenDatabase, wall_ms};
use crate::storage::{Result as StorageResult, RunSlot, RunStatus};
use crate::wasm::arguments;
use crate::wasm::error::{quiet_promise, quiet_promise_of};

#[wasm_bindgen(js_class = RunHandle)]
#[allow(clippy::must_use_candidate, reason = "the callers are JavaScript")]
#[allow(clippy::missing_errors_doc, reason = "errors are listed in the TypeScript definitions")]
impl WasmRun {
    /// Whether the run has ended.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn is_finished(&self) -> bool {
        self.run_status().is_none_or(RunStatus::is_final)
    }

    /// Where the run stands.
    #[wasm_bindgen(skip_jsdoc, unchecked_return_type = "RunStatus")]
    pub fn status(&self) -> Result<String, JsValue> {
        self.run_status().map(|status| status.as_str().to_owned()).ok_or_else(|| self.gone())
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
        self.change(|state| state.set_tag(&key, &value))
    }

    /// Ties the run to a tracing span.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn set_span_id(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue,
    ) -> Result<(), JsValue> {
        let id = arguments::string("id", id)?;
        crate::storage::check_text("id", &id)?;
        self.change(|state| {
            state.record_mut().span_id = Some(id);
            Ok(())
        })
    }

    /// The tracing span the run is tied to.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn get_span_id(&self) -> Option<String> {
        let storage = self.database().session().storage();
        storage.memory().get(self.run).and_then(|state| state.record().span_id.clone())
    }

    /// Resolves when everything logged before the call is committed; rejects with the cause if it cannot be now.
    #[wasm_bindgen(skip_jsdoc, unchecked_return_type = "Promise<void>")]
    pub fn flush(&self) -> Promise {
        let (database, run) = (Rc::clone(self.database()), self.run);
        quiet_promise(async move { flushed(&database, run).await })
    }

    /// Points logged and not yet committed.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn pending_points(&self) -> f64 {
        self.database().session().storage().pending_points(self.run) as f64
    }
}

impl WasmRun {
    fn run_status(&self) -> Option<RunStatus> {
        let storage = self.database().session().storage();
        storage.memory().get(self.run).map(|state| state.record().status)
    }

    fn change(
        &self,
        change: impl FnOnce(&mut crate::storage::RunState) -> StorageResult<()>,
    ) -> Result<(), JsValue> {
        let changed = self.database().session().storage_mut().change_run(self.run, change);
        changed.map_err(JsValue::from)
    }

    fn end(&self, status: RunStatus) -> Promise {
        // Text is kept for more to come.
        self.written.take();
        let ended = if self.run_status() == Some(status) {
            Ok(())
        } else {
            self.change(|state| state.complete(status, wall_ms() as i64))
        };
        let (database, run) = (Rc::clone(self.database()), self.run);
        quiet_promise_of(ended, |()| async move { flushed(&database, run).await })
    }
}

async fn flushed(database: &OpenDatabase, run: RunSlot) -> Result<JsValue, JsValue> {
    database.session().flush_run(run).await?;
    Ok(JsValue::UNDEFINED)
}
