//! One tab's engine over a database: it keeps runs in memory and commits what changed.
//!
//! Each part owns its state behind a narrow interface; [`Session`] composes them and holds no state of its own. Pure Rust: it knows a
//! database, a clock and a queue of effects, but no browser.

#[cfg(feature = "interop")]
mod backup;
mod catch_up;
mod change;
mod clock;
mod compactor;
mod edits;
mod effect;
mod eviction;
mod exit_log;
#[cfg(feature = "interop")]
mod export;
mod flush;
mod flusher;
mod id_pool;
#[cfg(feature = "interop")]
mod import;
mod indexed_db_storage;
mod leaving;
mod logging;
mod loops;
#[cfg(feature = "interop")]
mod mlflow;
mod ownership;
mod pending_changes;
mod read_state;
mod reconcile;
mod refresh;
mod resume;
mod run_reads;
mod schedule;
mod session;
mod staging;

#[cfg(feature = "interop")]
pub use backup::{BackupFolder, BackupRequest, BackupSummary, RestoreRequest, Restored};
pub use catch_up::CATCH_UP_MS;
pub use change::Change;
pub use clock::Clock;
pub use compactor::IDLE_MS;
pub use effect::{Effect, EffectQueue};
pub use eviction::MOST_READ_POINTS;
#[cfg(feature = "interop")]
pub use export::OutgoingRun;
pub use flusher::Flusher;
pub use id_pool::IdPool;
#[cfg(feature = "interop")]
pub use import::{Import, Imported};
pub use indexed_db_storage::IndexedDbStorage;
pub use loops::HEARTBEAT_MS;
#[cfg(feature = "interop")]
pub use mlflow::{MlflowError, MlflowImport, MlflowSync, MlflowTarget, Transport};
pub use ownership::VERIFY_AFTER_MS;
pub use pending_changes::{BATCH_POINTS, MAX_UNSAVED_POINTS, PendingChanges};
pub use schedule::{FLUSH_INTERVAL_MS, Pace};
pub use session::{RunOptions, Session};
pub use staging::{FIRST_STAGED_POINT, MAX_STAGED_STEP, STAGED_METRICS, STAGED_POINTS, Staging};
