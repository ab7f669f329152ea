//! Reading: catalogs, points, artifacts.

use rexie::KeyRange;
use rexie::TransactionMode::ReadOnly;
use wasm_bindgen::JsValue;

use super::RexieMirror;
use super::decode::{Decode, decode};
use super::requests::block_in;
use super::schema::{ARTIFACTS, EXPERIMENTS, POINTS, RUNS, log_range, only, points_range, unwrap_bytes};
use super::transact::{Ask, Next, Request, TRIES};
use crate::storage::error::{Result, StorageError};
use crate::storage::indexed_db::Damage;
use crate::storage::indexed_db::mirror::{Catalog, StoredPoints};
use crate::storage::record::RunRecord;

/// Reads what is stored under one key: by `getAll`, so that one kind of request reads everything.
pub(super) fn one(store: &'static str, key: &str) -> Result<Request> {
    Ok((store, Ask::Values(Some(only(&key.into())?))))
}

/// What a store is asked of a range.
type AskFor = fn(Option<KeyRange>) -> Ask;

/// The record in the answer to [`one`]; nothing if there is none.
pub(super) fn record_in<T: Decode>(answer: &[JsValue]) -> Result<Option<T>> {
    answer.first().map(|value| decode(value.clone())).transpose()
}

/// The stored run in the answer to [`one`].
pub(super) fn run_in(answer: &[JsValue], run_id: &str) -> Result<RunRecord> {
    record_in(answer)?.ok_or_else(|| StorageError::RunNotFound(run_id.to_owned()))
}

impl RexieMirror {
    /// Everything, or the records of some experiments and runs.
    pub(super) async fn read_catalog(&self, some: Option<(&[String], &[String])>) -> Result<Catalog> {
        let mut catalog = Catalog::default();
        if let Some(([], [])) = some {
            // A plan that asks for nothing would be asked again for ever.
            return Ok(catalog);
        }
        let mut plan = |answers: &[Vec<JsValue>]| {
            if answers.is_empty() {
                return catalog_requests(some, Ask::Values).map(Next::Read);
            }
            let experiments = some.map_or(1, |(experiment_ids, _)| experiment_ids.len());
            let asked = some.map_or(2, |(_, run_ids)| experiments + run_ids.len());
            catalog = Catalog::default();
            for (index, answer) in answers[..asked].iter().enumerate() {
                for (place, value) in answer.iter().enumerate() {
                    let is_experiment = index < experiments;
                    let read = if is_experiment {
                        decode(value.clone()).map(|record| catalog.experiments.push(record))
                    } else {
                        decode(value.clone()).map(|record| catalog.runs.push(record))
                    };
                    let Err(cause) = read else { continue };
                    // Only its key says which one it is.
                    let Some(keys) = answers.get(asked + index) else {
                        return catalog_requests(some, Ask::Keys).map(Next::Read);
                    };
                    let id = keys.get(place).and_then(JsValue::as_string).unwrap_or_default();
                    let damage = if is_experiment { Damage::of_experiment } else { Damage::of_run };
                    catalog.quarantined.push(damage(&id, &cause));
                }
            }
            Ok(Next::Done)
        };
        self.transact(&[EXPERIMENTS, RUNS], ReadOnly, TRIES, &mut plan).await?;
        Ok(catalog)
    }

    pub(super) async fn read_points(&self, run_id: &str, from_sequence: u64) -> Result<StoredPoints> {
        let mut points = StoredPoints::default();
        let mut plan = |answers: &[Vec<JsValue>]| {
            let [record, log @ ..] = answers else {
                // Chunks too, if it is all that is asked for.
                let whole = from_sequence == 0;
                let rows = if whole { points_range(run_id)? } else { log_range(run_id, from_sequence)? };
                return Ok(Next::Read(vec![one(RUNS, run_id)?, (POINTS, Ask::Values(Some(rows)))]));
            };
            let record: Option<RunRecord> = record_in(record)?;
            let compacted = record.as_ref().map_or(0, |record| record.compacted_sequence as u64);
            points.whole = from_sequence == 0 || compacted > from_sequence;
            if log.len() == 1 && compacted > from_sequence && from_sequence > 0 {
                return Ok(Next::Read(vec![(POINTS, Ask::Values(Some(points_range(run_id)?)))]));
            }
            points.record = record;
            for row in log.last().into_iter().flatten() {
                // A row that cannot be read becomes a block that cannot be read: whoever decodes it says which run it is of.
                points.blocks.push(block_in(row));
            }
            Ok(Next::Done)
        };
        self.transact(&[RUNS, POINTS], ReadOnly, TRIES, &mut plan).await?;
        Ok(points)
    }

    pub(super) async fn read_artifact(&self, hash: &str) -> Result<Option<Vec<u8>>> {
        let mut content = None;
        let mut plan = |answers: &[Vec<JsValue>]| {
            let [answer] = answers else { return Ok(Next::Read(vec![one(ARTIFACTS, hash)?])) };
            content = answer.first().map(|value| unwrap_bytes("bytes", value)).transpose()?;
            Ok(Next::Done)
        };
        self.transact(&[ARTIFACTS], ReadOnly, TRIES, &mut plan).await?;
        Ok(content)
    }
}

fn catalog_requests(some: Option<(&[String], &[String])>, ask: AskFor) -> Result<Vec<Request>> {
    let Some((experiment_ids, run_ids)) = some else {
        return Ok(vec![(EXPERIMENTS, ask(None)), (RUNS, ask(None))]);
    };
    let mut requests = Vec::new();
    for id in experiment_ids {
        requests.push((EXPERIMENTS, ask(Some(only(&id.into())?))));
    }
    for id in run_ids {
        requests.push((RUNS, ask(Some(only(&id.into())?))));
    }
    Ok(requests)
}
