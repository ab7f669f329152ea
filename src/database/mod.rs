//! A transactional key-value database as the engine sees it. Pure Rust.
//!
//! An operation is a [`Transaction`]: a plan over typed keys and values. Each is written once, in [`operations`], and run alike by
//! [`MemoryDatabase`] and by IndexedDB. Faults are injected in tests at [`Database::execute`].

#[cfg(feature = "interop")]
mod imports;
mod key;
mod memory_database;
pub mod operations;
mod records;
mod shared_bytes;
mod transaction;
mod value;

#[cfg(feature = "interop")]
pub use imports::{Import, ImportBatch, Imports, Publication};
pub use key::{Key, Range, Table};
pub use memory_database::MemoryDatabase;
pub use records::{
    ArtifactReference, Batch, Catalog, CorruptRecord, CorruptRecordOf, ExitArtifact, ExitRecord, ExitRun,
    LogEntry, NewRun, ReservedIds, RunCommit, StoredPoints,
};
pub(crate) use transaction::Executor;
pub use transaction::{Answer, Change, Execution, Mode, Read, Step, Transaction};
pub use value::{DatabaseMeta, IdCounters, Tombstone, Tombstones, Value};

use crate::storage::Result;

/// A durable store in which a transaction happens as a whole or not at all.
///
/// Futures are single-threaded. A transaction that writes without reading first has issued every request when its future was polled
/// once, if the database is open: a page that goes away may get no second poll.
///
/// If the database was recreated (site data cleared), exactly one call fails with `Cleared`; calls started before it fail with
/// `ConnectionLost`, even if they had committed: they were for the database that is gone.
#[allow(async_fn_in_trait, reason = "all implementations and callers are single-threaded")]
pub trait Database {
    /// Runs a transaction. Resolves only after it completed.
    ///
    /// # Errors
    /// Those of the plan, which then changed nothing; `Conflict` if a key to be added is taken; `QuotaExceeded`; `ConnectionLost` if
    /// it is not known whether it was committed; `Cleared`.
    async fn execute(&self, execution: Execution<'_>) -> Result<()>;

    /// Runs a transaction, and returns its output.
    ///
    /// # Errors
    /// As [`Database::execute`].
    async fn transact<T>(&self, transaction: Transaction<T>) -> Result<T>
    where
        Self: Sized,
    {
        transaction.run(self).await
    }

    /// A page or browser was killed while it wrote, as [`Catalog::unclean_shutdown`] says: a database that may be half-written
    /// repairs itself. What cannot be repaired can be used all the same.
    async fn repair(&self, _unclean_shutdown: f64) {}

    /// Whether a page that closes may leave a transaction committed in part, as far as it had been issued: a plan of many changes then
    /// writes first what is to follow.
    fn may_commit_in_part(&self) -> bool {
        true
    }

    /// The connection is dead though nothing said so (the page was frozen): transactions under way end with `ConnectionLost` at once.
    fn abandon(&self) {}

    /// Closes the connection when the transactions under way are over; a later transaction opens it again.
    fn close(&self);
}
