//! `free()` twice is a no-op, by `surface.js`: the generated one throws the second time.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/wasm/surface.js")]
extern "C" {
    /// Makes freeing safe for all objects of this one's class, and gives the object back.
    pub fn safely_freed(object: JsValue) -> JsValue;
}
