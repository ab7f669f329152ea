//! `WasmRun`: one training run, for the code that trains.

use std::rc::Rc;

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::arguments;
use super::database::{Database, Handle};
use super::error::{promise, quiet_promise};
use super::freeing::safely_freed;
use super::json::metrics_json;
use super::options::{run_options, storage_options};
use super::registry::open;
use super::staging::{Places, staged};
use super::subscribers::Subscribers;
use super::views::stored_series_object;
use crate::storage::indexed_db::{Staging, text_list};
use crate::storage::{
    MAX_STEP, Result as StorageResult, RunSlot, RunStatus, Series, SeriesSlot, StorageError, step_too_large,
};

/// Values that `log_series` copies at once.
const COPIED_AT_ONCE: usize = 16_384;

/// One training run. Logging is synchronous and goes to memory; a flush into IndexedDB follows within 100 ms.
#[wasm_bindgen]
#[derive(Debug)]
pub struct WasmRun {
    handle: Handle,
    run: RunSlot,
    run_id: String,
    experiment_id: String,
    places: Places,
    subscribers: Rc<Subscribers>,
}

#[wasm_bindgen]
#[allow(clippy::must_use_candidate, reason = "the callers are JavaScript")]
#[allow(clippy::missing_errors_doc, reason = "errors are listed in the TypeScript definitions")]
impl WasmRun {
    /// Begins a new, running run of the experiment of this name, which is created if there is none.
    #[allow(
        clippy::new_ret_no_self,
        reason = "a static method of the documented name that returns a promise"
    )]
    #[wasm_bindgen(skip_jsdoc, unchecked_return_type = "Promise<WasmRun>")]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "string")] experiment_name: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "RunOptions")] options: JsValue,
    ) -> Promise {
        promise(async move {
            let name = arguments::string("experiment_name", &experiment_name)?;
            let run_options = run_options(&options)?;
            let storage_options = storage_options(&options)?;
            run_options.check()?;
            let handle = open(storage_options).await?;
            let begun = handle.database().synced.begin_run(&name, run_options).await;
            Self::of(handle, begun).map(WasmRun::into_object)
        })
    }

    /// Goes on with a run that was not ended, with everything logged to it so far.
    #[wasm_bindgen(skip_jsdoc, unchecked_return_type = "Promise<WasmRun>")]
    pub fn resume(
        #[wasm_bindgen(unchecked_param_type = "string")] run_id: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "StorageOptions")] options: JsValue,
    ) -> Promise {
        promise(async move {
            let run_id = arguments::string("run_id", &run_id)?;
            let storage_options = storage_options(&options)?;
            let handle = open(storage_options).await?;
            let resumed = handle.database().synced.resume_run(&run_id).await;
            Self::of(handle, resumed).map(WasmRun::into_object)
        })
    }

    fn of(handle: Handle, run: StorageResult<RunSlot>) -> Result<WasmRun, JsValue> {
        let run = run?;
        let database = handle.database();
        database.keep_leases();
        let ids = database
            .synced
            .storage()
            .memory()
            .get(run)
            .map(|state| (state.record().run_id.clone(), state.record().experiment_id.clone()));
        let (run_id, experiment_id) = ids.unwrap_or_default();
        let subscribers = database.metric_subscribers(run);
        Ok(Self { handle, run, run_id, experiment_id, places: Places::new(), subscribers })
    }

    /// Stores a value at the next step of its metric: 1 + the highest logged, 0 for a new one.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn log_metric(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] key: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] value: &JsValue,
    ) -> Result<(), JsValue> {
        let value = arguments::number("value", value)?;
        let slot = self.slot(key)?;
        self.store(key, slot, None, value)
    }

    /// Stores a value at a step of the caller's.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn log_metric_at(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] key: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] step: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] value: &JsValue,
    ) -> Result<(), JsValue> {
        let step = arguments::step("step", step)?;
        let value = arguments::number("value", value)?;
        let slot = self.slot(key)?;
        self.store(key, slot, Some(step), value)
    }

    /// Stores one value of each of several metrics, all at one step: the given one, or the highest of their next steps.
    /// Either all are stored or none.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn log_metrics(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Record<string, number>")] values: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] step: &JsValue,
    ) -> Result<(), JsValue> {
        let step = arguments::optional_step("step", step)?;
        let mut points = Vec::new();
        for (key, value) in arguments::entries("values", values)? {
            let name = key.as_string().unwrap_or_default();
            let value = arguments::number(&format!("the value of '{}'", shortened(&name)), &value)?;
            let slot = self.slot(&key)?;
            points.push((key, slot, value));
        }
        let step = match step {
            Some(step) => step,
            None => points.iter().map(|(_, slot, _)| self.next_step(*slot)).max().unwrap_or(0),
        };
        self.check_room(points.len() as u64)?;
        for (key, slot, value) in points {
            self.store(&key, slot, Some(step), value)?;
        }
        Ok(())
    }

    /// Stores many values of one metric at consecutive steps from `first_step`, or from its next step.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn log_series(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] key: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "Float64Array")] values: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] first_step: &JsValue,
    ) -> Result<(), JsValue> {
        let values = arguments::float64_array("values", values)?;
        let first_step = arguments::optional_step("first_step", first_step)?;
        let slot = self.slot(key)?;
        let first = first_step.unwrap_or_else(|| self.next_step(slot));
        let count = values.length();
        if count > 0 && first.saturating_add(u64::from(count) - 1) > MAX_STEP {
            return Err(step_too_large(&key.as_string().unwrap_or_default()).into());
        }
        self.check_room(u64::from(count))?;
        let now_ms = js_sys::Date::now();
        let mut buffer = vec![0.0; COPIED_AT_ONCE.min(count as usize)];
        let mut step = first;
        let mut from = 0;
        while from < count {
            let to = count.min(from + buffer.len() as u32);
            let block = &mut buffer[..(to - from) as usize];
            values.subarray(from, to).copy_to(block);
            let mut storage = self.database().synced.storage_mut();
            storage.append_consecutive(self.run, slot, step, block, now_ms as i64)?;
            step += u64::from(to - from);
            from = to;
        }
        self.database().synced.changed(now_ms, count);
        if !self.subscribers.is_empty() {
            for index in 0..count {
                self.tell(key, values.get_index(index), first + u64::from(index));
            }
        }
        Ok(())
    }

    /// Stores bytes under a key and returns their SHA-256 in lower-case hex.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn log_artifact(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] key: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "Uint8Array")] data: &JsValue,
    ) -> Result<String, JsValue> {
        let key = arguments::string("key", key)?;
        let bytes = arguments::bytes("data", data)?;
        let stored = self.database().synced.storage_mut().put_artifact(self.run, &key, &bytes);
        let hash = stored?;
        self.changed();
        Ok(hash)
    }

    /// The bytes stored under a key.
    #[wasm_bindgen(skip_jsdoc, unchecked_return_type = "Promise<Uint8Array>")]
    pub fn get_artifact(&self, #[wasm_bindgen(unchecked_param_type = "string")] key: &JsValue) -> Promise {
        let key = arguments::string("key", key);
        let (database, run_id) = (Rc::clone(self.database()), self.run_id.clone());
        quiet_promise(async move {
            let content = database.synced.get_artifact(&run_id, &key?).await;
            content.map(|bytes| Uint8Array::from(&*bytes).into()).map_err(JsValue::from)
        })
    }

    /// All metrics as JSON text: an object of arrays of `{step, value, timestamp}`. NaN and ±Infinity become null.
    #[wasm_bindgen(skip_jsdoc, unchecked_return_type = "string")]
    pub fn get_metrics_json(&self) -> Result<JsValue, JsValue> {
        let storage = self.database().synced.storage();
        let state = storage.memory().get(self.run).ok_or_else(|| self.gone())?;
        metrics_json(state.all_series()?)
    }

    /// A metric's points ordered by step, as columns; empty columns if it was never logged.
    #[wasm_bindgen(skip_jsdoc, unchecked_return_type = "Series")]
    pub fn get_metrics(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] key: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let key = arguments::string("key", key)?;
        let storage = self.database().synced.storage();
        let state = storage.memory().get(self.run).ok_or_else(|| self.gone())?;
        Ok(stored_series_object(state.series(&key)?.unwrap_or(&Series::default()), 0))
    }

    /// Keys of the metrics logged so far, in the order of first logging.
    #[wasm_bindgen(skip_jsdoc, unchecked_return_type = "string[]")]
    pub fn list_metric_keys(&self) -> JsValue {
        text_list(&self.database().synced.storage().list_metric_keys(&self.run_id))
    }

    /// Calls back after each stored point. Returns the function that ends it.
    #[wasm_bindgen(skip_jsdoc, unchecked_return_type = "() => void")]
    pub fn subscribe_metrics(
        &self,
        #[wasm_bindgen(unchecked_param_type = "(key: string, value: number, step: number) => void")]
        callback: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let callback = arguments::function("callback", callback)?;
        // It is to hear of each point at once: none is staged from here on.
        self.database().synced.staging().begin_epoch();
        Ok(self.subscribers.subscribe(callback))
    }

    /// This run's id.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn run_id(&self) -> String {
        self.run_id.clone()
    }

    /// The id of the experiment it belongs to.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn experiment_id(&self) -> String {
        self.experiment_id.clone()
    }

    /// The step that the next `log_metric(key, …)` will use.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn current_step(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] key: &JsValue,
    ) -> Result<f64, JsValue> {
        let key = arguments::string("key", key)?;
        let storage = self.database().synced.storage();
        let state = storage.memory().get(self.run).ok_or_else(|| self.gone())?;
        let series = state.series(&key)?;
        Ok(series.map_or(0, Series::next_step) as f64)
    }

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
        let storage = self.database().synced.storage();
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
        self.database().synced.storage().pending_points(self.run) as f64
    }

    /// Whether the run outlives the page: false in Node, or where IndexedDB cannot be opened.
    #[wasm_bindgen(skip_jsdoc)]
    pub fn is_persistent(&self) -> bool {
        self.database().is_persistent()
    }
}

