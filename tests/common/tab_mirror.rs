//! A tab's connection to a store that tabs share: transactions fail, wait and lose their answers as a script says.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt::Debug;
use std::rc::Rc;
use std::task::Poll;

use entrenar::storage::indexed_db::{
    RunEdit, Batch, Catalog, MemoryDatabase, Mirror, NewRun, ReservedIds, RunCommit, Settled, StoredPoints,
    settled,
};
use entrenar::storage::{ExperimentRecord, Result, RunRecord, StorageError};
use futures::future::poll_fn;

use super::faulty_mirror::broken;

/// What happens to one transaction: so many polls go by, it goes through or not, and so many more until it answers.
#[derive(Debug, Clone, Default)]
pub struct Hitch {
    pub before: u8,
    pub fails: Option<StorageError>,
    pub after: u8,
    pub answer_lost: bool,
}

/// The store that all tabs share, with what pages stored on leaving.
#[derive(Debug, Clone, Default)]
pub struct SharedStore {
    store: MemoryDatabase,
    exits: Rc<RefCell<Vec<Batch>>>,
    identity: Rc<Cell<u32>>,
    /// Whether every transaction is printed.
    pub tells: Rc<Cell<bool>>,
}

/// A tab's connection. Hitches are used up in order; after the last every transaction goes through at once.
#[derive(Debug, Clone)]
pub struct TabMirror {
    shared: SharedStore,
    seen: Rc<Cell<u32>>,
    pub hitches: Rc<RefCell<VecDeque<Hitch>>>,
    /// Whether what is on its way is stored once more on leaving.
    pub mortal: bool,
}

