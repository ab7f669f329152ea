//! Turns what rexie and the browser throw into plain [`StorageError`]s.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::storage::error::StorageError;

/// The `DOMException` or `Error` inside.
fn exception(error: &rexie::Error) -> Option<JsValue> {
    use idb::Error as Idb;
    match error {
        rexie::Error::IdbError(idb) => match idb {
            Idb::DomException(exception) => Some(exception.clone().into()),
            Idb::AddFailed(value)
            | Idb::UpdateFailed(value)
            | Idb::DeleteFailed(value)
            | Idb::ClearFailed(value)
            | Idb::GetFailed(value)
            | Idb::GetAllFailed(value)
            | Idb::CountFailed(value)
            | Idb::IndexNotFound(value)
            | Idb::ObjectStoreNotFound(value)
            | Idb::IndexedDbNotFound(value)
            | Idb::IndexedDbOpenFailed(value)
            | Idb::TransactionOpenFailed(value)
            | Idb::TransactionCommitError(value)
            | Idb::TransactionAbortError(value) => Some(value.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn text(value: &JsValue, property: &str) -> String {
    Reflect::get(value, &property.into()).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// `name: message` of the exception.
fn described(error: &rexie::Error) -> String {
    match exception(error) {
        Some(exception) if exception.is_object() => {
            format!("{}: {}", text(&exception, "name"), text(&exception, "message"))
        }
        _ => "there is none".to_owned(),
    }
}

impl From<rexie::Error> for StorageError {
    fn from(error: rexie::Error) -> Self {
        classify(&error)
    }
}

/// The error's kind by the exception's name.
pub fn classify(error: &rexie::Error) -> StorageError {
    let detail = described(error);
    match detail.split(':').next().unwrap_or_default() {
        "QuotaExceededError" => quota_exceeded(&detail),
        "ConstraintError" => StorageError::Conflict(detail),
        "DataCloneError" | "DataError" | "NotFoundError" => StorageError::Backend(format!(
            "IndexedDB refused a record ({detail}): this is a defect of entrenar; please report it"
        )),
        _ => StorageError::ConnectionLost(format!(
            "the connection to IndexedDB broke ({detail}): points stay in memory and are written when it works again; reload the page if it does not"
        )),
    }
}

/// Why IndexedDB could not be opened.
pub fn classify_open(name: &str, error: &rexie::Error) -> StorageError {
    match classify(error) {
        StorageError::QuotaExceeded(text) => StorageError::QuotaExceeded(text),
        _ => StorageError::Unavailable(format!(
            "IndexedDB database '{name}' cannot be opened here ({})",
            described(error)
        )),
    }
}

fn quota_exceeded(detail: &str) -> StorageError {
    StorageError::QuotaExceeded(format!(
        "the disk or this site's storage quota is full ({detail}): points stay in memory; delete runs or free disk space and they are written"
    ))
}

/// The cause of an abort that came without one.
///
/// Where no request failed, what failed was writing to the disk: a full quota or disk. An abort that somebody asked for, or
/// that a dying connection brings, fails the requests too.
pub fn classify_abort(requests_failed: bool) -> StorageError {
    if !requests_failed {
        return quota_exceeded("the transaction was aborted while it was written");
    }
    StorageError::ConnectionLost(
        "IndexedDB aborted a transaction without saying why: points stay in memory and are written again"
            .into(),
    )
}
