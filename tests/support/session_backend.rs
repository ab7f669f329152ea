//! A conformance backend over any database: what is written goes through a session, what is read comes back from the database.

use entrenar::database::Database;
use entrenar::engine::Session;
use entrenar::storage::{ExperimentStorage, StorageError};

use super::conformance::Backend;
use super::test_clock::TestClock;

/// A database that can be opened again.
pub trait Reopen: Database + Sized {
    async fn fresh() -> Self;
    async fn again(&self) -> Self;
}

#[cfg(not(target_arch = "wasm32"))]
impl Reopen for entrenar::database::MemoryDatabase {
    async fn fresh() -> Self {
        Self::new()
    }

    async fn again(&self) -> Self {
        self.clone()
    }
}

#[cfg(target_arch = "wasm32")]
impl Reopen for entrenar::indexeddb::IndexedDbDatabase {
    async fn fresh() -> Self {
        Self::new(&format!("conformance-{}", entrenar::indexeddb::random_token()))
    }

    async fn again(&self) -> Self {
        Self::new(self.name())
    }
}

/// Ids of experiments and runs to reserve: less than a case creates, so that it also sees the numbers run out.
const RESERVED: u64 = 32;

pub struct SessionBackend<D> {
    session: Session<D>,
}

impl<D: Reopen> SessionBackend<D> {
    async fn open(database: D, owner: &str) -> Self {
        let session = Session::open(database, owner, TestClock::new().shared()).await.unwrap();
        session.reserve_ids(RESERVED, RESERVED).await.unwrap();
        Self { session }
    }
}

impl<D: Reopen> Backend for SessionBackend<D> {
    async fn fresh() -> Self {
        Self::open(D::fresh().await, "first").await
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut dyn ExperimentStorage) -> T) -> T {
        use_it(&mut *self.session.storage_mut())
    }

    async fn reopened(self) -> Self {
        self.session.flush().await.unwrap();
        let database = self.session.database().again().await;
        self.session.database().close();
        let again = Self::open(database, "second").await;
        let runs: Vec<String> = {
            let storage = again.session.storage();
            let experiments = storage.list_experiments();
            experiments.iter().flat_map(|id| storage.list_runs(id)).collect()
        };
        for run_id in runs {
            // Opening reads no points.
            let points = again.session.storage().memory().run(&run_id).unwrap().series("loss").map(drop);
            assert_eq!(points, Err(StorageError::NotLoaded(run_id.clone())));
            again.session.load_run(&run_id).await.unwrap();
        }
        again
    }

    fn listed(&self, experiment_id: &str, run_id: &str) -> [Vec<String>; 3] {
        let storage = self.session.storage();
        [storage.list_experiments(), storage.list_runs(experiment_id), storage.list_metric_keys(run_id)]
    }
}
