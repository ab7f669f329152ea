//! A second copy of the exit log, in `localStorage`.
//!
//! A browser under load drops transactions of a page that is gone, even committed ones, when it had not begun to work on them.
//! `localStorage` is written synchronously by another path. A copy is removed when its transaction is known to be complete; one that
//! stays is recovered with the next opening, which changes nothing if it was not needed. Workers have no `localStorage`.

use std::rc::Rc;

use data_encoding::BASE64URL_NOPAD;
use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::database::{ExitRecord, Key, Value};
use crate::storage::RECORD_FORMAT;

/// The longest copy, in characters: a site has about five million.
const MAX_CHARS: usize = 2_500_000;

fn call(method: &str, arguments: &[&str]) -> Option<JsValue> {
    let storage = Reflect::get(&js_sys::global(), &"localStorage".into()).ok()?;
    let function: Function = Reflect::get(&storage, &method.into()).ok()?.dyn_into().ok()?;
    let arguments = arguments.iter().map(|argument| JsValue::from(*argument)).collect();
    function.apply(&storage, &arguments).ok()
}

fn prefix(database: &str) -> String {
    format!("entrenar exit:{database}:")
}

/// Keeps a copy of an exit log record. One that is too long is not kept.
pub(super) fn keep(database: &str, token: &str, exit: &ExitRecord) {
    let with_text = exit.clone().try_map(|bytes| Ok::<_, ()>(BASE64URL_NOPAD.encode(&bytes)));
    let text = with_text.ok().and_then(|exit| serde_json::to_string(&exit).ok()).unwrap_or_default();
    if !text.is_empty() && text.len() <= MAX_CHARS {
        call("setItem", &[&(prefix(database) + token), &text]);
    }
}

/// Removes a copy.
pub(super) fn remove(database: &str, token: &str) {
    call("removeItem", &[&(prefix(database) + token)]);
}

/// All copies that can be read, by their tokens.
pub(super) fn all(database: &str) -> Vec<(Key, Value)> {
    let prefix = prefix(database);
    let storage = Reflect::get(&js_sys::global(), &"localStorage".into()).unwrap_or_default();
    let Ok(keys) = Reflect::own_keys(&storage) else { return Vec::new() };
    let mut copies = Vec::new();
    for key in keys.iter().filter_map(|key| key.as_string()) {
        let Some(token) = key.strip_prefix(&prefix) else { continue };
        let text = call("getItem", &[&key]).and_then(|text| text.as_string()).unwrap_or_default();
        if let Some(exit) = parse(&text) {
            copies.push((Key::text(token), Value::Exit(Box::new(exit))));
        }
    }
    copies
}

fn parse(text: &str) -> Option<ExitRecord> {
    let exit: ExitRecord<String> = serde_json::from_str(text).ok()?;
    if exit.format != RECORD_FORMAT {
        return None;
    }
    exit.try_map(|text| BASE64URL_NOPAD.decode(text.as_bytes()).map(Rc::from)).ok()
}
