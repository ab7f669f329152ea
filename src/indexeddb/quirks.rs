//! What differs between browsers.

use js_sys::{JsString, Reflect};
use wasm_bindgen::JsCast;

/// Whether this is Firefox (153 was tried). It ends a process' scripts with its last tab and commits what a transaction had been given by
/// then; and it commits although a request failed if another one followed and the commit was asked for.
pub(super) fn is_firefox() -> bool {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).unwrap_or_default();
    let agent = Reflect::get(&navigator, &"userAgent".into()).unwrap_or_default();
    agent.dyn_ref::<JsString>().is_some_and(|agent| agent.includes("Firefox/", 0))
}
