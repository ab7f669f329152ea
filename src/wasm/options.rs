//! The `options` of `new`, `resume` and `open`.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::arguments::{entries, is_given, string};
use super::error::range_error;
use crate::browser::StorageOptions;
use crate::engine::RunOptions;
use crate::storage::Tag;

/// The longest database name, in UTF-8 bytes.
const MAX_NAME_BYTES: usize = 1024;
/// The longest configuration, in bytes of JSON.
const MAX_CONFIG_BYTES: usize = 4 << 20;

#[wasm_bindgen(module = "/src/wasm/js/options.js")]
extern "C" {
    /// Whether options can be read from a value.
    #[wasm_bindgen(catch)]
    fn check_options(options: &JsValue) -> Result<(), JsValue>;
    /// One option. Reading it may run the caller's code.
    #[wasm_bindgen(catch)]
    fn option(options: &JsValue, name: &str) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen(module = "/src/wasm/js/config.js")]
extern "C" {
    /// A configuration as JSON text of at most so many characters.
    #[wasm_bindgen(catch)]
    fn config_json(config: &JsValue, most: f64) -> Result<String, JsValue>;
}

/// Reads `StorageOptions`.
pub(super) fn storage_options(options: &JsValue) -> Result<StorageOptions, JsValue> {
    let mut parsed = StorageOptions::default();
    let Some(options) = given(options)? else { return Ok(parsed) };
    if let Some(database) = text(options, "database")? {
        if database.is_empty() || database.len() > MAX_NAME_BYTES {
            return Err(range_error(&format!(
                "options.database must have 1 to {MAX_NAME_BYTES} bytes, not {}",
                database.len()
            )));
        }
        parsed.database = database;
    }
    if let Some(storage) = text(options, "storage")? {
        parsed.persistent = match storage.as_str() {
            "indexeddb" => true,
            "memory" => false,
            _ => return Err(range_error("options.storage must be 'indexeddb' or 'memory'")),
        };
    }
    Ok(parsed)
}

/// Reads what `RunOptions` adds to them.
pub(super) fn run_options(options: &JsValue) -> Result<RunOptions, JsValue> {
    let mut parsed = RunOptions::default();
    let Some(options) = given(options)? else { return Ok(parsed) };
    parsed.run_name = text(options, "run_name")?;
    let config = option(options, "config")?;
    if is_given(&config) {
        parsed.config_json = Some(json(&config)?);
    }
    let tags = option(options, "tags")?;
    if is_given(&tags) {
        for (name, value) in entries("options.tags", &tags)? {
            let name = string("a tag's name", &name)?;
            let value = string("a tag's value in options.tags", &value)?;
            parsed.tags.push(Tag { key: name, value });
        }
    }
    Ok(parsed)
}

/// The options, if there are any.
fn given(options: &JsValue) -> Result<Option<&JsValue>, JsValue> {
    if !is_given(options) {
        return Ok(None);
    }
    check_options(options).map(|()| Some(options))
}

fn text(options: &JsValue, name: &str) -> Result<Option<String>, JsValue> {
    let value = option(options, name)?;
    if is_given(&value) { string(&format!("options.{name}"), &value).map(Some) } else { Ok(None) }
}

/// A configuration as JSON text from which it comes back as it is.
fn json(config: &JsValue) -> Result<String, JsValue> {
    let text = config_json(config, MAX_CONFIG_BYTES as f64)?;
    if text.len() > MAX_CONFIG_BYTES {
        return Err(range_error(&format!(
            "options.config is {} bytes of JSON; at most {MAX_CONFIG_BYTES} are taken: store it with log_artifact",
            text.len()
        )));
    }
    Ok(text)
}
