//! Storage that is mirrored into IndexedDB.
//!
//! [`IndexedDbStorage`] is the memory with a journal of what changed. [`SyncedStorage`] drains the journal into a
//! [`Mirror`] and reads back from it. Nothing here but `rexie_mirror` knows a browser.

mod change;
mod compaction;
mod flush_policy;
mod ids;
mod journal;
mod memory_mirror;
mod mirror;
mod point_block;
#[cfg(feature = "wasm")]
mod rexie_mirror;
mod settling;
mod staging;
mod storage;
mod synced;
mod synced_compact;
mod synced_doubt;
mod synced_edit;
mod synced_exit;
mod synced_flush;
mod synced_load;
mod synced_log;
mod synced_release;
mod synced_resume;
mod turn;
mod volatile_mirror;

pub use change::{Change, Damage, Damaged};
pub use compaction::{Compaction, FEWEST_ROWS, KEPT_ROWS, compaction, holds_row};
pub use flush_policy::{FlushPolicy, Wake};
pub use ids::IdPool;
pub use journal::{BATCH_POINTS, Journal, MAX_UNSAVED_POINTS, Touched};
pub use memory_mirror::MemoryMirror;
pub use mirror::{Amendment, Batch, Catalog, Mirror, NewRun, PointRow, ReservedIds, RunCommit, StoredPoints};
pub use point_block::{BLOCK_BYTES, BLOCK_FORMAT, BlockWriter, EMPTY_BLOCK, Slice, read_block};
#[cfg(feature = "wasm")]
pub use rexie_mirror::{
    PlainObject, RexieMirror, experiment_facts, random_token, run_facts, set_own, text_list,
};
pub use settling::{Settled, settled};
pub use staging::{FIRST_STAGED_POINT, MAX_STAGED_STEP, STAGED_METRICS, STAGED_POINTS, Staging};
pub use storage::IndexedDbStorage;
pub use synced::{Notice, RunOptions, SyncedStorage};
pub use synced_release::MOST_READ_POINTS;
pub use turn::Turn;
pub use volatile_mirror::VolatileMirror;
