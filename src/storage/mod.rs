//! What a tracker stores: records, the rules of a run's life, and storage in memory. Pure Rust that runs natively.

pub mod clock;
mod error;
mod experiment_storage;
mod memory;
mod record;
mod run_state;

#[cfg(feature = "wasm")]
pub(crate) use error::quoted;
pub use error::{Result, StorageError};
pub use experiment_storage::ExperimentStorage;
pub use memory::{InMemoryStorage, RunSlot, metric_points};
pub use record::{
    ArtifactRef, ExperimentRecord, MetricPoint, RECORD_FORMAT, RunEdit, RunRecord, RunStatus, SeriesHeaders,
    Tag, content_hash,
};
pub use run_state::{RunState, SeriesSlot, check_key, check_text, step_too_large};

pub use crate::columns::{Columns, LoggedPoint, MAX_STEP, NamedSeries, RawPoint, Series};
