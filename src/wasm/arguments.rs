//! Checks of callers' values. The generated glue checks nothing: each argument comes in as a `JsValue` and is looked at here, or by
//! JavaScript in `js/` where that asks an object for what it holds.

use js_sys::{Array, Float64Array, Function, JsString, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::error::{range_error, type_error};
use crate::storage::{MAX_STEP, quoted};

/// The largest artifact, in bytes.
const MAX_ARTIFACT_BYTES: u32 = 256 << 20;

#[wasm_bindgen(module = "/src/wasm/js/kinds.js")]
extern "C" {
    /// What a value is, for messages: its type, never its content.
    pub fn kind_of(value: &JsValue) -> String;
}

#[wasm_bindgen(module = "/src/wasm/js/numbers_and_bytes.js")]
extern "C" {
    /// A caller's typed array or list of numbers, on the caller's memory or a copy.
    #[wasm_bindgen(catch)]
    pub fn float64_values(what: &str, value: &JsValue) -> Result<Float64Array, JsValue>;
    /// The bytes of a caller's view or buffer, on the caller's memory.
    #[wasm_bindgen(catch)]
    fn byte_view(what: &str, value: &JsValue) -> Result<Uint8Array, JsValue>;
}

#[wasm_bindgen(module = "/src/wasm/js/named_values.js")]
extern "C" {
    type NamedValues;
    #[wasm_bindgen(method, getter)]
    fn keys(this: &NamedValues) -> Array;
    #[wasm_bindgen(method, getter)]
    fn values(this: &NamedValues) -> Array;
    #[wasm_bindgen(catch)]
    fn named_values(what: &str, value: &JsValue) -> Result<NamedValues, JsValue>;
}

/// A string that is whole: half of a character has no UTF-8, and would become the same as any other half.
pub(super) fn string(what: &str, value: &JsValue) -> Result<String, JsValue> {
    let text = value.as_string().ok_or_else(|| wrong_type(what, "a string", value, ""))?;
    // What has no UTF-8 was replaced by this.
    let is_suspect = text.contains(char::REPLACEMENT_CHARACTER);
    if is_suspect && !value.unchecked_ref::<JsString>().is_valid_utf16() {
        return Err(range_error(&format!(
            "{what} contains a lone surrogate, half of a character: was the text cut in the middle of one? Mend it with toWellFormed()"
        )));
    }
    Ok(text)
}

/// A number, NaN and ±Infinity included.
#[inline]
pub(super) fn number(what: &str, value: &JsValue) -> Result<f64, JsValue> {
    finite(value).map_or_else(|| other_number(what, value), Ok)
}

/// The value of a metric.
pub(super) fn metric_value(key: &JsValue, value: &JsValue) -> Result<f64, JsValue> {
    finite(value).map_or_else(
        || {
            let key = key.as_string().unwrap_or_default();
            other_number(&format!("the value of '{}'", quoted(&key)), value)
        },
        Ok,
    )
}

/// What is finite is a number for sure, and converting it goes without a detour through memory.
#[inline]
fn finite(value: &JsValue) -> Option<f64> {
    js_sys::Number::is_finite(value).then(|| value.unchecked_into_f64())
}

#[cold]
fn other_number(what: &str, value: &JsValue) -> Result<f64, JsValue> {
    value.as_f64().ok_or_else(|| wrong_type(what, "a number", value, ""))
}

/// A whole number 0 ..= 2^53 − 1.
pub(super) fn step(what: &str, value: &JsValue) -> Result<u64, JsValue> {
    let step = number(what, value)?;
    if step >= 0.0 && step <= MAX_STEP as f64 && step.fract() == 0.0 {
        return Ok(step as u64);
    }
    Err(range_error(&format!(
        "{what} must be a whole number from 0 to 9007199254740991 (2^53 - 1), not {}",
        js_sys::Number::from(step).to_string_with_radix(10).map(String::from).unwrap_or_default()
    )))
}

/// A step, or nothing for `undefined`.
pub(super) fn optional_step(what: &str, value: &JsValue) -> Result<Option<u64>, JsValue> {
    if value.is_undefined() { Ok(None) } else { step(what, value).map(Some) }
}

/// True or false; false for `undefined`.
pub(super) fn flag(what: &str, value: &JsValue) -> Result<bool, JsValue> {
    if value.is_undefined() {
        return Ok(false);
    }
    value.as_bool().ok_or_else(|| wrong_type(what, "true or false", value, ""))
}

/// The error for a value that is not what it must be; a hint may say how to get there.
pub(super) fn wrong_type(what: &str, expected: &str, value: &JsValue, hint: &str) -> JsValue {
    type_error(&format!("{what} must be {expected}, not {}{hint}", kind_of(value)))
}

/// Whether a value is there: neither `undefined` nor `null`.
pub(super) fn is_given(value: &JsValue) -> bool {
    !value.is_undefined() && !value.is_null()
}

/// A function.
pub(super) fn function(what: &str, value: &JsValue) -> Result<Function, JsValue> {
    if value.is_function() {
        return Ok(value.clone().unchecked_into());
    }
    Err(wrong_type(what, "a function", value, ""))
}

/// A copy of the bytes of a view or a buffer.
pub(super) fn bytes(what: &str, value: &JsValue) -> Result<Vec<u8>, JsValue> {
    let array = byte_view(what, value)?;
    let length = array.length();
    let mut bytes = Vec::new();
    if length > MAX_ARTIFACT_BYTES || bytes.try_reserve_exact(length as usize).is_err() {
        return Err(range_error(&format!(
            "{what} of {length} bytes is too large: at most {MAX_ARTIFACT_BYTES} bytes are taken, and they must fit in memory"
        )));
    }
    bytes.resize(length as usize, 0);
    array.copy_to(&mut bytes);
    Ok(bytes)
}

/// The entries of a plain object or a map. Reading may run the caller's code.
pub(super) fn entries(what: &str, value: &JsValue) -> Result<Vec<(JsValue, JsValue)>, JsValue> {
    let named = named_values(what, value)?;
    Ok(named.keys().iter().zip(named.values().iter()).collect())
}
