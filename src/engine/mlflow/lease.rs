//! The lease under which one page at a time sends a run to a server.
//!
//! Whether its holder lives is judged as it is of runs: the stored time is looked at once, at the first sight; from then on only whether it
//! changes counts, by this page's monotonic clock. A page that was taken for dead finds its lease gone when it next stores how far it is,
//! and stops. Had both sent a part, no harm is done: the server has each point once.

use super::{MlflowError, Transport};
use crate::database::{Database, operations};
use crate::engine::Session;
use crate::engine::read_state::heartbeat_age_ms;
use crate::interop::mlflow::{Lease, SyncState};
use crate::storage::StorageError;

/// How long a lease lasts in a page that is in sight, in milliseconds: three renewals.
const LASTS_MS: f64 = 15_000.0;
/// How long it lasts in a hidden page, whose timers run once a minute.
const LASTS_HIDDEN_MS: f64 = 90_000.0;
/// How often a lease that another page holds is looked at.
const LOOK_MS: f64 = 500.0;

impl<D: Database> Session<D> {
    /// Acquires the sync of a run to a server's experiment, when it is free or its holder is gone.
    ///
    /// # Errors
    /// `Elsewhere` if another page renews its lease.
    pub(super) async fn acquire_sync(
        &self,
        run_id: &str,
        url: &str,
        experiment: &str,
        holder: &str,
        transport: &impl Transport,
    ) -> Result<SyncState, MlflowError> {
        let mut first_seen: Option<(Lease, f64)> = None;
        let mut over = None;
        loop {
            transport.check()?;
            let lease = self.new_lease(holder, 0.0, transport);
            let acquire = operations::acquire_sync(run_id, url, experiment, lease, over.take());
            let held = match self.transact(acquire).await? {
                operations::Acquisition::Acquired(state) => return Ok(*state),
                operations::Acquisition::Held(lease) => lease,
            };
            let now_ms = self.clock.monotonic_ms();
            match &first_seen {
                None => {
                    let age_ms = heartbeat_age_ms(held.heartbeat_ms, self.clock.wall_ms());
                    first_seen = Some((held.clone(), now_ms - age_ms));
                }
                Some((seen, _)) if *seen != held => return Err(MlflowError::Elsewhere),
                Some(_) => {}
            }
            let since_ms = first_seen.as_ref().map_or(now_ms, |(_, since_ms)| *since_ms);
            if now_ms - since_ms > held.lasts_ms {
                over = Some(held);
            } else {
                transport.wait(LOOK_MS).await;
            }
        }
    }

    /// A lease from now on, whose heartbeat differs from the one before.
    fn new_lease(&self, holder: &str, before_ms: f64, transport: &impl Transport) -> Lease {
        let now_ms = self.clock.wall_ms();
        let heartbeat_ms = if now_ms == before_ms { now_ms + 1.0 } else { now_ms };
        let lasts_ms = if transport.is_hidden() { LASTS_HIDDEN_MS } else { LASTS_MS };
        Lease { holder: holder.to_owned(), heartbeat_ms, lasts_ms }
    }

    /// Stores how far the sync is, which renews the lease.
    ///
    /// # Errors
    /// `Elsewhere` if another page acquired it; `RunNotFound` if the run was deleted.
    pub(super) async fn store_sync(
        &self,
        run_id: &str,
        state: &mut SyncState,
        holder: &str,
        transport: &impl Transport,
    ) -> Result<(), MlflowError> {
        state.lease = self.new_lease(holder, state.lease.heartbeat_ms, transport);
        self.put_sync(run_id, state, holder).await
    }

    /// Stores how far the sync is, and gives the lease up.
    pub(super) async fn release_sync(
        &self,
        run_id: &str,
        state: &mut SyncState,
        holder: &str,
    ) -> Result<(), MlflowError> {
        state.lease = Lease::default();
        self.put_sync(run_id, state, holder).await
    }

    async fn put_sync(&self, run_id: &str, state: &SyncState, holder: &str) -> Result<(), MlflowError> {
        match self.transact(operations::store_sync(run_id, holder, state.clone())).await {
            Err(StorageError::Conflict(_)) => Err(MlflowError::Elsewhere),
            stored => Ok(stored?),
        }
    }
}
