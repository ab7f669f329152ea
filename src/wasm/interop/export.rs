//! `export_runs` and `export_database`.

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{LongWork, told};
use crate::browser::ExportOptions;
use crate::interop::Exporter;
use crate::interop::jsonl::JsonLinesExporter;
use crate::storage::StorageError;
use crate::wasm::WasmStorage;
use crate::wasm::arguments;
use crate::wasm::error::{quiet_promise_of, range_error};

#[wasm_bindgen(js_class = StorageHandle)]
impl WasmStorage {
    /// Writes runs into a sink of `js/files.js`, or everything where no runs are given. Resolves to the media type of the file.
    pub fn export_to(&self, run_ids: &JsValue, format: &JsValue, sink: &JsValue) -> Promise {
        let checked = self.tracker().and_then(|tracker| {
            let run_ids = if run_ids.is_undefined() { None } else { Some(ids(run_ids)?) };
            Ok((tracker, run_ids, exporter(format)?))
        });
        let sink: LongWork = sink.clone().unchecked_into();
        quiet_promise_of(checked, |(tracker, run_ids, (mut exporter, media_type))| async move {
            sink.check()?;
            let options = match run_ids {
                Some(run_ids) => ExportOptions { run_ids, experiment_ids: Vec::new() },
                None => tracker.everything().await?,
            };
            let write = async |bytes: Vec<u8>| {
                let written = JsFuture::from(sink.write(Uint8Array::from(&bytes[..]))).await;
                written.map(drop).map_err(|_| StorageError::Backend("the file could not be written: is memory full?".into()))
            };
            let report = |done, total| {
                sink.check()?;
                told(sink.tell_progress(done, total));
                Ok(())
            };
            tracker.export(&options, &mut *exporter, write, report).await?;
            sink.tell_losses(&exporter.losses());
            Ok(media_type.into())
        })
    }
}

/// What writes this format, and its media type.
fn exporter(format: &JsValue) -> Result<(Box<dyn Exporter>, &'static str), JsValue> {
    match arguments::string("format", format)?.as_str() {
        "jsonl" => Ok((Box::new(JsonLinesExporter::default()), "application/jsonl")),
        other => Err(range_error(&format!("there is no format '{}': it is 'jsonl'", crate::storage::quoted(other)))),
    }
}

fn ids(list: &JsValue) -> Result<Vec<String>, JsValue> {
    list.unchecked_ref::<Array>().iter().map(|id| arguments::string("a run's id in run_ids", &id)).collect()
}
