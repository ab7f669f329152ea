//! Runs whose points are read from the database while they are sent: portion by portion, and no more of them than is not there.

use entrenar::database::{Change, Value};
use entrenar::engine::Change as Emitted;
use entrenar::interop::mlflow::{Answer, Body, Next, RunSync, SyncState};
use entrenar::storage::{NamedSeries, RunRecord, Series};

use super::*;

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
        let scene = Scene::new().await;
        for part in 0..3 {
            scene.log_steps("loss", part * 10..(part + 1) * 10);
            scene.tab.flush().await;
        }
        damage(&scene, 1);
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
    let portion = || {
        let mut series = Series::default();
        series.push(RawPoint { step: 7, value: 0.5, timestamp_ms: 9 });
        Some((vec![NamedSeries { key: "loss".to_owned(), series }], BTreeMap::new()))
    };
    let record = RunRecord::new("run-0".to_owned(), "exp-0".to_owned(), 5);
    let state = SyncState {
        token: "token".to_owned(),
        experiment_id: "1".to_owned(),
        mlflow_run_id: "r".to_owned(),
        ..SyncState::new("http://a", "mnist")
    };
    let mut sync = RunSync::new(state, "another");
    let answered = |sync: &mut RunSync, body: &str| {
        let Next::Send(request) = sync.next_step(&record) else { panic!("nothing is sent") };
        let answer = Answer { status: 200, body: body.as_bytes().to_vec(), retry_after_ms: None };
        sync.take(Some(&answer)).unwrap();
        request
    };
    answered(&mut sync, r#"{"run":{"info":{"run_id":"r","artifact_uri":""}}}"#);
    for is_second in [false, true] {
        assert_eq!(sync.next_step(&record), Next::Points);
        sync.take_points(portion());
        let Body::Json(json) = answered(&mut sync, "{}").body else { panic!("no batch is sent") };
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
