//! Runs on their way to an MLflow tracking server and from it, whatever is lost on the way.

mod asked;
mod importing;
mod kept;
mod limits;
mod server;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use entrenar::database::operations::{read_syncs, store_sync};
use entrenar::database::{Database, Key, Range, Table};
use entrenar::engine::{Clock, MlflowError, MlflowImport, MlflowSync, MlflowTarget, RunOptions};
use entrenar::interop::mlflow::{Answer, ServerErrorKind};
use entrenar::storage::{ExperimentStorage, RawPoint, RunEdit, RunStatus, StorageError, Tag};
use futures::FutureExt;
use futures::executor::block_on;
use proptest::prelude::*;

use self::server::{Mishap, Point, Server, Way, stored_bits};
use crate::support::faulty_database::SharedDatabase;
use crate::tab::Tab;

const URL: &str = "http://127.0.0.1:5000";

struct Scene {
    shared: SharedDatabase,
    server: Rc<RefCell<Server>>,
    mishaps: Rc<RefCell<VecDeque<Mishap>>>,
    tab: Tab,
    run_id: String,
    slot: entrenar::storage::RunSlot,
}

fn target() -> MlflowTarget {
    MlflowTarget { url: URL.to_owned(), experiment: None, is_live: false }
}

fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.to_owned(), value: value.to_owned() }
}

