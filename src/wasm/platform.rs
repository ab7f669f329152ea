//! What the browser knows of this site's storage.

use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/wasm/js/platform.js")]
extern "C" {
    /// Resolves to `{ usage, quota, persisted }`; zeros where the browser does not tell.
    pub fn estimate() -> Promise;
    /// Asks the browser not to evict this site's data. Resolves to whether it agreed.
    pub fn request_persistence() -> Promise;
}
