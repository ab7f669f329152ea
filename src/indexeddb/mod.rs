//! The database in a real IndexedDB, through rexie. Nothing outside this folder knows IndexedDB.

mod closing;
mod codec;
mod connection;
mod dom_error;
mod encode;
#[cfg(feature = "interop")]
mod encode_syncs;
mod executor;
mod exit_log_backup;
mod failed_requests;
mod leveldb_repair;
mod opening;
mod pending_requests;
mod quirks;
mod quota;
mod requests;
mod schema;
mod timer;
mod token;

pub(crate) use encode::Fields;
#[cfg(feature = "interop")]
pub use timer::next_task;
pub use timer::{monotonic_ms, sleep, wall_ms};
pub use token::random_token;

use std::cell::Cell;

use self::closing::Closing;
use self::connection::Connection;
use self::exit_log_backup::ExitLogBackup;
use self::failed_requests::FailedRequests;
use crate::database::{Database, Execution};
use crate::storage::Result;

/// A database in IndexedDB.
pub struct IndexedDbDatabase {
    connection: Connection,
    failed: FailedRequests,
    closing: Closing,
    exit_log_backup: ExitLogBackup,
    /// Whether it was looked for what a killed browser left.
    repair_checked: Cell<bool>,
}

impl std::fmt::Debug for IndexedDbDatabase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IndexedDbDatabase").field("name", &self.name()).finish_non_exhaustive()
    }
}

impl IndexedDbDatabase {
    /// The database `name`, which is opened, and created if need be, when first used.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            connection: Connection::new(name),
            failed: FailedRequests::default(),
            closing: Closing::default(),
            exit_log_backup: ExitLogBackup::default(),
            repair_checked: Cell::new(false),
        }
    }

    /// The database's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.connection.name()
    }
}

impl Database for IndexedDbDatabase {
    async fn execute(&self, execution: Execution<'_>) -> Result<()> {
        self.run(&execution).await
    }

    async fn repair(&self, unclean_shutdown: f64) {
        if !self.repair_checked.replace(true) {
            // A failure shows when the database is used.
            let _ = self.repair_leveldb(unclean_shutdown).await;
        }
    }

    fn may_commit_in_part(&self) -> bool {
        quirks::is_firefox()
    }

    fn abandon(&self) {
        self.connection.abandon();
    }

    fn close(&self) {
        self.connection.close();
    }
}