impl Scene {
    async fn new() -> Self {
        Self::with(RunOptions {
            config_json: Some(r#"{"lr":0.001,"net":{"layers":[64,32]},"a?":1}"#.to_owned()),
            run_name: Some("first".to_owned()),
            tags: vec![tag("stage", "final"), tag("über", "x")],
        })
        .await
    }

    async fn with(options: RunOptions) -> Self {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let slot = tab.session.begin_run("mnist", options).await.unwrap();
        let run_id = tab.session.ids_of(slot).unwrap().1;
        Self { shared, server: Rc::default(), mishaps: Rc::default(), tab, run_id, slot }
    }

    fn way(&self, tab: &Tab) -> Way {
        Way::new(&self.server, &tab.clock, &self.mishaps)
    }

    fn log(&self, key: &str, points: &[RawPoint]) {
        let mut storage = self.tab.session.storage_mut();
        let series = storage.series_slot(self.slot, key).unwrap();
        for point in points {
            storage.append(self.slot, series, *point).unwrap();
        }
    }

    fn log_steps(&self, key: &str, steps: std::ops::Range<u64>) {
        let point = |step| RawPoint { step, value: step as f64 / 3.0, timestamp_ms: 1_000 + step as i64 };
        self.log(key, &steps.map(point).collect::<Vec<_>>());
    }

    async fn sync(&self) -> Result<MlflowSync, MlflowError> {
        self.tab.session.sync_mlflow(&self.run_id, &target(), "token-a", &self.way(&self.tab)).await
    }

    fn points(&self) -> BTreeSet<Point> {
        let server = self.server.borrow();
        assert_eq!(server.runs.iter().filter(|run| !run.is_deleted).count(), 1, "runs on the server");
        server.runs.iter().find(|run| !run.is_deleted).unwrap().points.clone()
    }
}

fn expected(key: &str, points: impl Iterator<Item = RawPoint>) -> BTreeSet<Point> {
    points
        .map(|point| (key.to_owned(), point.timestamp_ms.max(0), point.step as i64, stored_bits(point.value)))
        .collect()
}

#[test]
fn run_that_is_sent_is_there_with_all_that_it_has() {
    block_on(async {
        let scene = Scene::new().await;
        scene.log_steps("loss", 0..2_500);
        scene.log_steps("größe", 0..3);
        scene.tab.session.storage_mut().put_artifact(scene.slot, "model", b"abc").unwrap();
        scene.tab.session.storage_mut().put_artifact(scene.slot, "model/w", b"de").unwrap();
        scene.tab.session.storage_mut().complete_run(&scene.run_id, RunStatus::Failed).unwrap();
        let way = scene.way(&scene.tab);
        let sync = scene.tab.session.sync_mlflow(&scene.run_id, &target(), "token", &way).await.unwrap();
        assert_eq!(sync, MlflowSync { mlflow_run_id: "0".to_owned(), points: 2_503.0 });
        let server = scene.server.borrow();
        let run = &server.runs[0];
        assert_eq!(server.experiments, [("mnist".to_owned(), false)]);
        assert_eq!((&*run.status, run.points.len()), ("FAILED", 2_503));
        assert_eq!(run.end_time, Some(scene.tab.clock.wall_ms() as i64).map(|_| run.end_time.unwrap()));
        let texts = |items: &[(&str, &str)]| -> BTreeMap<String, String> {
            items.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        assert_eq!(run.params, texts(&[("lr", "0.001"), ("net.layers", "[64,32]"), ("a_", "1")]));
        let tags = [
            ("entrenar.run_id", "run-0"),
            ("entrenar.sync", "token"),
            ("mlflow.runName", "first"),
            ("stage", "final"),
            ("_ber", "x"),
        ];
        assert_eq!(run.tags, texts(&tags));
        assert_eq!(run.artifacts["model"], b"abc");
        assert_eq!(run.artifacts["model_w"], b"de");
        assert_eq!(way.progress.borrow().last(), Some(&(2_503.0, 2_503.0)));
        let losses = way.losses.borrow().join("\n");
        for renamed in
            ["setting 'a?'", "tag 'über'", "metric 'größe' is called 'gr__e'", "artifact 'model/w'"]
        {
            assert!(losses.contains(renamed), "{losses}");
        }
        let requests = server.requests.iter().filter(|name| *name == "log-batch").count();
        assert_eq!(requests, 3);
    });
}

#[test]
fn run_that_is_sent_again_sends_only_what_is_new() {
    block_on(async {
        let scene = Scene::new().await;
        scene.log_steps("loss", 0..5);
        scene.sync().await.unwrap();
        scene.server.borrow_mut().requests.clear();
        scene.sync().await.unwrap();
        assert_eq!(scene.server.borrow().requests, ["get"]);
        scene.log_steps("loss", 5..7);
        scene.log_steps("accuracy", 0..2);
        let edit = RunEdit::Tag(tag("stage", "other"));
        scene.tab.session.edit_run(&scene.run_id, edit).await.unwrap();
        scene.tab.session.edit_run(&scene.run_id, RunEdit::RemoveTag { key: "über".into() }).await.unwrap();
        scene.tab.session.edit_run(&scene.run_id, RunEdit::name("second")).await.unwrap();
        scene.server.borrow_mut().requests.clear();
        let sync = scene.sync().await.unwrap();
        assert_eq!(scene.server.borrow().requests, ["get", "log-batch", "delete-tag"]);
        assert_eq!((sync.points, scene.points().len()), (9.0, 9));
        let server = scene.server.borrow();
        let tags = &server.runs[0].tags;
        assert_eq!((&*tags["stage"], &*tags["mlflow.runName"]), ("other", "second"));
        assert!(!tags.contains_key("_ber"));
    });
}

#[test]
fn values_and_times_that_mlflow_lacks_are_changed_as_is_said() {
    block_on(async {
        let scene = Scene::new().await;
        let point = |step, value, timestamp_ms| RawPoint { step, value, timestamp_ms };
        let odd = [
            point(0, f64::NAN, 5),
            point(1, f64::INFINITY, 5),
            point(2, f64::NEG_INFINITY, -5),
            point((1 << 53) - 1, -0.0, 5),
            point(3, 5e-324, 5),
            point(3, 5e-324, 5),
        ];
        scene.log("odd", &odd);
        let way = scene.way(&scene.tab);
        scene.tab.session.sync_mlflow(&scene.run_id, &target(), "token", &way).await.unwrap();
        assert_eq!(scene.points(), expected("odd", odd.into_iter()));
        let losses = way.losses.borrow().join("\n");
        for loss in ["±Infinity", "before 1970", "the same step, millisecond and value"] {
            assert!(losses.contains(loss), "{losses}");
        }
    });
}

#[test]
fn experiment_whose_name_is_too_long_or_empty_gets_one_that_mlflow_takes() {
    block_on(async {
        for (name, there) in [("é".repeat(600), "é".repeat(500)), (" ".to_owned(), "Default".to_owned())] {
            let scene = Scene::new().await;
            let slot = scene.tab.session.begin_run(&name, RunOptions::default()).await.unwrap();
            let run_id = scene.tab.session.ids_of(slot).unwrap().1;
            let way = scene.way(&scene.tab);
            scene.tab.session.sync_mlflow(&run_id, &target(), "token", &way).await.unwrap();
            assert_eq!(scene.server.borrow().experiments, [(there, false)]);
        }
    });
}

#[test]
fn run_that_was_deleted_on_the_server_is_sent_anew() {
    block_on(async {
        let scene = Scene::new().await;
        scene.log_steps("loss", 0..5);
        scene.sync().await.unwrap();
        scene.server.borrow_mut().runs[0].is_deleted = true;
        let way = scene.way(&scene.tab);
        let sync = scene.tab.session.sync_mlflow(&scene.run_id, &target(), "another", &way).await.unwrap();
        assert_eq!(sync.mlflow_run_id, "1");
        assert_eq!(scene.points().len(), 5);
        assert_eq!(scene.server.borrow().runs[1].params.len(), 3);
    });
}

#[test]
fn deleted_run_takes_what_was_known_of_its_way_with_it() {
    block_on(async {
        let scene = Scene::new().await;
        scene.log_steps("loss", 0..5);
        scene.sync().await.unwrap();
        let known = scene.tab.session.mlflow_syncs(&scene.run_id).await.unwrap();
        let state = known.find(URL, "mnist").unwrap();
        assert_eq!((state.points(), &*state.lease.holder), (5.0, ""));
        scene.tab.session.delete_run(&scene.run_id).await.unwrap();
        let rest = scene.shared.memory.records(Table::Meta, &Range::One(Key::syncs("run-0")));
        assert_eq!(rest, []);
    });
}

#[test]
fn answers_that_only_a_person_can_mend_end_the_sync_with_a_code_and_are_kept() {
    block_on(async {
        let json = |text: &str| text.as_bytes().to_vec();
        let cases = [
            (401, json("{}"), ServerErrorKind::Denied, "options.headers"),
            (403, json("Forbidden"), ServerErrorKind::Denied, "options.headers"),
            (404, json("<!doctype html>"), ServerErrorKind::NotMlflow, "options.url"),
            (200, json("<!doctype html>"), ServerErrorKind::NotMlflow, "options.url"),
            (200, json("{\"hello\":1}"), ServerErrorKind::NotMlflow, "options.url"),
            (413, json(""), ServerErrorKind::Refused, "1 MB"),
            (
                400,
                json(r#"{"error_code":"X","message":"no such thing"}"#),
                ServerErrorKind::Refused,
                "no such thing",
            ),
            (429, json(""), ServerErrorKind::Busy, "later"),
            (500, json("<html>"), ServerErrorKind::Busy, "log"),
        ];
        for (status, body, kind, hint) in cases {
            let scene = Scene::new().await;
            let way = scene.way(&scene.tab);
            *way.fixed.borrow_mut() = Some(Answer { status, body, retry_after_ms: None });
            let failed = scene.tab.session.sync_mlflow(&scene.run_id, &target(), "token", &way).await;
            let Err(MlflowError::Server(error)) = failed else { panic!("{status}: {failed:?}") };
            assert_eq!(error.kind, kind, "{status}: {error}");
            assert!(error.message.contains(hint), "{error}");
            let known = scene.tab.session.mlflow_syncs(&scene.run_id).await.unwrap();
            let state = &known.targets[0];
            assert_eq!(state.failure.as_ref().unwrap().code, kind.code());
            assert_eq!(state.lease.holder, "");
        }
    });
}

#[test]
fn server_that_asks_to_be_left_alone_is_left_alone_for_that_long() {
    block_on(async {
        let scene = Scene::new().await;
        let way = scene.way(&scene.tab);
        let busy = Answer { status: 429, body: Vec::new(), retry_after_ms: Some(40_000.0) };
        *way.fixed.borrow_mut() = Some(busy);
        let before = scene.tab.clock.monotonic_ms();
        let failed = scene.tab.session.sync_mlflow(&scene.run_id, &target(), "token", &way).await;
        assert!(failed.is_err());
        let took = scene.tab.clock.monotonic_ms() - before;
        assert!((5.0 * 40_000.0..6.0 * 40_000.0).contains(&took), "{took}");
    });
}

#[test]
fn server_that_never_answered_is_given_up_at_once_and_one_that_has_is_waited_for() {
    block_on(async {
        let scene = Scene::new().await;
        scene.mishaps.borrow_mut().push_back(Mishap::Lost);
        let failed = scene.sync().await;
        let Err(MlflowError::Server(error)) = failed else { panic!("{failed:?}") };
        assert!(error.message.contains("--cors-allowed-origins"), "{error}");
        assert_eq!(scene.server.borrow().requests.len(), 0);
        scene.mishaps.borrow_mut().extend([Mishap::None, Mishap::Lost, Mishap::Lost, Mishap::AnswerLost]);
        scene.sync().await.unwrap();
    });
}

#[test]
fn live_sync_goes_on_until_the_run_has_ended_and_outlasts_an_outage() {
    block_on(async {
        let scene = Rc::new(Scene::new().await);
        scene.log_steps("loss", 0..3);
        let way = scene.way(&scene.tab);
        let (inner, mut rounds) = (Rc::clone(&scene), 0_u64);
        *way.waiting.borrow_mut() = Box::new(move || {
            rounds += 1;
            match rounds {
                // The server is away for minutes, and logging goes on.
                3 => inner.mishaps.borrow_mut().extend([Mishap::Lost; 20]),
                40 => inner.tab.end(&inner.run_id),
                41.. => {}
                _ => inner.log_steps("loss", 3 * rounds..3 * rounds + 3),
            }
        });
        let live = MlflowTarget { is_live: true, ..target() };
        let sync = scene.tab.session.sync_mlflow(&scene.run_id, &live, "token", &way).await.unwrap();
        let logged = scene.tab.steps(&scene.run_id, "loss").unwrap().len();
        assert_eq!((sync.points as usize, scene.points().len()), (logged, logged));
        assert!(logged > 100);
        assert_eq!(scene.server.borrow().runs[0].status, "FINISHED");
        *way.waiting.borrow_mut() = Box::new(|| {});
    });
}

#[test]
fn second_tab_is_refused_while_the_first_renews_its_lease_and_takes_over_when_it_does_not() {
    block_on(async {
        let scene = Scene::new().await;
        scene.log_steps("loss", 0..3_000);
        scene.mishaps.borrow_mut().extend([
            Mishap::None,
            Mishap::None,
            Mishap::None,
            Mishap::None,
            Mishap::Kill,
        ]);
        let way = scene.way(&scene.tab);
        let first = target();
        let mut first = pin!(scene.tab.session.sync_mlflow(&scene.run_id, &first, "token-a", &way));
        assert!(first.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        let other = Tab::open(&scene.shared, "b").await;
        other.clock.set_wall_ms(scene.tab.clock.wall_ms());
        let lease = scene.tab.session.mlflow_syncs(&scene.run_id).await.unwrap().targets[0].lease.clone();
        let renewed = {
            let (shared, run_id, mut lease) = (scene.shared.clone(), scene.run_id.clone(), lease.clone());
            move || {
                let known = shared.memory.transact(read_syncs(&run_id)).now_or_never().unwrap().unwrap();
                let mut state = known.targets[0].clone();
                lease.heartbeat_ms += 1.0;
                state.lease = lease.clone();
                shared
                    .memory
                    .transact(store_sync(&run_id, "token-a", state))
                    .now_or_never()
                    .unwrap()
                    .unwrap();
            }
        };
        let way = scene.way(&other);
        *way.waiting.borrow_mut() = Box::new(renewed);
        let refused = other.session.sync_mlflow(&scene.run_id, &target(), "token-b", &way).await;
        assert_eq!(refused, Err(MlflowError::Elsewhere));
        *way.waiting.borrow_mut() = Box::new(|| {});
        let taken = other.session.sync_mlflow(&scene.run_id, &target(), "token-b", &way).await.unwrap();
        assert_eq!((taken.points, scene.points().len()), (3_000.0, 3_000));
    });
}

#[test]
fn sync_that_its_caller_stops_ends_by_that_and_is_no_failure() {
    block_on(async {
        let scene = Scene::new().await;
        scene.log_steps("loss", 0..3);
        let way = Rc::new(scene.way(&scene.tab));
        let stopped = Rc::downgrade(&way);
        *way.waiting.borrow_mut() = Box::new(move || stopped.upgrade().unwrap().is_stopped.set(true));
        let live = MlflowTarget { is_live: true, ..target() };
        let ended = scene.tab.session.sync_mlflow(&scene.run_id, &live, "token", &*way).await;
        assert!(matches!(ended, Err(MlflowError::Storage(StorageError::Aborted(_)))), "{ended:?}");
        let known = scene.tab.session.mlflow_syncs(&scene.run_id).await.unwrap();
        assert_eq!((&known.targets[0].failure, &*known.targets[0].lease.holder), (&None, ""));
        assert_eq!(scene.points().len(), 3);
    });
}

#[test]
fn run_that_is_imported_has_all_that_mlflow_holds_of_it() {
    block_on(async {
        let scene = Scene::new().await;
        scene.log_steps("loss", 0..50);
        scene.log("nan", &[RawPoint { step: 1, value: f64::NAN, timestamp_ms: 7 }]);
        for (key, bytes) in [("a/b/c", "deep"), ("top", ""), ("a/d", "x")] {
            scene.tab.session.storage_mut().put_artifact(scene.slot, key, bytes.as_bytes()).unwrap();
        }
        scene.tab.session.storage_mut().complete_run(&scene.run_id, RunStatus::Cancelled).unwrap();
        scene.sync().await.unwrap();
        let import = MlflowImport { url: URL.to_owned(), mlflow_run_id: "0".to_owned(), experiment: None };
        let other = Tab::open(&SharedDatabase::default(), "b").await;
        scene.mishaps.borrow_mut().extend([
            Mishap::None,
            Mishap::AnswerLost,
            Mishap::LateFailure,
            Mishap::Lost,
        ]);
        let way = scene.way(&other);
        let run_id = other.session.import_mlflow(&import, "token", &way).await.unwrap();
        let run = other.session.exported_run(&run_id).await.unwrap();
        assert_eq!((&*run.experiment.name, run.record.status), ("mnist", RunStatus::Cancelled));
        assert_eq!(run.record.run_name.as_deref(), Some("first"));
        assert_eq!(run.record.config_json.as_deref(), Some(r#"{"a_":1,"lr":0.001,"net.layers":[64,32]}"#));
        assert_eq!(run.record.tags, [tag("_ber", "x"), tag("stage", "final")]);
        let before = scene.tab.session.exported_run(&scene.run_id).await.unwrap();
        for named in &before.series {
            let found = run.series.iter().find(|other| other.key == named.key).unwrap();
            let points = |series: &entrenar::storage::Series| {
                series
                    .logged(0..100)
                    .into_iter()
                    .map(|point| (point.step, point.value.to_bits(), point.timestamp_ms))
                    .collect::<Vec<_>>()
            };
            assert_eq!(points(&found.series), points(&named.series));
        }
        for (key, bytes) in [("a/b/c", "deep"), ("top", ""), ("a/d", "x")] {
            assert_eq!(&*other.session.get_artifact(&run_id, key).await.unwrap(), bytes.as_bytes());
        }
    });
}

#[test]
fn points_at_times_that_no_calendar_has_are_imported_with_the_time_at_which_the_run_began() {
    block_on(async {
        let scene = Scene::new().await;
        let point = |step, timestamp_ms| RawPoint { step, value: 1.0, timestamp_ms };
        // Nanoseconds, as other programs send them.
        scene.log("loss", &[point(0, 1_795_750_137_042_000_000), point(1, 8_640_000_000_000_000)]);
        scene.sync().await.unwrap();
        let import = MlflowImport { url: URL.to_owned(), mlflow_run_id: "0".to_owned(), experiment: None };
        let other = Tab::open(&SharedDatabase::default(), "b").await;
        let run_id = other.session.import_mlflow(&import, "token", &scene.way(&other)).await.unwrap();
        let run = other.session.exported_run(&run_id).await.unwrap();
        let points = run.series[0].series.logged(0..2);
        let mut times: Vec<_> = points.iter().map(|point| (point.step, point.timestamp_ms)).collect();
        times.sort_unstable();
        assert_eq!(times, [(0, run.record.created_ms as i64), (1, 8_640_000_000_000_000)]);
    });
}

#[test]
fn import_that_the_server_refuses_leaves_nothing() {
    block_on(async {
        let scene = Scene::new().await;
        scene.log_steps("loss", 0..50);
        scene.sync().await.unwrap();
        let import = MlflowImport { url: URL.to_owned(), mlflow_run_id: "7".to_owned(), experiment: None };
        let refused = scene.tab.session.import_mlflow(&import, "token", &scene.way(&scene.tab)).await;
        let Err(MlflowError::Server(error)) = refused else { panic!("{refused:?}") };
        assert_eq!(error.kind, ServerErrorKind::Refused);
        scene.mishaps.borrow_mut().extend([Mishap::None, Mishap::None, Mishap::None]);
        scene.mishaps.borrow_mut().extend([Mishap::Failure; 6]);
        let import = MlflowImport { mlflow_run_id: "0".to_owned(), ..import };
        let refused = scene.tab.session.import_mlflow(&import, "token", &scene.way(&scene.tab)).await;
        assert!(matches!(refused, Err(MlflowError::Server(_))), "{refused:?}");
        let storage = scene.tab.session.storage();
        assert_eq!(storage.list_runs("exp-0"), ["run-0"]);
    });
}

fn any_mishap() -> impl Strategy<Value = Mishap> {
    prop_oneof![
        6 => Just(Mishap::None),
        1 => Just(Mishap::Lost),
        1 => Just(Mishap::AnswerLost),
        1 => Just(Mishap::Failure),
        1 => Just(Mishap::LateFailure),
        1 => Just(Mishap::Kill),
        1 => Just(Mishap::LateKill),
    ]
}

fn any_points() -> impl Strategy<Value = Vec<RawPoint>> {
    let value = prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY), (0..3).prop_map(f64::from)];
    let point = (0..40_u64, value, -2..40_i64);
    let point = point.prop_map(|(step, value, timestamp_ms)| RawPoint { step, value, timestamp_ms });
    prop::collection::vec(point, 0..1_400)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn every_point_is_there_once_whatever_is_lost_and_whoever_goes_on(
        series in prop::collection::vec(("[a-c?/=]{1,3}", any_points()), 0..5),
        more in any_points(),
        mishaps in prop::collection::vec(any_mishap(), 0..40),
    ) {
        block_on(async {
            let scene = Scene::new().await;
            let mut keys = BTreeMap::new();
            for (key, points) in series {
                scene.log(&key, &points);
                if !points.is_empty() {
                    keys.entry(key).or_insert_with(Vec::new).extend(points);
                }
            }
            scene.tab.session.storage_mut().put_artifact(scene.slot, "model", b"abc").unwrap();
            scene.tab.flush().await;
            scene.mishaps.borrow_mut().extend(mishaps);
            let mut tries = 0;
            let done = loop {
                tries += 1;
                assert!(tries < 100, "it never ends");
                // Every try is another page's, for those before it are gone.
                let tab = Tab::open(&scene.shared, &format!("tab-{tries}")).await;
                tab.clock.set_wall_ms(scene.tab.clock.wall_ms() + 20_000.0 * f64::from(tries));
                let (way, target, token) = (scene.way(&tab), target(), format!("token-{tries}"));
                let mut syncing = pin!(tab.session.sync_mlflow(&scene.run_id, &target, &token, &way));
                match syncing.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(Ok(done)) if tries > 1 => break done,
                    Poll::Ready(Err(MlflowError::Server(_))) | Poll::Pending => {}
                    Poll::Ready(Err(error)) => panic!("{error}"),
                    Poll::Ready(Ok(_)) => {
                        // It goes on, and is sent again.
                        scene.log("more", &more);
                        if !more.is_empty() {
                            keys.insert("more".to_owned(), more.clone());
                        }
                        scene.tab.end(&scene.run_id);
                        scene.tab.flush().await;
                    }
                }
            };
            let known = scene.tab.session.mlflow_syncs(&scene.run_id).await.unwrap();
            let names: BTreeMap<&str, &str> =
                known.targets[0].series.iter().map(|series| (&*series.key, &*series.name)).collect();
            let mut wanted = BTreeSet::new();
            for (key, points) in &keys {
                wanted.extend(expected(names[&**key], points.iter().copied()));
            }
            assert_eq!(scene.points(), wanted);
            let logged: usize = keys.values().map(Vec::len).sum();
            assert_eq!(done.points as usize, logged);
            let server = scene.server.borrow();
            let run = server.runs.iter().find(|run| !run.is_deleted).unwrap();
            assert_eq!((run.params.len(), run.artifacts.len()), (3, 1));
        });
    }
}
