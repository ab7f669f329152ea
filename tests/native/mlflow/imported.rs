//! Runs that come from a server, as a whole or not at all.

use super::*;

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
