//! What a tracker stores. Pure Rust: runs natively, knows nothing of JavaScript.

mod chunk;
pub mod clock;
mod error;
mod experiment_storage;
pub mod indexed_db;
mod memory;
mod record;
mod run_state;
mod series;
mod stretch;

pub use chunk::{CHUNK_POINTS, Columns, LoggedPoint, RawPoint};
#[cfg(feature = "wasm")]
pub(crate) use error::quoted;
pub use error::{Result, StorageError};
pub use experiment_storage::ExperimentStorage;
pub use memory::{InMemoryStorage, RunSlot};
pub use record::{
    ArtifactRef, ExperimentRecord, MAX_STEP, MetricPoint, RECORD_FORMAT, RunRecord, RunStatus, SeriesHeaders,
    Tag,
};
pub use run_state::{RunState, SeriesSlot, check_key, check_text, step_too_large};
pub use series::{NamedSeries, Series};
pub use stretch::{Stretch, StretchTimes};
