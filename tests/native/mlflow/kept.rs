//! What is kept with the run of what was sent: names above all, which must not change hands.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use entrenar::database::Database;
use entrenar::database::operations::read_syncs;
use entrenar::engine::{Clock, MlflowTarget, RunOptions};
use entrenar::storage::RawPoint;
use futures::FutureExt;
use futures::executor::block_on;

use super::server::{Mishap, Point};
use super::{Scene, expected, tag, target};
use crate::tab::{Tab, stored_steps};

fn point(value: f64) -> RawPoint {
    RawPoint { step: 1, value, timestamp_ms: 1 }
}

fn named(points: &[(&str, f64)]) -> std::collections::BTreeSet<Point> {
    points.iter().flat_map(|(name, value)| expected(name, [point(*value)].into_iter())).collect()
}

#[test]
fn metric_whose_key_mlflow_takes_keeps_its_name_though_one_that_would_become_it_came_first() {
    block_on(async {
        let scene = Scene::new().await;
        scene.log("a?", &[point(0.25)]);
        scene.log("a_", &[point(0.5)]);
        scene.sync().await.unwrap();
        assert_eq!(scene.points(), named(&[("a_", 0.5), ("a_-2", 0.25)]));
    });
}

#[test]
fn name_under_which_points_may_be_there_stays_that_of_its_metric_when_the_page_is_killed() {
    block_on(async {
        let scene = Scene::new().await;
        scene.log("a?", &[point(0.25)]);
        // The experiment, its creation, the run, the batch: done, and never heard of.
        scene.mishaps.borrow_mut().extend([Mishap::None, Mishap::None, Mishap::None, Mishap::LateKill]);
        let (way, to) = (scene.way(&scene.tab), target());
        let mut killed = pin!(scene.tab.session.sync_mlflow(&scene.run_id, &to, "token-a", &way));
        assert!(killed.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(scene.points(), named(&[("a_", 0.25)]));
        scene.log("a_", &[point(0.5)]);
        scene.tab.flush().await;
        let other = Tab::open(&scene.shared, "b").await;
        other.clock.set_wall_ms(scene.tab.clock.wall_ms() + 20_000.0);
        let way = scene.way(&other);
        other.session.sync_mlflow(&scene.run_id, &target(), "token-b", &way).await.unwrap();
        assert_eq!(scene.points(), named(&[("a_", 0.25), ("a_-2", 0.5)]));
    });
}

#[test]
fn artifact_that_changed_is_sent_again_and_one_that_did_not_is_not() {
    block_on(async {
        let scene = Scene::new().await;
        for (key, bytes) in [("model", b"abc"), ("notes", b"old")] {
            scene.tab.session.storage_mut().put_artifact(scene.slot, key, bytes).unwrap();
        }
        scene.sync().await.unwrap();
        scene.tab.session.storage_mut().put_artifact(scene.slot, "notes", b"new").unwrap();
        scene.server.borrow_mut().requests.clear();
        scene.sync().await.unwrap();
        let server = scene.server.borrow();
        assert_eq!(server.requests, ["get", "notes"]);
        assert_eq!(
            (&*server.runs[0].artifacts["model"], &*server.runs[0].artifacts["notes"]),
            (&b"abc"[..], &b"new"[..])
        );
    });
}

#[test]
fn points_are_stored_before_they_are_sent() {
    block_on(async {
        let scene = Rc::new(Scene::new().await);
        scene.log_steps("loss", 0..3);
        let way = scene.way(&scene.tab);
        let mut rounds = 0;
        let inner = Rc::clone(&scene);
        *way.waiting.borrow_mut() = Box::new(move || {
            rounds += 1;
            if rounds == 3 {
                inner.log_steps("loss", 3..6);
                inner.mishaps.borrow_mut().push_back(Mishap::LateKill);
            }
        });
        let live = MlflowTarget { is_live: true, ..target() };
        let mut killed = pin!(scene.tab.session.sync_mlflow(&scene.run_id, &live, "token", &way));
        assert!(killed.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(scene.points().len(), 6);
        assert_eq!(stored_steps(&scene.shared, &scene.run_id, "loss").await, [0, 1, 2, 3, 4, 5]);
        *way.waiting.borrow_mut() = Box::new(|| {});
    });
}

#[test]
fn tag_that_is_called_as_one_of_the_tracker_is_beside_it_also_when_it_is_sent_again() {
    block_on(async {
        let options = RunOptions { tags: vec![tag("entrenar.run_id", "mine")], ..RunOptions::default() };
        let scene = Scene::with(options).await;
        for requests in [4, 1] {
            scene.server.borrow_mut().requests.clear();
            scene.sync().await.unwrap();
            let server = scene.server.borrow();
            let tags = &server.runs[0].tags;
            assert_eq!((&*tags["entrenar.run_id"], &*tags["entrenar.run_id-2"]), ("run-0", "mine"));
            assert_eq!(server.requests.len(), requests, "{:?}", server.requests);
        }
    });
}

#[test]
fn page_that_is_hidden_keeps_its_lease_as_long_as_its_timers_are_slow() {
    block_on(async {
        for (is_hidden, fewest_ms, most_ms) in [(false, 14_000.0, 20_000.0), (true, 89_000.0, 95_000.0)] {
            let scene = Scene::new().await;
            scene.mishaps.borrow_mut().extend([Mishap::None, Mishap::Kill]);
            let (way, to) = (scene.way(&scene.tab), target());
            way.is_hidden.set(is_hidden);
            let mut killed = pin!(scene.tab.session.sync_mlflow(&scene.run_id, &to, "token-a", &way));
            assert!(killed.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            let other = Tab::open(&scene.shared, "b").await;
            other.clock.set_wall_ms(scene.tab.clock.wall_ms());
            let before_ms = other.clock.monotonic_ms();
            let way = scene.way(&other);
            other.session.sync_mlflow(&scene.run_id, &target(), "token-b", &way).await.unwrap();
            let took_ms = other.clock.monotonic_ms() - before_ms;
            assert!((fewest_ms..most_ms).contains(&took_ms), "{is_hidden}: {took_ms}");
        }
    });
}

#[test]
fn lease_is_renewed_while_a_server_is_waited_for_and_while_it_is_slow() {
    block_on(async {
        for mishaps in [vec![Mishap::Lost; 9], vec![Mishap::Slow]] {
            let scene = Scene::new().await;
            scene.log_steps("loss", 0..3);
            scene.mishaps.borrow_mut().push_back(Mishap::None);
            scene.mishaps.borrow_mut().extend(mishaps);
            let way = scene.way(&scene.tab);
            let oldest_ms = Rc::new(Cell::new(0.0_f64));
            let (oldest, shared) = (Rc::clone(&oldest_ms), scene.shared.clone());
            let (clock, run_id) = (scene.tab.clock.clone(), scene.run_id.clone());
            let waits = Rc::new(Cell::new(0));
            let counted = Rc::clone(&waits);
            *way.waiting.borrow_mut() = Box::new(move || {
                let known = shared.memory.transact(read_syncs(&run_id)).now_or_never().unwrap().unwrap();
                let age_ms = clock.wall_ms() - known.targets[0].lease.heartbeat_ms;
                oldest.set(oldest.get().max(age_ms));
                counted.set(counted.get() + 1);
            });
            let live = MlflowTarget { is_live: true, ..target() };
            scene.tab.end(&scene.run_id);
            scene.tab.session.sync_mlflow(&scene.run_id, &live, "token", &way).await.unwrap();
            assert!(waits.get() > 8, "{} waits", waits.get());
            assert!(oldest_ms.get() < 12_000.0, "{} ms", oldest_ms.get());
        }
    });
}

#[test]
fn tab_that_does_not_write_the_run_sends_what_was_committed_unheard() {
    block_on(async {
        let scene = Scene::new().await;
        scene.log_steps("loss", 0..3);
        scene.tab.flush().await;
        let other = Tab::open(&scene.shared, "b").await;
        other.session.load_run(&scene.run_id).await.unwrap();
        scene.log_steps("loss", 3..7);
        scene.tab.flush().await;
        let way = scene.way(&other);
        let sync = other.session.sync_mlflow(&scene.run_id, &target(), "token-b", &way).await.unwrap();
        assert_eq!((sync.points, scene.points().len()), (7.0, 7));
    });
}
