//! In a browser's page: the conformance suite over a real IndexedDB, and the promises of the database and its operations there.
#![cfg(all(target_arch = "wasm32", feature = "browser"))]
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;

use entrenar::columns::{BlockWriter, read_block};
use entrenar::database::operations::{self, KEPT_ENTRIES};
use entrenar::database::{
    Batch, Catalog, Database, ExitRecord, LogEntry, NewRun, RunCommit, StoredPoints, Transaction,
};
use entrenar::indexeddb::{IndexedDbDatabase, random_token, sleep};
use entrenar::storage::{
    ExperimentRecord, RawPoint, Result, RunEdit, RunRecord, RunStatus, Series, SeriesHeaders, StorageError,
};
use futures::future::{Either, select};
use futures::poll;
use support::session_backend::SessionBackend;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

conformance_tests!(browser SessionBackend<IndexedDbDatabase>);

/// A database of its own, and the operations on it by name.
struct Stored(IndexedDbDatabase);

impl Stored {
    fn named(name: &str) -> Self {
        Self(IndexedDbDatabase::new(name))
    }

    fn new() -> Self {
        Self::named(&format!("browser-{}", random_token()))
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    async fn run<T>(&self, transaction: Transaction<T>) -> Result<T> {
        self.0.transact(transaction).await
    }

    async fn begin_run(&self, new_run: NewRun) -> Result<(ExperimentRecord, RunRecord)> {
        self.run(operations::begin_run(new_run)).await
    }

    async fn commit(&self, batch: &Batch) -> Result<()> {
        self.run(operations::commit(Rc::new(batch.clone()))).await
    }

    async fn append_exit_log(&self, batch: Batch) -> Result<()> {
        let exit = ExitRecord::of(&[Rc::new(batch)], |_| Some(false));
        self.run(operations::append_exit_log(&random_token(), exit)).await
    }

    async fn recover_exit_log(&self) -> Result<Vec<String>> {
        self.run(operations::recover_exit_log()).await
    }

    async fn acquire_run(&self, run_id: &str, expected_owner: &str, owner: &str) -> Result<RunRecord> {
        self.run(operations::acquire_run(run_id, expected_owner, owner, 5.0)).await
    }

    async fn read_points(&self, run_id: &str, from_sequence: u64) -> Result<StoredPoints> {
        self.run(operations::read_points(run_id, from_sequence)).await
    }

    async fn read_artifact(&self, hash: &str) -> Result<Option<Arc<[u8]>>> {
        self.run(operations::read_artifact(hash)).await
    }

    async fn read_catalog(&self) -> Result<Catalog> {
        self.run(operations::read_catalog()).await
    }

    async fn delete_runs(&self, run_ids: &[String]) -> Result<()> {
        self.run(operations::delete_runs(run_ids, None, 0.0)).await
    }

    async fn compact_run(&self, run_id: &str, owner: &str, fewest: u64) -> Result<Option<RunRecord>> {
        self.run(operations::compact_run(run_id, owner, fewest)).await
    }
}

fn blocks(bytes: &[[u8; 3]]) -> Vec<Arc<[u8]>> {
    bytes.iter().map(|block| Arc::from(*block)).collect()
}

fn new_run(name: &str, owner: &str) -> NewRun {
    let record = RunRecord { owner: owner.into(), ..RunRecord::new(String::new(), String::new(), 0) };
    NewRun { experiment_name: name.into(), record, first_experiment: 0, first_run: 0 }
}

fn batch(record: &RunRecord, sequence: u64) -> Batch {
    let record = RunRecord { next_sequence: sequence as f64 + 1.0, ..record.clone() };
    let entries = vec![LogEntry { sequence, bytes: Arc::from([1, 2, sequence as u8]) }];
    Batch {
        runs: vec![RunCommit { record, entries, known_sequence: 0, is_stored: true }],
        ..Batch::default()
    }
}

#[wasm_bindgen_test]
async fn runs_begun_at_once_share_their_experiment_and_no_id() {
    let database = Stored::new();
    let others: Vec<Stored> = (0..8).map(|_| Stored::named(database.name())).collect();
    let begun = others.iter().map(|other| other.begin_run(new_run("shared", "a")));
    let begun = futures::future::try_join_all(begun).await.unwrap();
    assert!(begun.iter().all(|(experiment, _)| experiment.experiment_id == "exp-0"));
    let mut ids: Vec<String> = begun.into_iter().map(|(_, run)| run.run_id).collect();
    ids.sort();
    assert_eq!(ids, (0..8).map(|n| format!("run-{n}")).collect::<Vec<_>>());
}

#[wasm_bindgen_test]
async fn entry_that_is_there_makes_the_whole_commit_fail() {
    let database = Stored::new();
    let (_, record) = database.begin_run(new_run("rows", "a")).await.unwrap();
    let (_, other) = database.begin_run(new_run("rows", "a")).await.unwrap();
    database.commit(&batch(&record, 0)).await.unwrap();
    let mut both = batch(&record, 0);
    both.runs.extend(batch(&other, 0).runs);
    both.artifacts.push(("hash".into(), (*b"content").into()));
    let refused = database.commit(&both).await;
    assert!(matches!(refused, Err(StorageError::Conflict(_))), "{refused:?}");
    assert_eq!(database.read_points(&other.run_id, 0).await.unwrap().blocks.len(), 0);
    assert_eq!(database.read_artifact("hash").await, Ok(None));
}

#[wasm_bindgen_test]
async fn acquiring_a_run_sets_a_fence_that_the_old_owner_runs_into() {
    let database = Stored::new();
    let (_, record) = database.begin_run(new_run("claim", "old")).await.unwrap();
    database.commit(&batch(&record, 0)).await.unwrap();
    let claimed = database.acquire_run(&record.run_id, "old", "new").await.unwrap();
    assert_eq!((claimed.owner.as_str(), claimed.next_sequence), ("new", 2.0));
    let late = database.commit(&batch(&record, 1)).await;
    assert!(matches!(late, Err(StorageError::Conflict(_))), "{late:?}");
    let again = database.acquire_run(&record.run_id, "old", "third").await;
    assert_eq!(again, Err(StorageError::RunTakenOver(record.run_id.clone())));
    let unknown = database.acquire_run("run-77", "old", "third").await;
    assert_eq!(unknown, Err(StorageError::RunNotFound("run-77".into())));
}

#[wasm_bindgen_test]
async fn exit_log_is_recovered_once_and_in_its_place() {
    let database = Stored::new();
    let (_, record) = database.begin_run(new_run("exits", "a")).await.unwrap();
    database.commit(&batch(&record, 0)).await.unwrap();
    database.append_exit_log(batch(&record, 1)).await.unwrap();
    database.append_exit_log(batch(&record, 2)).await.unwrap();
    assert_eq!(database.read_points(&record.run_id, 0).await.unwrap().blocks.len(), 1);
    assert_eq!(database.recover_exit_log().await.unwrap(), std::slice::from_ref(&record.run_id));
    assert_eq!(database.recover_exit_log().await.unwrap(), Vec::<String>::new());
    let stored = database.read_points(&record.run_id, 0).await.unwrap();
    assert_eq!(stored.blocks.len(), 3);
    assert_eq!(stored.record.unwrap().next_sequence, 3.0);
    let late = database.commit(&batch(&record, 2)).await;
    assert!(matches!(late, Err(StorageError::Conflict(_))), "{late:?}");
}

#[wasm_bindgen_test]
async fn exit_log_is_recovered_in_the_order_of_its_entries() {
    let database = Stored::new();
    let (_, record) = database.begin_run(new_run("order", "a")).await.unwrap();
    // Under random keys: that they come in this order by themselves happens once in 720 times.
    for sequence in 0..6 {
        database.append_exit_log(batch(&record, sequence)).await.unwrap();
    }
    database.recover_exit_log().await.unwrap();
    let stored = database.read_points(&record.run_id, 0).await.unwrap();
    let entries: Vec<[u8; 3]> = (0..6).map(|sequence| [1, 2, sequence]).collect();
    assert_eq!((stored.blocks, stored.record.unwrap().next_sequence), (blocks(&entries), 6.0));
}

#[wasm_bindgen_test]
async fn reading_no_records_returns_none() {
    let database = Stored::new();
    database.begin_run(new_run("none", "a")).await.unwrap();
    let catalog = database.run(operations::read_records(&[], &[])).await.unwrap();
    assert_eq!((catalog.experiments.len(), catalog.runs.len()), (0, 0));
}

#[wasm_bindgen_test]
async fn backup_of_a_dropped_exit_log_record_is_recovered() {
    let database = Stored::new();
    let (_, record) = database.begin_run(new_run("copies", "a")).await.unwrap();
    // The future is dropped after it issued everything and wrote its copy: the page is gone, its transaction too.
    {
        let exit = database.append_exit_log(batch(&record, 0));
        futures::pin_mut!(exit);
        assert!(futures::poll!(&mut exit).is_pending());
    }
    assert_eq!(database.recover_exit_log().await.unwrap(), std::slice::from_ref(&record.run_id));
    assert_eq!(database.read_points(&record.run_id, 0).await.unwrap().blocks, blocks(&[[1, 2, 0]]));
    assert_eq!(database.recover_exit_log().await.unwrap(), Vec::<String>::new());
}

#[wasm_bindgen_test]
async fn last_values_that_json_does_not_have_survive_in_the_backup() {
    let database = Stored::new();
    let (_, mut record) = database.begin_run(new_run("copies", "a")).await.unwrap();
    let last_values = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -0.0, 0.1];
    record.series = SeriesHeaders {
        keys: (0..5).map(|key| format!("metric {key}")).collect(),
        counts: vec![1.0; 5],
        last_steps: vec![0.0; 5],
        last_values: last_values.to_vec(),
    };
    {
        let exit = database.append_exit_log(batch(&record, 0));
        futures::pin_mut!(exit);
        assert!(futures::poll!(&mut exit).is_pending());
    }
    database.recover_exit_log().await.unwrap();
    let stored = database.read_points(&record.run_id, 0).await.unwrap().record.unwrap();
    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&stored.series.last_values), bits(&last_values));
}