impl WasmRun {
    /// The run as JavaScript gets it.
    fn into_object(self) -> JsValue {
        let cells = self.database().synced.staging().cells();
        let places = self.places.clone();
        staged(&safely_freed(self.into()), cells, &places)
    }

    fn database(&self) -> &Rc<Database> {
        self.handle.database()
    }

    /// The slot of a metric; the first time, its key is checked.
    #[inline]
    fn slot(&self, key: &JsValue) -> Result<SeriesSlot, JsValue> {
        let place = self.places.get(key);
        if place >= 0.0 {
            return Ok(Staging::series(place));
        }
        self.new_slot(key)
    }

    #[cold]
    fn new_slot(&self, key: &JsValue) -> Result<SeriesSlot, JsValue> {
        let name = arguments::string("key", key)?;
        let slot = self.database().synced.storage_mut().series_slot(self.run, &name);
        let slot = slot?;
        self.places.set(key, Staging::place(self.run, slot));
        Ok(slot)
    }

    fn next_step(&self, slot: SeriesSlot) -> u64 {
        let storage = self.database().synced.storage();
        storage.memory().get(self.run).map_or(0, |state| state.series_at(slot).series.next_step())
    }

    #[inline]
    fn store(&self, key: &JsValue, slot: SeriesSlot, step: Option<u64>, value: f64) -> Result<(), JsValue> {
        let synced = &self.database().synced;
        let step = synced.log(self.run, slot, step, value, js_sys::Date::now())?;
        if self.subscribers.is_empty() {
            synced.admit(self.run);
        } else {
            self.tell(key, value, step);
        }
        Ok(())
    }

