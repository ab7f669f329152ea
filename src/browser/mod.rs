//! The page around a session: which databases it has open, its clocks and timers, its life, and its channel to other tabs.

mod channel;
mod clock;
mod console;
mod open_database;
mod page_database;
mod page_lifecycle;
mod registry;

pub use clock::{PageClock, wall_ms};
pub use console::{error, warn};
pub use open_database::{Handle, OpenDatabase, RunHandle};
pub use page_database::PageDatabase;
pub use registry::{StorageOptions, open};

use futures::FutureExt;

/// Runs `future` on its own.
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(future.boxed_local());
}
