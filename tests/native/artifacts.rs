//! Contents of artifacts: kept once and as long as a run refers to them; one that does not fit stops no other.

use std::rc::Rc;

use entrenar::database::{Change, Key, Table, Value};
use entrenar::engine::{BATCH_POINTS, Change as Emitted};
use entrenar::storage::{RunSlot, StorageError};
use futures::executor::{LocalPool, block_on};
use futures::task::LocalSpawnExt;

use crate::reachability::Artifacts;
use crate::support::faulty_database::SharedDatabase;
use crate::tab::{Tab, steps, stored_steps};

fn put(tab: &Tab, run: RunSlot, key: &str, content: &[u8]) -> String {
    tab.session.storage_mut().put_artifact(run, key, content).unwrap()
}

fn contents(shared: &SharedDatabase) -> usize {
    let artifacts = Artifacts::stored(&shared.memory);
    artifacts.assert_readable();
    artifacts.assert_no_garbage();
    artifacts.contents().len()
}

#[test]
fn overwritten_contents_are_released_and_those_of_a_deleted_run_too() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        for epoch in 0..30u8 {
            put(&tab, run, "checkpoint", &[epoch; 100]);
            tab.flush().await;
            assert_eq!(contents(&shared), 1);
        }
        tab.session.delete_run("run-0").await.unwrap();
        assert_eq!(contents(&shared), 0);
    });
}

#[test]
fn content_that_two_runs_refer_to_stays_until_both_are_deleted() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        put(&tab, run, "weights", b"abc");
        tab.flush().await;
        let other = Tab::open(&shared, "b").await;
        let (second, _) = other.begin("test").await;
        put(&other, second, "copy", b"abc");
        other.flush().await;
        tab.session.delete_run("run-0").await.unwrap();
        assert_eq!(contents(&shared), 1);
        assert_eq!(&*other.session.get_artifact("run-1", "copy").await.unwrap(), b"abc");
        other.session.delete_run("run-1").await.unwrap();
        assert_eq!(contents(&shared), 0);
    });
}

#[test]
fn run_left_for_a_later_batch_than_its_content_has_a_reference() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, first) = Tab::with_run(&shared, "a").await;
        let (second, _) = tab.begin("test").await;
        let mut storage = tab.session.storage_mut();
        let series = storage.series_slot(first, "loss").unwrap();
        storage.append_consecutive(first, series, 0, &vec![0.5; BATCH_POINTS + 1], 7).unwrap();
        drop(storage);
        put(&tab, second, "weights", b"abc");
        tab.flush().await;
        assert_eq!(contents(&shared), 1);
    });
}

#[test]
fn content_that_older_code_wrote_is_released_with_its_last_run() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        let (other, _) = tab.begin("test").await;
        let hash = put(&tab, run, "weights", b"abc");
        put(&tab, other, "weights", b"abc");
        tab.flush().await;
        // As older code writes it: without references.
        let old = Value::Content { bytes: std::sync::Arc::from(*b"abc"), has_references: false };
        let references = ["run-0", "run-1"].map(|id| Change::delete(Table::Meta, Key::reference(&hash, id)));
        let mut changes = vec![Change::Put(Table::Artifacts, Key::text(&*hash), old)];
        changes.extend(references);
        shared.memory.apply(changes).unwrap();
        tab.session.delete_run("run-0").await.unwrap();
        assert_eq!(contents(&shared), 1, "the other run refers to it");
        tab.session.delete_run("run-1").await.unwrap();
        assert_eq!(contents(&shared), 0);
    });
}

/// A tab with a run whose artifact does not fit, and a second run.
async fn with_one_too_large(shared: &SharedDatabase) -> (Tab, [RunSlot; 2]) {
    let (tab, first) = Tab::with_run(shared, "a").await;
    let (second, _) = tab.begin("test").await;
    tab.database().most_content_bytes.set(Some(1_000));
    put(&tab, first, "too large", &[1; 2_000]);
    tab.log(first, "loss", 0..5);
    tab.log(second, "loss", 0..5);
    (tab, [first, second])
}

#[test]
fn content_that_does_not_fit_stops_no_other_run() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, [first, second]) = with_one_too_large(&shared).await;
        put(&tab, second, "small", b"abc");
        tab.changes();
        tab.flush().await;
        assert_eq!([tab.pending(first), tab.pending(second)], [0, 0]);
        assert_eq!(stored_steps(&shared, "run-1", "loss").await, steps(0..5));
        let changes = tab.changes();
        assert!(
            changes.iter().any(|change| matches!(change, Emitted::Degraded { code: "QuotaExceeded", .. }))
        );
        assert!(matches!(tab.session.flush_run(first).await, Err(StorageError::QuotaExceeded(_))));
        tab.session.flush_run(second).await.unwrap();
        assert_eq!(contents(&shared), 1, "what fits is stored");
        assert!(!tab.session.is_saved());
        tab.log(second, "loss", 5..6);
        tab.flush().await;
        assert_eq!(tab.pending(second), 0);
    });
}

#[test]
fn deleting_the_run_drops_its_content_that_does_not_fit() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, [_, second]) = with_one_too_large(&shared).await;
        tab.flush().await;
        tab.session.delete_run("run-0").await.unwrap();
        tab.flush().await;
        assert!(tab.session.is_saved());
        tab.session.flush_run(second).await.unwrap();
        assert!(tab.changes().contains(&Emitted::Recovered));
        assert_eq!(contents(&shared), 0);
    });
}

#[test]
fn content_that_did_not_fit_is_written_by_itself_once_there_is_room() {
    let shared = SharedDatabase::default();
    let (tab, [first, _]) = block_on(with_one_too_large(&shared));
    let tab = Rc::new(tab);
    let mut pool = LocalPool::new();
    let looping = Rc::clone(&tab);
    pool.spawner().spawn_local(async move { looping.session.flush_loop().await }).unwrap();
    tab.clock.advance(1_000.0);
    pool.run_until_stalled();
    assert_eq!((tab.pending(first), tab.session.is_saved()), (0, false));
    tab.database().most_content_bytes.set(None);
    tab.clock.advance(10_000.0);
    pool.run_until_stalled();
    assert!(tab.session.is_saved());
    assert_eq!(contents(&shared), 1);
    assert!(tab.changes().contains(&Emitted::Recovered));
}
