//! Points that can be read again need not stay in memory.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::faulty_mirror::{Fault, FaultyMirror, broken};
use common::tab_mirror::{Hitch, SharedStore};
use entrenar::storage::indexed_db::{RunEdit, RunOptions, Session, VolatileMirror};
use entrenar::storage::{ExperimentStorage, RawPoint, RunSlot, RunStatus, StorageError};
use futures::FutureExt;
use futures::executor::block_on;

type Synced = Session<FaultyMirror>;

async fn open(mirror: &FaultyMirror, owner: &str) -> Synced {
    Session::open(mirror.clone(), owner, |_| {}).await.unwrap()
}

fn log(synced: &Synced, run: RunSlot, steps: std::ops::Range<u64>) {
    let mut storage = synced.storage_mut();
    let series = storage.series_slot(run, "loss").unwrap();
    for step in steps {
        storage.append(run, series, RawPoint { step, value: step as f64, timestamp_ms: 7 }).unwrap();
    }
}

/// A run with so many points, ended but not flushed.
async fn ended(synced: &Synced, points: u64) -> RunSlot {
    let run = synced.begin_run("release", RunOptions::default()).await.unwrap();
    log(synced, run, 0..points);
    let id = synced.storage().memory().get(run).unwrap().record().run_id.clone();
    synced.storage_mut().complete_run(&id, RunStatus::Success).unwrap();
    run
}

fn content(synced: &Synced, run: RunSlot) -> u32 {
    synced.storage().memory().get(run).unwrap().generation()
}

fn is_resident(synced: &Synced, run: RunSlot) -> bool {
    synced.storage().memory().get(run).unwrap().is_resident()
}

fn steps(synced: &Synced, run_id: &str) -> Result<Vec<u64>, StorageError> {
    let points = synced.storage().get_metrics(run_id, "loss")?;
    Ok(points.iter().map(|point| point.step).collect())
}

#[test]
fn an_ended_run_that_is_stored_is_let_go_of_and_read_again() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let synced = open(&mirror, "a").await;
        let run = ended(&synced, 100).await;
        assert!(!synced.release_run(run), "it is not stored yet");
        synced.flush().await.unwrap();
        assert!(!synced.release_run(run), "nobody was told yet");
        synced.announce();
        assert!(synced.release_run(run));
        assert!(!is_resident(&synced, run));
        assert_eq!(steps(&synced, "run-0"), Err(StorageError::NotLoaded("run-0".into())));
        let headers = synced.storage().memory().get(run).unwrap().current_record().series;
        assert_eq!((headers.keys, headers.counts), (vec!["loss".to_owned()], vec![100.0]));
        assert_eq!(synced.storage().list_metric_keys("run-0"), ["loss"]);

        synced.edit_run("run-0", RunEdit::Name("named".into())).await.unwrap();
        synced.load_run("run-0").await.unwrap();
        assert_eq!(steps(&synced, "run-0").unwrap(), (0..100).collect::<Vec<_>>());
        let name = synced.storage().memory().get(run).unwrap().record().run_name.clone();
        assert_eq!(name.as_deref(), Some("named"));
        assert_eq!(synced.storage().get_run_status("run-0"), Ok(RunStatus::Success));
    });
}

#[test]
fn the_content_of_a_run_has_another_number_once_it_was_read_again_and_not_before() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let synced = open(&mirror, "a").await;
        let run = ended(&synced, 100).await;
        let logged = content(&synced, run);
        synced.flush().await.unwrap();
        synced.announce();
        assert_eq!(content(&synced, run), logged);
        assert!(synced.release_run(run));
        synced.load_run("run-0").await.unwrap();
        assert_ne!(content(&synced, run), logged);
    });
}

