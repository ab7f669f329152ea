//! The `options` of `new`, `resume` and `open`.

use js_sys::Object;
use wasm_bindgen::JsValue;

use super::arguments::{entries, is_given, object, property, string, unreadable, wrong_type};
use super::error::range_error;
use crate::storage::Tag;
use crate::browser::StorageOptions;
use crate::engine::RunOptions;

/// The database of callers that name none.
const DEFAULT_DATABASE: &str = "entrenar";
/// The longest database name, in UTF-8 bytes.
const MAX_NAME_BYTES: usize = 1024;
/// The longest configuration, in bytes of JSON.
const MAX_CONFIG_BYTES: usize = 4 << 20;

/// Reads `StorageOptions`.
pub fn storage_options(options: &JsValue) -> Result<StorageOptions, JsValue> {
    let mut parsed = StorageOptions { database: DEFAULT_DATABASE.to_owned(), persistent: true };
    let Some(options) = optional(options)? else { return Ok(parsed) };
    if let Some(database) = text(&options, "database")? {
        if database.is_empty() || database.len() > MAX_NAME_BYTES {
            return Err(range_error(&format!(
                "options.database must have 1 to {MAX_NAME_BYTES} bytes, not {}",
                database.len()
            )));
        }
        parsed.database = database;
    }
    if let Some(storage) = text(&options, "storage")? {
        parsed.persistent = match storage.as_str() {
            "indexeddb" => true,
            "memory" => false,
            _ => return Err(range_error("options.storage must be 'indexeddb' or 'memory'")),
        };
    }
    Ok(parsed)
}

/// Reads what `RunOptions` adds to them.
pub fn run_options(options: &JsValue) -> Result<RunOptions, JsValue> {
    let mut parsed = RunOptions::default();
    let Some(options) = optional(options)? else { return Ok(parsed) };
    parsed.run_name = text(&options, "run_name")?;
    let config = property("options.config", &options, &"config".into())?;
    if is_given(&config) {
        parsed.config_json = Some(json(&config)?);
    }
    let tags = property("options.tags", &options, &"tags".into())?;
    if is_given(&tags) {
        for (name, value) in entries("options.tags", &tags)? {
            let name = string("a tag's name", &name)?;
            let value = string("a tag's value in options.tags", &value)?;
            parsed.tags.push(Tag { key: name, value });
        }
    }
    Ok(parsed)
}

fn optional(options: &JsValue) -> Result<Option<Object>, JsValue> {
    if is_given(options) { object("options", options).map(Some) } else { Ok(None) }
}

fn text(options: &Object, name: &str) -> Result<Option<String>, JsValue> {
    let what = format!("options.{name}");
    let value = property(&what, options, &name.into())?;
    if is_given(&value) { string(&what, &value).map(Some) } else { Ok(None) }
}

/// A configuration as JSON text, written by the browser: cycles and the caller's own `toJSON` are its matter, and end in an error.
fn json(config: &JsValue) -> Result<String, JsValue> {
    object("options.config", config)?;
    let text = js_sys::JSON::stringify(config)
        .map_err(|cause| unreadable("options.config, which must be plain JSON,", &cause))?;
    let text = JsValue::from(text)
        .as_string()
        .ok_or_else(|| wrong_type("options.config", "a plain object", config, ""))?;
    if text.len() > MAX_CONFIG_BYTES {
        return Err(range_error(&format!(
            "options.config is {} bytes of JSON; at most {MAX_CONFIG_BYTES} are taken: store it with log_artifact",
            text.len()
        )));
    }
    Ok(text)
}
