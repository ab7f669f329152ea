//! A mirror in memory that fails as it is told to.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use entrenar::storage::indexed_db::{
    RunEdit, Batch, Catalog, MemoryDatabase, Mirror, NewRun, ReservedIds, StoredPoints,
};
use entrenar::storage::{ExperimentRecord, Result, RunRecord, StorageError};
use futures::channel::oneshot;

/// What happens to one transaction.
#[derive(Debug)]
pub enum Fault {
    /// It goes through.
    None,
    /// It fails and leaves nothing behind.
    Fails(StorageError),
    /// It completes, but its answer is lost: the caller sees a broken connection.
    AnswerLost,
    /// It takes until it is let go, and then goes through.
    SlowUntil(oneshot::Receiver<()>),
    /// It takes until it is let go, and then fails.
    SlowFailure(oneshot::Receiver<()>),
}

/// Faults are used up in order, one a commit, opening or reading of records; after the last everything goes through.
#[derive(Debug, Clone, Default)]
pub struct FaultyMirror {
    pub store: MemoryDatabase,
    pub opening: Rc<RefCell<VecDeque<Fault>>>,
    pub reads: Rc<RefCell<VecDeque<Fault>>>,
    pub commits: Rc<RefCell<VecDeque<Fault>>>,
    pub compactions: Rc<RefCell<VecDeque<Fault>>>,
    pub sizes: Rc<RefCell<Vec<usize>>>,
}

pub fn broken() -> StorageError {
    StorageError::ConnectionLost("injected".into())
}

pub fn full() -> StorageError {
    StorageError::QuotaExceeded("injected".into())
}

impl FaultyMirror {
    pub fn next_commits(&self, faults: impl IntoIterator<Item = Fault>) {
        self.commits.borrow_mut().extend(faults);
    }
}

impl Mirror for FaultyMirror {
    async fn read_catalog(&self) -> Result<Catalog> {
        let fault = self.opening.borrow_mut().pop_front();
        match fault {
            Some(Fault::Fails(cause)) => Err(cause),
            _ => self.store.read_catalog().await,
        }
    }

    async fn read_records(&self, experiment_ids: &[String], run_ids: &[String]) -> Result<Catalog> {
        let fault = self.reads.borrow_mut().pop_front();
        match fault {
            Some(Fault::Fails(cause)) => Err(cause),
            _ => self.store.read_records(experiment_ids, run_ids).await,
        }
    }

    async fn reserve_ids(&self, experiments: u64, runs: u64) -> Result<ReservedIds> {
        self.store.reserve_ids(experiments, runs).await
    }

    async fn begin_run(&self, new_run: NewRun) -> Result<(ExperimentRecord, RunRecord)> {
        self.store.begin_run(new_run).await
    }

    async fn acquire_run(
        &self,
        run_id: &str,
        expected_owner: &str,
        owner: &str,
        now_ms: i64,
    ) -> Result<RunRecord> {
        self.store.acquire_run(run_id, expected_owner, owner, now_ms).await
    }

    async fn commit(&self, batch: &Batch) -> Result<()> {
        self.sizes.borrow_mut().push(batch.runs.iter().map(|run| run.rows.len()).sum());
        let fault = self.commits.borrow_mut().pop_front().unwrap_or(Fault::None);
        match fault {
            Fault::None => self.store.commit(batch).await,
            Fault::Fails(cause) => Err(cause),
            Fault::AnswerLost => {
                self.store.commit(batch).await?;
                Err(broken())
            }
            Fault::SlowUntil(go) => {
                let _ = go.await;
                self.store.commit(batch).await
            }
            Fault::SlowFailure(go) => {
                let _ = go.await;
                Err(full())
            }
        }
    }

    async fn edit_run(&self, run_id: &str, edit: &RunEdit) -> Result<RunRecord> {
        self.store.edit_run(run_id, edit).await
    }

    async fn delete_runs(&self, run_ids: &[String], experiment_id: Option<&str>) -> Result<()> {
        self.store.delete_runs(run_ids, experiment_id).await
    }

    async fn load_points(&self, run_id: &str, from_sequence: u64) -> Result<StoredPoints> {
        self.store.load_points(run_id, from_sequence).await
    }

    async fn load_artifact(&self, hash: &str) -> Result<Option<Vec<u8>>> {
        self.store.load_artifact(hash).await
    }

    async fn compact_run(&self, run_id: &str, owner: &str, fewest: u64) -> Result<Option<RunRecord>> {
        let fault = self.compactions.borrow_mut().pop_front();
        match fault {
            Some(Fault::Fails(cause)) => return Err(cause),
            Some(Fault::AnswerLost) => {
                self.store.compact_run(run_id, owner, fewest).await?;
                return Err(broken());
            }
            _ => {}
        }
        self.store.compact_run(run_id, owner, fewest).await
    }

    fn close(&self) {}
}
