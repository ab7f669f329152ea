//! The mirror of a page: IndexedDB, or memory alone where there is none.

use std::rc::Rc;

use futures::future::Either;

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

/// The future of either mirror, as it is: one more around each would be two kilobytes of code.
macro_rules! later {
    ($self:ident, $mirror:ident => $call:expr) => {
        match $self {
            PageMirror::IndexedDb($mirror) => Either::Left($call),
            PageMirror::Memory($mirror) => Either::Right($call),
        }
    };
}

impl Mirror for PageMirror {
    fn load_catalog(&self) -> impl Future<Output = Result<Catalog>> {
        later!(self, mirror => mirror.load_catalog())
    }

    fn load_records(
        &self,
        experiment_ids: &[String],
        run_ids: &[String],
    ) -> impl Future<Output = Result<Catalog>> {
        later!(self, mirror => mirror.load_records(experiment_ids, run_ids))
    }

    fn reserve_ids(&self, experiments: u64, runs: u64) -> impl Future<Output = Result<ReservedIds>> {
        later!(self, mirror => mirror.reserve_ids(experiments, runs))
    }

    fn begin_run(&self, new_run: NewRun) -> impl Future<Output = Result<(ExperimentRecord, RunRecord)>> {
        later!(self, mirror => mirror.begin_run(new_run))
    }

    fn claim_run(
        &self,
        run_id: &str,
        expected_owner: &str,
        owner: &str,
        now_ms: i64,
    ) -> impl Future<Output = Result<RunRecord>> {
        later!(self, mirror => mirror.claim_run(run_id, expected_owner, owner, now_ms))
    }

    fn commit(&self, batch: &Batch) -> impl Future<Output = Result<()>> {
        later!(self, mirror => mirror.commit(batch))
    }

    fn loses_commits_on_leaving(&self) -> bool {
        delegate!(self, mirror => mirror.loses_commits_on_leaving())
    }

    fn commit_exit(&self, batches: &[Rc<Batch>]) -> impl Future<Output = Result<()>> {
        later!(self, mirror => mirror.commit_exit(batches))
    }

    fn settle_exits(&self) -> impl Future<Output = Result<Vec<String>>> {
        later!(self, mirror => mirror.settle_exits())
    }

    fn amend_run(&self, run_id: &str, amendment: &Amendment) -> impl Future<Output = Result<RunRecord>> {
        later!(self, mirror => mirror.amend_run(run_id, amendment))
    }

    fn delete_runs(
        &self,
        run_ids: &[String],
        experiment_id: Option<&str>,
    ) -> impl Future<Output = Result<()>> {
        later!(self, mirror => mirror.delete_runs(run_ids, experiment_id))
    }

    fn load_points(&self, run_id: &str, from_sequence: u64) -> impl Future<Output = Result<StoredPoints>> {
        later!(self, mirror => mirror.load_points(run_id, from_sequence))
    }

    fn compact_run(
        &self,
        run_id: &str,
        owner: &str,
        fewest: u64,
    ) -> impl Future<Output = Result<Option<RunRecord>>> {
        later!(self, mirror => mirror.compact_run(run_id, owner, fewest))
    }

    fn load_artifact(&self, hash: &str) -> impl Future<Output = Result<Option<Vec<u8>>>> {
        later!(self, mirror => mirror.load_artifact(hash))
    }

    fn close(&self) {
        delegate!(self, mirror => mirror.close());
    }
}
