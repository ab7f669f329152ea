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
use super::database::{Database, Handle};
use super::entry::open_run;
use super::error::{promise_of, spawn};
use super::json::WrittenJson;
use super::options::{run_options, storage_options};
use super::registry::open;
use super::staging::{StagedSeries, staging_of};
use super::subscribers::Subscribers;
use crate::storage::{Result as StorageResult, RunSlot, StorageError};

/// One training run. Logging is synchronous and goes to memory; a flush into IndexedDB follows within 100 ms.
#[wasm_bindgen(js_name = RunHandle, private, skip_typescript)]
#[derive(Debug)]
pub struct WasmRun {
    handle: Handle,
    run: RunSlot,
    run_id: String,
    experiment_id: String,
    series: StagedSeries,
    subscribers: Rc<Subscribers>,
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
            let handle = open(storage_options).await?;
            let begun = handle.database().synced.begin_run(&name, run_options).await;
            Self::of(handle, begun).map(WasmRun::into_object)
        })
    }

    /// Goes on with a run that was not ended, with everything logged to it so far.
    pub fn resume(run_id: &JsValue, options: &JsValue) -> Promise {
        let checked =
            arguments::string("run_id", run_id).and_then(|run_id| Ok((run_id, storage_options(options)?)));
        promise_of(checked, |(run_id, storage_options)| async move {
            let handle = open(storage_options).await?;
            let resumed = handle.database().synced.resume_run(&run_id).await;
            Self::of(handle, resumed).map(WasmRun::into_object)
        })
    }

    fn of(handle: Handle, run: StorageResult<RunSlot>) -> Result<WasmRun, JsValue> {
        let run = run?;
        let database = handle.database();
        database.keep_leases();
        let (experiment_id, run_id) = database.synced.ids_of(run).unwrap_or_default();
        let (subscribers, series) = database.shared(run);
        let written = RefCell::default();
        Ok(Self { handle, run, run_id, experiment_id, series, subscribers, written })
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
        let staging = staging_of(self.run, self.database().synced.staging().cells(), &self.series);
        open_run(self, staging)
    }

    fn database(&self) -> &Rc<Database> {
        self.handle.database()
    }

    fn gone(&self) -> JsValue {
        let lost = self.database().synced.storage().lost(self.run);
        lost.unwrap_or_else(|| StorageError::RunNotFound(self.run_id.clone())).into()
    }
}

impl Drop for WasmRun {
    fn drop(&mut self) {
        // Logging to what was freed goes the checked way, which throws.
        self.database().synced.staging().begin_epoch();
        let database = Rc::clone(self.database());
        spawn(async move { database.release_unused() });
    }
}
