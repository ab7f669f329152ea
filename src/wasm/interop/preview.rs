//! `preview_csv`.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::columns::csv_columns;
use crate::interop::csv::{CsvPreview, CsvRole, CsvShape, preview_csv};
use crate::interop::{Format, detect};
use crate::storage::StorageError;
use crate::wasm::WasmStorage;
use crate::wasm::plain_object::{PlainObject, text_list};

#[wasm_bindgen(js_class = StorageHandle)]
impl WasmStorage {
    /// How a CSV file that begins so would be read; `js/csv_preview.js` has read its head, or all of it.
    ///
    /// # Errors
    /// `InvalidFile` where it is no CSV file; `InvalidArgument`.
    pub fn preview_csv(&self, head: &JsValue, is_whole: bool, columns: &JsValue) -> Result<JsValue, JsValue> {
        self.tracker()?;
        let columns = csv_columns(columns)?;
        let head = head.unchecked_ref::<Uint8Array>().to_vec();
        let refused = |message: String| JsValue::from(StorageError::InvalidFile(message));
        if detect(&head).is_some_and(|format| format != Format::Csv) {
            return Err(refused("this is no CSV file: import it without a preview".to_owned()));
        }
        preview_csv(&head, is_whole, &columns).map(plain).map_err(|error| refused(error.to_string()))
    }
}

fn plain(preview: CsvPreview) -> JsValue {
    let object = PlainObject::default();
    object.text("delimiter", preview.delimiter.encode_utf8(&mut [0; 4]));
    object.some_text(
        "shape",
        preview.shape.map(|shape| match shape {
            CsvShape::Long => "long",
            CsvShape::Wide => "wide",
        }),
    );
    let columns = Array::new();
    for column in preview.columns {
        let each = PlainObject::default();
        each.text("name", &column.name);
        each.some_text("role", column.role.map(name));
        columns.push(&each.into_value());
    }
    object.set("columns", &columns);
    let rows: Array = preview.rows.iter().map(|row| text_list(row)).collect();
    object.set("rows", &rows);
    object.some_text("problem", preview.problem.map(|problem| problem.to_string()).as_deref());
    object.into_value()
}

fn name(role: CsvRole) -> &'static str {
    match role {
        CsvRole::X => "x",
        CsvRole::Key => "key",
        CsvRole::Value => "value",
        CsvRole::Run => "run",
        CsvRole::RunName => "run_name",
        CsvRole::Timestamp => "timestamp",
        CsvRole::Experiment => "experiment",
        CsvRole::Metric => "metric",
    }
}
