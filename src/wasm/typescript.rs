//! The TypeScript definitions of the package: all of them, because its classes are written in JavaScript.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &'static str = include_str!("js/entrenar.d.ts");

#[wasm_bindgen(typescript_custom_section)]
const CURVE_TYPES: &'static str = include_str!("js/curve.d.ts");

#[wasm_bindgen(typescript_custom_section)]
const INTEROP_TYPES: &'static str = include_str!("js/interop.d.ts");

#[wasm_bindgen(typescript_custom_section)]
const CSV_PREVIEW_TYPES: &'static str = include_str!("js/csv_preview.d.ts");

#[wasm_bindgen(typescript_custom_section)]
const MLFLOW_TYPES: &'static str = include_str!("js/mlflow.d.ts");

#[wasm_bindgen(typescript_custom_section)]
const BACKUP_TYPES: &'static str = include_str!("js/backup.d.ts");

#[wasm_bindgen(typescript_custom_section)]
const ERROR_TYPES: &'static str = include_str!("js/errors.d.ts");

/// How a package is loaded is its own affair: the npm package has other definitions in place of these.
#[wasm_bindgen(typescript_custom_section)]
const LOADING_TYPES: &'static str = include_str!("js/loading.d.ts");
