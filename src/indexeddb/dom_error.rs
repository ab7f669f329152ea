//! Turns what rexie and the browser throw into plain [`StorageError`]s.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::storage::StorageError;

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
pub(super) fn classify(error: &rexie::Error) -> StorageError {
    let detail = described(error);
    match detail.split(':').next().unwrap_or_default() {
        "QuotaExceededError" => quota_exceeded(&detail),
        "ConstraintError" => StorageError::Conflict(detail),
        "DataCloneError" | "DataError" | "NotFoundError" => StorageError::Backend(format!(
            "IndexedDB refused a record ({detail}): this is a defect of entrenar; please report it"
        )),
        // WebKit, when its database process died: neither this page nor its workers reach the next one.
        _ if detail.contains("Indexed Database server lost") => StorageError::ReloadNeeded(format!(
            "the browser's database process ended ({detail}): reload the page; points stay in memory, and what they are is kept for the next page as far as it fits"
        )),
        _ => StorageError::ConnectionLost(format!(
            "the connection to IndexedDB broke ({detail}): points stay in memory and are written when it works again; reload the page if it does not"
        )),
    }
}

/// Why IndexedDB could not be opened for the first time. `Unavailable` if it never can be here: there is none, or the browser does not
/// let this page have one. Everything else may pass.
pub(super) fn classify_open(name: &str, error: &rexie::Error) -> StorageError {
    let detail = described(error);
    let exception_name = detail.split(':').next().unwrap_or_default();
    let is_final = !exception(error).is_some_and(|exception| exception.is_object())
        || matches!(
            exception_name,
            "SecurityError" | "InvalidStateError" | "NotSupportedError" | "TypeError"
        );
    if is_final {
        return StorageError::Unavailable(format!(
            "IndexedDB database '{name}' cannot be opened here ({detail})"
        ));
    }
    match classify(error) {
        StorageError::ConnectionLost(_) => StorageError::ConnectionLost(format!(
            "IndexedDB database '{name}' cannot be opened at the moment ({detail}): try again later, reload the page, or pass {{ storage: 'memory' }} to go on without it"
        )),
        other => other,
    }
}

/// The error of a transaction that got no answer. Whether it was committed is not known.
pub(super) fn unanswered() -> StorageError {
    StorageError::ConnectionLost(
        "IndexedDB does not answer: points stay in memory and are written when it does".into(),
    )
}

pub(super) fn quota_exceeded(detail: &str) -> StorageError {
    StorageError::QuotaExceeded(format!(
        "the disk or this site's storage quota is full ({detail}): points stay in memory; delete runs or free disk space and they are written"
    ))
}

/// The cause of an abort that came without one.
///
/// Where no request failed, what failed was writing to the disk: a full quota or disk. An abort that was asked for, or that a
/// dying connection brings, fails the requests too.
pub(super) fn classify_abort(requests_failed: bool) -> StorageError {
    if !requests_failed {
        return quota_exceeded("the transaction was aborted while it was written");
    }
    StorageError::ConnectionLost(
        "IndexedDB aborted a transaction without saying why: points stay in memory and are written again"
            .into(),
    )
}
