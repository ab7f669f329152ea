//! `import_runs`.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::columns::csv_columns;
use super::{LongWork, told};
use crate::browser::{ImportOptions, wall_ms};
use crate::interop::{AnyImporter, FileOptions, Format};
use crate::storage::{StorageError, quoted};
use crate::wasm::WasmStorage;
use crate::wasm::arguments;
use crate::wasm::error::{quiet_promise_of, range_error};
use crate::wasm::plain_object::text_list;

#[wasm_bindgen(js_class = StorageHandle)]
impl WasmStorage {
    /// Imports runs from a source of `js/files.js`. Resolves to their ids.
    pub fn import_from(
        &self,
        format: &JsValue,
        experiment: &JsValue,
        columns: &JsValue,
        source: &JsValue,
    ) -> Promise {
        let checked = self.tracker().and_then(|tracker| {
            let experiment = optional_text("options.experiment", experiment)?;
            let format = optional_text("options.format", format)?;
            let options = FileOptions {
                format: format.as_deref().map(format_named).transpose()?,
                columns: csv_columns(columns)?,
                timestamp_ms: wall_ms() as i64,
            };
            Ok((tracker, ImportOptions { experiment }, AnyImporter::new(options)))
        });
        let source: LongWork = source.clone().unchecked_into();
        quiet_promise_of(checked, |(tracker, options, mut importer)| async move {
            source.check()?;
            let read = async || match JsFuture::from(source.next()).await {
                Ok(piece) if piece.is_undefined() => Ok(None),
                Ok(piece) => Ok(Some(piece.unchecked_ref::<Uint8Array>().to_vec())),
                Err(cause) => Err(StorageError::InvalidFile(message_of(&cause))),
            };
            let report = || {
                source.check()?;
                told(source.tell_bytes());
                Ok(())
            };
            let imported = tracker.import(&options, &mut importer, read, report).await?;
            source.tell_losses(&imported.losses);
            Ok(text_list(&imported.run_ids))
        })
    }
}

fn optional_text(what: &str, value: &JsValue) -> Result<Option<String>, JsValue> {
    if value.is_undefined() { Ok(None) } else { arguments::string(what, value).map(Some) }
}

fn format_named(name: &str) -> Result<Format, JsValue> {
    match name {
        "jsonl" => Ok(Format::JsonLines),
        "csv" => Ok(Format::Csv),
        // Event file or zip file: the importer looks for itself.
        "tensorboard" => Ok(Format::EventFile),
        "html" => Ok(Format::Report),
        other => Err(range_error(&format!(
            "there is no format '{}': it is 'jsonl', 'csv', 'tensorboard' or 'html'",
            quoted(other)
        ))),
    }
}

/// What `js/files.js` says of a file that cannot be read.
fn message_of(cause: &JsValue) -> String {
    cause.dyn_ref::<js_sys::Error>().map(|error| error.message().into()).unwrap_or_default()
}