/// How many copies of the exit log there are, and of how many runs the first is.
fn copies_of(database: &str) -> Vec<f64> {
    let count = format!(
        "Object.keys(localStorage).filter((key) => key.startsWith('entrenar exit:{database}:')).map((key) => JSON.parse(localStorage[key]).runs.length)"
    );
    js_sys::Array::from(&js_sys::eval(&count).unwrap()).iter().map(|runs| runs.as_f64().unwrap()).collect()
}

#[wasm_bindgen_test]
async fn copies_of_records_that_failed_are_replaced_by_the_next() {
    let name = format!("newer-{}", random_token());
    let store = rexie::ObjectStore::new("things of the future");
    rexie::Rexie::builder(&name).version(7).add_object_store(store).build().await.unwrap().close();
    let database = Stored::named(&name);
    let record = RunRecord::new("run-0".into(), "exp-0".into(), 0);
    database.append_exit_log(batch(&record, 0)).await.unwrap_err();
    assert_eq!(copies_of(&name), [1.0]);
    let mut both = batch(&record, 0);
    both.runs.extend(batch(&RunRecord::new("run-1".into(), "exp-0".into(), 0), 0).runs);
    database.append_exit_log(both).await.unwrap_err();
    assert_eq!(copies_of(&name), [2.0]);
}

