//! One connection to an IndexedDB database: opened when needed, dropped when it dies, opened again.

use std::cell::{Cell, RefCell};

use futures::FutureExt;
use futures::future::{Either, LocalBoxFuture, select};
use rexie::{Rexie, Transaction, TransactionMode};
use wasm_bindgen_futures::spawn_local;

use super::decode::decode;
use super::dom_error::{classify, classify_open};
use super::encode::encode;
use super::random_token;
use super::schema::{DATABASE_KEY, DatabaseMeta, META, SCHEMA_VERSION, STORES, builder, only};
use super::timer::{ANSWER_MS, timer, unanswered};
use crate::storage::error::{Result, StorageError};
use crate::storage::indexed_db::turn::Turn;

/// How long another tab may stand in the way of opening, in milliseconds.
const PATIENCE_MS: f64 = 10_000.0;
/// Pauses before opening is tried again, in milliseconds.
const PAUSES_MS: [f64; 2] = [50.0, 250.0];

/// Holds the handle. Invariant: a handle is closed before it is dropped, or the next upgrade would wait for ever.
#[derive(Debug)]
pub struct Connection {
    name: String,
    handle: RefCell<Option<Rexie>>,
    opening: Turn,
    /// What the database said of itself last; nothing before the first opening.
    meta: RefCell<DatabaseMeta>,
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
            opening: Turn::default(),
            meta: RefCell::default(),
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

    /// What was mended in the database when it was opened last.
    pub fn mended_ms(&self) -> f64 {
        self.meta.borrow().mended_ms
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
        let _turn = self.opening.take().await;
        if self.clears() != clears {
            return Err(cleared_meanwhile());
        }
        if self.is_open() {
            return Ok(());
        }
        let opened = self.open_at_last().await?;
        let handle = match opened {
            Ok(handle) => handle,
            Err(cause) if self.was_open.get() => return Err(classify(&cause)),
            Err(cause) => return Err(classify_open(&self.name, &cause)),
        };
        let checking = checked(self.name.clone(), handle).boxed_local();
        let (handle, meta) = match select(checking, timer(ANSWER_MS)).await {
            Either::Left((checked, _)) => checked?,
            Either::Right(((), checking)) => {
                close_late(checking.map(|checked| checked.map(|(handle, _)| handle)));
                return Err(unanswered());
            }
        };
        *self.handle.borrow_mut() = Some(handle);
        self.was_open.set(true);
        let identity = meta.identity.clone();
        let before = self.meta.replace(meta).identity;
        if before.is_empty() || before == identity {
            return Ok(());
        }
        self.clears.set(self.clears() + 1);
        Err(StorageError::Cleared(
            "this site's data was cleared: what this page holds in memory is written again".into(),
        ))
    }

    /// Opens the database. The first time, a failure that took a while to come is not the last word: an upgrade that was aborted or
    /// files that could not be read pass, and a page that went on in memory for it would lose its runs.
    async fn open_at_last(&self) -> Result<rexie::Result<Rexie>> {
        let mut pauses = PAUSES_MS.into_iter();
        loop {
            let mut opening = builder(&self.name).build().boxed_local();
            // Where there is no IndexedDB, that is known at once, and no timer keeps the process from ending.
            if let Some(opened) = (&mut opening).now_or_never() {
                return Ok(opened);
            }
            let opened = self.in_time(opening).await?;
            let is_settled = self.was_open.get() || !opened.as_ref().is_err_and(is_lost);
            let Some(pause_ms) = pauses.next().filter(|_| !is_settled) else { return Ok(opened) };
            timer(pause_ms).await;
        }
    }

    /// Waits for an opening, unless another tab stands in its way for too long. What opens after that is let go of.
    pub async fn in_time(&self, opening: Opening) -> Result<rexie::Result<Rexie>> {
        match select(opening, timer(PATIENCE_MS)).await {
            Either::Left((opened, _)) => Ok(opened),
            Either::Right(((), opening)) => {
                close_late(opening);
                Err(StorageError::Blocked(format!(
                    "the database '{}' cannot be opened while another tab holds on to it: close this site's other tabs, then try again",
                    self.name
                )))
            }
        }
    }
}

/// Lets go of what opens when nobody waits for it any more.
fn close_late<E: 'static>(opening: impl Future<Output = std::result::Result<Rexie, E>> + 'static) {
    spawn_local(async move {
        if let Ok(handle) = opening.await {
            handle.close();
        }
    });
}

/// The handle and what its database says of itself; or it is closed.
async fn checked(name: String, handle: Rexie) -> Result<(Rexie, DatabaseMeta)> {
    let checked = check(&name, &handle).await;
    match checked {
        Ok(meta) => Ok((handle, meta)),
        Err(cause) => {
            handle.close();
            Err(cause)
        }
    }
}

/// Reads what the database says of itself, or says it if it is new. A newer, incompatible one is left untouched.
async fn check(name: &str, handle: &Rexie) -> Result<DatabaseMeta> {
    let version = handle.version()?;
    let has_stores = {
        let names = handle.store_names();
        STORES.iter().all(|store| names.iter().any(|name| name == store))
    };
    let newer = || {
        StorageError::NewerDatabase(format!(
            "the database '{name}' was written by a newer version of entrenar (layout {version}, known is {SCHEMA_VERSION}): load that version, or pass another name in options.database"
        ))
    };
    if !has_stores {
        return Err(if version > SCHEMA_VERSION {
            newer()
        } else {
            StorageError::Backend(format!(
                "the database '{name}' is not one of entrenar's: pass another name in options.database"
            ))
        });
    }
    let mut new = None;
    loop {
        match stored_meta(handle, new.take()).await? {
            Some(meta) if meta.version == version && meta.compatible_since <= SCHEMA_VERSION => {
                return Ok(meta);
            }
            None if version <= SCHEMA_VERSION => {
                let identity = random_token();
                new = Some(DatabaseMeta { version, compatible_since: 1, identity, mended_ms: 0.0 });
            }
            _ => return Err(newer()),
        }
    }
}

pub type Opening = LocalBoxFuture<'static, rexie::Result<Rexie>>;

fn is_lost(cause: &rexie::Error) -> bool {
    matches!(classify(cause), StorageError::ConnectionLost(_))
}

/// What was begun on a database that is gone, as somebody else was told.
pub fn cleared_meanwhile() -> StorageError {
    StorageError::ConnectionLost("this site's data was cleared".into())
}

/// What the database says of itself; if it says nothing yet, `new` is written and returned. Another tab may open the new database at
/// the same time: who comes second reads what the first wrote.
async fn stored_meta(handle: &Rexie, new: Option<DatabaseMeta>) -> Result<Option<DatabaseMeta>> {
    let mode = if new.is_some() { TransactionMode::ReadWrite } else { TransactionMode::ReadOnly };
    let transaction = handle.transaction(&[META], mode)?;
    let store = transaction.store(META)?;
    let key = DATABASE_KEY.into();
    let stored = store.get_all(Some(only(&key)?), None).await?;
    if let Some(stored) = stored.into_iter().next() {
        return decode(stored).map(Some);
    }
    if let Some(new) = &new {
        store.put(&encode(new), Some(&key)).await?;
        transaction.commit().await?;
    }
    Ok(new)
}
