//! Checks of callers' values. The generated glue checks nothing: each argument comes in as a `JsValue` and is looked at here.

use js_sys::{Array, Float64Array, Function, Object, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::error::{range_error, type_error};
use crate::storage::{MAX_STEP, quoted};

/// The largest artifact, in bytes.
const MAX_ARTIFACT_BYTES: u32 = 256 << 20;

/// What a value is, for messages: its type, never its content.
pub fn kind(value: &JsValue) -> String {
    if value.is_null() {
        "null".into()
    } else if Array::is_array(value) {
        "an array".into()
    } else {
        value.js_typeof().as_string().unwrap_or_default()
    }
}

/// A string.
pub fn string(what: &str, value: &JsValue) -> Result<String, JsValue> {
    value.as_string().ok_or_else(|| wrong_type(what, "a string", value, ""))
}

/// A number, NaN and ±Infinity included.
#[inline]
pub fn number(what: &str, value: &JsValue) -> Result<f64, JsValue> {
    finite(value).map_or_else(|| other_number(what, value), Ok)
}

/// The value of a metric.
pub fn metric_value(key: &JsValue, value: &JsValue) -> Result<f64, JsValue> {
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
pub fn step(what: &str, value: &JsValue) -> Result<u64, JsValue> {
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
pub fn optional_step(what: &str, value: &JsValue) -> Result<Option<u64>, JsValue> {
    if value.is_undefined() { Ok(None) } else { step(what, value).map(Some) }
}

/// The error for a value that is not what it must be; a hint may say how to get there.
pub fn wrong_type(what: &str, expected: &str, value: &JsValue, hint: &str) -> JsValue {
    type_error(&format!("{what} must be {expected}, not {}{hint}", kind(value)))
}

/// Whether a value is there: neither `undefined` nor `null`.
pub fn is_given(value: &JsValue) -> bool {
    !value.is_undefined() && !value.is_null()
}

/// A function.
pub fn function(what: &str, value: &JsValue) -> Result<Function, JsValue> {
    if value.is_function() {
        return Ok(value.clone().unchecked_into());
    }
    Err(wrong_type(what, "a function", value, ""))
}

/// An object that is no array.
pub fn object(what: &str, value: &JsValue) -> Result<Object, JsValue> {
    if value.is_object() && !Array::is_array(value) {
        return Ok(value.clone().unchecked_into());
    }
    Err(wrong_type(what, "an object", value, ""))
}

/// A `Float64Array`.
pub fn float64_array(what: &str, value: &JsValue) -> Result<Float64Array, JsValue> {
    let hint = ": wrap other numbers in Float64Array.from(…)";
    value.clone().dyn_into().map_err(|value| wrong_type(what, "a Float64Array", &value, hint))
}

/// The bytes of a `Uint8Array`.
pub fn bytes(what: &str, value: &JsValue) -> Result<Vec<u8>, JsValue> {
    let hint = ": wrap an ArrayBuffer in new Uint8Array(buffer)";
    let array = value.dyn_ref::<Uint8Array>().ok_or_else(|| wrong_type(what, "a Uint8Array", value, hint))?;
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

/// The entries of a plain object whose keys are strings. Reading may run the caller's code, which may throw.
pub fn entries(what: &str, value: &JsValue) -> Result<Vec<(JsValue, JsValue)>, JsValue> {
    let object = object(what, value)?;
    let keys = js_sys::Reflect::own_keys(&object).map_err(|cause| unreadable(what, &cause))?;
    let mut entries = Vec::with_capacity(keys.length() as usize);
    for key in keys.iter().filter(JsValue::is_string) {
        let item = property(what, &object, &key)?;
        entries.push((key, item));
    }
    Ok(entries)
}

/// One property. Reading may run the caller's code, which may throw.
pub fn property(what: &str, object: &Object, key: &JsValue) -> Result<JsValue, JsValue> {
    js_sys::Reflect::get(object, key).map_err(|cause| unreadable(what, &cause))
}

/// The error for a value whose own code threw.
pub fn unreadable(what: &str, cause: &JsValue) -> JsValue {
    let detail = cause.dyn_ref::<js_sys::Error>().map(|error| {
        // Reading `message` may run the caller's code as well.
        js_sys::Reflect::get(error, &"message".into()).ok().and_then(|text| text.as_string())
    });
    let detail = detail.flatten().unwrap_or_else(|| kind(cause));
    type_error(&format!("{what} cannot be read: {detail}"))
}
