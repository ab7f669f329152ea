//! Site data is cleared under tabs that go on, and runs are lost and taken back: the cases that the model found, told one by one.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::tab_mirror::{Hitch, SharedStore, TabMirror};
use entrenar::storage::indexed_db::{BlockWriter, LogEntry, RunOptions, Session, read_block, settled};
use entrenar::storage::{ExperimentStorage, RawPoint, RunRecord, RunSlot, Series, StorageError, Tag};
use futures::executor::block_on;
use futures::future::poll_immediate;
use futures::pin_mut;

type Synced = Session<TabMirror>;

async fn open(store: &SharedStore, owner: &str) -> Synced {
    Session::open(store.connect(), owner, |_| {}).await.unwrap()
}

async fn begin(tab: &Synced) -> (RunSlot, String) {
    let slot = tab.begin_run("cleared", RunOptions::default()).await.unwrap();
    let id = tab.storage().memory().get(slot).unwrap().record().run_id.clone();
    (slot, id)
}

fn log(tab: &Synced, run: RunSlot, key: &str, steps: std::ops::Range<u64>) {
    let mut storage = tab.storage_mut();
    let series = storage.series_slot(run, key).unwrap();
    for step in steps {
        let point = RawPoint { step, value: step as f64, timestamp_ms: step as i64 };
        storage.append(run, series, point).unwrap();
    }
}

async fn stored_steps(store: &SharedStore, run_id: &str, key: &str) -> Vec<u64> {
    let reader = open(store, "reader").await;
    reader.load_run(run_id).await.unwrap();
    let points = reader.storage().get_metrics(run_id, key).unwrap();
    points.iter().map(|point| point.step).collect()
}

/// The tab hears that site data was cleared.
async fn hear(tab: &Synced) {
    assert!(matches!(tab.refresh_all().await, Err(StorageError::Cleared(_))));
}

#[test]
fn lost_run_is_taken_back_with_what_was_not_saved() {
    block_on(async {
        let store = SharedStore::default();
        let (a, b) = (open(&store, "a").await, open(&store, "b").await);
        let (run, id) = begin(&a).await;
        log(&a, run, "loss", 0..3);
        a.flush().await.unwrap();
        let taken = b.resume_run(&id).await.unwrap();
        log(&b, taken, "rate", 0..1);
        log(&b, taken, "loss", 10..12);
        b.flush().await.unwrap();
        log(&a, run, "loss", 3..5);
        log(&a, run, "accuracy", 0..2);
        let accuracy = a.storage_mut().series_slot(run, "accuracy").unwrap();
        a.storage_mut().change_run(run, |run| run.set_tag("kept", "yes")).unwrap();
        a.flush().await.unwrap();
        assert_eq!(a.storage().lost(run), Some(StorageError::RunTakenOver(id.clone())));
        assert_eq!(a.resume_run(&id).await.unwrap(), run);
        // Handles go on with the series that they know.
        assert_eq!(a.storage_mut().series_slot(run, "accuracy").unwrap(), accuracy);
        assert_eq!(a.storage().pending_points(run), 4);
        log(&a, run, "accuracy", 2..3);
        a.flush().await.unwrap();
        assert_eq!(a.storage().pending_points(run), 0);
        assert_eq!(stored_steps(&store, &id, "loss").await, [0, 1, 2, 3, 4, 10, 11]);
        assert_eq!(stored_steps(&store, &id, "accuracy").await, [0, 1, 2]);
        assert_eq!(stored_steps(&store, &id, "rate").await, [0]);
        let reader = open(&store, "tags").await;
        let tags = reader.storage().memory().run(&id).unwrap().record().tags.clone();
        assert_eq!(tags, [Tag { key: "kept".into(), value: "yes".into() }]);
    });
}

