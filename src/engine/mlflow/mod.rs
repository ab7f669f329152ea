//! Runs on their way to and from an MLflow tracking server.
//!
//! Nothing here disturbs logging: a sync reads runs as an export does, and writes its own record alone.

mod import;
mod lease;
mod requests;
mod sync;

use std::fmt;

use crate::interop::mlflow::{Answer, Request, ServerError};
use crate::storage::{Result, StorageError};

/// The way to a server, and to the caller who waits.
#[allow(async_fn_in_trait, reason = "all implementations and callers are single-threaded")]
pub trait Transport {
    /// Sends a request. Nothing if it was not answered.
    async fn send(&self, request: &Request) -> Option<Answer>;
    /// Resolves after so many milliseconds, or when the caller stops the work.
    async fn wait(&self, delay_ms: f64);
    /// Fails if the caller has stopped it.
    ///
    /// # Errors
    /// `Aborted`.
    fn check(&self) -> Result<()>;
    /// Tells the caller how many points are done, of how many.
    fn tell_progress(&self, done: f64, total: f64);
    /// Tells the caller what the other side does not hold.
    fn tell_loss(&self, text: &str);
    /// Whether timers are slow, because the page is hidden.
    fn is_hidden(&self) -> bool;
}

/// Where a run is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MlflowTarget {
    /// The server's address, as [`checked_url`](crate::interop::mlflow::checked_url) gives it.
    pub url: String,
    /// The experiment's name there; that of the run's own by default.
    pub experiment: Option<String>,
    /// Whether the sync goes on until the run has ended.
    pub is_live: bool,
}

/// What a sync brought.
#[derive(Debug, Clone, PartialEq)]
pub struct MlflowSync {
    /// The run's id in MLflow.
    pub mlflow_run_id: String,
    /// How many of its points are there.
    pub points: f64,
}

/// Where a run is imported from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MlflowImport {
    /// The server's address.
    pub url: String,
    /// The run's id there.
    pub mlflow_run_id: String,
    /// The name of the experiment that the run goes to; that of the one in MLflow by default.
    pub experiment: Option<String>,
}

/// Why a run did not get to the server, or from it.
#[derive(Debug, Clone, PartialEq)]
pub enum MlflowError {
    /// The storage's fault, or the caller stopped it.
    Storage(StorageError),
    /// The server's.
    Server(ServerError),
    /// Another page sends the run.
    Elsewhere,
}

impl MlflowError {
    /// The stable name of this kind of failure, as JavaScript callers see it in `error.code`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Storage(error) => error.code(),
            Self::Server(error) => error.kind.code(),
            Self::Elsewhere => "SyncedElsewhere",
        }
    }
}

impl fmt::Display for MlflowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Storage(error) => error.fmt(f),
            Self::Server(error) => error.fmt(f),
            Self::Elsewhere => f.write_str(
                "another tab sends this run to MLflow: it goes on there, and what is sent is not sent twice; call again when it has ended",
            ),
        }
    }
}

impl std::error::Error for MlflowError {}

impl From<StorageError> for MlflowError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl From<ServerError> for MlflowError {
    fn from(error: ServerError) -> Self {
        Self::Server(error)
    }
}
