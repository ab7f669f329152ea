//! In a browser's page: the tracker as a program in Rust uses it, without a value of JavaScript's.
#![cfg(all(target_arch = "wasm32", feature = "browser", feature = "tracing"))]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::cell::RefCell;
use std::rc::Rc;

use entrenar::browser::{Change, RunOptions, StorageOptions, Subscription, Tracker};
use entrenar::indexeddb::{random_token, sleep};
use entrenar::storage::{RunEdit, RunStatus, StorageError, Tag};
use entrenar::tracing::{RunLayer, run_span};
use futures::StreamExt;
use tracing_subscriber::layer::SubscriberExt;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// A database of its own.
fn fresh() -> StorageOptions {
    StorageOptions { database: format!("tracker-{}", random_token()), ..StorageOptions::default() }
}

fn steps_and_values(points: &[entrenar::storage::MetricPoint]) -> Vec<(u64, f64)> {
    points.iter().map(|point| (point.step, point.value)).collect()
}

#[wasm_bindgen_test]
async fn run_that_ended_is_read_by_a_tracker_that_is_opened_later() {
    let options = fresh();
    let tracker = Tracker::open(options.clone()).await.unwrap();
    assert!(tracker.is_persistent());
    let tags = vec![Tag { key: "team".into(), value: "vision".into() }];
    let run_options = RunOptions { run_name: Some("first".into()), tags, ..RunOptions::default() };
    let run = tracker.start_run("mnist", run_options).await.unwrap();
    assert_eq!((run.log_metric("loss", 0.5), run.log_metric("loss", 0.25)), (Ok(0), Ok(1)));
    run.log_metric_at("loss", 10, 0.125).unwrap();
    assert_eq!(run.log_metrics(&[("loss", 0.0625), ("rate", 1.0)], None), Ok(11));
    run.log_series("bulk", &[1.0, 2.0, 3.0], Some(5)).unwrap();
    run.log_artifact("weights", b"bytes").unwrap();
    run.set_tag("kept", "yes").unwrap();
    run.set_span_id("span").unwrap();
    assert_eq!(run.current_step("loss"), Ok(12));
    run.finish().await.unwrap();
    assert!(run.is_finished() && run.pending_points() == 0);
    let (run_id, experiment_id) = (run.run_id().to_owned(), run.experiment_id().to_owned());
    drop(run);
    tracker.close().await.unwrap();

    let tracker = Tracker::open(options).await.unwrap();
    assert_eq!(tracker.list_experiments(), [experiment_id.as_str()]);
    assert_eq!(tracker.list_runs(&experiment_id).unwrap(), [run_id.as_str()]);
    assert_eq!(tracker.experiment(&experiment_id).unwrap().name, "mnist");
    assert_eq!(tracker.list_metric_keys(&run_id).unwrap(), ["loss", "rate", "bulk"]);
    let info = tracker.run(&run_id).unwrap();
    assert_eq!(
        (info.record.status, info.is_interrupted, info.pending_points),
        (RunStatus::Success, false, 0)
    );
    assert_eq!(
        (info.record.run_name.as_deref(), info.record.span_id.as_deref()),
        (Some("first"), Some("span"))
    );
    let tags: Vec<_> = info.record.tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())).collect();
    assert_eq!(tags, [("team", "vision"), ("kept", "yes")]);
    let loss = tracker.get_metrics(&run_id, "loss").await.unwrap();
    assert_eq!(steps_and_values(&loss), [(0, 0.5), (1, 0.25), (10, 0.125), (11, 0.0625)]);
    let bulk = tracker.get_metrics(&run_id, "bulk").await.unwrap();
    assert_eq!(steps_and_values(&bulk), [(5, 1.0), (6, 2.0), (7, 3.0)]);
    assert_eq!(&*tracker.get_artifact(&run_id, "weights").await.unwrap(), b"bytes");
}

#[wasm_bindgen_test]
async fn run_that_is_dropped_without_an_end_is_interrupted_and_can_be_resumed() {
    let tracker = Tracker::open(fresh()).await.unwrap();
    let run = tracker.start_run("dropped", RunOptions::default()).await.unwrap();
    run.log_series("loss", &[3.0, 2.0], None).unwrap();
    run.flush().await.unwrap();
    let run_id = run.run_id().to_owned();
    assert!(!tracker.run(&run_id).unwrap().is_interrupted);
    drop(run);
    while !tracker.run(&run_id).unwrap().is_interrupted {
        sleep(10.0).await;
    }
    let run = tracker.resume_run(&run_id).await.unwrap();
    assert_eq!(run.log_metric("loss", 1.0), Ok(2));
    assert_eq!(steps_and_values(&run.get_metrics("loss").unwrap()), [(0, 3.0), (1, 2.0), (2, 1.0)]);
}

