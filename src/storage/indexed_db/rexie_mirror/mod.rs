//! The mirror over a real IndexedDB, through rexie. Nothing outside this folder knows IndexedDB.

mod connection;
mod decode;
mod dom_error;
mod edits;
mod exit_copy;
mod exits;
mod schema;
mod write;

use js_sys::Math;
use rexie::{Store, Transaction, TransactionMode};
use wasm_bindgen::JsValue;

use self::connection::Connection;
use self::decode::decode;
use self::dom_error::classify;
use self::edits::push_fence;
use self::schema::{
    ARTIFACTS, BY_NAME, EXPERIMENTS, IDS_KEY, IdCounters, META, POINTS, RUNS, chunk_range, encode, log_range,
    row_key, unwrap_bytes, wrap_bytes,
};
use self::write::{Requests, add, overlooks_failures, put, write_all};
use super::mirror::{Batch, Catalog, Mirror, NewRun, ReservedIds, StoredPoints, claimed};
use crate::storage::clock;
use crate::storage::error::{Result, StorageError};
use crate::storage::record::{ExperimentRecord, RECORD_FORMAT, RunRecord};

use TransactionMode::{ReadOnly, ReadWrite};

/// How often an operation is tried on a connection that breaks.
const TRIES: u32 = 3;

/// A mirror in an IndexedDB database.
#[derive(Debug)]
pub struct RexieMirror {
    connection: Connection,
}

