//! entrenar: the experiment tracker that lives in the browser.
//!
//! - [`storage`]: what a tracker stores. Pure Rust.
//! - [`dashboard`]: what a dashboard shows; with the feature `wasm`, the JavaScript surface.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct ReadmeSnippets;

pub mod dashboard;
pub mod storage;
