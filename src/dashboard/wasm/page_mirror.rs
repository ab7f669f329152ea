//! The mirror of a page: IndexedDB, or memory alone where there is none.

use crate::storage::indexed_db::{
    Amendment, Batch, Catalog, Mirror, NewRun, ReservedIds, RexieMirror, StoredPoints, VolatileMirror,
};
use crate::storage::{ExperimentRecord, Result, RunRecord};

/// Where a page keeps its runs.
#[derive(Debug)]
pub enum PageMirror {
    /// In IndexedDB.
    IndexedDb(RexieMirror),
    /// Nowhere but in the cache.
    Memory(VolatileMirror),
}

macro_rules! delegate {
    ($self:ident, $mirror:ident => $call:expr) => {
        match $self {
            PageMirror::IndexedDb($mirror) => $call,
            PageMirror::Memory($mirror) => $call,
        }
    };
}

impl Mirror for PageMirror {
    async fn load_catalog(&self) -> Result<Catalog> {
        delegate!(self, mirror => mirror.load_catalog().await)
    }

    async fn load_records(&self, experiment_ids: &[String], run_ids: &[String]) -> Result<Catalog> {
        delegate!(self, mirror => mirror.load_records(experiment_ids, run_ids).await)
    }

    async fn reserve_ids(&self, experiments: u64, runs: u64) -> Result<ReservedIds> {
        delegate!(self, mirror => mirror.reserve_ids(experiments, runs).await)
    }

    async fn begin_run(&self, new_run: NewRun) -> Result<(ExperimentRecord, RunRecord)> {
        delegate!(self, mirror => mirror.begin_run(new_run).await)
    }

    async fn claim_run(
        &self,
        run_id: &str,
        expected_owner: &str,
        owner: &str,
        now_ms: i64,
    ) -> Result<RunRecord> {
        delegate!(self, mirror => mirror.claim_run(run_id, expected_owner, owner, now_ms).await)
    }

    async fn commit(&self, batch: &Batch) -> Result<()> {
        delegate!(self, mirror => mirror.commit(batch).await)
    }

    fn loses_commits_on_leaving(&self) -> bool {
        delegate!(self, mirror => mirror.loses_commits_on_leaving())
    }

    async fn commit_exit(&self, batch: &Batch) -> Result<()> {
        delegate!(self, mirror => mirror.commit_exit(batch).await)
    }

    async fn settle_exits(&self) -> Result<Vec<String>> {
        delegate!(self, mirror => mirror.settle_exits().await)
    }

    async fn amend_run(&self, run_id: &str, amendment: &Amendment) -> Result<RunRecord> {
        delegate!(self, mirror => mirror.amend_run(run_id, amendment).await)
    }

    async fn delete_runs(&self, run_ids: &[String], experiment_id: Option<&str>) -> Result<()> {
        delegate!(self, mirror => mirror.delete_runs(run_ids, experiment_id).await)
    }

    async fn load_points(&self, run_id: &str, from_sequence: u64) -> Result<StoredPoints> {
        delegate!(self, mirror => mirror.load_points(run_id, from_sequence).await)
    }

    async fn compact_run(&self, run_id: &str, owner: &str, fewest: u64) -> Result<Option<RunRecord>> {
        delegate!(self, mirror => mirror.compact_run(run_id, owner, fewest).await)
    }

    async fn load_artifact(&self, hash: &str) -> Result<Option<Vec<u8>>> {
        delegate!(self, mirror => mirror.load_artifact(hash).await)
    }

    fn close(&self) {
        delegate!(self, mirror => mirror.close());
    }
}
