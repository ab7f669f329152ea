//! One connection to an IndexedDB database: opened when needed, dropped when it dies, opened again.

use std::cell::{Cell, RefCell};

use futures::FutureExt;
use futures::future::{Either, select};
use futures::lock::Mutex;
use rexie::{Rexie, Store, Transaction, TransactionMode};
use wasm_bindgen_futures::spawn_local;

use super::decode::decode;
use super::dom_error::{classify, classify_open};
use super::encode::encode;
use super::random_token;
use super::schema::{DATABASE_KEY, DatabaseMeta, META, SCHEMA_VERSION, STORES, builder, only};
use super::timer::timer;
use crate::storage::error::{Result, StorageError};

/// How long another tab may stand in the way of opening, in milliseconds.
const PATIENCE_MS: f64 = 10_000.0;

/// Holds the handle. Invariant: a handle is closed before it is dropped, or the next upgrade would wait for ever.
#[derive(Debug)]
pub struct Connection {
    name: String,
    handle: RefCell<Option<Rexie>>,
    opening: Mutex<()>,
    /// Which database this was last; empty before the first opening.
    identity: RefCell<String>,
    was_open: Cell<bool>,
    /// How often `Cleared` was told.
    clears: Cell<u32>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close();
    }
}

impl Connection {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            handle: RefCell::default(),
            opening: Mutex::default(),
            identity: RefCell::default(),
            was_open: Cell::new(false),
            clears: Cell::new(0),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn is_open(&self) -> bool {
        self.handle.borrow().is_some()
    }

    pub fn clears(&self) -> u32 {
        self.clears.get()
    }

    pub fn close(&self) {
        if let Some(handle) = self.handle.borrow_mut().take() {
            handle.close();
        }
    }

    /// Begins a transaction. A handle that refuses is dead (site data cleared, another tab upgrades): it is dropped.
    pub fn transaction(&self, stores: &[&str], mode: TransactionMode) -> Result<Transaction> {
        let begun = match &*self.handle.borrow() {
            Some(handle) => handle.transaction(stores, mode).map_err(StorageError::from),
            None => Err(StorageError::ConnectionLost("the database is not open".into())),
        };
        if begun.is_err() {
            self.close();
        }
        begun
    }

    /// Opens the database if it is not open.
    ///
    /// Fails with `Cleared`, once, if it is not the one that was open before: it is usable, and empty. Who waited meanwhile has
    /// something for the old one, and gets `ConnectionLost`.
    pub async fn ensure_open(&self) -> Result<()> {
        if self.is_open() {
            return Ok(());
        }
        let clears = self.clears();
        let _turn = self.opening.lock().await;
        if self.clears() != clears {
            return Err(cleared_meanwhile());
        }
        if self.is_open() {
            return Ok(());
        }
        let opened = self.open_in_time().await?;
        let handle = match opened {
            Ok(handle) => handle,
            Err(cause) if self.was_open.get() => return Err(classify(&cause)),
            Err(cause) => return Err(classify_open(&self.name, &cause)),
        };
        let checked = self.check(&handle).await;
        let meta = match checked {
            Ok(meta) => meta,
            Err(cause) => {
                handle.close();
                return Err(cause);
            }
        };
        *self.handle.borrow_mut() = Some(handle);
        self.was_open.set(true);
        let before = self.identity.replace(meta.identity.clone());
        if before.is_empty() || before == meta.identity {
            return Ok(());
        }
        self.clears.set(self.clears() + 1);
        Err(StorageError::Cleared(
            "this site's data was cleared: what this page holds in memory is written again".into(),
        ))
    }

    /// Opens the database, unless another tab stands in the way for too long. What opens after that is let go of.
    async fn open_in_time(&self) -> Result<rexie::Result<Rexie>> {
        let mut opening = builder(&self.name).build().boxed_local();
        // Where there is no IndexedDB, that is known at once, and no timer keeps the process from ending.
        if let Some(opened) = (&mut opening).now_or_never() {
            return Ok(opened);
        }
        match select(opening, timer(PATIENCE_MS)).await {
            Either::Left((opened, _)) => Ok(opened),
            Either::Right((_, opening)) => {
                spawn_local(async move {
                    if let Ok(handle) = opening.await {
                        handle.close();
                    }
                });
                Err(StorageError::Blocked(format!(
                    "the database '{}' cannot be opened while another tab holds on to it: close this site's other tabs, then try again",
                    self.name
                )))
            }
        }
    }

    /// Reads what the database says of itself, or says it if it is new. A newer, incompatible one is left untouched.
    async fn check(&self, handle: &Rexie) -> Result<DatabaseMeta> {
        let version = handle.version()?;
        let has_stores = {
            let names = handle.store_names();
            STORES.iter().all(|store| names.iter().any(|name| name == store))
        };
        let newer = || {
            StorageError::NewerDatabase(format!(
                "the database '{}' was written by a newer version of entrenar (layout {version}, known is {SCHEMA_VERSION}): load that version, or pass another name in options.database",
                self.name
            ))
        };
        if !has_stores {
            return Err(if version > SCHEMA_VERSION {
                newer()
            } else {
                StorageError::Backend(format!(
                    "the database '{}' is not one of entrenar's: pass another name in options.database",
                    self.name
                ))
            });
        }
        let stored = read_meta(handle).await?;
        match stored {
            Some(meta) if meta.version == version && meta.compatible_since <= SCHEMA_VERSION => Ok(meta),
            None if version <= SCHEMA_VERSION => write_meta(handle, version).await,
            _ => Err(newer()),
        }
    }
}

/// What was begun on a database that is gone, as somebody else was told.
pub fn cleared_meanwhile() -> StorageError {
    StorageError::ConnectionLost("this site's data was cleared".into())
}

/// The first of a store's values under a key.
async fn first(store: &Store, key: &str) -> Result<Option<DatabaseMeta>> {
    let found = store.get_all(Some(only(&key.into())?), None).await?;
    found.into_iter().next().map(decode).transpose()
}

async fn read_meta(handle: &Rexie) -> Result<Option<DatabaseMeta>> {
    let transaction = handle.transaction(&[META], TransactionMode::ReadOnly)?;
    let meta = transaction.store(META)?;
    first(&meta, DATABASE_KEY).await
}

/// Another tab may open the new database at the same time: who comes second reads what the first wrote.
async fn write_meta(handle: &Rexie, version: u32) -> Result<DatabaseMeta> {
    let transaction = handle.transaction(&[META], TransactionMode::ReadWrite)?;
    let store = transaction.store(META)?;
    if let Some(meta) = first(&store, DATABASE_KEY).await? {
        return Ok(meta);
    }
    let meta = DatabaseMeta { version, compatible_since: 1, identity: random_token() };
    let put = store.put(&encode(&meta), Some(&DATABASE_KEY.into())).await;
    put?;
    transaction.commit().await?;
    Ok(meta)
}
