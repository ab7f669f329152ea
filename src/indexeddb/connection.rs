//! One connection to an IndexedDB database: opened when needed, dropped when it dies, opened again.

use std::cell::{Cell, RefCell};

use futures::FutureExt;
use futures::future::{Either, select};
use futures::lock::Mutex;
use rexie::{Rexie, RexieBuilder, Transaction, TransactionMode};

use super::codec::{decode_value, encode_value, only};
use super::dom_error::{classify, classify_abort, classify_open, quota_exceeded, unanswered};
use super::failed_requests::ANSWER_MS;
use super::opening::Opening;
use super::quota::is_quota_full;
use super::schema::{SCHEMA_VERSION, builder, store_name};
use super::timer::sleep;
use super::token::random_token;
use crate::database::{DatabaseMeta, Table, Value};
use crate::event::Event;
use crate::storage::{RECORD_FORMAT, Result, StorageError};

/// How long another tab may stand in the way of opening, in milliseconds.
const BLOCKED_MS: f64 = 10_000.0;
/// Pauses before opening is tried again the first time a page opens the database, in milliseconds.
const PAUSES_MS: [f64; 6] = [50.0, 250.0, 500.0, 1_000.0, 1_500.0, 2_000.0];

/// Holds the handle. Invariant: a handle is closed before it is dropped, or the next upgrade would wait for ever.
#[derive(Debug)]
pub(super) struct Connection {
    name: String,
    handle: RefCell<Option<Rexie>>,
    opening: Mutex<()>,
    /// What the database said of itself last; nothing before the first opening.
    meta: RefCell<DatabaseMeta>,
    was_open: Cell<bool>,
    /// How often `Cleared` was reported.
    clears: Cell<u32>,
    /// How often transactions under way were abandoned.
    abandonments: Cell<u32>,
    abandoned: Event,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close();
    }
}