#[wasm_bindgen_test]
async fn exit_log_of_a_deleted_run_does_not_bring_it_back() {
    let database = Stored::new();
    let (_, record) = database.begin_run(new_run("gone", "a")).await.unwrap();
    database.append_exit_log(batch(&record, 0)).await.unwrap();
    database.delete_runs(std::slice::from_ref(&record.run_id)).await.unwrap();
    database.recover_exit_log().await.unwrap();
    let stored = database.read_points(&record.run_id, 0).await.unwrap();
    assert_eq!((stored.record, database.read_catalog().await.unwrap().runs.len()), (None, 0));
    let late = database.commit(&batch(&record, 0)).await;
    assert!(matches!(late, Err(StorageError::Conflict(_))), "{late:?}");
}

#[wasm_bindgen_test]
async fn run_that_is_deleted_where_it_is_not_stored_cannot_be_stored_later() {
    let database = Stored::new();
    let record = RunRecord::new("run-0".into(), "exp-0".into(), 0);
    let ids = ["run-0".to_owned()];
    database.delete_runs(&ids).await.unwrap();
    database.delete_runs(&ids).await.unwrap();
    let late = database.commit(&batch(&record, 0)).await;
    assert!(matches!(late, Err(StorageError::Conflict(_))), "{late:?}");
    database.append_exit_log(batch(&record, 0)).await.unwrap();
    database.recover_exit_log().await.unwrap();
    assert_eq!(database.read_catalog().await.unwrap().runs.len(), 0);
    let (_, other) = database.begin_run(new_run("after", "a")).await.unwrap();
    assert_eq!(other.run_id, "run-1");
}

