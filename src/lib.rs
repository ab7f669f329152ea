//! entrenar: the experiment tracker that lives in the browser.
//!
//! - [`storage`]: what a tracker stores. Pure Rust.
//! - [`dashboard`]: what a dashboard shows; with the feature `wasm`, the JavaScript surface.

pub mod dashboard;
pub mod storage;
