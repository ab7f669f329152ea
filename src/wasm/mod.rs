//! The JavaScript surface: `WasmRun`, `WasmStorage` and what they need of the page. Nothing else knows callers' values.
//!
//! Rules kept throughout: methods take `&self` and check every argument by hand (the generated glue does not), no borrow is
//! held while JavaScript runs, and whatever may throw is called through a catching import.

mod arguments;
mod channel;
mod database;
mod error;
mod freeing;
mod json;
mod options;
mod page;
mod page_mirror;
mod panic_report;
mod platform;
mod registry;
mod run;
mod staging;
mod storage;
mod subscribers;
mod typescript;
mod views;

pub use crate::storage::indexed_db::IndexedDbStorage;
pub use run::WasmRun;
pub use storage::WasmStorage;
