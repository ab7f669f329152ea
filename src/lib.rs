//! entrenar: the experiment tracker that lives in the browser.
//!
//! Training code that runs in a page or a worker logs metrics, tags and artifacts of its runs. Logging is a write to memory; a flush into
//! IndexedDB follows within a tenth of a second, and what was committed survives reloads, crashes and full disks. A dashboard reads the
//! same database, live, from any tab.
//!
//! # In a page or worker, from Rust
//!
//! With the feature `browser`, a program compiled to `wasm32-unknown-unknown` uses a `browser::Tracker` and its `browser::Run`s, without
//! a value of JavaScript's:
//!
#![cfg_attr(feature = "browser", doc = "```no_run")]
#![cfg_attr(not(feature = "browser"), doc = "```text")]
//! use entrenar::browser::{RunOptions, StorageOptions, Tracker};
//! use entrenar::storage::StorageError;
//!
//! async fn train() -> Result<(), StorageError> {
//!     let tracker = Tracker::open(StorageOptions::default()).await?;
//!     let run = tracker.start_run("mnist", RunOptions::default()).await?;
//!     for epoch in 0..10 {
//!         run.log_metric("loss", 1.0 / f64::from(1 + epoch))?;
//!     }
//!     run.finish().await
//! }
//! ```
//!
//! # In a page or worker, from JavaScript
//!
//! With the feature `wasm`, `wasm-pack build --target web --features wasm` makes a package that has `WasmRun` and `WasmStorage`. The
//! README shows them.
//!
//! # Anywhere
//!
//! [`storage`] has the rules of experiments and runs without a browser: the trait `ExperimentStorage`, and `InMemoryStorage`.
//!
//! ```
//! use entrenar::storage::{ExperimentStorage, InMemoryStorage, RunStatus, StorageError};
//!
//! # fn main() -> Result<(), StorageError> {
//! let mut storage = InMemoryStorage::new();
//! let experiment = storage.create_experiment("mnist", None)?;
//! let run = storage.create_run(&experiment)?;
//! storage.start_run(&run)?;
//! storage.log_metric(&run, "loss", 0, 0.5)?;
//! storage.complete_run(&run, RunStatus::Success)?;
//! assert_eq!(storage.get_metrics(&run, "loss")?.len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # The map
//!
//! - [`storage`]: what a tracker stores. Pure Rust.
//! - [`run`]: one run over any storage, as one value.
//! - [`dashboard`]: what a dashboard shows of it.
//! - `browser`, with the feature of that name: the tracker in a page or worker.
//! - `wasm`, with the feature of that name: the JavaScript bindings; `dashboard::wasm` is the same.

#[cfg(all(doctest, feature = "browser"))]
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
pub mod run;
pub mod storage;

#[cfg(feature = "browser")]
pub mod browser;
#[cfg(feature = "browser")]
#[doc(hidden)]
pub mod indexeddb;
#[cfg(feature = "wasm")]
pub mod wasm;
