//! A run's metrics as JSON text, written by `surface.js`: what `JSON.stringify` would write of the same points, in less time.
//! What visitors download has its comments here.

use js_sys::{Array, Float64Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::range_error;
use crate::storage::NamedSeries;

/// Points that fit into a string: browsers end strings at about 2^29 characters, and a point takes up to a hundred.
const MOST_POINTS: usize = 5_000_000;

#[wasm_bindgen(module = "/src/dashboard/wasm/surface.js")]
extern "C" {
    /// The points of a metric: `[{"step":0,"value":0.5,"timestamp":"2026-01-01T00:00:00.000Z"},…]`.
    ///
    /// Text is gathered in pieces, which take several times the memory of what they become, so that now and then they become it.
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
    /// The text of what was written: one point at least.
    #[wasm_bindgen(method, catch)]
    fn text(this: &PointsText) -> Result<JsValue, JsValue>;

    /// The object of all metrics, from their keys and their points' texts.
    #[wasm_bindgen(catch, js_name = metrics_json)]
    fn joined(keys: Array, texts: Array) -> Result<JsValue, JsValue>;
}

/// All points of all metrics, keys in the order of first logging.
///
/// # Errors
/// A `RangeError` for more points than fit into a string.
pub fn metrics_json(all: &[NamedSeries]) -> Result<JsValue, JsValue> {
    let points: usize = all.iter().map(|named| named.series.len()).sum();
    if points > MOST_POINTS {
        return Err(range_error(&format!(
            "{points} points are more than a string can hold ({MOST_POINTS}): read one metric after the other with get_metrics"
        )));
    }
    let (keys, texts) = (Array::new(), Array::new());
    for NamedSeries { key, series } in all.iter().filter(|named| !named.series.is_empty()) {
        let text = PointsText::new();
        let mut written = Ok(());
        series.for_each_stretch(0, |_, columns| {
            let [steps, values, timestamps] = [&columns.step, &columns.value, &columns.timestamp]
                .map(|column| Float64Array::from(&**column));
            if written.is_ok() {
                written = text.write(steps, values, timestamps);
            }
        });
        written?;
        keys.push(&key.as_str().into());
        texts.push(&text.text()?);
    }
    joined(keys, texts)
}
