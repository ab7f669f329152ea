//! In a browser's page: the conformance suite over a real IndexedDB, and the mirror's own promises.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::synced::Synced;
use entrenar::storage::indexed_db::{
    RunEdit, Batch, BlockWriter, KEPT_ROWS, Mirror, NewRun, LogEntry, RexieMirror, RunCommit, random_token,
    read_block,
};
use entrenar::storage::{RawPoint, RunRecord, RunStatus, Series, StorageError};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

conformance_tests!(browser Synced<RexieMirror>);

fn mirror() -> RexieMirror {
    RexieMirror::new(&format!("browser-{}", random_token()))
}

fn new_run(name: &str, owner: &str) -> NewRun {
    let record = RunRecord { owner: owner.into(), ..RunRecord::new(String::new(), String::new(), 0) };
    NewRun { experiment_name: name.into(), record, first_experiment: 0, first_run: 0 }
}

fn batch(record: &RunRecord, sequence: u64) -> Batch {
    let record = RunRecord { next_sequence: sequence as f64 + 1.0, ..record.clone() };
    let rows = vec![LogEntry { sequence, bytes: vec![1, 2, sequence as u8] }];
    Batch { runs: vec![RunCommit { record, rows }], ..Batch::default() }
}

#[wasm_bindgen_test]
async fn runs_begun_at_once_share_their_experiment_and_no_id() {
    let mirror = mirror();
    let others: Vec<RexieMirror> = (0..8).map(|_| RexieMirror::new(mirror.name())).collect();
    let begun = others.iter().map(|other| other.begin_run(new_run("shared", "a")));
    let begun = futures::future::try_join_all(begun).await.unwrap();
    assert!(begun.iter().all(|(experiment, _)| experiment.experiment_id == "exp-0"));
    let mut ids: Vec<String> = begun.into_iter().map(|(_, run)| run.run_id).collect();
    ids.sort();
    assert_eq!(ids, (0..8).map(|n| format!("run-{n}")).collect::<Vec<_>>());
}

#[wasm_bindgen_test]
async fn row_that_is_there_makes_the_whole_commit_fail() {
    let mirror = mirror();
    let (_, record) = mirror.begin_run(new_run("rows", "a")).await.unwrap();
    let (_, other) = mirror.begin_run(new_run("rows", "a")).await.unwrap();
    mirror.commit(&batch(&record, 0)).await.unwrap();
    let mut both = batch(&record, 0);
    both.runs.extend(batch(&other, 0).runs);
    both.artifacts.push(("hash".into(), (*b"content").into()));
    let refused = mirror.commit(&both).await;
    assert!(matches!(refused, Err(StorageError::Conflict(_))), "{refused:?}");
    assert_eq!(mirror.load_points(&other.run_id, 0).await.unwrap().blocks.len(), 0);
    assert_eq!(mirror.load_artifact("hash").await, Ok(None));
}

#[wasm_bindgen_test]
async fn claim_sets_a_fence_that_the_old_owner_runs_into() {
    let mirror = mirror();
    let (_, record) = mirror.begin_run(new_run("claim", "old")).await.unwrap();
    mirror.commit(&batch(&record, 0)).await.unwrap();
    let claimed = mirror.acquire_run(&record.run_id, "old", "new", 5).await.unwrap();
    assert_eq!((claimed.owner.as_str(), claimed.next_sequence), ("new", 2.0));
    let late = mirror.commit(&batch(&record, 1)).await;
    assert!(matches!(late, Err(StorageError::Conflict(_))), "{late:?}");
    let again = mirror.acquire_run(&record.run_id, "old", "third", 5).await;
    assert_eq!(again, Err(StorageError::RunTakenOver(record.run_id.clone())));
    let unknown = mirror.acquire_run("run-77", "old", "third", 5).await;
    assert_eq!(unknown, Err(StorageError::RunNotFound("run-77".into())));
}

#[wasm_bindgen_test]
async fn what_a_leaving_page_stored_is_settled_once_and_in_its_place() {
    let mirror = mirror();
    let (_, record) = mirror.begin_run(new_run("exits", "a")).await.unwrap();
    mirror.commit(&batch(&record, 0)).await.unwrap();
    mirror.commit_exit(&[batch(&record, 1).into()]).await.unwrap();
    mirror.commit_exit(&[batch(&record, 2).into()]).await.unwrap();
    assert_eq!(mirror.load_points(&record.run_id, 0).await.unwrap().blocks.len(), 1);
    assert_eq!(mirror.recover_exit_log().await.unwrap(), std::slice::from_ref(&record.run_id));
    assert_eq!(mirror.recover_exit_log().await.unwrap(), Vec::<String>::new());
    let stored = mirror.load_points(&record.run_id, 0).await.unwrap();
    assert_eq!(stored.blocks.len(), 3);
    assert_eq!(stored.record.unwrap().next_sequence, 3.0);
    let late = mirror.commit(&batch(&record, 2)).await;
    assert!(matches!(late, Err(StorageError::Conflict(_))), "{late:?}");
}

