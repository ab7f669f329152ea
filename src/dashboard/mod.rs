//! What a dashboard shows.
//!
//! With the feature `wasm`, [`wasm`] is the JavaScript surface: `WasmRun` and `WasmStorage`.

#[cfg(feature = "wasm")]
pub mod wasm;
