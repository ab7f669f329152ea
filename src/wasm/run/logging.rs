//! Logging by checked calls: points one by one or many at once, artifacts, and subscribers to points.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::WasmRun;
use crate::browser::wall_ms;
use crate::engine::Staging;
use crate::storage::SeriesSlot;
use crate::wasm::arguments;

/// Values that `log_series` copies at once.
const COPIED_AT_ONCE: usize = 16_384;

#[wasm_bindgen(js_class = RunHandle)]
#[allow(clippy::must_use_candidate, reason = "the callers are JavaScript")]
#[allow(clippy::missing_errors_doc, reason = "errors are listed in the TypeScript definitions")]
impl WasmRun {
    /// Stores a value at the next step of its metric: 1 + the highest logged, 0 for a new one.
    pub fn log_metric(&self, key: &JsValue, value: &JsValue) -> Result<(), JsValue> {
        let value = arguments::number("value", value)?;
        let slot = self.slot(key)?;
        self.store(key, slot, None, value)
    }

    /// Stores a value at a step of the caller's.
    pub fn log_metric_at(&self, key: &JsValue, step: &JsValue, value: &JsValue) -> Result<(), JsValue> {
        let step = arguments::step("step", step)?;
        let value = arguments::number("value", value)?;
        let slot = self.slot(key)?;
        self.store(key, slot, Some(step), value)
    }

    /// Stores one value of each of several metrics, all at one step: the given one, or the highest of their next steps.
    /// Either all are stored or none. `keys` and `values` are lists of one length.
    pub fn log_metrics(&self, keys: &Array, values: &Array, step: &JsValue) -> Result<(), JsValue> {
        let step = arguments::optional_step("step", step)?;
        let mut logged_keys = Vec::with_capacity(keys.length() as usize);
        let mut points = Vec::with_capacity(keys.length() as usize);
        for (key, value) in keys.iter().zip(values.iter()) {
            let value = arguments::metric_value(&key, &value)?;
            points.push((self.slot(&key)?, value));
            logged_keys.push(key);
        }
        let step = self.run.log_together(&points, step)?;
        for (key, (slot, value)) in logged_keys.iter().zip(points) {
            self.stored(key, slot, step, value);
        }
        Ok(())
    }

    /// As `log_metrics`, but without a step the points get the run's next one: 1 + the highest step of whatever metric.
    pub fn log(&self, keys: &Array, values: &Array, step: &JsValue) -> Result<(), JsValue> {
        if step.is_undefined() {
            self.log_metrics(keys, values, &JsValue::from(self.run.next_run_step() as f64))?;
        } else {
            self.log_metrics(keys, values, step)?;
        }
        // Only what was logged allows staging, and with subscribers each point is emitted at once.
        if keys.length() > 0
            && self.shared.subscribers.is_empty()
            && let Some(epoch) = self.run.database().session().allow_staging(self.run.slot())
        {
            self.shared.series.set_run_step(self.run.next_run_step() as f64, epoch);
        }
        Ok(())
    }

    /// Stores many values of one metric at consecutive steps from `first_step`, or from its next step.
    pub fn log_series(&self, key: &JsValue, values: &JsValue, first_step: &JsValue) -> Result<(), JsValue> {
        let values = arguments::float64_values("values", values)?;
        let first_step = arguments::optional_step("first_step", first_step)?;
        let slot = self.slot(key)?;
        let count = values.length();
        let first = self.run.check_series(slot, u64::from(count), first_step)?;
        let now_ms = wall_ms() as i64;
        let mut buffer = vec![0.0; COPIED_AT_ONCE.min(count as usize)];
        let mut step = first;
        let mut from = 0;
        // Subscribers may do to the caller's memory what they want: what they get is copied before.
        let copied = if self.shared.subscribers.is_empty() { Vec::new() } else { values.to_vec() };
        while from < count {
            let to = count.min(from + buffer.len() as u32);
            let block = &mut buffer[..(to - from) as usize];
            values.subarray(from, to).copy_to(block);
            self.run.log_consecutive(slot, step, block, now_ms)?;
            step += u64::from(to - from);
            from = to;
        }
        for (step, value) in (first..).zip(copied) {
            self.emit_point(key, value, step);
        }
        Ok(())
    }

    /// Stores bytes under a key and returns their SHA-256 in lower-case hex.
    pub fn log_artifact(&self, key: &JsValue, data: &JsValue) -> Result<String, JsValue> {
        let key = arguments::string("key", key)?;
        let bytes = arguments::bytes("data", data)?;
        Ok(self.run.log_artifact(&key, &bytes)?)
    }

    /// Calls back after each stored point. Returns the function that ends it.
    pub fn subscribe_metrics(&self, callback: &JsValue) -> Result<JsValue, JsValue> {
        let callback = arguments::function("callback", callback)?;
        // Each point is emitted at once: none is staged from here on, and next steps are not kept in JavaScript.
        self.begin_epoch();
        Ok(self.shared.subscribers.subscribe(callback).1)
    }
}

impl WasmRun {
    /// The slot of a metric; the first time, its key is checked.
    #[inline]
    fn slot(&self, key: &JsValue) -> Result<SeriesSlot, JsValue> {
        let handle = self.shared.series.handle(key);
        if handle >= 0.0 {
            return Ok(Staging::series(handle));
        }
        self.new_slot(key)
    }

    #[cold]
    fn new_slot(&self, key: &JsValue) -> Result<SeriesSlot, JsValue> {
        let name = arguments::string("key", key)?;
        let slot = self.run.metric(&name)?;
        self.shared.series.add(key, Staging::handle(self.run.slot(), slot));
        Ok(slot)
    }

    #[inline]
    fn store(&self, key: &JsValue, slot: SeriesSlot, step: Option<u64>, value: f64) -> Result<(), JsValue> {
        let step = self.run.log_point(slot, step, value)?;
        self.stored(key, slot, step, value);
        Ok(())
    }

    /// A point was stored: it is emitted, or the next ones may be staged.
    #[inline]
    fn stored(&self, key: &JsValue, slot: SeriesSlot, step: u64, value: f64) {
        if !self.shared.subscribers.is_empty() {
            self.emit_point(key, value, step);
        } else if let Some(epoch) = self.run.database().session().allow_staging(self.run.slot()) {
            self.shared.series.set_next_step(key, self.run.next_step(slot) as f64, epoch);
        }
    }

    fn emit_point(&self, key: &JsValue, value: f64, step: u64) {
        let (value, step) = (JsValue::from(value), JsValue::from(step as f64));
        self.shared.subscribers.call(&|callback| callback.call3(&JsValue::UNDEFINED, key, &value, &step));
    }
}
