//! JavaScript modules that only other JavaScript modules import. A module gets into the package by being named here.
#![allow(dead_code, reason = "nothing here is called")]

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/wasm/js/handles.js")]
extern "C" {
    #[wasm_bindgen(js_name = HoldingClass)]
    type Handles;
}

#[wasm_bindgen(module = "/src/wasm/js/properties.js")]
extern "C" {
    #[wasm_bindgen(js_name = meantProperty)]
    fn properties();
}

#[wasm_bindgen(module = "/src/wasm/js/files.js")]
extern "C" {
    #[wasm_bindgen(js_name = exportFile)]
    fn files();
}

#[wasm_bindgen(module = "/src/wasm/js/csv_preview.js")]
extern "C" {
    #[wasm_bindgen(js_name = previewCsv)]
    fn csv_preview();
}

#[wasm_bindgen(module = "/src/wasm/js/report_page.js")]
extern "C" {
    #[wasm_bindgen(js_name = reportPage)]
    fn report_page();
}

#[wasm_bindgen(module = "/src/wasm/js/mlflow.js")]
extern "C" {
    #[wasm_bindgen(js_name = syncMlflow)]
    fn mlflow();
}

#[wasm_bindgen(module = "/src/wasm/js/backup.js")]
extern "C" {
    #[wasm_bindgen(js_name = backUp)]
    fn backup();
}

#[wasm_bindgen(module = "/src/wasm/js/config.js")]
extern "C" {
    fn config_json();
}
