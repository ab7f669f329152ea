//! Catching up with other sessions before a database that is open already is given to one more user. Other tabs tell this one what they
//! commit, but their messages may still be on their way.

use std::cell::Cell;
use std::pin::pin;

use futures::future::select;

use super::session::Session;
use crate::database::Database;
use crate::event::Event;

/// The longest that a user waits for it: a database that does not answer can be looked at as far as it is known.
pub const CATCH_UP_MS: f64 = 2_000.0;

/// Reads of everything, for users that ask. Those that ask while one is under way, which may be too early for them, share the next.
#[derive(Debug, Default)]
pub(super) struct CatchUp {
    asked: Cell<u64>,
    /// How many had asked when the last read began that has ended.
    served: Cell<u64>,
    changed: Event,
}

impl<D: Database> Session<D> {
    /// Resolves when what other sessions had committed before the call was read; or when it cannot be read now.
    pub async fn catch_up(&self) {
        let CatchUp { asked, served, changed } = &self.catch_up;
        let own = asked.get() + 1;
        asked.set(own);
        changed.notify();
        select(self.clock.sleep(CATCH_UP_MS), pin!(changed.until(|| served.get() >= own))).await;
    }

    /// Reads when a user asks.
    pub async fn catch_up_loop(&self) {
        let CatchUp { asked, served, changed } = &self.catch_up;
        loop {
            changed.until(|| served.get() < asked.get()).await;
            let all = asked.get();
            // A failure shows when the caller asks for data.
            let _ = self.refresh_all().await;
            served.set(all);
            changed.notify();
        }
    }
}