#[wasm_bindgen_test]
async fn end_whose_future_is_dropped_holds() {
    let tracker = Tracker::open(fresh()).await.unwrap();
    let run = tracker.start_run("ended", RunOptions::default()).await.unwrap();
    drop(run.fail());
    assert_eq!(run.status(), Ok(RunStatus::Failed));
    assert!(matches!(run.log_metric("loss", 1.0), Err(StorageError::InvalidState(_))));
    assert!(matches!(run.cancel().await, Err(StorageError::InvalidState(_))));
    run.fail().await.unwrap();
}

#[wasm_bindgen_test]
async fn bad_arguments_are_refused_and_store_nothing() {
    let tracker = Tracker::open(fresh()).await.unwrap();
    let nameless = Tag { key: String::new(), value: "tag".into() };
    let options = RunOptions { tags: vec![nameless], ..RunOptions::default() };
    let refused = tracker.start_run("checked", options).await;
    assert!(matches!(refused, Err(StorageError::InvalidArgument(_))));
    assert!(tracker.list_experiments().is_empty());
    let run = tracker.start_run("checked", RunOptions::default()).await.unwrap();
    let too_large = 1 << 53;
    assert!(matches!(run.log_metric("", 1.0), Err(StorageError::InvalidArgument(_))));
    assert!(matches!(run.log_metric_at("loss", too_large, 1.0), Err(StorageError::InvalidArgument(_))));
    assert!(matches!(
        run.log_metrics(&[("loss", 1.0)], Some(too_large)),
        Err(StorageError::InvalidArgument(_))
    ));
    assert!(matches!(
        run.log_series("loss", &[1.0, 2.0], Some(too_large - 1)),
        Err(StorageError::InvalidArgument(_))
    ));
    assert_eq!(run.pending_points(), 0);
    assert!(matches!(tracker.run("run-7"), Err(StorageError::RunNotFound(_))));
    assert!(matches!(tracker.list_runs("exp-7"), Err(StorageError::ExperimentNotFound(_))));
    assert!(matches!(tracker.resume_run("run-7").await.map(drop), Err(StorageError::RunNotFound(_))));
}

#[wasm_bindgen_test]
async fn changes_come_as_a_stream_that_ends_with_the_database() {
    let tracker = Tracker::open(fresh()).await.unwrap();
    let mut changes = tracker.changes();
    let run = tracker.start_run("streamed", RunOptions::default()).await.unwrap();
    run.log_metric("loss", 0.5).unwrap();
    loop {
        match changes.next().await {
            Some(Change::Metrics { run_id, keys, .. }) => {
                break assert_eq!((run_id.as_str(), keys), (run.run_id(), vec!["loss".to_owned()]));
            }
            Some(_) => {}
            None => unreachable!("the tracker is open"),
        }
    }
    run.finish().await.unwrap();
    drop(run);
    tracker.close().await.unwrap();
    while changes.next().await.is_some() {}
}

