//! The conformance suite against the backends that run natively.
#![cfg(not(target_arch = "wasm32"))]

mod common;

mod in_memory {
    use std::cell::RefCell;

    use super::common;
    use common::conformance::Backend;
    use entrenar::storage::{ExperimentStorage, InMemoryStorage};

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

mod indexed_db {
    use super::common;
    use entrenar::storage::indexed_db::MemoryDatabase;

    crate::conformance_tests!(native common::synced::Synced<MemoryDatabase>);
}
