//! `export_runs` and `export_database`.

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{LongWork, told};
use crate::browser::{ExportOptions, Tracker};
use crate::interop::Exporter;
use crate::interop::csv::CsvExporter;
use crate::interop::jsonl::JsonLinesExporter;
use crate::interop::report::ReportExporter;
use crate::interop::tensorboard::{TensorBoardExporter, ValueType};
use crate::storage::{StorageError, quoted};
use crate::wasm::WasmStorage;
use crate::wasm::arguments;
use crate::wasm::error::{quiet_promise_of, range_error};

#[wasm_bindgen(js_class = StorageHandle)]
impl WasmStorage {
    /// Writes runs into a sink of `js/files.js`, or everything where no runs are given. Resolves to the media type of the file.
    pub fn export_to(
        &self,
        run_ids: &JsValue,
        format: &JsValue,
        variant: &JsValue,
        sink: &JsValue,
    ) -> Promise {
        let checked = self.tracker().and_then(|tracker| {
            let run_ids = if run_ids.is_undefined() { None } else { Some(ids(run_ids)?) };
            let variant = if variant.is_undefined() { None } else { variant.as_string() };
            Ok((tracker, run_ids, FileKind::of(&arguments::string("format", format)?, variant.as_deref())?))
        });
        let sink: LongWork = sink.clone().unchecked_into();
        quiet_promise_of(checked, |(tracker, run_ids, kind)| async move {
            sink.check()?;
            let options = match run_ids {
                Some(run_ids) => ExportOptions { run_ids, experiment_ids: Vec::new() },
                None => tracker.everything().await?,
            };
            let mut exporter = kind.exporter(&tracker, &options.run_ids, &sink)?;
            let write = async |bytes: Vec<u8>| {
                let written = JsFuture::from(sink.write(Uint8Array::from(&bytes[..]))).await;
                written.map(drop).map_err(|_| {
                    StorageError::Backend("the file could not be written: is memory full?".into())
                })
            };
            let report = |done, total| {
                sink.check()?;
                told(sink.tell_progress(done, total));
                Ok(())
            };
            let losses = tracker.export(&options, &mut *exporter, write, report).await?;
            sink.tell_losses(&losses);
            Ok(kind.media_type().into())
        })
    }
}

/// A kind of file that runs are exported to.
#[derive(Debug, Clone, Copy)]
enum FileKind {
    JsonLines,
    LongCsv,
    WideCsv,
    EventFiles(ValueType),
    Report,
}

impl FileKind {
    fn of(format: &str, variant: Option<&str>) -> Result<Self, JsValue> {
        match (format, variant) {
            ("jsonl", None) => Ok(Self::JsonLines),
            ("csv", None | Some("long")) => Ok(Self::LongCsv),
            ("csv", Some("wide")) => Ok(Self::WideCsv),
            ("tensorboard", None | Some("float32")) => Ok(Self::EventFiles(ValueType::Single)),
            ("tensorboard", Some("float64")) => Ok(Self::EventFiles(ValueType::Double)),
            ("html", None) => Ok(Self::Report),
            ("jsonl" | "csv" | "tensorboard" | "html", Some(variant)) => Err(range_error(&format!(
                "options.variant of '{format}' is not '{}': it is 'long' or 'wide' of 'csv', and 'float32' or 'float64' of 'tensorboard'",
                quoted(variant)
            ))),
            _ => Err(range_error(&format!(
                "there is no format '{}': it is 'jsonl', 'csv', 'tensorboard' or 'html'",
                quoted(format)
            ))),
        }
    }

    fn exporter(
        self,
        tracker: &Tracker,
        run_ids: &[String],
        sink: &LongWork,
    ) -> Result<Box<dyn Exporter>, StorageError> {
        Ok(match self {
            Self::JsonLines => Box::new(JsonLinesExporter::default()),
            Self::LongCsv => Box::new(CsvExporter::long()),
            Self::WideCsv => {
                let mut keys = Vec::new();
                for run_id in run_ids {
                    keys.extend(tracker.list_metric_keys(run_id)?);
                }
                Box::new(CsvExporter::wide(keys))
            }
            Self::EventFiles(value_type) => Box::new(TensorBoardExporter::zip(value_type)),
            Self::Report => {
                let page = sink.page();
                let report = ReportExporter::new(&page, tracker.report_title(run_ids)?);
                Box::new(report.ok_or_else(|| {
                    StorageError::InvalidArgument(
                        "options.template is no page that reports are made of".into(),
                    )
                })?)
            }
        })
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::JsonLines => "application/jsonl",
            Self::LongCsv | Self::WideCsv => "text/csv;charset=utf-8",
            Self::EventFiles(_) => "application/zip",
            Self::Report => "text/html;charset=utf-8",
        }
    }
}

fn ids(list: &JsValue) -> Result<Vec<String>, JsValue> {
    list.unchecked_ref::<Array>().iter().map(|id| arguments::string("a run's id in run_ids", &id)).collect()
}
