//! What a tracker stores: records, the rules of a run's life, and storage in memory. Pure Rust that runs natively.

#[doc(hidden)]
pub mod clock;
mod error;
mod experiment_storage;
mod memory;
mod record;
mod run_edit;
mod run_state;

#[cfg(any(feature = "wasm", feature = "interop"))]
pub(crate) use error::quoted;
pub use error::{Result, StorageError};
pub use experiment_storage::ExperimentStorage;
pub use memory::InMemoryStorage;
pub use record::{
    ArtifactRef, ExperimentRecord, MetricPoint, RunRecord, RunStatus, SeriesHeaders, Tag, UnknownOfSeries,
};

pub use run_edit::RunEdit;

pub use crate::columns::MAX_STEP;

// For the layers above, the tests and the benchmarks.
#[doc(hidden)]
pub use self::{
    memory::{RunSlot, metric_points},
    record::{RECORD_FORMAT, content_hash},
    run_state::{RunState, SeriesSlot, check_key, check_text, step_too_large},
};
#[doc(hidden)]
pub use crate::columns::{Columns, LoggedPoint, NamedSeries, RawPoint, Series};
