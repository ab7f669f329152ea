//! Runs whose points are read from the database while they are sent: portion by portion, and no more of them than is not there.

use entrenar::database::{Change, Value};
use entrenar::engine::Change as Emitted;
use entrenar::interop::mlflow::{Answer, Body, Next, RunSync, SyncState};
use entrenar::storage::{NamedSeries, RunRecord, Series};

use futures::channel::oneshot;
use futures::future::poll_immediate;

use super::*;
use crate::support::faulty_database::Fault;

/// The record of the run's points at this place cannot be read any more.
fn damage(scene: &Scene, place: usize) {
    let (key, _) =
        scene.shared.memory.records(Table::Points, &Range::Run(scene.run_id.clone())).remove(place);
    let damaged = Value::Block(b"no block".to_vec().into());
    scene.shared.memory.apply(vec![Change::Put(Table::Points, key, damaged)]).unwrap();
}

fn is_told_of_damage(tab: &Tab) -> bool {
    tab.changes().iter().any(|change| matches!(change, Emitted::Corrupt(_)))
}

async fn sync_from(scene: &Scene, tab: &Tab) -> (MlflowSync, Vec<String>) {
    let way = scene.way(tab);
    let sync = tab.session.sync_mlflow(&scene.run_id, &target(), "token-b", &way).await.unwrap();
    (sync, way.losses.take())
}

/// Thirty points in three records, of which the one in the middle cannot be read.
async fn damaged() -> Scene {
    let scene = Scene::new().await;
    for part in 0..3 {
        scene.log_steps("loss", part * 10..(part + 1) * 10);
        scene.tab.flush().await;
    }
    damage(&scene, 1);
    scene
}

/// A portion of one point, always the same.
fn portion(key: &str) -> (Vec<NamedSeries>, BTreeMap<String, u64>) {
    let mut series = Series::default();
    series.push(RawPoint { step: 7, value: 0.5, timestamp_ms: 9 });
    (vec![NamedSeries { key: key.to_owned(), series }], BTreeMap::new())
}

/// Sends what comes next, which is answered by this.
fn send(sync: &mut RunSync, record: &RunRecord, answer: &str) -> Body {
    let Next::Send(request) = sync.next_step(record) else { panic!("nothing is sent") };
    let answer = Answer { status: 200, body: answer.as_bytes().to_vec(), retry_after_ms: None };
    sync.take(Some(&answer)).unwrap();
    request.body
}

