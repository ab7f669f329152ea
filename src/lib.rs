//! The experiment tracker that lives in the browser.
//!
//! Training code in a page or a worker logs metrics, tags and artifacts of its runs. Logging is a write to memory; a flush into `IndexedDB`
//! follows within a tenth of a second, and what was committed survives reloads, crashes and full disks. A dashboard reads the same database,
//! live, from any tab. The same runs, without the browser, are kept over a storage of your own.
//!
//! | you have | you want | feature |
//! |---|---|---|
//! | a program that is compiled to wasm | [`browser`]: the tracker in a page or worker, without a value of JavaScript's | `browser` |
//! | a native program | [`run`]: a run over any [`storage`], and [`dashboard`]: what a view shows of it | |
//! | code that says its numbers by `tracing` | [`tracing`]: a layer that logs them to a run, in a page and natively | `tracing` |
//! | a network of Burn's | the crate `entrenar-burn`, beside this one | |
//! | a page in JavaScript | the npm package, made of [`wasm`] | `wasm` |
//!
//! No registry has this crate yet, and there its name is another project's. Depend on it by `git` or by `path`:
//!
//! ```toml
//! [dependencies]
//! entrenar = { path = "../entrenar", features = ["browser"] }
//! ```
//!
//! # In a page or worker
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
//! The target is `wasm32-unknown-unknown`. `wasm-pack build --target web`, or whatever builds your application, needs nothing more for it.
//!
//! # In a native program
//!
//! ```
//! use std::sync::{Arc, Mutex};
//!
//! use entrenar::run::{Run, TracingConfig};
//! use entrenar::storage::{ExperimentStorage, InMemoryStorage, RunStatus, StorageError};
//!
//! # fn main() -> Result<(), StorageError> {
//! let mut storage = InMemoryStorage::new();
//! let experiment = storage.create_experiment("mnist", None)?;
//! let storage = Arc::new(Mutex::new(storage));
//!
//! let mut run = Run::new(&experiment, Arc::clone(&storage), TracingConfig::disabled())?;
//! let id = run.id.clone();
//! run.log_metric("loss", 0.5)?;
//! run.log_metric("loss", 0.25)?;
//! run.finish(RunStatus::Success)?;
//!
//! let losses = storage.lock().expect("no thread panicked").get_metrics(&id, "loss")?;
//! assert_eq!((losses.len(), losses[1].step, losses[1].value), (2, 1, 0.25));
//! # Ok(())
//! # }
//! ```
//!
//! [`InMemoryStorage`](storage::InMemoryStorage) keeps everything while the process lives; [`ExperimentStorage`](storage::ExperimentStorage) is
//! the trait to implement for a storage that lasts.
//!
//! # What goes wrong
//!
//! Everything fallible returns a [`StorageError`](storage::StorageError): what is wrong in a message that says what to do, and a stable
//! [`code`](storage::StorageError::code). A full disk or a lost connection is no error of logging: points wait in memory until they can be
//! saved, and [`browser::Tracker::subscribe`] tells of it.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(all(feature = "tracing", feature = "wasm")),
    allow(rustdoc::broken_intra_doc_links, reason = "modules behind features are not there without them")
)]

#[cfg(all(doctest, feature = "browser", feature = "tracing"))]
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
#[cfg(feature = "interop")]
pub mod interop;
pub mod run;
pub mod storage;
#[cfg(feature = "tracing")]
pub mod tracing;

#[cfg(feature = "browser")]
pub mod browser;
#[cfg(feature = "browser")]
#[doc(hidden)]
pub mod indexeddb;
#[cfg(feature = "wasm")]
pub mod wasm;
