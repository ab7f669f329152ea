//! Renaming and deleting, each in one transaction that makes the runs' writers notice.

use rexie::{KeyRange, Store, Transaction};
use wasm_bindgen::JsValue;

use super::decode::decode;
use super::encode::encode;
use super::schema::{ARTIFACTS, EXPERIMENTS, POINTS, RUNS, points_range, row_key, wrap_bytes};
use super::write::{Requests, add, put, write_all};
use super::{RexieMirror, first};
use crate::storage::error::{Result, StorageError};
use crate::storage::indexed_db::mirror::{fenced, tombstones};
use crate::storage::indexed_db::point_block::BlockWriter;
use crate::storage::record::RunRecord;

use rexie::TransactionMode::ReadWrite;

/// Ends a run's log with an empty row, as the record already says it does.
pub(super) fn push_fence(
    requests: &mut Requests,
    transaction: &Transaction,
    record: &RunRecord,
) -> Result<()> {
    for bytes in BlockWriter::default().finish() {
        let key = row_key(&record.run_id, record.next_sequence as u64 - 1);
        requests.push(add(transaction.store(POINTS)?, wrap_bytes(POINTS, &bytes), key));
    }
    Ok(())
}

impl RexieMirror {
    pub(super) async fn rename_once(&self, run_id: &str, run_name: &str) -> Result<RunRecord> {
        let transaction = self.transaction(&[RUNS, POINTS], ReadWrite).await?;
        let store = |name: &str| transaction.store(name);
        let stored = first(&store(RUNS)?, &run_id.into()).await?;
        let stored = stored.ok_or_else(|| StorageError::RunNotFound(run_id.to_owned()))?;
        let mut record: RunRecord = fenced(&decode(stored)?);
        record.run_name = Some(run_name.to_owned());
        let mut requests = Requests::new();
        push_fence(&mut requests, &transaction, &record)?;
        requests.push(put(store(RUNS)?, encode(&record), run_id.into()));
        write_all(transaction, requests).await?;
        Ok(record)
    }

    pub(super) async fn delete_once(&self, run_ids: &[String], experiment_id: Option<&str>) -> Result<()> {
        let stores = [EXPERIMENTS, RUNS, POINTS, ARTIFACTS];
        let transaction = self.transaction(&stores, ReadWrite).await?;
        let store = |name: &str| transaction.store(name);
        let mut deleted: Vec<RunRecord> = Vec::new();
        let mut kept: Vec<RunRecord> = Vec::new();
        for value in store(RUNS)?.get_all(None, None).await? {
            if let Ok(record) = decode::<RunRecord>(value) {
                if run_ids.contains(&record.run_id) { deleted.push(record) } else { kept.push(record) }
            }
        }
        let mut requests = Requests::new();
        for record in &deleted {
            push_delete(&mut requests, store(RUNS)?, record.run_id.as_str().into());
            push_delete(&mut requests, store(POINTS)?, key_of(points_range(&record.run_id)?));
            for tombstone in tombstones(record) {
                push_fence(&mut requests, &transaction, &tombstone)?;
            }
            for artifact in &record.artifacts {
                let is_kept = kept.iter().any(|run| run.artifacts.iter().any(|a| a.hash == artifact.hash));
                if !is_kept {
                    push_delete(&mut requests, store(ARTIFACTS)?, artifact.hash.as_str().into());
                }
            }
        }
        if let Some(experiment_id) = experiment_id {
            push_delete(&mut requests, store(EXPERIMENTS)?, experiment_id.into());
        }
        write_all(transaction, requests).await
    }
}

/// IndexedDB deletes by a range as by a key.
fn key_of(range: KeyRange) -> JsValue {
    range.into()
}

fn push_delete(requests: &mut Requests, store: Store, key: JsValue) {
    requests.push(Box::pin(async move { store.delete(key).await }));
}