#[wasm_bindgen_test]
async fn configuration_of_whatever_serializes_to_an_object_is_kept() {
    #[derive(serde::Serialize)]
    struct Config {
        layers: Vec<u32>,
        batch: u32,
    }
    let tracker = Tracker::open(fresh()).await.unwrap();
    let options = RunOptions::default().with_config(&Config { layers: vec![2, 1], batch: 64 }).unwrap();
    let run = tracker.start_run("configured", options).await.unwrap();
    let record = tracker.run(run.run_id()).unwrap().record;
    assert_eq!(record.config_json.as_deref(), Some(r#"{"layers":[2,1],"batch":64}"#));
    assert!(matches!(RunOptions::default().with_config(&[1, 2]), Err(StorageError::InvalidArgument(_))));
    let unwritable = std::collections::BTreeMap::from([([1_u8], 2)]);
    assert!(matches!(RunOptions::default().with_config(&unwritable), Err(StorageError::InvalidArgument(_))));
    run.finish().await.unwrap();
}

#[wasm_bindgen_test]
async fn events_of_tracing_are_in_the_run_before_it_is_finished() {
    let tracker = Tracker::open(fresh()).await.unwrap();
    let run = tracker.start_run("traced", RunOptions::default()).await.unwrap();
    let subscriber = tracing_subscriber::registry().with(RunLayer::new(run.logger()));
    tracing::subscriber::with_default(subscriber, || {
        let _span = run_span(&run.logger()).entered();
        tracing::info!(target: "metrics", loss = 0.5, accuracy = 0.25);
        tracing::info!(target: "metrics", loss = 0.25, step = 10);
    });
    run.finish().await.unwrap();
    let losses = tracker.get_metrics(run.run_id(), "loss").await.unwrap();
    assert_eq!(steps_and_values(&losses), [(0, 0.5), (10, 0.25)]);
    assert_eq!(run.get_span_id().map(|id| id.len()), Some(16));
}

#[wasm_bindgen_test]
async fn logger_keeps_no_run_and_says_so_once_the_run_was_dropped() {
    fn sent<T: Send + Sync + 'static>(value: T) -> T {
        value
    }
    let tracker = Tracker::open(fresh()).await.unwrap();
    let run = tracker.start_run("logged", RunOptions::default()).await.unwrap();
    let logger = sent(run.logger());
    let other = sent(logger.clone());
    drop(run.logger());
    assert_eq!((logger.log_metric("loss", 0.5), other.log_metric("loss", 0.25)), (Ok(0), Ok(1)));
    other.log_artifact("weights", b"bytes").unwrap();
    let run_id = logger.run_id().to_owned();
    drop(run);
    assert!(matches!(logger.log_metric("loss", 0.125), Err(StorageError::InvalidState(_))));
    let run = tracker.resume_run(&run_id).await.unwrap();
    assert_eq!(run.current_step("loss"), Ok(2));
    assert!(matches!(logger.span_id(), Err(StorageError::InvalidState(_))));
    assert_eq!(&*run.get_artifact("weights").await.unwrap(), b"bytes");
    run.finish().await.unwrap();
}

#[wasm_bindgen_test]
async fn subscription_that_holds_another_one_ends_with_it() {
    let tracker = Tracker::open(fresh()).await.unwrap();
    let inner = tracker.subscribe(|_| {});
    let outer = tracker.subscribe(move |_| {
        let _ = &inner;
    });
    drop(outer);
    // Nothing is borrowed: it can be subscribed to again.
    drop(tracker.subscribe(|_| {}));
}

#[wasm_bindgen_test]
async fn flush_that_was_given_up_leaves_nothing_unsaved_for_the_next() {
    let tracker = Tracker::open(fresh()).await.unwrap();
    let run = tracker.start_run("given up", RunOptions::default()).await.unwrap();
    run.log_metric("loss", 1.0).unwrap();
    run.log_artifact("weights", b"bytes").unwrap();
    {
        let mut flush = std::pin::pin!(run.flush());
        assert!(futures::poll!(&mut flush).is_pending());
    }
    run.flush().await.unwrap();
    assert_eq!(run.pending_points(), 0);
    assert_eq!(&*tracker.get_artifact(run.run_id(), "weights").await.unwrap(), b"bytes");
}

/// Subscribes; the ids of runs that were deleted since.
fn deleted_runs(tracker: &Tracker) -> (Subscription, Rc<RefCell<Vec<String>>>) {
    let told = Rc::new(RefCell::new(Vec::new()));
    let told_here = Rc::clone(&told);
    let subscription = tracker.subscribe(move |change| {
        if let Change::RunDeleted { run_id, .. } = change {
            told_here.borrow_mut().push(run_id.clone());
        }
    });
    (subscription, told)
}

#[wasm_bindgen_test]
async fn subscriber_is_told_of_changes_until_its_subscription_is_dropped() {
    let tracker = Tracker::open(fresh()).await.unwrap();
    let (subscription, told) = deleted_runs(&tracker);
    let (_other_subscription, told_to_another) = deleted_runs(&tracker);
    let mut run_ids = Vec::new();
    for _ in 0..2 {
        let run = tracker.start_run("deleted", RunOptions::default()).await.unwrap();
        run.finish().await.unwrap();
        run_ids.push(run.run_id().to_owned());
    }
    tracker.edit_run(&run_ids[0], RunEdit::name("named")).await.unwrap();
    assert_eq!(tracker.run(&run_ids[0]).unwrap().record.run_name.as_deref(), Some("named"));
    tracker.delete_run(&run_ids[0]).await.unwrap();
    while told.borrow().is_empty() {
        sleep(10.0).await;
    }
    drop(subscription);
    tracker.delete_run(&run_ids[1]).await.unwrap();
    while told_to_another.borrow().len() < 2 {
        sleep(10.0).await;
    }
    assert_eq!(*told.borrow(), run_ids[..1]);
}
