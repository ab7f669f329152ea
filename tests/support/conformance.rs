//! What every backend must do, written once. A backend supplies a constructor and a way to be closed and opened again.

use entrenar::storage::{ExperimentStorage, MAX_STEP, MetricPoint, RunStatus, StorageError};
use serde_json::json;

/// A storage under test.
pub trait Backend: Sized {
    /// An empty storage.
    async fn fresh() -> Self;
    /// Uses the storage.
    fn with<T>(&self, use_it: impl FnOnce(&mut dyn ExperimentStorage) -> T) -> T;
    /// Everything is saved; the storage is closed, and opened again by a session that knows nothing of it.
    async fn reopened(self) -> Self;
    /// Ids of all experiments, of an experiment's runs, and keys of a run's metrics.
    fn listed(&self, experiment_id: &str, run_id: &str) -> [Vec<String>; 3];
}

fn running(storage: &mut dyn ExperimentStorage) -> (String, String) {
    let experiment = storage.create_experiment("digits", Some(json!({"seed": 7}))).unwrap();
    let run = storage.create_run(&experiment).unwrap();
    storage.start_run(&run).unwrap();
    (experiment, run)
}

fn steps_and_values(points: &[MetricPoint]) -> Vec<(u64, u64)> {
    points.iter().map(|point| (point.step, point.value.to_bits())).collect()
}

pub async fn first_ids_are_zero<B: Backend>() {
    let storage = B::fresh().await;
    let ids = storage.with(|s| running(s));
    assert_eq!(ids, ("exp-0".to_owned(), "run-0".to_owned()));
    let next = storage.with(|s| (s.create_experiment("digits", None), s.create_run("exp-0")));
    assert_eq!(next, (Ok("exp-1".to_owned()), Ok("run-1".to_owned())));
}

pub async fn runs_live_from_pending_to_final<B: Backend>() {
    let storage = B::fresh().await;
    storage.with(|s| {
        let experiment = s.create_experiment("life", None).unwrap();
        for end in [RunStatus::Success, RunStatus::Failed, RunStatus::Cancelled] {
            let run = s.create_run(&experiment).unwrap();
            assert_eq!(s.get_run_status(&run), Ok(RunStatus::Pending));
            let refused =
                |result| assert!(matches!(result, Err(StorageError::InvalidState(_))), "{result:?}");
            refused(s.log_metric(&run, "loss", 0, 1.0));
            refused(s.complete_run(&run, end));
            s.start_run(&run).unwrap();
            refused(s.start_run(&run));
            refused(s.complete_run(&run, RunStatus::Pending));
            refused(s.complete_run(&run, RunStatus::Running));
            assert_eq!(s.get_run_status(&run), Ok(RunStatus::Running));
            s.log_metric(&run, "loss", 0, 1.0).unwrap();
            s.complete_run(&run, end).unwrap();
            assert_eq!(s.get_run_status(&run), Ok(end));
            refused(s.start_run(&run));
            refused(s.complete_run(&run, end));
            refused(s.log_metric(&run, "loss", 1, 1.0));
            refused(s.log_artifact(&run, "weights", b"late").map(drop));
            assert_eq!(s.get_metrics(&run, "loss").unwrap().len(), 1);
        }
    });
}

pub async fn unknown_ids_are_named<B: Backend>() {
    let storage = B::fresh().await;
    storage.with(|s| {
        assert_eq!(s.create_run("exp-9"), Err(StorageError::ExperimentNotFound("exp-9".into())));
        let missing = Err(StorageError::RunNotFound("run-9".into()));
        assert_eq!(s.start_run("run-9"), missing);
        assert_eq!(s.complete_run("run-9", RunStatus::Success), missing);
        assert_eq!(s.log_metric("run-9", "loss", 0, 0.0), missing);
        assert_eq!(s.log_artifact("run-9", "a", b"").map(drop), missing);
        assert_eq!(s.get_metrics("run-9", "loss").map(drop), missing);
        assert_eq!(s.get_run_status("run-9").map(drop), missing);
        assert_eq!(s.set_span_id("run-9", "x"), missing);
        assert_eq!(s.get_span_id("run-9").map(drop), missing);
    });
}

pub async fn points_come_back_in_step_order_with_nothing_dropped<B: Backend>() {
    let storage = B::fresh().await;
    let logged: Vec<(u64, f64)> = vec![
        (3, 1.0),
        (1, 2.0),
        (3, 3.0),
        (0, f64::NAN),
        (1, 2.0),
        (MAX_STEP, f64::NEG_INFINITY),
        (2, -0.0),
        (2, f64::INFINITY),
        (2, 5e-324),
    ];
    let (_, run) = storage.with(|s| running(s));
    storage.with(|s| {
        for &(step, value) in &logged {
            s.log_metric(&run, "loss", step, value).unwrap();
        }
    });
    let mut expected = logged.clone();
    expected.sort_by_key(|(step, _)| *step);
    let expected: Vec<(u64, u64)> = expected.iter().map(|(s, v)| (*s, v.to_bits())).collect();
    let before = storage.with(|s| s.get_metrics(&run, "loss")).unwrap();
    assert_eq!(steps_and_values(&before), expected);
    let storage = storage.reopened().await;
    let after = storage.with(|s| s.get_metrics(&run, "loss")).unwrap();
    assert_eq!(steps_and_values(&after), expected);
    let times = |points: &[MetricPoint]| points.iter().map(|p| p.timestamp).collect::<Vec<_>>();
    assert_eq!(times(&after), times(&before));
    assert_eq!(storage.with(|s| s.get_metrics(&run, "never logged")), Ok(Vec::new()));
}

