//! What of a run is sent, the first time and again.

use super::*;

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