#[wasm_bindgen_test]
async fn no_number_is_given_below_those_that_are_known() {
    let database = Stored::new();
    let known = NewRun { first_experiment: 3, first_run: 5, ..new_run("known", "a") };
    let (experiment, run) = database.begin_run(known).await.unwrap();
    assert_eq!((experiment.experiment_id.as_str(), run.run_id.as_str()), ("exp-3", "run-5"));
    let (experiment, run) = database.begin_run(new_run("known", "a")).await.unwrap();
    assert_eq!((experiment.experiment_id.as_str(), run.run_id.as_str()), ("exp-3", "run-6"));
}

#[wasm_bindgen_test]
async fn renamed_run_stops_its_unaware_writer() {
    let database = Stored::new();
    let (_, record) = database.begin_run(new_run("names", "a")).await.unwrap();
    let renamed = database.run(operations::edit_run(&record.run_id, RunEdit::name("ada"))).await.unwrap();
    assert_eq!((renamed.run_name.as_deref(), renamed.owner.as_str()), (Some("ada"), "a"));
    let late = database.commit(&batch(&record, 0)).await;
    assert!(matches!(late, Err(StorageError::Conflict(_))), "{late:?}");
}

#[wasm_bindgen_test]
async fn closed_connection_is_opened_again() {
    let database = Stored::new();
    let (_, record) = database.begin_run(new_run("closed", "a")).await.unwrap();
    database.0.close();
    database.commit(&batch(&record, 0)).await.unwrap();
    assert_eq!(database.read_points(&record.run_id, 0).await.unwrap().blocks, blocks(&[[1, 2, 0]]));
}

#[wasm_bindgen_test]
async fn deleted_database_is_noticed_before_anything_is_written() {
    let database = Stored::new();
    let (_, record) = database.begin_run(new_run("deleted", "a")).await.unwrap();
    database.0.close();
    rexie::Rexie::delete(database.name()).await.unwrap();
    let noticed = database.commit(&batch(&record, 0)).await;
    assert!(matches!(noticed, Err(StorageError::Cleared(_))), "{noticed:?}");
    database.commit(&batch(&record, 0)).await.unwrap();
    assert_eq!(database.read_catalog().await.unwrap().runs.len(), 1);
}

#[wasm_bindgen_test]
async fn opening_that_its_caller_gave_up_leaves_no_connection() {
    let database = Stored::new();
    {
        let mut asked = pin!(database.run(operations::read_catalog()));
        assert!(poll!(&mut asked).is_pending());
    }
    // A connection that is left open stands in the way of deleting the database for ever.
    let deleted = pin!(rexie::Rexie::delete(database.name()));
    let deleted = select(deleted, sleep(5_000.0)).await;
    assert!(matches!(deleted, Either::Left((Ok(()), _))));
}

#[wasm_bindgen_test]
async fn newer_database_is_refused() {
    let name = format!("newer-{}", random_token());
    let store = rexie::ObjectStore::new("things of the future");
    let newer = rexie::Rexie::builder(&name).version(7).add_object_store(store).build().await.unwrap();
    newer.close();
    let refused = Stored::named(&name).read_catalog().await;
    assert!(matches!(refused, Err(StorageError::NewerDatabase(_))), "{refused:?}");
    let after = rexie::Rexie::builder(&name).build().await.unwrap();
    assert_eq!((after.version().unwrap(), after.store_names()), (7, vec!["things of the future".to_owned()]));
    after.close();
}

