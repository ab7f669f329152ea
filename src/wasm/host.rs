//! What the page's console is told. Test set-ups replace it by one that throws, which disturbs nothing here.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/wasm/js/host.js")]
extern "C" {
    /// Tells what the user should know.
    pub fn console_warn(text: &str);
    /// Tells what went wrong in a caller's code, and the cause.
    pub fn console_error(text: &str, cause: &JsValue);
}
