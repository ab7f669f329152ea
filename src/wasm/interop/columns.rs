//! The option `columns`: which columns of a CSV file are what.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::interop::csv::{CsvColumn, CsvColumns};
use crate::storage::quoted;
use crate::wasm::arguments;
use crate::wasm::error::range_error;

/// Which columns of a CSV file are what, as `js/files.js` has read it.
pub(super) fn csv_columns(columns: &JsValue) -> Result<CsvColumns, JsValue> {
    let mut parsed = CsvColumns::default();
    if columns.is_undefined() {
        return Ok(parsed);
    }
    for (what, column) in arguments::named_pairs(columns) {
        let what = arguments::string("a name in options.columns", &what)?;
        let called = format!("options.columns.{}", quoted(&what));
        let place = match &*what {
            "x" => &mut parsed.x,
            "key" => &mut parsed.key,
            "value" => &mut parsed.value,
            "run" => &mut parsed.run,
            "timestamp" => &mut parsed.timestamp,
            "experiment" => &mut parsed.experiment,
            "metrics" => {
                let of_list = |name| arguments::string(&called, &name);
                parsed.metrics = if arguments::is_given(&column) {
                    column.unchecked_ref::<Array>().iter().map(of_list).collect::<Result<_, _>>()?
                } else {
                    Vec::new()
                };
                continue;
            }
            _ => {
                return Err(range_error(&format!(
                    "{called} is not known: there are x, key, value, run, timestamp, experiment and metrics"
                )));
            }
        };
        *place = match &column {
            column if column.is_undefined() => CsvColumn::Usual,
            column if column.is_null() => CsvColumn::Absent,
            column => CsvColumn::Named(arguments::string(&called, column)?),
        };
    }
    Ok(parsed)
}