#[test]
fn batch_that_was_committed_unheard_before_the_run_was_lost_is_not_written_twice() {
    block_on(async {
        let store = SharedStore::default();
        let (a, b) = (open(&store, "a").await, open(&store, "b").await);
        let (run, id) = begin(&a).await;
        log(&a, run, "loss", 0..3);
        let broken = StorageError::ConnectionLost("injected".into());
        let mut hitches = vec![Hitch { answer_lost: true, ..Hitch::default() }];
        hitches.extend((0..3).map(|_| Hitch { fails: Some(broken.clone()), ..Hitch::default() }));
        *a.mirror().hitches.borrow_mut() = hitches.into();
        a.flush().await.unwrap_err();
        b.resume_run(&id).await.unwrap();
        log(&a, run, "loss", 3..4);
        a.flush().await.unwrap();
        a.resume_run(&id).await.unwrap();
        a.flush().await.unwrap();
        assert_eq!(stored_steps(&store, &id, "loss").await, [0, 1, 2, 3]);
    });
}

#[test]
fn id_that_a_tab_knows_is_not_given_again() {
    block_on(async {
        let store = SharedStore::default();
        let tab = open(&store, "a").await;
        let (_, first) = begin(&tab).await;
        tab.delete_run(&first).await.unwrap();
        store.clear();
        hear(&tab).await;
        let (_, second) = begin(&tab).await;
        assert_eq!([first.as_str(), second.as_str()], ["run-0", "run-1"]);
    });
}

#[test]
fn run_deleted_before_it_is_written_again_stays_deleted() {
    block_on(async {
        let store = SharedStore::default();
        let (a, b) = (open(&store, "a").await, open(&store, "b").await);
        let (run, id) = begin(&a).await;
        let (other, other_id) = begin(&a).await;
        b.refresh_all().await.unwrap();
        store.clear();
        hear(&a).await;
        b.delete_run(&id).await.unwrap_err();
        b.delete_run(&id).await.unwrap();
        log(&a, run, "loss", 0..2);
        log(&a, other, "loss", 0..2);
        a.flush().await.unwrap();
        assert_eq!(a.storage().lost(run), Some(StorageError::RunDeleted(id.clone())));
        let reader = open(&store, "reader").await;
        assert!(reader.storage().memory().run(&id).is_err());
        assert_eq!(stored_steps(&store, &other_id, "loss").await, [0, 1]);
    });
}

#[test]
fn run_stored_after_it_was_asked_for_is_not_taken_for_deleted() {
    block_on(async {
        let store = SharedStore::default();
        let tab = open(&store, "a").await;
        let (run, id) = begin(&tab).await;
        log(&tab, run, "loss", 0..2);
        store.clear();
        hear(&tab).await;
        *tab.mirror().hitches.borrow_mut() = vec![Hitch { after: 1, ..Hitch::default() }].into();
        let ids = [id.clone()];
        let asked = tab.refresh(&[], &ids);
        pin_mut!(asked);
        assert!(poll_immediate(&mut asked).await.is_none());
        tab.flush().await.unwrap();
        asked.await.unwrap();
        assert!(tab.storage().owns(run));
        assert_eq!(stored_steps(&store, &id, "loss").await, [0, 1]);
    });
}

#[test]
fn of_a_row_that_was_left_only_what_is_not_there_is_added() {
    let block = |first: u64, count: u64| {
        let mut series = Series::default();
        (first..first + count).for_each(|step| {
            series.push(RawPoint { step, value: step as f64, timestamp_ms: 0 });
        });
        let mut writer = BlockWriter::default();
        writer.add_behind(first, "loss", &series, 0..count as usize);
        writer.finish().remove(0)
    };
    let record = |owner: &str| RunRecord {
        owner: owner.into(),
        next_sequence: 1.0,
        ..RunRecord::new("run-0".into(), "exp-0".into(), 0)
    };
    let log = [(0, block(0, 3))];
    let row = LogEntry { sequence: 0, bytes: block(0, 5) };
    let made = settled(Some(record("a")), record("b"), vec![row], &log, &[]);
    assert_eq!((made.record.owner.as_str(), made.record.next_sequence, made.rows.len()), ("a", 2.0, 1));
    assert_eq!(made.rows[0].sequence, 1);
    let slices = read_block(&made.rows[0].bytes).unwrap();
    let steps: Vec<u64> = slices[0].points.iter().map(|point| point.step).collect();
    assert_eq!((slices[0].first_index, steps), (3, vec![3, 4]));
}
