//! A conformance backend over any mirror: what is written goes through the flush layer, what is read comes back from the mirror.

use entrenar::storage::indexed_db::{MemoryDatabase, Mirror, Session};
use entrenar::storage::{ExperimentStorage, StorageError};

use super::conformance::Backend;

/// A mirror that can be opened again.
pub trait Reopen: Mirror + Sized {
    async fn fresh() -> Self;
    async fn again(&self) -> Self;
}

impl Reopen for MemoryDatabase {
    async fn fresh() -> Self {
        Self::new()
    }

    async fn again(&self) -> Self {
        self.clone()
    }
}

#[cfg(target_arch = "wasm32")]
impl Reopen for entrenar::storage::indexed_db::RexieMirror {
    async fn fresh() -> Self {
        Self::new(&format!("conformance-{}", entrenar::storage::indexed_db::random_token()))
    }

    async fn again(&self) -> Self {
        Self::new(self.name())
    }
}

/// Ids of experiments and runs to reserve: less than a case creates, so that it also sees the numbers run out.
const RESERVED: u64 = 32;

pub struct Synced<M> {
    synced: Session<M>,
}

impl<M: Reopen> Synced<M> {
    async fn open(mirror: M, owner: &str) -> Self {
        let synced = Session::open(mirror, owner, |_| {}).await.unwrap();
        synced.reserve_ids(RESERVED, RESERVED).await.unwrap();
        Self { synced }
    }
}

impl<M: Reopen> Backend for Synced<M> {
    async fn fresh() -> Self {
        Self::open(M::fresh().await, "first").await
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut dyn ExperimentStorage) -> T) -> T {
        use_it(&mut *self.synced.storage_mut())
    }

    async fn reopened(self) -> Self {
        self.synced.flush().await.unwrap();
        let mirror = self.synced.mirror().again().await;
        self.synced.mirror().close();
        let again = Self::open(mirror, "second").await;
        let runs: Vec<String> = {
            let storage = again.synced.storage();
            let experiments = storage.list_experiments();
            experiments.iter().flat_map(|id| storage.list_runs(id)).collect()
        };
        for run_id in runs {
            // Opening reads no points.
            let points = again.synced.storage().memory().run(&run_id).unwrap().series("loss").map(drop);
            assert_eq!(points, Err(StorageError::NotLoaded(run_id.clone())));
            again.synced.load_run(&run_id).await.unwrap();
        }
        again
    }

    fn listed(&self, experiment_id: &str, run_id: &str) -> [Vec<String>; 3] {
        let storage = self.synced.storage();
        [storage.list_experiments(), storage.list_runs(experiment_id), storage.list_metric_keys(run_id)]
    }
}
