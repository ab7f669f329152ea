//! Beginning and claiming runs, each in one transaction.

use rexie::TransactionMode::ReadWrite;
use wasm_bindgen::JsValue;

use super::RexieMirror;
use super::decode::decode;
use super::encode::encode;
use super::reads::{one, record_in, run_in};
use super::requests::{put_experiment, write_fenced};
use super::schema::{EXPERIMENTS, IDS_KEY, IdCounters, META, POINTS, RUNS, only, points_range};
use super::transact::{Ask, Next, TRIES};
use crate::storage::clock;
use crate::storage::error::Result;
use crate::storage::indexed_db::mirror::{NewRun, ReservedIds, claimed};
use crate::storage::record::{ExperimentRecord, RECORD_FORMAT, RunRecord};

fn counters_in(answer: &[JsValue]) -> Result<IdCounters> {
    let none = IdCounters { next_experiment: 0.0, next_run: 0.0 };
    Ok(record_in(answer)?.unwrap_or(none))
}

fn id(kind: &str, number: f64) -> String {
    let mut id = kind.to_owned();
    id.push_str(&(number as u64).to_string());
    id
}

impl RexieMirror {
    pub(super) async fn reserve(&self, experiments: u64, runs: u64) -> Result<ReservedIds> {
        let mut reserved = ReservedIds { experiments: 0..0, runs: 0..0 };
        let mut plan = |answers: &[Vec<JsValue>]| {
            let [ids] = answers else { return Ok(Next::Read(vec![one(META, IDS_KEY)?])) };
            let mut counters = counters_in(ids)?;
            let (experiment, run) = (counters.next_experiment as u64, counters.next_run as u64);
            reserved =
                ReservedIds { experiments: experiment..experiment + experiments, runs: run..run + runs };
            counters.next_experiment += experiments as f64;
            counters.next_run += runs as f64;
            Ok(Next::Write(vec![(META, Ask::Put(IDS_KEY.into(), encode(&counters)))]))
        };
        self.transact(&[META], ReadWrite, TRIES, &mut plan).await?;
        Ok(reserved)
    }

    pub(super) async fn begin(&self, new_run: NewRun) -> Result<(ExperimentRecord, RunRecord)> {
        let name = new_run.experiment_name.as_str();
        let mut run = new_run.record.clone();
        let mut experiment = ExperimentRecord {
            format: RECORD_FORMAT,
            experiment_id: String::new(),
            name: name.to_owned(),
            created_ms: clock::now_ms() as f64,
            config_json: None,
        };
        let mut plan = |answers: &[Vec<JsValue>]| {
            let [ids, named, probes @ ..] = answers else {
                let by_name = (EXPERIMENTS, Ask::Named(only(&name.into())?));
                return Ok(Next::Read(vec![one(META, IDS_KEY)?, by_name]));
            };
            // One whose record is damaged is not taken for the one of this name: its new runs go to another.
            let known = named.iter().find_map(|stored| decode::<ExperimentRecord>(stored.clone()).ok());
            let mut counters = counters_in(ids)?;
            counters.next_experiment = counters.next_experiment.max(new_run.first_experiment as f64);
            counters.next_run = counters.next_run.max(new_run.first_run as f64);
            // A page that wrote its runs again after the site's data was cleared may have taken numbers that are counted as
            // free: they are probed, one of each kind at a time. Gaps do no harm. Rows without a run are what a deleted one left.
            let taken = (probes.len() / 3) as f64;
            let is_free = match probes {
                [.., experiment, run, rows] => {
                    run.is_empty() && rows.is_empty() && (experiment.is_empty() || known.is_some())
                }
                _ => false,
            };
            counters.next_experiment += taken;
            counters.next_run += taken;
            if !is_free {
                let experiment = one(EXPERIMENTS, &id("exp-", counters.next_experiment))?;
                let run_id = id("run-", counters.next_run);
                let rows = (POINTS, Ask::Keys(Some(points_range(&run_id)?)));
                return Ok(Next::Read(vec![experiment, one(RUNS, &run_id)?, rows]));
            }
            let mut requests = Vec::new();
            if let Some(known) = known {
                experiment = known;
                counters.next_experiment -= taken;
            } else {
                experiment.experiment_id = id("exp-", counters.next_experiment - 1.0);
                requests.push(put_experiment(&experiment));
            }
            run.run_id = id("run-", counters.next_run - 1.0);
            run.experiment_id.clone_from(&experiment.experiment_id);
            requests.push((RUNS, Ask::Add(run.run_id.as_str().into(), encode(&run))));
            requests.push((META, Ask::Put(IDS_KEY.into(), encode(&counters))));
            Ok(Next::Write(requests))
        };
        self.transact(&[META, EXPERIMENTS, RUNS, POINTS], ReadWrite, TRIES, &mut plan).await?;
        Ok((experiment, run))
    }

    pub(super) async fn claim(
        &self,
        run_id: &str,
        expected_owner: &str,
        owner: &str,
        now_ms: i64,
    ) -> Result<RunRecord> {
        let mut record = RunRecord::new(String::new(), String::new(), 0);
        let mut plan = |answers: &[Vec<JsValue>]| {
            let [stored] = answers else { return Ok(Next::Read(vec![one(RUNS, run_id)?])) };
            record = claimed(&run_in(stored, run_id)?, expected_owner, owner, now_ms)?;
            Ok(write_fenced(&record))
        };
        self.transact(&[RUNS, POINTS], ReadWrite, TRIES, &mut plan).await?;
        Ok(record)
    }
}
