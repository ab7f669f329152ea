//! `WasmRun`: one training run, for the code that trains.

mod lifecycle;
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
use super::options::{GivenOptions, run_options, storage_options};
use super::shared_run::{SharedRun, shared_run};
use super::staging::staging_of;
use crate::browser::{TrackedRun, Tracker};

/// One training run. Logging is synchronous and goes to memory; a flush into IndexedDB follows within 100 ms.
#[wasm_bindgen(js_name = RunHandle, private, skip_typescript)]
#[derive(Debug)]
pub struct WasmRun {
    run: TrackedRun,
    shared: Rc<SharedRun>,
    written: RefCell<WrittenJson>,
}

impl WasmRun {
    /// Begins a new, running run of the experiment of this name, which is created if there is none.
    #[allow(clippy::new_ret_no_self, reason = "the documented name, of what returns a promise")]
    pub fn new(experiment_name: &JsValue, options: &GivenOptions) -> Promise {
        let checked = arguments::string("experiment_name", experiment_name).and_then(|name| {
            let run_options = run_options(options)?;
            let storage_options = storage_options(options)?;
            run_options.check()?;
            Ok((name, run_options, storage_options))
        });
        promise_of(checked, |(name, run_options, storage_options)| async move {
            let run = Tracker::open_for_run(storage_options).await?.start_run(&name, run_options).await?;
            Ok(Self::of(run).into_object())
        })
    }

    /// Goes on with a run that was not ended, with everything logged to it so far.
    pub fn resume(run_id: &JsValue, options: &GivenOptions) -> Promise {
        let checked =
            arguments::string("run_id", run_id).and_then(|run_id| Ok((run_id, storage_options(options)?)));
        promise_of(checked, |(run_id, storage_options)| async move {
            let run = Tracker::open_for_run(storage_options).await?.resume_run(&run_id).await?;
            Ok(Self::of(run).into_object())
        })
    }

    /// Goes on with the run of this id, or begins a new one if that run has ended, was deleted, cannot be read or is not there.
    pub fn resume_or_new(run_id: &JsValue, experiment_name: &JsValue, options: &GivenOptions) -> Promise {
        let checked = arguments::string("experiment_name", experiment_name).and_then(|name| {
            let run_id =
                if arguments::is_given(run_id) { Some(arguments::string("run_id", run_id)?) } else { None };
            let run_options = run_options(options)?;
            let storage_options = storage_options(options)?;
            run_options.check()?;
            Ok((run_id, name, run_options, storage_options))
        });
        promise_of(checked, |(run_id, name, run_options, storage_options)| async move {
            let tracker = Tracker::open_for_run(storage_options).await?;
            let run = tracker.resume_or_start_run(run_id.as_deref(), &name, run_options).await?;
            Ok(Self::of(run).into_object())
        })
    }

    fn of(run: TrackedRun) -> Self {
        let shared = shared_run(run.database(), run.slot());
        Self { run, shared, written: RefCell::default() }
    }
}

#[wasm_bindgen(js_class = RunHandle)]
#[allow(clippy::must_use_candidate, reason = "the callers are JavaScript")]
#[allow(clippy::missing_errors_doc, reason = "errors are listed in the TypeScript definitions")]
impl WasmRun {
    /// This run's id.
    pub fn run_id(&self) -> String {
        self.run.run_id().to_owned()
    }

    /// The id of the experiment it belongs to.
    pub fn experiment_id(&self) -> String {
        self.run.experiment_id().to_owned()
    }

    /// Whether the run outlives the page: false in Node, or where IndexedDB cannot be opened.
    pub fn is_persistent(&self) -> bool {
        self.run.is_persistent()
    }
}

impl WasmRun {
    /// The run as JavaScript gets it.
    fn into_object(self) -> JsValue {
        let cells = self.run.database().session().staging().cells();
        let staging = staging_of(self.run.slot(), cells, &self.shared.series);
        open_run(self, staging)
    }

    /// Logging goes the checked way until a run is allowed to stage again.
    fn begin_epoch(&self) {
        self.run.database().session().staging().begin_epoch();
    }
}

impl Drop for WasmRun {
    fn drop(&mut self) {
        // Logging to what was freed goes the checked way, which throws.
        self.begin_epoch();
    }
}