async fn wait(polls: u8) {
    let mut left = polls;
    poll_fn(|_| {
        left = left.wrapping_sub(1);
        if left == u8::MAX { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

impl SharedStore {
    pub fn connect(&self) -> TabMirror {
        let seen = Rc::new(Cell::new(self.identity.get()));
        TabMirror { shared: self.clone(), seen, hitches: Rc::default(), mortal: false }
    }

    /// Site data is cleared: every tab is told so once, by the first transaction that it tries.
    pub fn clear(&self) {
        self.store.clear();
        self.exits.borrow_mut().clear();
        self.identity.set(self.identity.get() + 1);
    }

    /// As `RexieMirror` does it.
    async fn settle(&self) -> Result<Vec<String>> {
        let mut changed = Vec::new();
        for exit in self.exits.take() {
            for RunCommit { record: left, rows } in exit.runs {
                let run_id = left.run_id.clone();
                let stored = self.store.read_records(&[], std::slice::from_ref(&run_id)).await?.runs.pop();
                let log = self.store.rows(&run_id);
                if stored.is_none() && !log.is_empty() {
                    // What a deleted run leaves behind.
                    continue;
                }
                let chunks: Vec<Vec<u8>> =
                    self.store.chunks(&run_id).into_iter().map(|(_, _, block)| block).collect();
                let Settled { record, rows } = settled(stored, left, rows, &log, &chunks);
                for row in rows {
                    assert!(
                        log.iter().all(|(taken, _)| *taken != row.sequence),
                        "a row of {run_id} is put over another"
                    );
                    self.store.put_row(&run_id, row.sequence, row.bytes);
                }
                self.store.put_run(record);
                changed.push(run_id);
            }
            self.store.commit(&Batch { runs: Vec::new(), ..exit }).await?;
        }
        Ok(changed)
    }
}

impl TabMirror {
    /// How many times site data had been cleared when this tab last looked.
    pub fn clears_seen(&self) -> u32 {
        self.seen.get()
    }

    /// Whether this tab knows the database that there is now.
    pub fn is_up_to_date(&self) -> bool {
        self.seen.get() == self.shared.identity.get()
    }

    async fn transaction<T: Debug>(
        &self,
        what: impl Debug,
        operation: impl AsyncFnOnce(&SharedStore) -> Result<T>,
    ) -> Result<T> {
        let tells = self.shared.tells.get();
        if tells {
            println!("    {what:?}");
        }
        let result = self.faulty_transaction(operation).await;
        if tells {
            println!("    {what:?} -> {result:?}");
        }
        result
    }

    async fn faulty_transaction<T: Debug>(
        &self,
        operation: impl AsyncFnOnce(&SharedStore) -> Result<T>,
    ) -> Result<T> {
        let began_with = self.seen.get();
        let Hitch { before, fails, after, answer_lost } =
            self.hitches.borrow_mut().pop_front().unwrap_or_default();
        wait(before).await;
        if let Some(cause) = fails {
            return Err(cause);
        }
        if !self.is_up_to_date() {
            self.seen.set(self.shared.identity.get());
            return Err(StorageError::Cleared("injected".into()));
        }
        if self.seen.get() != began_with {
            // It was begun on the old connection, which is dead.
            return Err(broken());
        }
        let result = operation(&self.shared).await;
        if self.shared.tells.get() {
            println!("      {result:?}");
        }
        wait(after).await;
        // Answered when its tab knows already that site data was cleared, it speaks of what is gone.
        let is_lost = answer_lost || self.seen.get() != began_with;
        if is_lost { result.and_then(|_| Err(broken())) } else { result }
    }
}

impl Mirror for TabMirror {
    async fn read_catalog(&self) -> Result<Catalog> {
        self.transaction("catalog", async |shared| shared.store.read_catalog().await).await
    }

    async fn read_records(&self, experiment_ids: &[String], run_ids: &[String]) -> Result<Catalog> {
        self.transaction(("records", experiment_ids, run_ids), async |shared| {
            shared.store.read_records(experiment_ids, run_ids).await
        })
        .await
    }

    async fn reserve_ids(&self, experiments: u64, runs: u64) -> Result<ReservedIds> {
        self.transaction("ids", async |shared| shared.store.reserve_ids(experiments, runs).await).await
    }

    async fn begin_run(&self, new_run: NewRun) -> Result<(ExperimentRecord, RunRecord)> {
        self.transaction(("begin", new_run.experiment_name.clone()), async |shared| {
            shared.store.begin_run(new_run).await
        })
        .await
    }

    async fn acquire_run(
        &self,
        run_id: &str,
        expected_owner: &str,
        owner: &str,
        now_ms: i64,
    ) -> Result<RunRecord> {
        self.transaction(("claim", run_id, owner), async |shared| {
            shared.store.acquire_run(run_id, expected_owner, owner, now_ms).await
        })
        .await
    }

    async fn commit(&self, batch: &Batch) -> Result<()> {
        self.transaction(("commit", batch), async |shared| shared.store.commit(batch).await).await
    }

    fn loses_commits_on_leaving(&self) -> bool {
        self.mortal
    }

    async fn commit_exit(&self, batches: &[Rc<Batch>]) -> Result<()> {
        let keep = async |shared: &SharedStore| {
            shared.exits.borrow_mut().push(Batch::joined(batches));
            Ok(())
        };
        self.transaction(("exit", batches), keep).await
    }

    async fn recover_exit_log(&self) -> Result<Vec<String>> {
        self.transaction("settle", async |shared| shared.settle().await).await
    }

    async fn edit_run(&self, run_id: &str, edit: &RunEdit) -> Result<RunRecord> {
        self.transaction(("amend", run_id), async |shared| shared.store.edit_run(run_id, edit).await)
            .await
    }

    async fn delete_runs(&self, run_ids: &[String], experiment_id: Option<&str>) -> Result<()> {
        self.transaction(("delete", run_ids), async |shared| {
            shared.store.delete_runs(run_ids, experiment_id).await
        })
        .await
    }

    async fn load_points(&self, run_id: &str, from_sequence: u64) -> Result<StoredPoints> {
        self.transaction(("points", run_id, from_sequence), async |shared| {
            shared.store.load_points(run_id, from_sequence).await
        })
        .await
    }

    async fn load_artifact(&self, hash: &str) -> Result<Option<Vec<u8>>> {
        self.transaction(("artifact", hash), async |shared| shared.store.load_artifact(hash).await).await
    }

    async fn compact_run(&self, run_id: &str, owner: &str, fewest: u64) -> Result<Option<RunRecord>> {
        self.transaction(("compact", run_id), async |shared| {
            shared.store.compact_run(run_id, owner, fewest).await
        })
        .await
    }

    fn close(&self) {}
}
