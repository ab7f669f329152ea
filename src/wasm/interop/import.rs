//! `import_runs`.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{LongWork, told};
use crate::browser::ImportOptions;
use crate::interop::Importer;
use crate::interop::jsonl::JsonLinesImporter;
use crate::storage::StorageError;
use crate::wasm::WasmStorage;
use crate::wasm::arguments;
use crate::wasm::error::{quiet_promise_of, range_error};
use crate::wasm::plain_object::text_list;

#[wasm_bindgen(js_class = StorageHandle)]
impl WasmStorage {
    /// Imports runs from a source of `js/files.js`. Resolves to their ids.
    pub fn import_from(&self, format: &JsValue, experiment: &JsValue, source: &JsValue) -> Promise {
        let checked = self.tracker().and_then(|tracker| {
            let experiment =
                if experiment.is_undefined() { None } else { Some(arguments::string("options.experiment", experiment)?) };
            Ok((tracker, ImportOptions { experiment }, importer(format)?))
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
            let imported = tracker.import(&options, &mut *importer, read, report).await?;
            source.tell_losses(&imported.losses);
            Ok(text_list(&imported.run_ids))
        })
    }
}

/// What reads this format.
fn importer(format: &JsValue) -> Result<Box<dyn Importer>, JsValue> {
    if format.is_undefined() {
        return Ok(Box::new(JsonLinesImporter::default()));
    }
    match arguments::string("options.format", format)?.as_str() {
        "jsonl" => Ok(Box::new(JsonLinesImporter::default())),
        other => Err(range_error(&format!("there is no format '{}': it is 'jsonl'", crate::storage::quoted(other)))),
    }
}

/// What `js/files.js` says of a file that cannot be read.
fn message_of(cause: &JsValue) -> String {
    cause.dyn_ref::<js_sys::Error>().map(|error| error.message().into()).unwrap_or_default()
}