#[wasm_bindgen_test]
async fn what_is_left_is_settled_in_the_order_of_its_rows() {
    let mirror = mirror();
    let (_, record) = mirror.begin_run(new_run("order", "a")).await.unwrap();
    // Under random keys: that they come in this order by themselves happens once in 720 times.
    for sequence in 0..6 {
        mirror.commit_exit(&[batch(&record, sequence).into()]).await.unwrap();
    }
    mirror.recover_exit_log().await.unwrap();
    let stored = mirror.load_points(&record.run_id, 0).await.unwrap();
    let rows: Vec<Vec<u8>> = (0..6).map(|sequence| vec![1, 2, sequence]).collect();
    assert_eq!((stored.blocks, stored.record.unwrap().next_sequence), (rows, 6.0));
}

#[wasm_bindgen_test]
async fn who_asks_for_no_records_gets_none() {
    let mirror = mirror();
    mirror.begin_run(new_run("none", "a")).await.unwrap();
    let catalog = mirror.read_records(&[], &[]).await.unwrap();
    assert_eq!((catalog.experiments.len(), catalog.runs.len()), (0, 0));
}

#[wasm_bindgen_test]
async fn copy_of_a_dropped_exit_is_settled() {
    let mirror = mirror();
    let (_, record) = mirror.begin_run(new_run("copies", "a")).await.unwrap();
    // The future is dropped after it issued everything and wrote its copy: the page is gone, its transaction too.
    {
        let batches = [batch(&record, 0).into()];
        let exit = mirror.commit_exit(&batches);
        futures::pin_mut!(exit);
        assert!(futures::poll!(&mut exit).is_pending());
    }
    assert_eq!(mirror.recover_exit_log().await.unwrap(), std::slice::from_ref(&record.run_id));
    assert_eq!(mirror.load_points(&record.run_id, 0).await.unwrap().blocks, [vec![1, 2, 0]]);
    assert_eq!(mirror.recover_exit_log().await.unwrap(), Vec::<String>::new());
}

#[wasm_bindgen_test]
async fn exit_of_a_deleted_run_does_not_bring_it_back() {
    let mirror = mirror();
    let (_, record) = mirror.begin_run(new_run("gone", "a")).await.unwrap();
    mirror.commit_exit(&[batch(&record, 0).into()]).await.unwrap();
    mirror.delete_runs(std::slice::from_ref(&record.run_id), None).await.unwrap();
    mirror.recover_exit_log().await.unwrap();
    let stored = mirror.load_points(&record.run_id, 0).await.unwrap();
    assert_eq!((stored.record, mirror.read_catalog().await.unwrap().runs.len()), (None, 0));
    let late = mirror.commit(&batch(&record, 0)).await;
    assert!(matches!(late, Err(StorageError::Conflict(_))), "{late:?}");
}

#[wasm_bindgen_test]
async fn run_that_is_deleted_where_it_is_not_stored_cannot_be_stored_later() {
    let mirror = mirror();
    let record = RunRecord::new("run-0".into(), "exp-0".into(), 0);
    let ids = ["run-0".to_owned()];
    mirror.delete_runs(&ids, None).await.unwrap();
    mirror.delete_runs(&ids, None).await.unwrap();
    let late = mirror.commit(&batch(&record, 0)).await;
    assert!(matches!(late, Err(StorageError::Conflict(_))), "{late:?}");
    mirror.commit_exit(&[batch(&record, 0).into()]).await.unwrap();
    mirror.recover_exit_log().await.unwrap();
    assert_eq!(mirror.read_catalog().await.unwrap().runs.len(), 0);
    let (_, other) = mirror.begin_run(new_run("after", "a")).await.unwrap();
    assert_eq!(other.run_id, "run-1");
}

#[wasm_bindgen_test]
async fn no_number_is_given_below_those_that_are_known() {
    let mirror = mirror();
    let known = NewRun { first_experiment: 3, first_run: 5, ..new_run("known", "a") };
    let (experiment, run) = mirror.begin_run(known).await.unwrap();
    assert_eq!((experiment.experiment_id.as_str(), run.run_id.as_str()), ("exp-3", "run-5"));
    let (experiment, run) = mirror.begin_run(new_run("known", "a")).await.unwrap();
    assert_eq!((experiment.experiment_id.as_str(), run.run_id.as_str()), ("exp-3", "run-6"));
}

#[wasm_bindgen_test]
async fn renamed_run_makes_its_writer_look() {
    let mirror = mirror();
    let (_, record) = mirror.begin_run(new_run("names", "a")).await.unwrap();
    let renamed = mirror.edit_run(&record.run_id, &RunEdit::Name("ada".into())).await.unwrap();
    assert_eq!((renamed.run_name.as_deref(), renamed.owner.as_str()), (Some("ada"), "a"));
    let late = mirror.commit(&batch(&record, 0)).await;
    assert!(matches!(late, Err(StorageError::Conflict(_))), "{late:?}");
}

