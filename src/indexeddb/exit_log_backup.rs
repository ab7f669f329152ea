//! A second copy of the exit log, in `localStorage`.
//!
//! A browser under load drops transactions of a page that is gone, even committed ones, when it had not begun to work on them.
//! `localStorage` is written synchronously by another path. A copy is removed when its transaction is known to be complete; one that
//! stays is recovered with the next opening, which changes nothing if it was not needed. Workers have no `localStorage`.
//!
//! What a failed transaction was to write is written again by the next one, with what came since: the next copy takes the place of those.
//! Else a page whose database is gone would fill the site's `localStorage`, and have no room for its latest points.

use std::cell::RefCell;

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::codec::{decode_value, encode_value};
use crate::database::{ExitRecord, Key, Table, Value};

#[wasm_bindgen(module = "/src/indexeddb/js/exit_log_backup.js")]
extern "C" {
    /// Keeps a copy of a record, in the place of other copies. False if it was not kept, being too long, or there being no room: then
    /// the others stay.
    fn keep_backup(database: &str, token: &str, exit: &JsValue, replaced: &Array) -> bool;
    fn remove_backup(database: &str, token: &str);
    /// Tokens and records in turn.
    fn read_backups(database: &str) -> Array;
}

/// The copies of one database's exit log.
#[derive(Debug, Default)]
pub(super) struct ExitLogBackup {
    /// Tokens of this page's copies whose transactions failed.
    failed: RefCell<Vec<String>>,
}

impl ExitLogBackup {
    /// Keeps a copy of an exit log record.
    pub(super) fn keep(&self, database: &str, token: &str, exit: &ExitRecord) {
        let Ok(value) = encode_value(&Value::Exit(Box::new(exit.clone()))) else { return };
        let mut failed = self.failed.borrow_mut();
        let replaced: Array = failed.iter().map(JsValue::from).collect();
        if keep_backup(database, token, &value, &replaced) {
            failed.clear();
        }
    }

    /// The transaction that was to append a record failed.
    pub(super) fn note_failed(&self, token: &str) {
        self.failed.borrow_mut().push(token.to_owned());
    }
}

/// Removes a copy.
pub(super) fn remove(database: &str, token: &str) {
    remove_backup(database, token);
}

/// All copies that can be read, by their tokens.
pub(super) fn all(database: &str) -> Vec<(Key, Value)> {
    let mut backups = Vec::new();
    let found = read_backups(database);
    let mut found = found.iter();
    while let (Some(token), Some(record)) = (found.next(), found.next()) {
        let value = decode_value(Table::Exits, &record);
        if matches!(value, Value::Exit(_)) {
            backups.push((Key::text(token.as_string().unwrap_or_default()), value));
        }
    }
    backups
}
