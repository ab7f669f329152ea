//! A second copy of what a page stores on leaving, in `localStorage`.
//!
//! A browser under load drops transactions of a page that is gone, even committed ones, when it had not begun to work on
//! them. `localStorage` is written synchronously by another path. The copy is removed as soon as the transaction is known to
//! be complete; one that stays behind is settled with the next opening, which changes nothing if it was not needed.
//! Workers have no `localStorage`, and no way to see their end coming either.

use js_sys::{Function, JSON, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// The longest copy, in characters: a site has about five million.
const MAX_CHARS: usize = 2_500_000;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn call(method: &str, arguments: &[&str]) -> Option<JsValue> {
    let storage = Reflect::get(&js_sys::global(), &"localStorage".into()).ok()?;
    let function: Function = Reflect::get(&storage, &method.into()).ok()?.dyn_into().ok()?;
    let arguments = arguments.iter().map(|argument| JsValue::from(*argument)).collect();
    function.apply(&storage, &arguments).ok()
}

fn prefix(database: &str) -> String {
    format!("entrenar exit:{database}:")
}

/// Keeps a copy of a batch that [`super::exits::exit_value`] wrote with [`text_of_bytes`]. One that is too long is not kept.
pub fn keep(database: &str, token: &str, value: &JsValue) {
    let text = JSON::stringify(value).ok().and_then(|text| text.as_string()).unwrap_or_default();
    if !text.is_empty() && text.len() <= MAX_CHARS {
        call("setItem", &[&(prefix(database) + token), &text]);
    }
}

/// Removes a copy.
pub fn remove(database: &str, token: &str) {
    call("removeItem", &[&(prefix(database) + token)]);
}

/// The tokens and values of all copies there are.
pub fn all(database: &str) -> Vec<(String, JsValue)> {
    let prefix = prefix(database);
    let storage = Reflect::get(&js_sys::global(), &"localStorage".into()).unwrap_or_default();
    let mut copies = Vec::new();
    let Ok(keys) = Reflect::own_keys(&storage) else { return copies };
    for key in keys.iter().filter_map(|key| key.as_string()) {
        let Some(token) = key.strip_prefix(&prefix) else { continue };
        let text = call("getItem", &[&key]).and_then(|text| text.as_string()).unwrap_or_default();
        if let Ok(value) = JSON::parse(&text) {
            copies.push((token.to_owned(), value));
        }
    }
    copies
}

/// Bytes as text: six bits a character.
pub fn text_of_bytes(bytes: &[u8]) -> JsValue {
    let mut text = String::with_capacity(bytes.len() / 3 * 4 + 4);
    for chunk in bytes.chunks(3) {
        let mut padded = [0; 4];
        padded[1..=chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes(padded);
        for place in 0..=chunk.len() {
            text.push(char::from(DIGITS[(bits >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text.into()
}

/// The bytes of such a text; nothing for another text.
pub fn bytes_of_text(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    for chunk in text.as_bytes().chunks(4) {
        let mut bits = 0;
        for (place, character) in chunk.iter().enumerate() {
            let digit = DIGITS.iter().position(|digit| digit == character)?;
            bits |= (digit as u32) << (18 - 6 * place);
        }
        bytes.extend_from_slice(&bits.to_be_bytes()[1..chunk.len()]);
    }
    Some(bytes)
}
