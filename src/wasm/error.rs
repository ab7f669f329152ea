//! Errors as JavaScript sees them: a real `Error` with a stable `code` and a message that says what to do.

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::future_to_promise;

use crate::storage::StorageError;

/// The code of every error about an argument.
pub(super) const INVALID_ARGUMENT: &str = "InvalidArgument";

#[wasm_bindgen(module = "/src/wasm/js/errors.js")]
extern "C" {
    /// An error of the type of this name.
    fn coded_error(name: &str, code: &str, message: &str) -> JsValue;
}

/// A `TypeError`: an argument of the wrong type.
pub(super) fn type_error(message: &str) -> JsValue {
    coded_error("TypeError", INVALID_ARGUMENT, message)
}

/// A `RangeError`: an argument of the right type and a value that is not taken.
pub(super) fn range_error(message: &str) -> JsValue {
    coded_error("RangeError", INVALID_ARGUMENT, message)
}

/// An `Error` of the storage.
fn storage_error(error: &StorageError) -> JsValue {
    match error {
        StorageError::InvalidArgument(message) => range_error(message),
        other => coded_error("Error", other.code(), &other.to_string()),
    }
}

/// An `Error` of another origin, with its code.
#[cfg(feature = "interop")]
pub(super) fn error_of_code(code: &str, message: &str) -> JsValue {
    coded_error("Error", code, message)
}

impl From<StorageError> for JsValue {
    fn from(error: StorageError) -> Self {
        storage_error(&error)
    }
}

/// A promise of `future` whose failure the browser reports if the caller does not await it.
pub(super) fn promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    future_to_promise(future.boxed_local())
}

/// As [`promise`], of what is begun with checked arguments.
pub(super) fn promise_of<T, F>(checked: Result<T, JsValue>, begin: impl FnOnce(T) -> F) -> Promise
where
    F: Future<Output = Result<JsValue, JsValue>> + 'static,
{
    match checked {
        Ok(arguments) => promise(begin(arguments)),
        Err(cause) => Promise::reject(&cause),
    }
}

/// A promise of `future` that never causes an unhandled rejection: a caller that does not await it does not see its failure.
///
/// Boxed, so that the machinery around a promise is there once.
pub(super) fn quiet_promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    quiet_boxed_promise(future.boxed_local())
}

/// As [`quiet_promise`], of what is begun with checked arguments; rejected with what is wrong with them.
pub(super) fn quiet_promise_of<T, F>(checked: Result<T, JsValue>, begin: impl FnOnce(T) -> F) -> Promise
where
    F: Future<Output = Result<JsValue, JsValue>> + 'static,
{
    match checked {
        Ok(arguments) => quiet_promise(begin(arguments)),
        Err(cause) => rejected(&cause),
    }
}

fn quiet_boxed_promise(future: LocalBoxFuture<'static, Result<JsValue, JsValue>>) -> Promise {
    quiet(future_to_promise(future))
}

/// A promise that failed already, and causes no unhandled rejection either.
pub(super) fn rejected(cause: &JsValue) -> Promise {
    quiet(Promise::reject(cause))
}

fn quiet(promise: Promise) -> Promise {
    if let Ok(catch) = Reflect::get(&promise, &"catch".into()).map(JsCast::unchecked_into::<Function>) {
        // `Function.prototype` is a function that does nothing.
        let ignore: Function = js_sys::Object::get_prototype_of(&catch).unchecked_into();
        let _ = catch.call1(&promise, &ignore);
    }
    promise
}

/// Tells a mistake in a caller's code that no promise carries.
pub(super) fn report(what: &str, cause: &JsValue) {
    crate::browser::error(what, cause);
}
