//! Errors as JavaScript sees them: a real `Error` with a stable `code` and a message that says what to do.

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use js_sys::{Error, Function, Promise, RangeError, Reflect, TypeError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::future_to_promise;

use crate::storage::StorageError;

/// The code of every error about an argument.
pub const INVALID_ARGUMENT: &str = "InvalidArgument";

fn with_code(error: JsValue, code: &str) -> JsValue {
    // Setting a property of a fresh Error cannot fail.
    let _ = Reflect::set(&error, &"code".into(), &code.into());
    error
}

/// A `TypeError`: an argument of the wrong type.
pub fn type_error(message: &str) -> JsValue {
    with_code(TypeError::new(message).into(), INVALID_ARGUMENT)
}

/// A `RangeError`: an argument of the right type and a value that is not taken.
pub fn range_error(message: &str) -> JsValue {
    with_code(RangeError::new(message).into(), INVALID_ARGUMENT)
}

/// An `Error` of the storage.
fn storage_error(error: &StorageError) -> JsValue {
    match error {
        StorageError::InvalidArgument(message) => range_error(message),
        other => with_code(Error::new(&other.to_string()).into(), other.code()),
    }
}

impl From<StorageError> for JsValue {
    fn from(error: StorageError) -> Self {
        storage_error(&error)
    }
}

/// A promise of `future` whose failure is reported if nobody awaits it.
pub fn promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    future_to_promise(future.boxed_local())
}

/// As [`promise`], of what is begun with checked arguments.
pub fn promise_of<T, F>(checked: Result<T, JsValue>, begin: impl FnOnce(T) -> F) -> Promise
where
    F: Future<Output = Result<JsValue, JsValue>> + 'static,
{
    match checked {
        Ok(arguments) => promise(begin(arguments)),
        Err(cause) => Promise::reject(&cause),
    }
}

/// A promise of `future` that never causes an unhandled rejection: who does not await it does not hear of its failure.
///
/// Boxed, so that the machinery around a promise is there once.
pub fn quiet_promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    quiet_boxed_promise(future.boxed_local())
}

/// As [`quiet_promise`], of what is begun with checked arguments; rejected with what is wrong with them.
pub fn quiet_promise_of<T, F>(checked: Result<T, JsValue>, begin: impl FnOnce(T) -> F) -> Promise
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
pub fn rejected(cause: &JsValue) -> Promise {
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

/// Runs `future` on its own.
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(future.boxed_local());
}

/// Tells a caller's mistake that nobody awaits.
pub fn report(what: &str, cause: &JsValue) {
    web_sys::console::error_2(&format!("entrenar: {what}").into(), cause);
}

/// Tells once what the user should know.
pub fn warn(text: &str) {
    web_sys::console::warn_1(&format!("entrenar: {text}").into());
}
