//! The TypeScript definitions of the package: all of them, because its classes are written in JavaScript.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &'static str = include_str!("js/entrenar.d.ts");

#[wasm_bindgen(typescript_custom_section)]
const CURVE_TYPES: &'static str = include_str!("js/curve.d.ts");
