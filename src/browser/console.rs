//! The console, which a page may have patched: test set-ups make it throw.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = warn, catch)]
    fn console_warn(text: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(js_namespace = console, js_name = error, catch)]
    fn console_error(text: &str, cause: &JsValue) -> Result<(), JsValue>;
}

/// Tells what the user should know.
pub(super) fn warn(text: &str) {
    let _ = console_warn(&format!("entrenar: {text}"));
}

/// Reports a mistake in a caller's code that no promise carries.
#[cfg(feature = "wasm")]
pub(crate) fn error(text: &str, cause: &JsValue) {
    let _ = console_error(&format!("entrenar: {text}"), cause);
}