pub async fn many_points_of_many_metrics_come_back<B: Backend>() {
    let storage = B::fresh().await;
    let (experiment, run) = storage.with(|s| running(s));
    storage.with(|s| {
        for step in 0..5_000 {
            for key in ["train/loss", "train/accuracy", "ü/✓"] {
                s.log_metric(&run, key, step, step as f64 / 3.0).unwrap();
            }
        }
        s.log_metric(&run, "once", 7, 1.5).unwrap();
    });
    let storage = storage.reopened().await;
    for key in ["train/loss", "train/accuracy", "ü/✓"] {
        let points = storage.with(|s| s.get_metrics(&run, key)).unwrap();
        assert_eq!(points.len(), 5_000, "{key}");
        assert!(points.iter().zip(0..).all(|(p, step)| p.step == step && p.value == step as f64 / 3.0));
    }
    let [experiments, runs, keys] = storage.listed(&experiment, &run);
    assert_eq!(experiments, ["exp-0"]);
    assert_eq!(runs, ["run-0"]);
    assert_eq!(keys, ["train/loss", "train/accuracy", "ü/✓", "once"]);
}

pub async fn status_span_and_artifacts_come_back<B: Backend>() {
    let storage = B::fresh().await;
    let (_, run) = storage.with(|s| running(s));
    storage.with(|s| {
        assert_eq!(s.get_span_id(&run), Ok(None));
        s.set_span_id(&run, "span-a").unwrap();
        s.set_span_id(&run, "span-b").unwrap();
        let hash = s.log_artifact(&run, "weights", b"abc").unwrap();
        assert_eq!(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(s.log_artifact(&run, "copy", b"abc"), Ok(hash));
        s.complete_run(&run, RunStatus::Failed).unwrap();
    });
    let storage = storage.reopened().await;
    storage.with(|s| {
        assert_eq!(s.get_run_status(&run), Ok(RunStatus::Failed));
        assert_eq!(s.get_span_id(&run), Ok(Some("span-b".to_owned())));
    });
}

pub async fn lists_keep_the_order_of_creation<B: Backend>() {
    let storage = B::fresh().await;
    let made: Vec<String> = storage.with(|s| {
        let experiment = s.create_experiment("many", None).unwrap();
        (0..12).map(|_| s.create_run(&experiment).unwrap()).collect()
    });
    assert_eq!(storage.listed("exp-0", "run-0")[1], made);
    let storage = storage.reopened().await;
    assert_eq!(storage.listed("exp-0", "run-0")[1], made);
}

pub async fn bad_arguments_are_refused_and_store_nothing<B: Backend>() {
    let storage = B::fresh().await;
    let (_, run) = storage.with(|s| running(s));
    storage.with(|s| {
        let refused = |result| assert!(matches!(result, Err(StorageError::InvalidArgument(_))), "{result:?}");
        refused(s.log_metric(&run, "", 0, 1.0));
        refused(s.log_metric(&run, &"k".repeat(9_000), 0, 1.0));
        refused(s.log_metric(&run, "loss", MAX_STEP + 1, 1.0));
        refused(s.log_artifact(&run, "", b"x").map(drop));
        refused(s.create_experiment(&"n".repeat(70_000), None).map(drop));
        assert_eq!(s.get_metrics(&run, "loss"), Ok(Vec::new()));
    });
    assert_eq!(storage.listed("exp-0", &run)[2], Vec::<String>::new());
}

/// One test for each case: natively or in a browser.
#[macro_export]
macro_rules! conformance_tests {
    ($mode:ident $backend:ty) => {
        $crate::conformance_tests!(@each $mode $backend:
            first_ids_are_zero, runs_live_from_pending_to_final, unknown_ids_are_named,
            points_come_back_in_step_order_with_nothing_dropped, many_points_of_many_metrics_come_back,
            status_span_and_artifacts_come_back, lists_keep_the_order_of_creation,
            bad_arguments_are_refused_and_store_nothing);
    };
    (@each $mode:ident $backend:ty: $($case:ident),*) => {
        $($crate::conformance_tests!(@$mode $backend, $case);)*
    };
    (@native $backend:ty, $case:ident) => {
        #[test]
        fn $case() {
            futures::executor::block_on($crate::support::conformance::$case::<$backend>());
        }
    };
    (@browser $backend:ty, $case:ident) => {
        #[wasm_bindgen_test::wasm_bindgen_test]
        async fn $case() {
            $crate::support::conformance::$case::<$backend>().await;
        }
    };
}
