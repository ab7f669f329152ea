//! A tab of a page: a session over its own connection to a shared database, and the clock that a test advances.

use std::ops::Range;

use entrenar::columns::RawPoint;
use entrenar::database::{Catalog, Database, operations};
use entrenar::engine::{Change, Effect, RunOptions, Session};
use entrenar::storage::{ExperimentStorage, Result, RunSlot, RunStatus};
use futures::channel::oneshot;
use futures::future::poll_immediate;

use crate::support::faulty_database::{Fault, FaultyDatabase, OnClose, SharedDatabase};
use crate::support::test_clock::TestClock;

pub struct Tab {
    pub session: Session<FaultyDatabase>,
    pub clock: TestClock,
}

impl Tab {
    pub async fn open(shared: &SharedDatabase, owner: &str) -> Self {
        Self::open_over(shared.connect(), owner).await.unwrap()
    }

    pub async fn open_over(database: FaultyDatabase, owner: &str) -> Result<Self> {
        let clock = TestClock::new();
        Ok(Self { session: Session::open(database, owner, clock.shared()).await?, clock })
    }

    /// A tab of a browser that commits a part of a transaction, as Firefox does, when its page closes.
    pub async fn open_in_firefox(shared: &SharedDatabase, owner: &str) -> Self {
        let mut connection = shared.connect();
        connection.on_close = OnClose::CommitsPart;
        Self::open_over(connection, owner).await.unwrap()
    }

    /// The page closes while what was logged is committed: so many of the commit's requests were issued.
    pub async fn close_in_commit(&self, requests: usize) {
        let (_go, wait) = oneshot::channel();
        self.database().next_of("commit", [Fault::slow_until(wait)]);
        let mut flush = std::pin::pin!(self.session.flush());
        assert!(poll_immediate(&mut flush).await.is_none());
        self.database().close_page(requests);
    }

    /// A tab that began a run, which has no points.
    pub async fn with_run(shared: &SharedDatabase, owner: &str) -> (Self, RunSlot) {
        let tab = Self::open(shared, owner).await;
        let (run, _) = tab.begin("test").await;
        (tab, run)
    }

    pub async fn begin(&self, experiment_name: &str) -> (RunSlot, String) {
        let slot = self.session.begin_run(experiment_name, RunOptions::default()).await.unwrap();
        (slot, self.session.ids_of(slot).unwrap().1)
    }

    pub fn database(&self) -> &FaultyDatabase {
        self.session.database()
    }

    /// Logs one point at each of these steps.
    pub fn log(&self, run: RunSlot, key: &str, steps: Range<u64>) {
        let mut storage = self.session.storage_mut();
        let series = storage.series_slot(run, key).unwrap();
        for step in steps {
            let point = RawPoint { step, value: step as f64, timestamp_ms: 1_000 + step as i64 };
            storage.append(run, series, point).unwrap();
        }
    }

    pub fn end(&self, run_id: &str) {
        self.session.storage_mut().complete_run(run_id, RunStatus::Success).unwrap();
    }

    pub fn pending(&self, run: RunSlot) -> u64 {
        self.session.storage().pending_points(run)
    }

    pub async fn flush(&self) {
        self.session.flush().await.unwrap();
    }

    /// What subscribers in this tab are told since the last time.
    pub fn changes(&self) -> Vec<Change> {
        let effects = self.session.effects().take().into_iter();
        let changes = effects.filter_map(|effect| match effect {
            Effect::Change(change) => Some(change),
            _ => None,
        });
        changes.collect()
    }

    /// The steps in memory.
    pub fn steps(&self, run_id: &str, key: &str) -> Result<Vec<u64>> {
        let points = self.session.storage().get_metrics(run_id, key)?;
        Ok(points.iter().map(|point| point.step).collect())
    }

    pub fn is_resident(&self, run: RunSlot) -> bool {
        self.session.storage().memory().get(run).unwrap().is_resident()
    }
}

/// The stored steps of a metric, as a session finds them that opens the database now.
pub async fn stored_steps(shared: &SharedDatabase, run_id: &str, key: &str) -> Vec<u64> {
    let reader = Tab::open(shared, "reader").await;
    reader.session.load_run(run_id).await.unwrap();
    reader.steps(run_id, key).unwrap()
}

/// All records as they are stored.
pub async fn catalog(shared: &SharedDatabase) -> Catalog {
    shared.memory.transact(operations::read_catalog()).await.unwrap()
}

pub fn steps(range: Range<u64>) -> Vec<u64> {
    range.collect()
}
