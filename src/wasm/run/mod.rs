//! `WasmRun`: one training run, for the code that trains.

mod life;
mod logging;
mod reading;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::arguments;
use super::entry::open_run;
use super::error::promise_of;
use super::json::WrittenJson;
use super::options::{run_options, storage_options};
use super::shared_run::{SharedRun, shared_run};
use super::staging::staging_of;
use crate::browser::{Handle, OpenDatabase, RunHandle, open};
use crate::storage::{Result as StorageResult, RunSlot, StorageError};

/// One training run. Logging is synchronous and goes to memory; a flush into IndexedDB follows within 100 ms.
#[wasm_bindgen(js_name = RunHandle, private, skip_typescript)]
#[derive(Debug)]
pub struct WasmRun {
    handle: RunHandle,
    run: RunSlot,
    run_id: String,
    experiment_id: String,
    shared: Rc<SharedRun>,
    written: RefCell<WrittenJson>,
}

impl WasmRun {
    /// Begins a new, running run of the experiment of this name, which is created if there is none.
    #[allow(
        clippy::new_ret_no_self,
        reason = "a static method of the documented name that returns a promise"
    )]
    pub fn new(experiment_name: &JsValue, options: &JsValue) -> Promise {
        let checked = arguments::string("experiment_name", experiment_name).and_then(|name| {
            let run_options = run_options(options)?;
            let storage_options = storage_options(options)?;
            run_options.check()?;
            Ok((name, run_options, storage_options))
        });
        promise_of(checked, |(name, run_options, storage_options)| async move {
            let handle = open(storage_options).await.map_err(JsValue::from)?;
            let begun = handle.database().session().begin_run(&name, run_options).await;
            Self::of(handle, begun).map(WasmRun::into_object)
        })
    }

    /// Goes on with a run that was not ended, with everything logged to it so far.
    pub fn resume(run_id: &JsValue, options: &JsValue) -> Promise {
        let checked =
            arguments::string("run_id", run_id).and_then(|run_id| Ok((run_id, storage_options(options)?)));
        promise_of(checked, |(run_id, storage_options)| async move {
            let handle = open(storage_options).await.map_err(JsValue::from)?;
            let resumed = handle.database().session().resume_run(&run_id).await;
            Self::of(handle, resumed).map(WasmRun::into_object)
        })
    }

    fn of(handle: Handle, run: StorageResult<RunSlot>) -> Result<WasmRun, JsValue> {
        let run = run?;
        let database = handle.database();
        let (experiment_id, run_id) = database.session().ids_of(run).unwrap_or_default();
        let shared = shared_run(database, run);
        let written = RefCell::default();
        Ok(Self { handle: RunHandle::on(handle, run), run, run_id, experiment_id, shared, written })
    }
}

#[wasm_bindgen(js_class = RunHandle)]
#[allow(clippy::must_use_candidate, reason = "the callers are JavaScript")]
#[allow(clippy::missing_errors_doc, reason = "errors are listed in the TypeScript definitions")]
impl WasmRun {
    /// This run's id.
    pub fn run_id(&self) -> String {
        self.run_id.clone()
    }

    /// The id of the experiment it belongs to.
    pub fn experiment_id(&self) -> String {
        self.experiment_id.clone()
    }

    /// Whether the run outlives the page: false in Node, or where IndexedDB cannot be opened.
    pub fn is_persistent(&self) -> bool {
        self.database().is_persistent()
    }
}

impl WasmRun {
    /// The run as JavaScript gets it.
    fn into_object(self) -> JsValue {
        let staging = staging_of(self.run, self.database().session().staging().cells(), &self.shared.series);
        open_run(self, staging)
    }

    fn database(&self) -> &Rc<OpenDatabase> {
        self.handle.database()
    }

    fn gone(&self) -> JsValue {
        let lost = self.database().session().storage().lost(self.run);
        lost.unwrap_or_else(|| StorageError::RunNotFound(self.run_id.clone())).into()
    }
}

impl Drop for WasmRun {
    fn drop(&mut self) {
        // Logging to what was freed goes the checked way, which throws.
        self.database().session().staging().begin_epoch();
    }
}
