//! What the browser knows of this site's storage: see `platform.js`.

use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/dashboard/wasm/platform.js")]
extern "C" {
    /// Resolves to `{ usage, quota, persisted }`.
    pub fn estimate() -> Promise;
    /// Resolves to whether the browser will not evict this site's data.
    pub fn request_persistence() -> Promise;
}
