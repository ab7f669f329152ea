//! The `options` of `new`, `resume` and `open`.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::arguments::{is_given, named_pairs, string};
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
    /// Options as they were when the method was called.
    #[derive(Debug)]
    pub type GivenOptions;
    /// One option; an error for what is wrong with all of them, or with this one.
    #[wasm_bindgen(method, catch)]
    fn get(this: &GivenOptions, name: &str) -> Result<JsValue, JsValue>;
}

/// Reads `StorageOptions`.
pub(super) fn storage_options(options: &GivenOptions) -> Result<StorageOptions, JsValue> {
    let mut parsed = StorageOptions::default();
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
pub(super) fn run_options(options: &GivenOptions) -> Result<RunOptions, JsValue> {
    let mut parsed = RunOptions { run_name: text(options, "run_name")?, ..RunOptions::default() };
    if let Some(json) = text(options, "config")? {
        if json.len() > MAX_CONFIG_BYTES {
            return Err(range_error(&format!(
                "options.config is {} bytes of JSON; at most {MAX_CONFIG_BYTES} are taken: store it with log_artifact",
                json.len()
            )));
        }
        parsed.config_json = Some(json);
    }
    let tags = options.get("tags")?;
    if is_given(&tags) {
        for (name, value) in named_pairs(&tags) {
            let name = string("a tag's name", &name)?;
            let value = string("a tag's value in options.tags", &value)?;
            parsed.tags.push(Tag { key: name, value });
        }
    }
    Ok(parsed)
}

fn text(options: &GivenOptions, name: &str) -> Result<Option<String>, JsValue> {
    let value = options.get(name)?;
    if is_given(&value) { string(&format!("options.{name}"), &value).map(Some) } else { Ok(None) }
}