#[wasm_bindgen_test]
async fn closed_connection_is_opened_again() {
    let mirror = mirror();
    let (_, record) = mirror.begin_run(new_run("closed", "a")).await.unwrap();
    mirror.close();
    mirror.commit(&batch(&record, 0)).await.unwrap();
    assert_eq!(mirror.load_points(&record.run_id, 0).await.unwrap().blocks, [vec![1, 2, 0]]);
}

#[wasm_bindgen_test]
async fn deleted_database_is_noticed_before_anything_is_written() {
    let mirror = mirror();
    let (_, record) = mirror.begin_run(new_run("deleted", "a")).await.unwrap();
    mirror.close();
    rexie::Rexie::delete(mirror.name()).await.unwrap();
    let noticed = mirror.commit(&batch(&record, 0)).await;
    assert!(matches!(noticed, Err(StorageError::Cleared(_))), "{noticed:?}");
    mirror.commit(&batch(&record, 0)).await.unwrap();
    assert_eq!(mirror.read_catalog().await.unwrap().runs.len(), 1);
}

#[wasm_bindgen_test]
async fn newer_database_is_refused() {
    let name = format!("newer-{}", random_token());
    let store = rexie::ObjectStore::new("things of the future");
    let newer = rexie::Rexie::builder(&name).version(7).add_object_store(store).build().await.unwrap();
    newer.close();
    let refused = RexieMirror::new(&name).read_catalog().await;
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
    batch.runs[0].rows[0].bytes = writer.finish().remove(0);
    batch
}

/// The steps stored of a run, in the order of their places, and the number of records that hold points.
async fn stored_steps(mirror: &RexieMirror, run_id: &str) -> (Vec<u64>, usize) {
    let blocks = mirror.load_points(run_id, 0).await.unwrap().blocks;
    let mut slices: Vec<_> = blocks.iter().flat_map(|block| read_block(block).unwrap()).collect();
    slices.sort_by_key(|slice| slice.first_index);
    let steps = slices.iter().flat_map(|slice| slice.points.iter().map(|point| point.step));
    (steps.collect(), slices.len())
}

#[wasm_bindgen_test]
async fn rows_become_chunks_that_grow_and_what_is_in_them_is_settled_already() {
    let mirror = mirror();
    let (_, record) = mirror.begin_run(new_run("chunks", "a")).await.unwrap();
    let run_id = record.run_id.as_str();
    for sequence in 0..200 {
        mirror.commit(&points(&record, sequence)).await.unwrap();
    }
    assert_eq!(mirror.compact_run(run_id, "b", 32).await, Ok(None), "it is not b's");
    assert_eq!(mirror.compact_run(run_id, "a", 201).await, Ok(None), "it is not worth it");
    let compacted = mirror.compact_run(run_id, "a", 32).await.unwrap().unwrap();
    assert_eq!((compacted.compacted_sequence, compacted.next_sequence), (200.0, 201.0));
    assert_eq!(stored_steps(&mirror, run_id).await, ((0..2_000).collect(), 1));
    let rows = mirror.load_points(run_id, 0).await.unwrap().blocks.len() as u64;
    assert_eq!(rows, 1 + KEPT_ROWS + 1);
    // Who does not know of it runs into the fence; what a page left of rows that are in chunks changes nothing.
    let late = mirror.commit(&points(&record, 200)).await;
    assert!(matches!(late, Err(StorageError::Conflict(_))), "{late:?}");
    let mut left = points(&record, 50);
    left.runs[0].record.next_sequence = 300.0;
    mirror.commit_exit(&[left.into()]).await.unwrap();
    mirror.recover_exit_log().await.unwrap();
    assert_eq!(stored_steps(&mirror, run_id).await, ((0..2_000).collect(), 1));
    let whole = mirror.load_points(run_id, 199).await.unwrap();
    assert!(whole.whole && whole.record.unwrap().compacted_sequence == 200.0);
    // An ended run is anybody's to compact, and its chunk grows.
    let ended = RunRecord { status: RunStatus::Success, compacted_sequence: 200.0, ..record.clone() };
    for sequence in 301..305 {
        let mut batch = points(&ended, sequence - 101);
        batch.runs[0].rows[0].sequence = sequence;
        batch.runs[0].record.next_sequence = sequence as f64 + 1.0;
        mirror.commit(&batch).await.unwrap();
    }
    let compacted = mirror.compact_run(run_id, "b", 32).await.unwrap().unwrap();
    assert_eq!(compacted.compacted_sequence, 305.0);
    assert_eq!(stored_steps(&mirror, run_id).await, ((0..2_040).collect(), 1));
    assert_eq!(mirror.compact_run(run_id, "b", 32).await, Ok(None));
    assert!(mirror.load_points(run_id, 305).await.unwrap().blocks.len() == 1);
    mirror.delete_runs(std::slice::from_ref(&record.run_id), None).await.unwrap();
    assert_eq!(stored_steps(&mirror, run_id).await, (Vec::new(), 0));
}
