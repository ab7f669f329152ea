//! The databases this page has open: each once, however many handles are on it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use futures::FutureExt;
use futures::future::{LocalBoxFuture, Shared};

use super::database::{Database, Handle};
use super::error::warn;
use super::options::StorageOptions;
use super::page::watch_page;
use super::page_mirror::PageMirror;
use crate::storage::indexed_db::{MemoryMirror, RexieMirror, random_token};
use crate::storage::{Result, StorageError};

type Opening = Shared<LocalBoxFuture<'static, Result<Rc<Database>>>>;

thread_local! {
    static OPENED: RefCell<HashMap<StorageOptions, Opening>> = RefCell::default();
}

/// A handle on the database of these options, opened if this page has not opened it yet.
///
/// # Errors
/// `NewerDatabase`, `Blocked`, `QuotaExceeded` and others for a database that must not be replaced by memory.
pub async fn open(options: StorageOptions) -> Result<Handle> {
    let opening = OPENED.with_borrow_mut(|opened| {
        opened
            .entry(options.clone())
            .or_insert_with(|| open_new(options.clone()).boxed_local().shared())
            .clone()
    });
    let result = opening.clone().await;
    if result.is_err() {
        // Who asks again gets another try, unless somebody did already.
        OPENED.with_borrow_mut(|opened| {
            if opened.get(&options).is_some_and(|other| other.ptr_eq(&opening)) {
                opened.remove(&options);
            }
        });
    }
    result.map(|database| database.handle())
}

/// All databases this page has open.
pub fn opened() -> Vec<Rc<Database>> {
    OPENED.with_borrow(|opened| {
        opened.values().filter_map(|opening| opening.peek()?.as_ref().ok().cloned()).collect()
    })
}

async fn open_new(options: StorageOptions) -> Result<Rc<Database>> {
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
    Database::open(PageMirror::Memory(MemoryMirror::discarding()), &options.database, &owner).await
}