    fn tell(&self, key: &JsValue, value: f64, step: u64) {
        let (value, step) = (JsValue::from(value), JsValue::from(step as f64));
        self.subscribers.call(|callback| callback.call3(&JsValue::UNDEFINED, key, &value, &step));
    }

    fn run_status(&self) -> Option<RunStatus> {
        let storage = self.database().synced.storage();
        storage.memory().get(self.run).map(|state| state.record().status)
    }

    fn check_room(&self, points: u64) -> Result<(), JsValue> {
        let storage = self.database().synced.storage();
        storage.check_room(self.run, points).map_err(JsValue::from)
    }

    fn change(
        &self,
        change: impl FnOnce(&mut crate::storage::RunState) -> StorageResult<()>,
    ) -> Result<(), JsValue> {
        let changed = self.database().synced.storage_mut().change_run(self.run, change);
        changed?;
        self.changed();
        Ok(())
    }

    fn changed(&self) {
        self.database().synced.changed(js_sys::Date::now(), 0);
    }

    fn end(&self, status: RunStatus) -> Promise {
        let ended = if self.run_status() == Some(status) {
            Ok(())
        } else {
            self.change(|state| state.complete(status, js_sys::Date::now() as i64))
        };
        let (database, run) = (Rc::clone(self.database()), self.run);
        quiet_promise(async move {
            ended?;
            flushed(&database, run).await
        })
    }

    fn gone(&self) -> JsValue {
        let lost = self.database().synced.storage().lost(self.run);
        lost.unwrap_or_else(|| StorageError::RunNotFound(self.run_id.clone())).into()
    }
}

async fn flushed(database: &Database, run: RunSlot) -> Result<JsValue, JsValue> {
    database.synced.flush().await?;
    // A run that was lost meanwhile has nothing left to flush: its unsaved points will never be saved from here.
    let lost = database.synced.storage().lost(run);
    lost.map_or(Ok(JsValue::UNDEFINED), |cause| Err(cause.into()))
}

impl Drop for WasmRun {
    fn drop(&mut self) {
        // Logging to what was freed goes the checked way, which throws.
        self.database().synced.staging().begin_epoch();
    }
}

fn shortened(key: &str) -> String {
    key.chars().take(80).collect()
}
