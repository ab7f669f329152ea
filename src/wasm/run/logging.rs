//! Logging by checked calls: points one by one or many at once, artifacts, and subscribers to points.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::WasmRun;
use crate::browser::wall_ms;
use crate::engine::Staging;
use crate::storage::{MAX_STEP, SeriesSlot, step_too_large};
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
        let mut points = Vec::with_capacity(keys.length() as usize);
        for (key, value) in keys.iter().zip(values.iter()) {
            let value = arguments::metric_value(&key, &value)?;
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
    pub fn log_series(&self, key: &JsValue, values: &JsValue, first_step: &JsValue) -> Result<(), JsValue> {
        let values = arguments::float64_values("values", values)?;
        let first_step = arguments::optional_step("first_step", first_step)?;
        let slot = self.slot(key)?;
        let first = first_step.unwrap_or_else(|| self.next_step(slot));
        let count = values.length();
        if count > 0 && first.saturating_add(u64::from(count) - 1) > MAX_STEP {
            return Err(step_too_large(&key.as_string().unwrap_or_default()).into());
        }
        self.check_room(u64::from(count))?;
        let now_ms = wall_ms();
        let mut buffer = vec![0.0; COPIED_AT_ONCE.min(count as usize)];
        let mut step = first;
        let mut from = 0;
        // Subscribers may do to the caller's memory what they want: what they are told is copied before.
        let told = if self.shared.subscribers.is_empty() { Vec::new() } else { values.to_vec() };
        while from < count {
            let to = count.min(from + buffer.len() as u32);
            let block = &mut buffer[..(to - from) as usize];
            values.subarray(from, to).copy_to(block);
            let mut storage = self.database().session().storage_mut();
            storage.append_consecutive(self.run, slot, step, block, now_ms as i64)?;
            step += u64::from(to - from);
            from = to;
        }
        for (step, value) in (first..).zip(told) {
            self.tell(key, value, step);
        }
        Ok(())
    }

    /// Stores bytes under a key and returns their SHA-256 in lower-case hex.
    pub fn log_artifact(&self, key: &JsValue, data: &JsValue) -> Result<String, JsValue> {
        let key = arguments::string("key", key)?;
        let bytes = arguments::bytes("data", data)?;
        let stored = self.database().session().storage_mut().put_artifact(self.run, &key, &bytes);
        let hash = stored?;
        Ok(hash)
    }

    /// Calls back after each stored point. Returns the function that ends it.
    pub fn subscribe_metrics(&self, callback: &JsValue) -> Result<JsValue, JsValue> {
        let callback = arguments::function("callback", callback)?;
        // It is told each point at once: none is staged from here on, and next steps are not kept in JavaScript.
        self.database().session().staging().begin_epoch();
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
        let slot = self.database().session().storage_mut().series_slot(self.run, &name);
        let slot = slot?;
        self.shared.series.add(key, Staging::handle(self.run, slot));
        Ok(slot)
    }

    fn next_step(&self, slot: SeriesSlot) -> u64 {
        let storage = self.database().session().storage();
        storage.memory().get(self.run).map_or(0, |state| state.series_at(slot).series.next_step())
    }

    #[inline]
    fn store(&self, key: &JsValue, slot: SeriesSlot, step: Option<u64>, value: f64) -> Result<(), JsValue> {
        let session = self.database().session();
        let step = session.log(self.run, slot, step, value, wall_ms() as i64)?;
        if !self.shared.subscribers.is_empty() {
            self.tell(key, value, step);
        } else if let Some(epoch) = session.allow_staging(self.run) {
            self.shared.series.set_next_step(key, self.next_step(slot) as f64, epoch);
        }
        Ok(())
    }

    fn tell(&self, key: &JsValue, value: f64, step: u64) {
        let (value, step) = (JsValue::from(value), JsValue::from(step as f64));
        self.shared.subscribers.call(&|callback| callback.call3(&JsValue::UNDEFINED, key, &value, &step));
    }

    fn check_room(&self, points: u64) -> Result<(), JsValue> {
        let storage = self.database().session().storage();
        storage.check_room(self.run, points).map_err(JsValue::from)
    }
}
