//! The mirror over a real IndexedDB, through rexie. Nothing outside this folder knows IndexedDB.

mod closing;
mod compact;
mod connection;
mod decode;
mod dom_error;
mod edits;
mod encode;
mod exit_copy;
mod exits;
mod mend;
mod plain_object;
mod reads;
mod requests;
mod runs;
mod schema;
mod settle;
mod timer;
mod transact;
mod write;

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Math;
use rexie::TransactionMode;

pub use self::encode::{experiment_facts, run_facts};
pub use self::plain_object::{PlainObject, text_list};

use self::closing::Closing;
use self::connection::Connection;
use self::requests::{add_row, put_artifact, put_experiment, put_run};
use self::schema::{ARTIFACTS, EXPERIMENTS, POINTS, RUNS};
use self::transact::{Next, Request};
use self::write::{Failed, overlooks_failures};
use super::mirror::{RunEdit, Batch, Catalog, Mirror, NewRun, ReservedIds, StoredPoints};
use crate::storage::error::Result;
use crate::storage::memory::hex;
use crate::storage::record::{ExperimentRecord, RunRecord};

/// A mirror in an IndexedDB database.
pub struct RexieMirror {
    connection: Connection,
    failed: Failed,
    closing: Closing,
    /// Whether it was looked for what needs mending.
    looked: Cell<bool>,
}

impl std::fmt::Debug for RexieMirror {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RexieMirror").field("name", &self.name()).finish_non_exhaustive()
    }
}

impl RexieMirror {
    /// A mirror in the database `name`, which is opened, and created if need be, when first used.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            connection: Connection::new(name),
            failed: Failed::default(),
            closing: Closing::default(),
            looked: Cell::new(false),
        }
    }

    /// The database's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.connection.name()
    }
}

/// The requests that store a batch. A run's record comes before its rows: should Firefox commit only the first requests of a script
/// that it cuts off, the log has a gap, which does no harm, and no row where the next fence is to stand.
fn batch_requests(batch: &Batch) -> Vec<Request> {
    let mut requests = Vec::new();
    for (hash, content) in &batch.artifacts {
        requests.push(put_artifact(hash, content));
    }
    for record in &batch.experiments {
        requests.push(put_experiment(record));
    }
    for run in &batch.runs {
        requests.push(put_run(&run.record));
        for row in &run.rows {
            requests.push(add_row(&run.record.run_id, row.sequence, &row.bytes));
        }
    }
    requests
}

// Where nothing is done but called on, no future is put around the other's.
impl Mirror for RexieMirror {
    async fn read_catalog(&self) -> Result<Catalog> {
        let catalog = self.read_catalog(None).await?;
        if !self.looked.replace(true) {
            // What cannot be mended can be used all the same, and what failed shows when it is.
            let _ = self.mend(catalog.unfinished_ms()).await;
        }
        Ok(catalog)
    }

    fn read_records(
        &self,
        experiment_ids: &[String],
        run_ids: &[String],
    ) -> impl Future<Output = Result<Catalog>> {
        self.read_catalog(Some((experiment_ids, run_ids)))
    }

    fn reserve_ids(&self, experiments: u64, runs: u64) -> impl Future<Output = Result<ReservedIds>> {
        self.reserve(experiments, runs)
    }

    fn begin_run(&self, new_run: NewRun) -> impl Future<Output = Result<(ExperimentRecord, RunRecord)>> {
        self.begin(new_run)
    }

    fn acquire_run(
        &self,
        run_id: &str,
        expected_owner: &str,
        owner: &str,
        now_ms: i64,
    ) -> impl Future<Output = Result<RunRecord>> {
        self.claim(run_id, expected_owner, owner, now_ms)
    }

    async fn commit(&self, batch: &Batch) -> Result<()> {
        // Not tried again here: who sent it finds out first whether it was committed.
        let stores = [EXPERIMENTS, RUNS, POINTS, ARTIFACTS];
        let mut plan = |_: &[_]| Ok(Next::Write(batch_requests(batch)));
        self.transact(&stores, TransactionMode::ReadWrite, 1, &mut plan).await
    }

    fn loses_commits_on_leaving(&self) -> bool {
        overlooks_failures()
    }

    fn commit_exit(&self, batches: &[Rc<Batch>]) -> impl Future<Output = Result<()>> {
        self.store_exit(batches)
    }

    fn recover_exit_log(&self) -> impl Future<Output = Result<Vec<String>>> {
        self.settle()
    }

    fn edit_run(&self, run_id: &str, edit: &RunEdit) -> impl Future<Output = Result<RunRecord>> {
        self.amend(run_id, edit)
    }

    fn delete_runs(
        &self,
        run_ids: &[String],
        experiment_id: Option<&str>,
    ) -> impl Future<Output = Result<()>> {
        self.delete(run_ids, experiment_id)
    }

    fn load_points(&self, run_id: &str, from_sequence: u64) -> impl Future<Output = Result<StoredPoints>> {
        self.read_points(run_id, from_sequence)
    }

    fn compact_run(
        &self,
        run_id: &str,
        owner: &str,
        fewest: u64,
    ) -> impl Future<Output = Result<Option<RunRecord>>> {
        self.compact(run_id, owner, fewest)
    }

    fn load_artifact(&self, hash: &str) -> impl Future<Output = Result<Option<Vec<u8>>>> {
        self.read_artifact(hash)
    }

    fn close(&self) {
        self.connection.close();
    }
}

/// A name that nobody else has: 80 random bits are enough for the tabs of one browser.
#[must_use]
pub fn random_token() -> String {
    hex(&[(); 10].map(|()| (Math::random() * 256.0) as u8))
}