impl RexieMirror {
    /// A mirror in the database `name`, which is opened, and created if need be, when first used.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { connection: Connection::new(name) }
    }

    /// The database's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.connection.name()
    }

    /// Opens the database now.
    ///
    /// # Errors
    /// `Unavailable`, `NewerDatabase`, `Blocked`, `QuotaExceeded`.
    pub async fn open(&self) -> Result<()> {
        self.connection.ensure_open().await
    }

    async fn transaction(&self, stores: &[&str], mode: TransactionMode) -> Result<Transaction> {
        self.connection.ensure_open().await?;
        self.connection.transaction(stores, mode)
    }

    /// Runs an operation again on a new connection if the old one breaks.
    async fn retrying<T, F: Future<Output = Result<T>>>(&self, operation: impl Fn() -> F) -> Result<T> {
        let mut tries = 1;
        loop {
            match operation().await {
                Err(StorageError::ConnectionLost(_)) if tries < TRIES => self.connection.close(),
                result => return result,
            }
            tries += 1;
        }
    }

    async fn read_counters(meta: &Store) -> Result<IdCounters> {
        let stored = meta.get(IDS_KEY.into()).await.map_err(|cause| classify(&cause))?;
        match stored {
            Some(value) => decode(value),
            None => Ok(IdCounters { format: RECORD_FORMAT, next_experiment: 0.0, next_run: 0.0 }),
        }
    }

    async fn begin_once(&self, new_run: &NewRun) -> Result<(ExperimentRecord, RunRecord)> {
        let transaction = self.transaction(&[META, EXPERIMENTS, RUNS], ReadWrite).await?;
        let store = |name: &str| transaction.store(name).map_err(|cause| classify(&cause));
        let by_name = store(EXPERIMENTS)?.index(BY_NAME).map_err(|cause| classify(&cause))?;
        let meta = store(META)?;
        let name = new_run.experiment_name.as_str();
        let mut counters = Self::read_counters(&meta).await?;
        let named = by_name.get(name.into()).await;
        let mut requests = Requests::new();
        let experiment: ExperimentRecord = if let Some(value) = named.map_err(|cause| classify(&cause))? {
            decode(value)?
        } else {
            let experiments = store(EXPERIMENTS)?;
            while experiments
                .key_exists(format!("exp-{}", counters.next_experiment as u64).into())
                .await
                .map_err(|c| classify(&c))?
            {
                counters.next_experiment += 1.0;
            }
            let experiment = ExperimentRecord {
                format: RECORD_FORMAT,
                experiment_id: format!("exp-{}", counters.next_experiment as u64),
                name: name.to_owned(),
                created_ms: clock::now_ms() as f64,
                config_json: None,
            };
            counters.next_experiment += 1.0;
            let key = experiment.experiment_id.as_str().into();
            requests.push(put(experiments, encode(&experiment)?, key));
            experiment
        };
        // A page that wrote its runs again after the site's data was cleared may have taken numbers that are counted as free.
        let runs = store(RUNS)?;
        while runs
            .key_exists(format!("run-{}", counters.next_run as u64).into())
            .await
            .map_err(|c| classify(&c))?
        {
            counters.next_run += 1.0;
        }
        let run = RunRecord {
            run_id: format!("run-{}", counters.next_run as u64),
            experiment_id: experiment.experiment_id.clone(),
            ..new_run.record.clone()
        };
        counters.next_run += 1.0;
        requests.push(add(runs, encode(&run)?, run.run_id.as_str().into()));
        requests.push(put(meta, encode(&counters)?, IDS_KEY.into()));
        write_all(transaction, requests).await?;
        Ok((experiment, run))
    }

    async fn claim_once(
        &self,
        run_id: &str,
        expected_owner: &str,
        owner: &str,
        now_ms: i64,
    ) -> Result<RunRecord> {
        let transaction = self.transaction(&[RUNS, POINTS], ReadWrite).await?;
        let runs = transaction.store(RUNS).map_err(|cause| classify(&cause))?;
        let stored = runs.get(run_id.into()).await.map_err(|cause| classify(&cause))?;
        let stored = stored.ok_or_else(|| StorageError::RunNotFound(run_id.to_owned()))?;
        let record = claimed(&decode(stored)?, expected_owner, owner, now_ms)?;
        let mut requests = Requests::new();
        push_fence(&mut requests, || points_store(&transaction), &record)?;
        requests.push(put(runs, encode(&record)?, run_id.into()));
        write_all(transaction, requests).await?;
        Ok(record)
    }

    async fn reserve_once(&self, experiments: u64, runs: u64) -> Result<ReservedIds> {
        let transaction = self.transaction(&[META], ReadWrite).await?;
        let meta = transaction.store(META).map_err(|cause| classify(&cause))?;
        let mut counters = Self::read_counters(&meta).await?;
        let (experiment, run) = (counters.next_experiment as u64, counters.next_run as u64);
        counters.next_experiment += experiments as f64;
        counters.next_run += runs as f64;
        write_all(transaction, vec![put(meta, encode(&counters)?, IDS_KEY.into())]).await?;
        Ok(ReservedIds { experiments: experiment..experiment + experiments, runs: run..run + runs })
    }

    async fn catalog_once(&self, only: Option<(&[String], &[String])>) -> Result<Catalog> {
        let transaction = self.transaction(&[EXPERIMENTS, RUNS], ReadOnly).await?;
        let experiments = transaction.store(EXPERIMENTS).map_err(|cause| classify(&cause))?;
        let runs = transaction.store(RUNS).map_err(|cause| classify(&cause))?;
        let (experiments, runs) = match only {
            None => (all(&experiments).await, all(&runs).await),
            Some((experiment_ids, run_ids)) => {
                (some(&experiments, experiment_ids).await, some(&runs, run_ids).await)
            }
        };
        let mut catalog = Catalog::default();
        for (id, value) in experiments? {
            match decode(value) {
                Ok(record) => catalog.experiments.push(record),
                Err(cause) => catalog.quarantined.push(format!("experiment '{id}': {cause}")),
            }
        }
        for (id, value) in runs? {
            match decode(value) {
                Ok(record) => catalog.runs.push(record),
                Err(cause) => catalog.quarantined.push(format!("run '{id}': {cause}")),
            }
        }
        Ok(catalog)
    }

    async fn points_once(&self, run_id: &str, from_sequence: u64) -> Result<StoredPoints> {
        let transaction = self.transaction(&[RUNS, POINTS], ReadOnly).await?;
        let runs = transaction.store(RUNS).map_err(|cause| classify(&cause))?;
        let points = transaction.store(POINTS).map_err(|cause| classify(&cause))?;
        let record = runs.get(run_id.into()).await;
        let log = points.get_all(Some(log_range(run_id, from_sequence)?), None).await;
        let record: Option<RunRecord> = record.map_err(|cause| classify(&cause))?.map(decode).transpose()?;
        let mut log = log.map_err(|cause| classify(&cause))?;
        let compacted = record.as_ref().map_or(0, |record| record.compacted_sequence as u64);
        let whole = from_sequence == 0 || compacted > from_sequence;
        let mut rows = Vec::new();
        if whole && compacted > 0 {
            rows = points.get_all(Some(chunk_range(run_id)?), None).await.map_err(|c| classify(&c))?;
            if from_sequence > 0 {
                let all = points.get_all(Some(log_range(run_id, 0)?), None).await;
                log = all.map_err(|cause| classify(&cause))?;
            }
        }
        rows.append(&mut log);
        // A row that cannot be read becomes a block that cannot be read: whoever decodes it says which run it is of.
        let blocks = rows.iter().map(|row| unwrap_bytes(POINTS, row).unwrap_or_default()).collect();
        Ok(StoredPoints { record, whole, blocks })
    }
}

fn points_store(transaction: &Transaction) -> Result<Store> {
    transaction.store(POINTS).map_err(|cause| classify(&cause))
}