impl Connection {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            handle: RefCell::default(),
            opening: Mutex::new(()),
            meta: RefCell::default(),
            was_open: Cell::new(false),
            clears: Cell::new(0),
            abandonments: Cell::new(0),
            abandoned: Event::default(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn is_open(&self) -> bool {
        self.handle.borrow().is_some()
    }

    /// The unclean shutdown after which the database had been repaired when it was opened last.
    pub(super) fn repaired_ms(&self) -> f64 {
        self.meta.borrow().repaired_ms
    }

    /// Gives up what is under way on this connection, and the connection.
    pub(super) fn abandon(&self) {
        self.close();
        self.abandonments.set(self.abandonments.get() + 1);
        self.abandoned.notify();
    }

    /// Resolves when what is under way now is given up.
    pub(super) fn until_abandoned(&self) -> impl Future<Output = ()> {
        let before = self.abandonments.get();
        self.abandoned.until(move || self.abandonments.get() != before)
    }

    pub(super) fn clears(&self) -> u32 {
        self.clears.get()
    }

    pub(super) fn close(&self) {
        if let Some(handle) = self.handle.borrow_mut().take() {
            handle.close();
        }
    }

    /// Begins a transaction. A handle that refuses is dead (site data cleared, another tab upgrades): it is dropped.
    pub(super) fn transaction(&self, stores: &[&str], mode: TransactionMode) -> Result<Transaction> {
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
    /// Fails with `Cleared`, once, if it is not the one that was open before: it is usable, and empty. Callers that waited meanwhile have
    /// something for the old one, and get `ConnectionLost`.
    pub(super) async fn ensure_open(&self) -> Result<()> {
        if self.is_open() {
            return Ok(());
        }
        let clears = self.clears();
        let _opening = self.opening.lock().await;
        if self.clears() != clears {
            return Err(cleared_meanwhile());
        }
        if self.is_open() {
            return Ok(());
        }
        let opened = self.open_with_retries().await?;
        let handle = match opened {
            Ok(handle) => handle,
            Err(cause) if self.was_open.get() => return Err(classify(&cause)),
            Err(cause) => {
                let cause = classify_open(&self.name, &cause);
                // What a full disk does to an opening has no name of its own.
                let may_be_full = matches!(cause, StorageError::ConnectionLost(_));
                let is_full = may_be_full && is_quota_full().await;
                return Err(if is_full { quota_exceeded(&cause.to_string()) } else { cause });
            }
        };
        let checking = Opening::new(checked(self.name.clone(), handle), |checked| {
            if let Ok((handle, _)) = checked {
                handle.close();
            }
        });
        let (handle, meta) = match select(checking, sleep(ANSWER_MS)).await {
            Either::Left((checked, _)) => checked?,
            Either::Right(_) => return Err(unanswered()),
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

    /// Opens the database. The first time, a failure that may pass is tried again for some seconds: a page that went on in memory for
    /// it would lose its runs.
    async fn open_with_retries(&self) -> Result<rexie::Result<Rexie>> {
        let mut pauses = PAUSES_MS.into_iter();
        loop {
            let mut opening = handle_opening(builder(&self.name));
            // Where there is no IndexedDB, that is known at once.
            if let Some(opened) = (&mut opening).now_or_never() {
                return Ok(opened);
            }
            let opened = self.in_time(opening).await?;
            let may_pass = |cause: &rexie::Error| {
                matches!(classify_open(&self.name, cause), StorageError::ConnectionLost(_))
            };
            let is_final = self.was_open.get() || !opened.as_ref().is_err_and(may_pass);
            let Some(pause_ms) = pauses.next().filter(|_| !is_final) else { return Ok(opened) };
            sleep(pause_ms).await;
        }
    }

    /// Waits for an opening, unless another tab blocks it for too long.
    pub(super) async fn in_time(&self, opening: HandleOpening) -> Result<rexie::Result<Rexie>> {
        match select(opening, sleep(BLOCKED_MS)).await {
            Either::Left((opened, _)) => Ok(opened),
            Either::Right(_) => Err(StorageError::Blocked(format!(
                "the database '{}' cannot be opened while another tab holds on to it: close this site's other tabs, then try again",
                self.name
            ))),
        }
    }
}

type HandleOpening = Opening<rexie::Result<Rexie>>;

/// Opens a database.
pub(super) fn handle_opening(builder: RexieBuilder) -> HandleOpening {
    Opening::new(builder.build(), |opened| {
        if let Ok(handle) = opened {
            handle.close();
        }
    })
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
        Table::ALL.into_iter().all(|table| names.iter().any(|name| name == store_name(table)))
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
                let meta = DatabaseMeta {
                    format: RECORD_FORMAT,
                    version,
                    compatible_since: 1,
                    identity,
                    repaired_ms: 0.0,
                };
                new = Some(meta);
            }
            _ => return Err(newer()),
        }
    }
}

/// The error of a transaction that was begun on a database that was cleared since, where another caller got `Cleared`.
pub(super) fn cleared_meanwhile() -> StorageError {
    StorageError::ConnectionLost("this site's data was cleared".into())
}

/// What the database says of itself; if it says nothing yet, `new` is written and returned. Another tab may open the new database at
/// the same time: the second one reads what the first wrote.
async fn stored_meta(handle: &Rexie, new: Option<DatabaseMeta>) -> Result<Option<DatabaseMeta>> {
    let mode = if new.is_some() { TransactionMode::ReadWrite } else { TransactionMode::ReadOnly };
    let transaction = handle.transaction(&[store_name(Table::Meta)], mode)?;
    let store = transaction.store(store_name(Table::Meta))?;
    let stored = store.get_all(Some(only(DatabaseMeta::KEY)?), None).await?;
    if let Some(stored) = stored.into_iter().next() {
        return match decode_value(Table::Meta, &stored) {
            Value::Meta(meta) => Ok(Some(meta)),
            _ => Err(StorageError::Corrupt("the database's own record cannot be read".into())),
        };
    }
    if let Some(new) = &new {
        let value = encode_value(&Value::Meta(new.clone()))?;
        store.put(&value, Some(&DatabaseMeta::KEY.into())).await?;
        match transaction.commit().await {
            Err(rexie::Error::TransactioncommitFailed) => return Err(classify_abort(false)),
            committed => committed?,
        }
    }
    Ok(new)
}
