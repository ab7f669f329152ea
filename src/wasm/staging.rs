//! The JavaScript side of staging, `js/staging.js`: it writes points into cells of wasm memory, which
//! [`crate::engine::Staging`] describes. What it does not take is logged by a checked call, which also allows the run
//! to stage again, and keeps JavaScript's next steps right.

use std::cell::Cell;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::{self, FIRST_STAGED_POINT, MAX_STAGED_STEP};
use crate::storage::RunSlot;

#[wasm_bindgen(module = "/src/wasm/js/staging.js")]
extern "C" {
    /// A run's metric keys and what staging knows of each, kept on the JavaScript side: looking a key up copies no string. All
    /// handles on the run in this page share it.
    #[derive(Debug, Clone)]
    pub type StagedSeries;
    #[wasm_bindgen(constructor)]
    pub fn new() -> StagedSeries;
    /// The number of a metric in the staging cells; NaN for a key that is not there, because `undefined` is no number.
    #[wasm_bindgen(method)]
    pub fn handle(this: &StagedSeries, key: &JsValue) -> f64;
    /// A key was checked and has this number.
    #[wasm_bindgen(method)]
    pub fn add(this: &StagedSeries, key: &JsValue, handle: f64);
    /// What the next step of a known key is in this epoch.
    #[wasm_bindgen(method)]
    pub fn set_next_step(this: &StagedSeries, key: &JsValue, next_step: f64, epoch: f64);
    /// What the next step of the whole run is in this epoch.
    #[wasm_bindgen(method)]
    pub fn set_run_step(this: &StagedSeries, next_step: f64, epoch: f64);

    /// Writes the points of one handle on a run.
    #[derive(Debug)]
    pub type Staging;
    #[wasm_bindgen(constructor)]
    fn over(
        run: f64,
        memory: JsValue,
        address: usize,
        length: usize,
        first_point: usize,
        max_step: f64,
        series: &StagedSeries,
    ) -> Staging;
}

/// What writes points of a run, of these series, into these cells.
pub(super) fn staging_of(run: RunSlot, cells: &'static [Cell<f64>], series: &StagedSeries) -> Staging {
    Staging::over(
        engine::Staging::run_number(run),
        wasm_bindgen::memory(),
        cells.as_ptr() as usize,
        cells.len(),
        FIRST_STAGED_POINT,
        MAX_STAGED_STEP as f64,
        series,
    )
}
