//! A story of two tabs in which every transaction, one after the other, is aborted or loses its answer: what is found in the end
//! is what would have been found without.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use std::rc::Rc;

use common::faulty_mirror::{broken, full};
use common::tab_mirror::{Hitch, SharedStore, TabMirror};
use entrenar::storage::indexed_db::{RunEdit, RunOptions, Session};
use entrenar::storage::{ExperimentStorage, RawPoint, Result, RunSlot, RunStatus, StorageError};
use futures::executor::block_on;

type Synced = Session<TabMirror>;

/// More tries than one fault makes necessary.
const TRIES: usize = 8;

/// Does it until it works, as a user or a timer would.
async fn until_done<T>(what: &str, mut operation: impl AsyncFnMut() -> Result<T>) -> T {
    let mut last = None;
    for _ in 0..TRIES {
        match operation().await {
            Ok(done) => return done,
            Err(cause) => last = Some(cause),
        }
    }
    panic!("{what}: {last:?}")
}

fn log(tab: &Synced, run: RunSlot, steps: std::ops::Range<u64>) {
    let mut storage = tab.storage_mut();
    for key in ["loss", "accuracy"] {
        let series = storage.series_slot(run, key).unwrap();
        for step in steps.clone() {
            storage
                .append(run, series, RawPoint { step, value: step as f64, timestamp_ms: step as i64 })
                .unwrap();
        }
    }
}

async fn flush(tab: &Synced) {
    until_done("flush", async || tab.flush().await).await;
}

async fn open(store: &SharedStore, mirror: &TabMirror, owner: &str) -> Rc<Synced> {
    let _ = store;
    let synced = until_done("open", async || Session::open(mirror.clone(), owner, |_| {}).await).await;
    Rc::new(synced)
}

async fn begin(tab: &Synced, name: &str) -> (RunSlot, String) {
    let slot = until_done("begin", async || tab.begin_run(name, RunOptions::default()).await).await;
    let id = tab.storage().memory().get(slot).unwrap().record().run_id.clone();
    (slot, id)
}

/// Deleting something that is gone already is as good.
async fn delete_run(tab: &Synced, run_id: &str) {
    until_done("delete", async || match tab.delete_run(run_id).await {
        Err(StorageError::RunNotFound(_)) => Ok(()),
        result => result,
    })
    .await;
}

/// Returns the ids of the run that lives and of those that do not.
async fn story(store: &SharedStore, a_mirror: &TabMirror, b_mirror: &TabMirror) -> (String, [String; 2]) {
    let (a, b) = (open(store, a_mirror, "a").await, open(store, b_mirror, "b").await);
    let (run, id) = begin(&a, "story").await;
    let run_id = id.as_str();
    a.storage_mut().put_artifact(run, "weights", b"abc").unwrap();
    log(&a, run, 0..10);
    flush(&a).await;
    until_done("refresh", async || b.refresh_all().await).await;
    until_done("name", async || b.edit_run(run_id, RunEdit::Name("named".into())).await).await;
    log(&a, run, 10..20);
    flush(&a).await;
    until_done("load", async || b.load_run(run_id).await).await;
    // It leaves, and comes back.
    log(&a, run, 20..30);
    if let Some(exit) = a.flush_on_exit(true) {
        exit.await;
    }
    log(&a, run, 30..40);
    flush(&a).await;
    until_done("compact", async || a.compact_run(run, 2).await).await;
    log(&a, run, 40..50);
    flush(&a).await;
    // The other takes over.
    let resumed = until_done("resume", async || b.resume_run(run_id).await).await;
    log(&b, resumed, 50..60);
    log(&a, run, 900..901);
    flush(&a).await;
    flush(&b).await;
    assert_eq!(a.storage().lost(run), Some(StorageError::RunTakenOver(id.clone())));
    b.storage_mut().complete_run(run_id, RunStatus::Success).unwrap();
    flush(&b).await;
    // Whoever reads an ended run may compact it.
    let read = until_done("load", async || a.load_run(run_id).await).await;
    until_done("compact", async || a.compact_run(read, 2).await).await;
    until_done("compact", async || b.compact_run(resumed, 2).await).await;
    // Others are deleted under their writer.
    let (second, second_id) = begin(&a, "story").await;
    let (third, third_id) = begin(&a, "other").await;
    log(&a, second, 0..5);
    log(&a, third, 0..5);
    flush(&a).await;
    until_done("refresh", async || b.refresh_all().await).await;
    delete_run(&b, &second_id).await;
    let other = a.storage().memory().get(third).unwrap().record().experiment_id.clone();
    until_done("delete", async || match b.delete_experiment(&other).await {
        Err(StorageError::ExperimentNotFound(_)) => Ok(()),
        result => result,
    })
    .await;
    log(&a, second, 5..10);
    log(&a, third, 5..10);
    flush(&a).await;
    flush(&b).await;
    (id.clone(), [second_id, third_id])
}

async fn check(store: &SharedStore, (id, gone): &(String, [String; 2])) {
    let reader = Session::open(store.connect(), "reader", |_| {}).await.unwrap();
    reader.load_run(id).await.unwrap();
    {
        let storage = reader.storage();
        for key in ["loss", "accuracy"] {
            let points = storage.get_metrics(id, key).unwrap();
            let steps: Vec<u64> = points.iter().map(|point| point.step).collect();
            assert_eq!(steps, (0..60).collect::<Vec<_>>(), "{key}");
        }
        let record = storage.memory().run(id).unwrap().record();
        assert_eq!((record.run_name.as_deref(), record.status), (Some("named"), RunStatus::Success));
        assert!(gone.iter().all(|id| storage.memory().run(id).is_err()), "a deleted run came back");
        assert!(!storage.list_experiments().is_empty());
    }
    assert_eq!(&*reader.get_artifact(id, "weights").await.unwrap(), b"abc");
}

/// What can happen to a transaction. An answer is lost with its connection.
fn faults() -> [Hitch; 4] {
    let fails = |cause| Hitch { fails: Some(cause), ..Hitch::default() };
    let backend = StorageError::Backend("injected".into());
    [fails(broken()), fails(full()), fails(backend), Hitch { answer_lost: true, ..Hitch::default() }]
}

#[test]
fn every_transaction_may_abort_or_lose_its_answer() {
    block_on(async {
        let mut cases = 0;
        for tab in 0..2 {
            for fault in faults() {
                // A second fault in a row: what remedies the first fails too.
                for times in 1..=2 {
                    for before in 0.. {
                        let store = SharedStore::default();
                        let mirrors = [store.connect(), store.connect()];
                        let mut hitches = vec![Hitch::default(); before];
                        hitches.extend((0..times).map(|_| fault.clone()));
                        *mirrors[tab].hitches.borrow_mut() = hitches.into();
                        println!("tab {tab}, after {before} transactions {times} times {fault:?}");
                        let ids = story(&store, &mirrors[0], &mirrors[1]).await;
                        check(&store, &ids).await;
                        cases += 1;
                        if !mirrors[tab].hitches.borrow().is_empty() {
                            break;
                        }
                    }
                }
            }
        }
        assert!(cases > 300, "{cases} cases");
    });
}
