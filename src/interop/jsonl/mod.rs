//! JSON Lines: the lossless format. `docs/json-lines.md` describes it line by line; what is said there is the contract.

mod bytes;
mod export;
mod fields;
mod import;
mod line;
mod number;
mod split;
mod unknown;

pub use export::JsonLinesExporter;
pub(in crate::interop) use fields::Fields;
pub use import::JsonLinesImporter;
pub(in crate::interop) use line::is_json;
pub(in crate::interop) use number::Number;

/// What the first line calls the format.
const FORMAT: &str = "entrenar";

/// The version that is written, and the newest one that is read.
pub const VERSION: u32 = 1;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
