//! The JavaScript bindings: `WasmRun`, `WasmStorage` and what they need of the page. Nothing else knows callers' values.
//!
//! Rules kept throughout: methods take `&self` and check every argument by hand (the generated glue does not), no borrow is
//! held while JavaScript runs, and whatever may throw is called through a catching import.

mod arguments;
mod curve;
mod curve_options;
mod entry;
mod error;
mod js_modules;
mod json;
mod options;
mod panic_report;
mod plain_object;
mod platform;
mod run;
mod shared_run;
mod staging;
mod storage;
mod subscribers;
mod typescript;
mod views;

pub use crate::engine::IndexedDbStorage;
pub use curve::WasmCurve;
pub use run::WasmRun;
pub use storage::WasmStorage;
