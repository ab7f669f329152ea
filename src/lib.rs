//! entrenar: the experiment tracker that lives in the browser.
//!
//! - [`storage`]: what a tracker stores. Pure Rust.
//! - [`dashboard`]: what a dashboard shows.
//! - With the feature `wasm`, `wasm` is the JavaScript surface; `dashboard::wasm` is the same.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct ReadmeSnippets;

pub mod dashboard;
pub mod storage;
#[cfg(feature = "wasm")]
pub mod wasm;