#[test]
fn what_is_not_known_to_be_stored_stays() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let synced = open(&mirror, "a").await;
        let running = synced.begin_run("release", RunOptions::default()).await.unwrap();
        log(&synced, running, 0..5);
        let lost = ended(&synced, 5).await;
        // Its answer is lost, and so is the look for it: nobody knows whether it is there.
        mirror.next_commits([Fault::AnswerLost]);
        mirror.reads.borrow_mut().extend((0..8).map(|_| Fault::Fails(broken())));
        assert!(synced.flush().await.is_err());
        synced.announce();
        assert_eq!([running, lost].map(|run| synced.release_run(run)), [false, false]);
        assert_eq!(steps(&synced, "run-1").unwrap(), [0, 1, 2, 3, 4]);
        mirror.reads.borrow_mut().clear();
        synced.flush().await.unwrap();
        synced.announce();
        assert_eq!([running, lost].map(|run| synced.release_run(run)), [false, true]);
        synced.load_run("run-1").await.unwrap();
        assert_eq!(steps(&synced, "run-1").unwrap(), [0, 1, 2, 3, 4]);
    });
}

#[test]
fn where_nothing_is_stored_nothing_is_let_go_of() {
    block_on(async {
        let synced = Session::open(VolatileMirror::default(), "a", |_| {}).await.unwrap();
        synced.storage_mut().keep_artifacts();
        let run = synced.begin_run("release", RunOptions::default()).await.unwrap();
        synced.storage_mut().complete_run("run-0", RunStatus::Success).unwrap();
        synced.flush().await.unwrap();
        synced.announce();
        assert!(!synced.release_run(run));
    });
}

#[test]
fn of_runs_that_are_read_those_read_last_stay() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let writer = open(&mirror, "a").await;
        for _ in 0..4 {
            ended(&writer, 100).await;
        }
        writer.flush().await.unwrap();
        let reader = open(&mirror, "b").await;
        let mut slots = Vec::new();
        for id in ["run-0", "run-1", "run-2", "run-3", "run-1"] {
            slots.push(reader.load_run(id).await.unwrap());
        }
        let [zero, one, two, three, _] = slots[..] else { panic!("five were read") };
        // Read last: run-1. Before it run-3, run-2 and run-0, of which two may stay.
        reader.release_read(one, 200);
        assert_eq!([zero, one, two, three].map(|run| is_resident(&reader, run)), [false, true, true, true]);
        reader.release_read(one, 150);
        assert_eq!([zero, one, two, three].map(|run| is_resident(&reader, run)), [false, true, false, true]);
        reader.load_run("run-0").await.unwrap();
        assert_eq!(steps(&reader, "run-0").unwrap().len(), 100);
    });
}

#[test]
fn who_reads_a_run_that_is_let_go_of_meanwhile_gets_all_of_it() {
    let store = SharedStore::default();
    let writer = block_on(Session::open(store.connect(), "a", |_| {})).unwrap();
    let run = block_on(writer.begin_run("release", RunOptions::default())).unwrap();
    let log = |steps: std::ops::Range<u64>| {
        let mut storage = writer.storage_mut();
        let series = storage.series_slot(run, "loss").unwrap();
        let point = |step| RawPoint { step, value: 1.0, timestamp_ms: 7 };
        steps.for_each(|step| storage.append(run, series, point(step)).unwrap());
        drop(storage);
        block_on(writer.flush()).unwrap();
    };
    log(0..10);
    let mirror = store.connect();
    let reader = block_on(Session::open(mirror.clone(), "b", |_| {})).unwrap();
    let read = block_on(reader.load_run("run-0")).unwrap();
    log(10..20);
    let other = block_on(reader.begin_run("release", RunOptions::default())).unwrap();
    // What is new is on its way when the run is let go of.
    mirror.hitches.borrow_mut().push_back(Hitch { before: 2, ..Hitch::default() });
    let mut reading = Box::pin(reader.load_run("run-0"));
    assert!(reading.as_mut().now_or_never().is_none(), "it is to wait");
    reader.release_read(other, 0);
    assert!(!reader.storage().memory().get(read).unwrap().is_resident());
    assert_eq!(block_on_polls(reading), Ok(read));
    assert_eq!(reader.storage().get_metrics("run-0", "loss").unwrap().len(), 20);
}

/// Polls until it is ready: nothing in these mirrors wakes anybody.
fn block_on_polls<T>(mut future: std::pin::Pin<Box<impl Future<Output = T>>>) -> T {
    (0..100).find_map(|_| future.as_mut().now_or_never()).unwrap()
}
