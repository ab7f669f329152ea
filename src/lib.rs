//! entrenar: the experiment tracker that lives in the browser.
//!
//! - [`storage`]: what a tracker stores. Pure Rust.
//! - [`dashboard`]: what a dashboard shows.
//! - With the feature `wasm`, `wasm` is the JavaScript surface; `dashboard::wasm` is the same.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct ReadmeSnippets;

#[doc(hidden)]
pub mod columns;
pub mod dashboard;
#[doc(hidden)]
pub mod database;
#[doc(hidden)]
pub mod engine;
mod event;
pub mod storage;

#[cfg(feature = "browser")]
#[doc(hidden)]
pub mod browser;
#[cfg(feature = "browser")]
#[doc(hidden)]
pub mod indexeddb;
#[cfg(feature = "wasm")]
pub mod wasm;
