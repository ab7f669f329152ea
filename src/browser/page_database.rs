//! Where a page keeps its runs: in IndexedDB, or in memory where there is none.

use crate::database::{Database, Execution, MemoryDatabase};
use crate::indexeddb::IndexedDbDatabase;
use crate::storage::Result;

/// The database of a page.
#[derive(Debug)]
pub(crate) enum PageDatabase {
    /// In IndexedDB.
    IndexedDb(Box<IndexedDbDatabase>),
    /// In this page's memory.
    Memory(MemoryDatabase),
}

impl Database for PageDatabase {
    async fn execute(&self, execution: Execution<'_>) -> Result<()> {
        match self {
            Self::IndexedDb(database) => database.execute(execution).await,
            Self::Memory(database) => database.execute(execution).await,
        }
    }

    async fn repair(&self, unclean_shutdown: f64) {
        match self {
            Self::IndexedDb(database) => database.repair(unclean_shutdown).await,
            Self::Memory(database) => database.repair(unclean_shutdown).await,
        }
    }

    fn may_commit_in_part(&self) -> bool {
        match self {
            Self::IndexedDb(database) => database.may_commit_in_part(),
            Self::Memory(database) => database.may_commit_in_part(),
        }
    }

    fn abandon(&self) {
        match self {
            Self::IndexedDb(database) => database.abandon(),
            Self::Memory(database) => database.abandon(),
        }
    }

    fn close(&self) {
        match self {
            Self::IndexedDb(database) => database.close(),
            Self::Memory(database) => database.close(),
        }
    }
}