/// All records of a store by their ids: one that cannot be read does not say whose it is.
async fn all(store: &Store) -> Result<Vec<(String, JsValue)>> {
    let keys = store.get_all_keys(None, None).await.map_err(|cause| classify(&cause))?;
    let values = store.get_all(None, None).await.map_err(|cause| classify(&cause))?;
    Ok(keys.into_iter().map(|key| key.as_string().unwrap_or_default()).zip(values).collect())
}

async fn some(store: &Store, ids: &[String]) -> Result<Vec<(String, JsValue)>> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let value = store.get(id.as_str().into()).await.map_err(|cause| classify(&cause))?;
        found.extend(value.map(|value| (id.clone(), value)));
    }
    Ok(found)
}

impl Mirror for RexieMirror {
    async fn load_catalog(&self) -> Result<Catalog> {
        self.retrying(|| self.catalog_once(None)).await
    }

    async fn load_records(&self, experiment_ids: &[String], run_ids: &[String]) -> Result<Catalog> {
        self.retrying(|| self.catalog_once(Some((experiment_ids, run_ids)))).await
    }

    async fn reserve_ids(&self, experiments: u64, runs: u64) -> Result<ReservedIds> {
        self.retrying(|| self.reserve_once(experiments, runs)).await
    }

    async fn begin_run(&self, new_run: NewRun) -> Result<(ExperimentRecord, RunRecord)> {
        self.retrying(|| self.begin_once(&new_run)).await
    }

    async fn claim_run(
        &self,
        run_id: &str,
        expected_owner: &str,
        owner: &str,
        now_ms: i64,
    ) -> Result<RunRecord> {
        self.retrying(|| self.claim_once(run_id, expected_owner, owner, now_ms)).await
    }

    async fn commit(&self, batch: &Batch) -> Result<()> {
        // No await before the first request where the connection is open: a page that goes away polls this once.
        if !self.connection.is_open() {
            self.connection.ensure_open().await?;
        }
        let transaction = self.connection.transaction(&[EXPERIMENTS, RUNS, POINTS, ARTIFACTS], ReadWrite)?;
        let store = |name: &str| transaction.store(name).map_err(|cause| classify(&cause));
        let mut requests = Requests::new();
        for (hash, content) in &batch.artifacts {
            let value = wrap_bytes("bytes", content)?;
            requests.push(put(store(ARTIFACTS)?, value, hash.as_str().into()));
        }
        for record in &batch.experiments {
            let key = record.experiment_id.as_str().into();
            requests.push(put(store(EXPERIMENTS)?, encode(record)?, key));
        }
        for run in &batch.runs {
            for row in &run.rows {
                let key = row_key(&run.record.run_id, row.sequence);
                requests.push(add(store(POINTS)?, wrap_bytes(POINTS, &row.bytes)?, key));
            }
            let key = run.record.run_id.as_str().into();
            requests.push(put(store(RUNS)?, encode(&run.record)?, key));
        }
        let result = write_all(transaction, requests).await;
        if matches!(result, Err(StorageError::ConnectionLost(_))) {
            self.connection.close();
        }
        result
    }

    fn loses_commits_on_leaving(&self) -> bool {
        overlooks_failures()
    }

    async fn commit_exit(&self, batch: &Batch) -> Result<()> {
        self.store_exit(batch).await
    }

    async fn settle_exits(&self) -> Result<Vec<String>> {
        self.retrying(|| self.settle_once()).await
    }

    async fn rename_run(&self, run_id: &str, run_name: &str) -> Result<RunRecord> {
        self.retrying(|| self.rename_once(run_id, run_name)).await
    }

    async fn delete_runs(&self, run_ids: &[String], experiment_id: Option<&str>) -> Result<()> {
        self.retrying(|| self.delete_once(run_ids, experiment_id)).await
    }

    async fn load_points(&self, run_id: &str, from_sequence: u64) -> Result<StoredPoints> {
        self.retrying(|| self.points_once(run_id, from_sequence)).await
    }

    async fn load_artifact(&self, hash: &str) -> Result<Option<Vec<u8>>> {
        self.retrying(|| async {
            let transaction = self.transaction(&[ARTIFACTS], ReadOnly).await?;
            let store = transaction.store(ARTIFACTS).map_err(|cause| classify(&cause))?;
            let value = store.get(hash.into()).await.map_err(|cause| classify(&cause))?;
            value.map(|value| unwrap_bytes("bytes", &value)).transpose()
        })
        .await
    }

    fn close(&self) {
        self.connection.close();
    }
}

/// A name that nobody else has: 80 random bits are enough for the tabs of one browser.
#[must_use]
pub fn random_token() -> String {
    let part = || (Math::random() * f64::from(1 << 20)) as u32;
    format!("{:05x}{:05x}{:05x}{:05x}", part(), part(), part(), part())
}
