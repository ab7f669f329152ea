//! A run's metrics as JSON text, written by `js/metrics_json.js`: what `JSON.stringify` would write of the same points, in less time. While
//! the run goes on, the text is kept, and only what was logged since is added to it.

use js_sys::{Array, Float64Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::range_error;
use crate::storage::{NamedSeries, RunState};

/// Points that fit into a string: browsers end strings at about 2^29 characters, and a point takes up to a hundred.
const MOST_POINTS: usize = 5_000_000;
/// Points whose text is kept: some seventy megabytes.
const MOST_KEPT_POINTS: usize = 1_000_000;

#[wasm_bindgen(module = "/src/wasm/js/metrics_json.js")]
extern "C" {
    /// The points of a metric: `[{"step":0,"value":0.5,"timestamp":"2026-01-01T00:00:00.000Z"},…]`.
    ///
    /// Text is gathered in pieces, which take several times the memory of what they become, so that now and then they become it.
    #[derive(Debug)]
    type PointsText;
    #[wasm_bindgen(constructor)]
    fn new() -> PointsText;
    /// Adds points by their columns. NaN and ±Infinity become null; times that no `Date` can hold, the nearest it can.
    #[wasm_bindgen(method, catch)]
    fn write(
        this: &PointsText,
        steps: Float64Array,
        values: Float64Array,
        timestamps: Float64Array,
    ) -> Result<(), JsValue>;
    /// The text of all that was written: one point at least.
    #[wasm_bindgen(method, catch)]
    fn text(this: &PointsText) -> Result<JsValue, JsValue>;

    /// The object of all metrics, from their keys and their points' texts.
    #[wasm_bindgen(catch, js_name = metrics_json)]
    fn joined(keys: Array, texts: Array) -> Result<JsValue, JsValue>;
}

/// What was written of a run.
#[derive(Debug, Default)]
pub(super) struct WrittenJson {
    /// The generation of the points that were written: see [`RunState::generation`].
    generation: u32,
    /// The text of each metric, and how many points are in it.
    metrics: Vec<(PointsText, usize)>,
}

impl WrittenJson {
    /// All points of all metrics, keys in the order of first logging.
    ///
    /// # Errors
    /// `NotLoaded`; a `RangeError` for more points than fit into a string.
    pub(super) fn text(mut self, run: &RunState) -> Result<(JsValue, Self), JsValue> {
        let all = run.all_series()?;
        let points: usize = all.iter().map(|named| named.series.len()).sum();
        if points > MOST_POINTS {
            return Err(range_error(&format!(
                "{points} points are more than a string can hold ({MOST_POINTS}): read one metric after the other with get_metrics"
            )));
        }
        if self.generation != run.generation() {
            self = Self { generation: run.generation(), metrics: Vec::new() };
        }
        self.metrics.resize_with(all.len(), || (PointsText::new(), 0));
        let (keys, texts) = (Array::new(), Array::new());
        for (NamedSeries { key, series }, (text, points)) in all.iter().zip(&mut self.metrics) {
            if series.is_empty() {
                continue;
            }
            if !series.is_in_step_order() {
                (*text, *points) = (PointsText::new(), 0);
            }
            let mut written = Ok(());
            series.for_each_columns(*points, |_, columns| {
                let [steps, values, timestamps] = [&columns.step, &columns.value, &columns.timestamp]
                    .map(|column| Float64Array::from(&**column));
                if written.is_ok() {
                    written = text.write(steps, values, timestamps);
                }
            });
            written?;
            *points = series.len();
            keys.push(&key.as_str().into());
            texts.push(&text.text()?);
        }
        if points > MOST_KEPT_POINTS || run.record().status.is_final() {
            self.metrics.clear();
        }
        Ok((joined(keys, texts)?, self))
    }
}
