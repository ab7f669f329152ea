//! The databases this page has open: each once, however many handles are on it.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::database::{Database, Handle};
use super::error::warn;
use super::options::StorageOptions;
use super::page::watch_page;
use super::page_mirror::PageMirror;
use crate::storage::indexed_db::{RexieMirror, Turn, VolatileMirror, random_token};
use crate::storage::{Result, StorageError};

#[derive(Debug)]
struct Entry {
    options: StorageOptions,
    opening: Turn,
    database: RefCell<Option<Rc<Database>>>,
}

thread_local! {
    static ENTRIES: RefCell<Vec<Rc<Entry>>> = const { RefCell::new(Vec::new()) };
}

/// A handle on the database of these options, opened if this page has not opened it yet. Who asks meanwhile waits.
///
/// # Errors
/// `NewerDatabase`, `Blocked`, `QuotaExceeded` and others for a database that must not be replaced by memory.
pub async fn open(options: StorageOptions) -> std::result::Result<Handle, JsValue> {
    opened_or_new(options).await.map_err(JsValue::from)
}

async fn opened_or_new(options: StorageOptions) -> Result<Handle> {
    let entry = ENTRIES.with_borrow_mut(|entries| {
        if let Some(entry) = entries.iter().find(|entry| entry.options == options) {
            return Rc::clone(entry);
        }
        let entry = Rc::new(Entry { options, opening: Turn::default(), database: RefCell::default() });
        entries.push(Rc::clone(&entry));
        entry
    });
    let _turn = entry.opening.take().await;
    if let Some(database) = &*entry.database.borrow() {
        return Ok(database.handle());
    }
    // A failure leaves the place empty: who asks again gets another try.
    let opened = open_new(&entry.options).await?;
    let handle = opened.handle();
    *entry.database.borrow_mut() = Some(opened);
    Ok(handle)
}

/// All databases this page has open.
pub fn opened() -> Vec<Rc<Database>> {
    ENTRIES.with_borrow(|entries| {
        let mut opened = Vec::new();
        for entry in entries {
            opened.extend(entry.database.borrow().clone());
        }
        opened
    })
}

async fn open_new(options: &StorageOptions) -> Result<Rc<Database>> {
    let owner = random_token();
    if options.persistent {
        watch_page();
        let mirror = PageMirror::IndexedDb(RexieMirror::new(&options.database));
        match Database::open(mirror, &options.database, &owner).await {
            Err(StorageError::Unavailable(cause)) => warn(&format!(
                "runs are kept in memory only and are lost with this page or process, because {cause}"
            )),
            result => return result,
        }
    }
    let mirror = PageMirror::Memory(VolatileMirror::default());
    Database::open(mirror, &options.database, &owner).await
}
