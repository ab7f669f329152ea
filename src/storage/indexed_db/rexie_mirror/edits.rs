//! Amending and deleting, each in one transaction that makes the runs' writers notice.

use rexie::TransactionMode::ReadWrite;
use wasm_bindgen::JsValue;

use super::RexieMirror;
use super::decode::decode;
use super::reads::{one, run_in};
use super::requests::{add_row, put_points, write_fenced};
use super::schema::{ARTIFACTS, EXPERIMENTS, POINTS, RUNS, points_range, row_key};
use super::transact::{Ask, Next, TRIES};
use crate::storage::error::Result;
use crate::storage::indexed_db::mirror::{Amendment, amended, tombstones};
use crate::storage::indexed_db::point_block::EMPTY_BLOCK;
use crate::storage::record::RunRecord;

impl RexieMirror {
    pub(super) async fn amend(&self, run_id: &str, amendment: &Amendment) -> Result<RunRecord> {
        let mut record = RunRecord::new(String::new(), String::new(), 0);
        let mut plan = |answers: &[Vec<JsValue>]| {
            let [stored] = answers else { return Ok(Next::Read(vec![one(RUNS, run_id)?])) };
            record = amended(&run_in(stored, run_id)?, amendment);
            Ok(write_fenced(&record))
        };
        self.transact(&[RUNS, POINTS], ReadWrite, TRIES, &mut plan).await?;
        Ok(record)
    }

    pub(super) async fn delete(&self, run_ids: &[String], experiment_id: Option<&str>) -> Result<()> {
        let mut plan = |answers: &[Vec<JsValue>]| {
            let [all, ids] = answers else {
                return Ok(Next::Read(vec![(RUNS, Ask::Values(None)), (RUNS, Ask::Keys(None))]));
            };
            let mut deleted: Vec<RunRecord> = Vec::new();
            let mut kept: Vec<RunRecord> = Vec::new();
            for value in all {
                if let Ok(record) = decode::<RunRecord>(value.clone()) {
                    // Runs that were begun since the experiment was looked at go with it.
                    let goes = run_ids.contains(&record.run_id)
                        || experiment_id == Some(record.experiment_id.as_str());
                    if goes { deleted.push(record) } else { kept.push(record) }
                }
            }
            let mut requests = Vec::new();
            for run_id in run_ids {
                if ids.iter().all(|id| id.as_string().as_ref() != Some(run_id)) {
                    for sequence in tombstones(0.0) {
                        requests.push(put_points(row_key(run_id, sequence), &EMPTY_BLOCK));
                    }
                }
            }
            for record in &deleted {
                requests.push((RUNS, Ask::Delete(record.run_id.as_str().into())));
                // IndexedDB deletes by a range as by a key.
                requests.push((POINTS, Ask::Delete(points_range(&record.run_id)?.into())));
                for sequence in tombstones(record.next_sequence) {
                    requests.push(add_row(&record.run_id, sequence, &EMPTY_BLOCK));
                }
                for artifact in &record.artifacts {
                    let is_kept =
                        kept.iter().any(|run| run.artifacts.iter().any(|a| a.hash == artifact.hash));
                    if !is_kept {
                        requests.push((ARTIFACTS, Ask::Delete(artifact.hash.as_str().into())));
                    }
                }
            }
            if let Some(experiment_id) = experiment_id {
                requests.push((EXPERIMENTS, Ask::Delete(experiment_id.into())));
            }
            Ok(Next::Write(requests))
        };
        let stores = [EXPERIMENTS, RUNS, POINTS, ARTIFACTS];
        self.transact(&stores, ReadWrite, TRIES, &mut plan).await
    }
}
