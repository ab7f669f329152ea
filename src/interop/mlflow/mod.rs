//! An MLflow tracking server: what is sent to it of a run, what it answers, and what is read from it. Pure Rust.
//!
//! [`RunSync`] sends a run and [`RunImport`] reads one. Each says the next [`Request`] and takes its [`Answer`]; neither knows a network, a
//! clock or the database. What was sent is a [`SyncState`], which its caller keeps: with it a sync that was cut off at any request goes on,
//! and the server has every point once, because it takes a point that it has already for the same one.

mod answers;
mod artifacts;
mod backoff;
mod batch;
mod batches;
mod error;
mod import;
mod names;
mod params;
mod points;
mod request;
mod state;
mod sync;
mod tags;

pub use backoff::Backoff;
pub use error::{ServerError, ServerErrorKind};
pub use import::{NextRead, RunImport};
pub use request::{Answer, Body, Method, Request, checked_url};
pub use state::{Lease, SentItem, SentSeries, SyncFailure, SyncState, Syncs};
pub use sync::{Next, RunSync};