/// A sync whose run is there.
fn sync_of(record: &RunRecord) -> RunSync {
    let state = SyncState {
        token: "token".to_owned(),
        experiment_id: "1".to_owned(),
        mlflow_run_id: "r".to_owned(),
        ..SyncState::new("http://a", "mnist")
    };
    let mut sync = RunSync::new(state, "another");
    send(&mut sync, record, r#"{"run":{"info":{"run_id":"r","artifact_uri":""}}}"#);
    sync
}

#[test]
fn long_run_of_another_tab_is_sent_in_portions_and_not_kept_in_memory() {
    block_on(async {
        let scene = Scene::new().await;
        scene.log_steps("loss", 0..210_000);
        scene.log_steps("accuracy", 0..10);
        scene.tab.flush().await;
        let reader = Tab::open(&scene.shared, "b").await;
        assert_eq!(sync_from(&scene, &reader).await.0.points, 210_010.0);
        assert_eq!(scene.points().len(), 210_010);
        assert!(!reader.session.is_resident(&scene.run_id), "memory keeps what was sent");
    });
}

#[test]
fn points_that_cannot_be_read_are_told_and_those_behind_them_sent_once() {
    block_on(async {
        let scene = damaged().await;
        let reader = Tab::open(&scene.shared, "b").await;
        let (sync, losses) = sync_from(&scene, &reader).await;
        assert_eq!((sync.points, scene.points().len()), (20.0, 20));
        assert!(losses.join(" ").contains("cannot be read where they are stored"), "{losses:?}");
        scene.log_steps("loss", 30..35);
        scene.tab.flush().await;
        let (sync, losses) = sync_from(&scene, &reader).await;
        assert_eq!((sync.points, scene.points().len()), (25.0, 25));
        assert!(!losses.join(" ").contains("cannot be read"), "what was told is told again: {losses:?}");
        let syncs = reader.session.mlflow_syncs(&scene.run_id).await.unwrap();
        let series = syncs.targets[0].series.iter().find(|series| series.key == "loss").unwrap();
        assert_eq!((series.sent, series.unreadable), (35.0, 10.0));
    });
}

#[test]
fn live_sync_of_a_run_of_another_tab_reads_its_log_from_where_it_was_sent_to() {
    block_on(async {
        let scene = Rc::new(Scene::new().await);
        for part in 0..5 {
            scene.log_steps("loss", part * 10..(part + 1) * 10);
            scene.tab.flush().await;
        }
        let reader = Tab::open(&scene.shared, "b").await;
        let way = scene.way(&reader);
        let (inner, mut rounds) = (Rc::clone(&scene), 0_u64);
        *way.waiting.borrow_mut() = Box::new(move || {
            rounds += 1;
            match rounds {
                1 => {
                    damage(&inner, 2);
                    inner.log_steps("loss", 50..60);
                }
                2 => inner.tab.end(&inner.run_id),
                _ => return,
            }
            inner.tab.session.flush().now_or_never().unwrap().unwrap();
        });
        let live = MlflowTarget { is_live: true, ..target() };
        let sync = reader.session.sync_mlflow(&scene.run_id, &live, "token", &way).await.unwrap();
        *way.waiting.borrow_mut() = Box::new(|| {});
        assert_eq!((sync.points, scene.points().len()), (60.0, 60));
        assert!(!is_told_of_damage(&reader), "what was sent is read again");
    });
}

#[test]
fn equal_points_are_told_where_one_portion_ends_and_the_next_begins() {
    let record = RunRecord::new("run-0".to_owned(), "exp-0".to_owned(), 5);
    let mut sync = sync_of(&record);
    for is_second in [false, true] {
        assert_eq!(sync.next_step(&record), Next::Points);
        sync.take_points(Some(portion("loss")));
        let Body::Json(json) = send(&mut sync, &record, "{}") else { panic!("no batch is sent") };
        assert!(json.contains(r#""step":7"#), "{json}");
        let is_told = sync.losses().iter().any(|loss| loss.contains("counts points of one metric as one"));
        assert_eq!(is_told, is_second);
    }
    sync.take_points(None);
    assert_eq!(sync.next_step(&record), Next::Done);
    assert_eq!(sync.state().points(), 2.0);
    // Asked for once it goes on, there may be more.
    sync.look_again();
    assert_eq!(sync.next_step(&record), Next::Points);
}

/// A scene of a run of three stored points, and two more in an entry behind its log's end: its page was cut off in the commit.
async fn cut_off() -> Scene {
    let shared = SharedDatabase::default();
    let tab = Tab::open_in_firefox(&shared, "a").await;
    let (slot, run_id) = tab.begin("mnist").await;
    let scene = Scene { shared, server: Rc::default(), mishaps: Rc::default(), tab, run_id, slot };
    scene.log_steps("loss", 0..3);
    scene.tab.flush().await;
    scene.log_steps("loss", 3..5);
    scene.tab.close_in_commit(1).await;
    scene
}

#[test]
fn points_of_an_entry_behind_the_logs_end_are_sent_when_the_run_has_them_later() {
    block_on(async {
        let scene = cut_off().await;
        let reader = Tab::open(&scene.shared, "b").await;
        // The fence of the edit is behind that entry.
        reader.session.edit_run(&scene.run_id, RunEdit::name("renamed")).await.unwrap();
        let way = scene.way(&reader);
        let again = Rc::new(Tab::open(&scene.shared, "again").await);
        let (resuming, run_id, mut rounds) = (Rc::clone(&again), scene.run_id.clone(), 0);
        *way.waiting.borrow_mut() = Box::new(move || {
            rounds += 1;
            match rounds {
                1 => {
                    let slot = resuming.session.resume_run(&run_id).now_or_never().unwrap().unwrap();
                    resuming.log(slot, "loss", 5..9);
                }
                2 => resuming.end(&run_id),
                _ => return,
            }
            resuming.session.flush().now_or_never().unwrap().unwrap();
        });
        let live = MlflowTarget { is_live: true, ..target() };
        let sync = reader.session.sync_mlflow(&scene.run_id, &live, "token", &way).await.unwrap();
        *way.waiting.borrow_mut() = Box::new(|| {});
        assert_eq!((sync.points, scene.points().len(), way.losses.take()), (9.0, 9, vec![]));
    });
}

#[test]
fn points_logged_by_a_tab_that_resumed_a_run_without_some_are_all_sent_by_it() {
    block_on(async {
        let scene = damaged().await;
        let reader = Tab::open(&scene.shared, "b").await;
        sync_from(&scene, &reader).await;
        let again = Tab::open(&scene.shared, "again").await;
        let resumed = again.session.resume_run(&scene.run_id).await.unwrap();
        again.log(resumed, "loss", 40..60);
        let (sync, _) = sync_from(&scene, &again).await;
        assert_eq!((sync.points, scene.points().len()), (40.0, 40));
        // A reader tab goes on behind what the owner tab sent.
        again.log(resumed, "loss", 60..65);
        again.flush().await;
        assert_eq!(sync_from(&scene, &reader).await.0.points, 45.0);
        assert_eq!(scene.points().len(), 45);
    });
}

#[test]
fn metric_that_mlflow_takes_as_it_is_keeps_its_name_though_its_points_come_later() {
    let mut record = RunRecord::new("run-0".to_owned(), "exp-0".to_owned(), 5);
    record.series.keys = vec!["a?".to_owned(), "a_".to_owned()];
    let mut sync = sync_of(&record);
    assert_eq!(sync.next_step(&record), Next::Points);
    sync.take_points(Some(portion("a?")));
    let names = |sync: &RunSync| -> BTreeMap<String, String> {
        sync.state().series.iter().map(|series| (series.key.clone(), series.name.clone())).collect()
    };
    let Next::Send(_) = sync.next_step(&record) else { panic!("no batch is sent") };
    assert_eq!(names(&sync)["a_"], "a_");
    assert_ne!(names(&sync)["a?"], "a_");
}

#[test]
fn points_that_a_tab_logged_and_another_does_not_have_are_not_sent_for_those_of_the_run() {
    block_on(async {
        let scene = Rc::new(Scene::new().await);
        scene.log_steps("loss", 0..3);
        scene.tab.flush().await;
        // While the server is asked for the experiment, another tab resumes the run; this one does not hear of it and logs on.
        let other = Rc::new(Tab::open(&scene.shared, "other").await);
        let way = scene.way(&scene.tab);
        let (inner, resuming, mut is_first) = (Rc::clone(&scene), Rc::clone(&other), true);
        *way.waiting.borrow_mut() = Box::new(move || {
            if !std::mem::take(&mut is_first) {
                return;
            }
            inner.log_steps("loss", 100..105);
            let slot = resuming.session.resume_run(&inner.run_id).now_or_never().unwrap().unwrap();
            resuming.log(slot, "loss", 3..9);
            resuming.session.flush().now_or_never().unwrap().unwrap();
        });
        scene.mishaps.borrow_mut().push_back(Mishap::Failure);
        let sync = scene.tab.session.sync_mlflow(&scene.run_id, &target(), "token", &way).await;
        *way.waiting.borrow_mut() = Box::new(|| {});
        let steps: Vec<i64> = scene.points().into_iter().map(|point| point.2).collect();
        assert_eq!(steps, (0..9).collect::<Vec<_>>(), "{sync:?}");
    });
}

#[test]
fn points_that_are_still_to_be_committed_are_sent_when_they_are() {
    block_on(async {
        let scene = Scene::new().await;
        // A batch takes 200 000 of them.
        scene.log_steps("loss", 0..200_500);
        let (go, wait) = oneshot::channel();
        scene.tab.database().next_of("commit", [Fault::none(), Fault::slow_until(wait)]);
        let mut flush = pin!(scene.tab.session.flush());
        assert!(poll_immediate(&mut flush).await.is_none());
        let reader = Tab::open(&scene.shared, "b").await;
        let (sync, losses) = sync_from(&scene, &reader).await;
        assert_eq!(sync.points, 200_000.0);
        assert!(!losses.join(" ").contains("cannot be read"), "{losses:?}");
        go.send(()).unwrap();
        flush.await.unwrap();
        assert_eq!(sync_from(&scene, &reader).await.0.points, 200_500.0);
        assert_eq!(scene.points().len(), 200_500);
    });
}
