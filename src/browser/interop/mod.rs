//! Files out of and into the open database, with what long work needs in a page: other tasks get their turn, its caller hears how far
//! it is, and may stop it.

mod backup;
mod export;
mod import;
mod mlflow;
mod report_title;

pub use backup::RestoreOptions;
pub use export::ExportOptions;
pub use import::{ImportOptions, ImportedRuns};

use crate::indexeddb::{monotonic_ms, next_task};

/// How long work may hold the page's thread, in milliseconds.
const MOST_AT_ONCE_MS: f64 = 30.0;

/// When the page had its turn last.
#[derive(Debug)]
struct Turns {
    since_ms: f64,
}

impl Turns {
    fn new() -> Self {
        Self { since_ms: monotonic_ms() }
    }

    /// Lets other tasks run, if it is time.
    async fn give_way(&mut self) {
        if monotonic_ms() - self.since_ms > MOST_AT_ONCE_MS {
            next_task().await;
            self.since_ms = monotonic_ms();
        }
    }
}
