//! The tracker for programs in Rust that run in a page or worker, without a value of JavaScript's.
//!
//! - [`Tracker`] is an open database: it begins and resumes runs, and reads every run there is, those of other tabs too.
//! - [`TrackedRun`] is one training: it logs, and ends. Keep it while you train: when the last handle on a run is dropped before the run has
//!   ended, what was logged is saved and the run can be resumed, here or in another tab.
//! - [`TrackedRun::logger`] gives a handle that is `Send`, for hooks and layers that have to be.
//!
//! ```no_run
//! use std::collections::HashMap;
//!
//! use entrenar::browser::{Change, RunOptions, StorageOptions, Tracker};
//! use entrenar::storage::{StorageError, Tag};
//!
//! async fn train() -> Result<(), StorageError> {
//!     let tracker = Tracker::open(StorageOptions::default()).await?;
//!     let watching = tracker.subscribe(|change| {
//!         if let Change::Metrics { run_id, keys, .. } = change {
//!             println!("{run_id} has new points of {keys:?}");     // of this tab or another
//!         }
//!     });
//!
//!     let tags = vec![Tag { key: "author".into(), value: "ada".into() }];
//!     let options = RunOptions { tags, ..RunOptions::default() }.with_config(&HashMap::from([("batch", 64)]))?;
//!     let run = tracker.start_run("mnist", options).await?;
//!     run.log_metric("loss", 0.5)?;                                // step 0, 1, 2, …
//!     run.log_metrics(&[("loss", 0.4), ("accuracy", 0.8)], None)?; // several at one step
//!     run.log_artifact("weights.bin", &[1, 2, 3])?;
//!     run.finish().await?;                                         // resolved: it is on disk
//!
//!     let losses = tracker.get_metrics(run.run_id(), "loss").await?;
//!     assert_eq!(losses.len(), 2);
//!     drop(watching);
//!     Ok(())
//! }
//! ```
//!
//! [`Tracker::changes`] has the same as a stream.
//!
//! # A page that is left
//!
//! Logging goes to memory, and a flush follows within a tenth of a second. What was logged right before a page is reloaded or closed is saved
//! too: nothing has to be called for that. A worker gets no event before it ends; await [`TrackedRun::flush`] before you end one.
//!
//! # After a reload
//!
//! [`Tracker::resume_or_start_run`] goes on with a run by its id, at the step where it stopped, or begins a new one if it has ended.
//! [`Tracker::list_runs`] and [`Tracker::run`] find what is there.
//!
//! # Where there is no `IndexedDB`
//!
//! In Node.js, or where a browser refuses it, runs are kept in memory; the console says so once, and `is_persistent` always.

mod channel;
mod clock;
mod console;
#[cfg(feature = "interop")]
mod interop;
mod logger;
mod open_database;
mod page_database;
mod page_lifecycle;
mod registry;
mod tracked_run;
mod tracker;

pub use crate::database::CorruptRecord;
#[cfg(feature = "interop")]
pub use crate::engine::{BackupFolder, BackupSummary, Restored};
pub use crate::engine::{Change, RunOptions};
#[cfg(feature = "interop")]
pub use crate::engine::{MlflowError, MlflowImport, MlflowSync, MlflowTarget, Transport};
#[cfg(feature = "interop")]
pub use interop::{ExportOptions, ImportOptions, ImportedRuns, RestoreOptions};
pub use registry::StorageOptions;
pub use tracked_run::TrackedRun;
pub use tracker::{Changes, RunInfo, Subscription, Tracker};

/// For the JavaScript bindings.
#[cfg(feature = "wasm")]
pub(crate) use self::{clock::wall_ms, console::error, open_database::OpenDatabase};

use futures::FutureExt;

/// Runs `future` on its own.
fn spawn(future: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(future.boxed_local());
}
