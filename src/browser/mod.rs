//! The tracker for programs in Rust that run in a page or worker, without a value of JavaScript's: [`Tracker`] and [`Run`]. And the page
//! around a session: which databases it has open, its clocks and timers, its lifecycle, and its channel to other tabs.

mod channel;
mod clock;
mod console;
mod logger;
mod open_database;
mod page_database;
mod page_lifecycle;
mod registry;
mod run;
mod tracker;

pub use crate::engine::{Change, RunOptions};
pub use registry::StorageOptions;
pub use run::Run;
pub use tracker::{RunInfo, Subscription, Tracker};

/// For the JavaScript bindings.
#[cfg(feature = "wasm")]
pub(crate) use self::{clock::wall_ms, console::error, open_database::OpenDatabase};

use futures::FutureExt;

/// Runs `future` on its own.
fn spawn(future: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(future.boxed_local());
}
