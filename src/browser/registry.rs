//! The databases this page has open: each once, however many handles are on it. One that no handle uses is closed.

use std::cell::RefCell;
use std::rc::Rc;

use futures::lock::Mutex;

use super::console::warn;
use super::open_database::{Handle, OpenDatabase};
use super::page_database::PageDatabase;
use super::page_lifecycle::watch_page;
use crate::database::MemoryDatabase;
use crate::indexeddb::{IndexedDbDatabase, random_token};
use crate::storage::{Result, StorageError};

/// The database of callers that name none.
const DEFAULT_DATABASE: &str = "entrenar";

/// Which database, and where it is kept. By default it is `entrenar`, in IndexedDB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageOptions {
    /// The database's name.
    pub database: String,
    /// Whether it is in IndexedDB; else it is in this page's memory.
    pub persistent: bool,
}

impl Default for StorageOptions {
    fn default() -> Self {
        Self { database: DEFAULT_DATABASE.to_owned(), persistent: true }
    }
}

#[derive(Debug)]
struct Entry {
    options: StorageOptions,
    database: Mutex<Option<Rc<OpenDatabase>>>,
}

thread_local! {
    static ENTRIES: RefCell<Vec<Rc<Entry>>> = const { RefCell::new(Vec::new()) };
}

/// A handle on the database of these options, opened if this page has not opened it yet; and whether it had. Callers that ask meanwhile
/// wait.
///
/// # Errors
/// `NewerDatabase`, `Blocked`, `QuotaExceeded`, `ConnectionLost` and others for a database that must not be replaced by memory.
pub(super) async fn open(options: StorageOptions) -> Result<(Handle, bool)> {
    let entry = ENTRIES.with_borrow_mut(|entries| {
        if let Some(entry) = entries.iter().find(|entry| entry.options == options) {
            return Rc::clone(entry);
        }
        let entry = Rc::new(Entry { options, database: Mutex::new(None) });
        entries.push(Rc::clone(&entry));
        entry
    });
    let mut database = entry.database.lock().await;
    if let Some(open) = database.as_ref().filter(|open| !open.is_closed()) {
        return Ok((Handle::on(open), true));
    }
    // A failure leaves no database behind: the next caller tries again.
    let opened = open_new(&entry.options).await?;
    let handle = Handle::on(&opened);
    *database = Some(opened);
    Ok((handle, false))
}

/// All databases this page has open.
pub(super) fn opened() -> Vec<Rc<OpenDatabase>> {
    ENTRIES.with_borrow(|entries| {
        let databases = entries.iter().filter_map(|entry| entry.database.try_lock()?.clone());
        databases.filter(|database| !database.is_closed()).collect()
    })
}

/// Forgets databases that are closed.
pub(super) fn forget_closed() {
    ENTRIES.with_borrow_mut(|entries| {
        entries.retain(|entry| {
            let Some(mut database) = entry.database.try_lock() else { return true };
            if database.as_ref().is_some_and(|database| database.is_closed()) {
                *database = None;
            }
            // An entry that a caller is about to open has another owner.
            database.is_some() || Rc::strong_count(entry) > 1
        });
    });
}

async fn open_new(options: &StorageOptions) -> Result<Rc<OpenDatabase>> {
    let owner = random_token();
    if options.persistent {
        watch_page();
        let database = PageDatabase::IndexedDb(Box::new(IndexedDbDatabase::new(&options.database)));
        match OpenDatabase::open(database, &options.database, &owner).await {
            Err(StorageError::Unavailable(cause)) => warn(&format!(
                "runs are kept in memory only and are lost with this page or process, because {cause}"
            )),
            result => return result,
        }
    }
    let database = PageDatabase::Memory(MemoryDatabase::new());
    OpenDatabase::open(database, &options.database, &owner).await
}
