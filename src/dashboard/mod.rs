//! What a dashboard shows.
//!
//! - [`DashboardSource`]: one run as a view sees it; [`Run`](crate::run::Run) is one over any storage.
//! - [`MetricSnapshot`], [`ResourceSnapshot`], [`Trend`]: what it shows.
//! - [`downsample`](fn@downsample): fewer points, every spike.
//! - With the feature `wasm`, `dashboard::wasm` is the JavaScript bindings: `WasmRun` and `WasmStorage`.

mod resources;
mod snapshot;
mod source;
mod trend;

pub use crate::columns::{FEWEST_POINTS, downsample, downsample_series};
pub use resources::{ResourceSnapshot, resource_usage};
pub use snapshot::MetricSnapshot;
pub use source::{DashboardSource, MetricCallback};
pub use trend::Trend;

#[cfg(feature = "wasm")]
pub use crate::wasm;