/// A batch with ten points of a metric that go on where the row before ended.
fn points(record: &RunRecord, sequence: u64) -> Batch {
    let mut series = Series::default();
    for step in 10 * sequence..10 * sequence + 10 {
        series.push(RawPoint { step, value: step as f64, timestamp_ms: step as i64 });
    }
    let mut writer = BlockWriter::default();
    writer.add_behind(10 * sequence, "loss", &series, 0..10);
    let mut batch = batch(record, sequence);
    batch.runs[0].entries[0].bytes = Arc::from(writer.finish().remove(0));
    batch
}

/// The steps stored of a run, in the order of their places, and the number of records that hold points.
async fn stored_steps(database: &Stored, run_id: &str) -> (Vec<u64>, usize) {
    let blocks = database.read_points(run_id, 0).await.unwrap().blocks;
    let mut slices: Vec<_> = blocks.iter().flat_map(|block| read_block(block).unwrap()).collect();
    slices.sort_by_key(|slice| slice.first_index);
    let steps = slices.iter().flat_map(|slice| slice.points.iter().map(|point| point.step));
    (steps.collect(), slices.len())
}

#[wasm_bindgen_test]
async fn entries_become_segments_that_grow_and_are_recovered_already() {
    let database = Stored::new();
    let (_, record) = database.begin_run(new_run("chunks", "a")).await.unwrap();
    let run_id = record.run_id.as_str();
    for sequence in 0..200 {
        database.commit(&points(&record, sequence)).await.unwrap();
    }
    assert_eq!(database.compact_run(run_id, "b", 32).await, Ok(None), "it is not b's");
    assert_eq!(database.compact_run(run_id, "a", 201).await, Ok(None), "it is not worth it");
    let compacted = database.compact_run(run_id, "a", 32).await.unwrap().unwrap();
    assert_eq!((compacted.compacted_sequence, compacted.next_sequence), (200.0, 201.0));
    assert_eq!(stored_steps(&database, run_id).await, ((0..2_000).collect(), 1));
    let rows = database.read_points(run_id, 0).await.unwrap().blocks.len() as u64;
    assert_eq!(rows, 1 + KEPT_ENTRIES + 1);
    // Who does not know of it runs into the fence; what a page left of rows that are in chunks changes nothing.
    let late = database.commit(&points(&record, 200)).await;
    assert!(matches!(late, Err(StorageError::Conflict(_))), "{late:?}");
    let mut left = points(&record, 50);
    left.runs[0].record.next_sequence = 300.0;
    database.append_exit_log(left).await.unwrap();
    database.recover_exit_log().await.unwrap();
    assert_eq!(stored_steps(&database, run_id).await, ((0..2_000).collect(), 1));
    let whole = database.read_points(run_id, 199).await.unwrap();
    assert!(whole.is_whole && whole.record.unwrap().compacted_sequence == 200.0);
    // Any tab may compact an ended run, and its chunk grows.
    let ended = RunRecord { status: RunStatus::Success, compacted_sequence: 200.0, ..record.clone() };
    for sequence in 301..305 {
        let mut batch = points(&ended, sequence - 101);
        batch.runs[0].entries[0].sequence = sequence;
        batch.runs[0].record.next_sequence = sequence as f64 + 1.0;
        database.commit(&batch).await.unwrap();
    }
    let compacted = database.compact_run(run_id, "b", 32).await.unwrap().unwrap();
    assert_eq!(compacted.compacted_sequence, 305.0);
    assert_eq!(stored_steps(&database, run_id).await, ((0..2_040).collect(), 1));
    assert_eq!(database.compact_run(run_id, "b", 32).await, Ok(None));
    assert!(database.read_points(run_id, 305).await.unwrap().blocks.len() == 1);
    database.delete_runs(std::slice::from_ref(&record.run_id)).await.unwrap();
    assert_eq!(stored_steps(&database, run_id).await, (Vec::new(), 0));
}
