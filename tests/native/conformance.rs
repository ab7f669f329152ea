//! The conformance suite against the backends that run natively.

mod in_memory {
    use std::cell::RefCell;

    use entrenar::storage::{ExperimentStorage, InMemoryStorage};

    use crate::support::conformance::Backend;

    struct InMemory(RefCell<InMemoryStorage>);

    impl Backend for InMemory {
        async fn fresh() -> Self {
            Self(RefCell::new(InMemoryStorage::new()))
        }

        fn with<T>(&self, use_it: impl FnOnce(&mut dyn ExperimentStorage) -> T) -> T {
            use_it(&mut *self.0.borrow_mut())
        }

        async fn reopened(self) -> Self {
            self
        }

        fn listed(&self, experiment_id: &str, run_id: &str) -> [Vec<String>; 3] {
            let storage = self.0.borrow();
            [storage.list_experiments(), storage.list_runs(experiment_id), storage.list_metric_keys(run_id)]
        }
    }

    crate::conformance_tests!(native InMemory);
}

mod indexed_db_storage {
    use std::cell::RefCell;

    use entrenar::engine::IndexedDbStorage;
    use entrenar::storage::ExperimentStorage;

    use crate::support::conformance::Backend;

    /// Without a session, which commits its changes, it keeps nothing: it is its own second opening.
    struct Unconnected(RefCell<IndexedDbStorage>);

    impl Backend for Unconnected {
        async fn fresh() -> Self {
            Self(RefCell::new(IndexedDbStorage::new()))
        }

        fn with<T>(&self, use_it: impl FnOnce(&mut dyn ExperimentStorage) -> T) -> T {
            use_it(&mut *self.0.borrow_mut())
        }

        async fn reopened(self) -> Self {
            self
        }

        fn listed(&self, experiment_id: &str, run_id: &str) -> [Vec<String>; 3] {
            let storage = self.0.borrow();
            [storage.list_experiments(), storage.list_runs(experiment_id), storage.list_metric_keys(run_id)]
        }
    }

    crate::conformance_tests!(native Unconnected);
}

mod session {
    use entrenar::database::MemoryDatabase;

    use crate::support::session_backend::SessionBackend;

    crate::conformance_tests!(native SessionBackend<MemoryDatabase>);
}
