//! Turns what rexie and the browser throw into plain [`StorageError`]s.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

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

/// The error's kind by the exception's name.
pub fn classify(error: &rexie::Error) -> StorageError {
    let exception = exception(error).unwrap_or_default();
    let name = if exception.is_object() { text(&exception, "name") } else { String::new() };
    let detail = if name.is_empty() {
        "no cause given".to_owned()
    } else {
        format!("{name}: {}", text(&exception, "message"))
    };
    match name.as_str() {
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
        other => StorageError::Unavailable(format!("IndexedDB database '{name}' cannot be opened: {other}")),
    }
}

fn quota_exceeded(detail: &str) -> StorageError {
    StorageError::QuotaExceeded(format!(
        "the disk or this site's storage quota is full ({detail}): points stay in memory; delete runs or free disk space and they are written"
    ))
}

/// The cause of an abort that came without one: a full quota, if there is hardly any room for `bytes` more.
pub async fn classify_abort(bytes: usize) -> StorageError {
    if let Some((usage, quota)) = estimate().await {
        if quota - usage < (bytes as f64 * 4.0).max(quota * 0.02) {
            return quota_exceeded("the transaction was aborted");
        }
    }
    StorageError::ConnectionLost(
        "IndexedDB aborted a transaction without saying why: points stay in memory and are written again".into(),
    )
}

/// `navigator.storage.estimate()`: bytes used and granted, where the browser tells.
pub async fn estimate() -> Option<(f64, f64)> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    let storage = Reflect::get(&navigator, &"storage".into()).ok()?;
    let estimate: Function = Reflect::get(&storage, &"estimate".into()).ok()?.dyn_into().ok()?;
    let promise: Promise = estimate.call0(&storage).ok()?.dyn_into().ok()?;
    let answer = JsFuture::from(promise).await.ok()?;
    let number = |key: &str| Reflect::get(&answer, &key.into()).ok().and_then(|n| n.as_f64());
    Some((number("usage")?, number("quota")?))
}
