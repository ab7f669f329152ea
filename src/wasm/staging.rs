//! The short cut of `log_metric` and `log_metric_at`, in `surface.js`: points are written into cells of wasm memory, which
//! [`crate::engine::Staging`] describes, and are taken over together. Whatever is unusual goes the checked way, which
//! also admits the run to staging.

use std::cell::Cell;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::MAX_STAGED_STEP;

#[wasm_bindgen(module = "/src/wasm/surface.js")]
extern "C" {
    /// Gives a run's two methods their short cut. `places` maps its metric keys to their places; all handles on a run have the same.
    fn stage_points(
        run: &JsValue,
        memory: &JsValue,
        address: usize,
        length: usize,
        max_step: f64,
        places: &Places,
    ) -> JsValue;

    /// Metric keys to their places, kept on the JavaScript side: looking a key up copies no string.
    #[derive(Debug, Clone)]
    pub type Places;
    #[wasm_bindgen(constructor)]
    pub fn new() -> Places;
    /// NaN for a key that is not there: `undefined` as a number.
    #[wasm_bindgen(method)]
    pub fn get(this: &Places, key: &JsValue) -> f64;
    #[wasm_bindgen(method)]
    pub fn set(this: &Places, key: &JsValue, place: f64);
}

/// Gives a run the short cut, and gives it back.
pub fn staged(run: &JsValue, cells: &'static [Cell<f64>], places: &Places) -> JsValue {
    let address = cells.as_ptr() as usize;
    stage_points(run, &wasm_bindgen::memory(), address, cells.len(), MAX_STAGED_STEP as f64, places)
}
