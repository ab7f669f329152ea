//! What becomes of the events of `tracing`.

use std::sync::{Arc, Mutex};

use entrenar::run::{Run, TracingConfig};
use entrenar::storage::{ExperimentStorage, InMemoryStorage, RunStatus};
use entrenar::tracing::{RunLayer, run_span};
use tracing::{debug, info, info_span, warn};
use tracing_subscriber::layer::SubscriberExt;

type Storage = Arc<Mutex<InMemoryStorage>>;

fn begun() -> (Storage, Run<InMemoryStorage>) {
    let mut storage = InMemoryStorage::new();
    let experiment = storage.create_experiment("e", None).unwrap();
    let storage = Arc::new(Mutex::new(storage));
    let run = Run::new(&experiment, Arc::clone(&storage), TracingConfig::disabled()).unwrap();
    (storage, run)
}

/// Runs `work` under a subscriber with this layer.
fn under(layer: RunLayer, work: impl FnOnce()) {
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
}

/// Steps and values of a metric.
fn points(storage: &Storage, run_id: &str, key: &str) -> Vec<(u64, f64)> {
    let points = storage.lock().unwrap().get_metrics(run_id, key).unwrap();
    points.iter().map(|point| (point.step, point.value)).collect()
}

#[test]
fn numeric_fields_of_an_event_become_points_at_one_step() {
    let (storage, run) = begun();
    under(RunLayer::new(run.logger()), || {
        info!(target: "metrics", loss = 0.5, step = 10);
        info!(target: "metrics", loss = 0.25, seen = 64_u64, balance = -1_i32, "train/lr" = 0.5_f32);
        debug!(target: "metrics::validation", loss = f64::NAN, big = u128::from(u64::MAX));
    });
    let losses = points(&storage, &run.id, "loss");
    assert_eq!(losses[..2], [(10, 0.5), (11, 0.25)]);
    assert!(losses[2].0 == 12 && losses[2].1.is_nan());
    assert_eq!(points(&storage, &run.id, "seen"), [(11, 64.0)]);
    assert_eq!(points(&storage, &run.id, "balance"), [(11, -1.0)]);
    assert_eq!(points(&storage, &run.id, "train/lr"), [(11, 0.5)]);
    assert_eq!(points(&storage, &run.id, "big"), [(12, 18_446_744_073_709_551_616.0)]);
}

#[test]
fn text_booleans_and_events_of_other_targets_are_not_logged() {
    let (storage, run) = begun();
    under(RunLayer::new(run.logger()), || {
        info!(target: "metrics", name = "adam", done = true, shape = ?[1, 2], shown = %3, "epoch {}", 4);
        info!(target: "metrics", step = 3);
        info!(target: "metrics_of_others", loss = 1.0);
        info!(loss = 1.0);
        info_span!(target: "metrics", "span", loss = 1.0).in_scope(|| ());
    });
    assert_eq!(run.metric_keys(), [""; 0]);
    assert_eq!(points(&storage, &run.id, "loss"), []);
}

#[test]
fn event_without_a_step_takes_that_of_the_nearest_span_that_has_one() {
    let (storage, run) = begun();
    under(RunLayer::new(run.logger()), || {
        let outer = info_span!("epoch", step = 3, other = "text").entered();
        info!(target: "metrics", loss = 0.5);
        let batch = info_span!("batch", step = tracing::field::Empty).entered();
        info!(target: "metrics", loss = 0.4);
        batch.record("step", 7);
        info!(target: "metrics", loss = 0.3);
        info!(target: "metrics", loss = 0.2, step = 9);
        drop(info_span!("not a step", step = -1).entered());
        drop((batch, outer));
        info!(target: "metrics", loss = 0.1);
    });
    assert_eq!(points(&storage, &run.id, "loss"), [(3, 0.5), (3, 0.4), (7, 0.3), (9, 0.2), (10, 0.1)]);
}

#[test]
fn what_cannot_be_logged_is_told_and_the_rest_goes_on() {
    let (storage, run) = begun();
    let told = Arc::new(Mutex::new(Vec::new()));
    let told_here = Arc::clone(&told);
    let layer = RunLayer::new(run.logger()).on_error(move |error| {
        // What is said of it is for other layers.
        warn!(target: "metrics", failures = 1);
        told_here.lock().unwrap().push(error.code());
    });
    let id = run.id.clone();
    under(layer, || {
        info!(target: "metrics", loss = 1.0, step = -1);
        info!(target: "metrics", loss = 1.0, step = 0.5);
        info!(target: "metrics", loss = 1.0, step = u64::MAX);
        info!(target: "metrics", loss = 0.5, step = 4.0);
        run.finish(RunStatus::Success).unwrap();
        info!(target: "metrics", loss = 0.25);
    });
    assert_eq!(
        *told.lock().unwrap(),
        ["InvalidArgument", "InvalidArgument", "InvalidArgument", "InvalidState"]
    );
    assert_eq!(points(&storage, &id, "loss"), [(4, 0.5)]);
    assert_eq!(points(&storage, &id, "failures"), []);
}

#[test]
fn layers_of_two_targets_log_to_two_runs_from_any_thread() {
    let (storage, run) = begun();
    let experiment = storage.lock().unwrap().create_experiment("other", None).unwrap();
    let other = Run::new(&experiment, Arc::clone(&storage), TracingConfig::disabled()).unwrap();
    let subscriber = tracing_subscriber::registry()
        .with(RunLayer::new(run.logger()))
        .with(RunLayer::new(other.logger()).with_target("other"));
    let dispatch = tracing::Dispatch::new(subscriber);
    std::thread::spawn(move || {
        tracing::dispatcher::with_default(&dispatch, || {
            info!(target: "metrics", loss = 0.5);
            info!(target: "other::inside", loss = 0.25);
        });
    })
    .join()
    .unwrap();
    assert_eq!(points(&storage, &run.id, "loss"), [(0, 0.5)]);
    assert_eq!(points(&storage, &other.id, "loss"), [(0, 0.25)]);
}

#[test]
fn span_of_a_run_names_it_and_its_span_id_which_it_gets_once() {
    let (storage, run) = begun();
    let span_id = || storage.lock().unwrap().get_span_id(&run.id).unwrap();
    under(RunLayer::new(run.logger()), || {
        let span = run_span(&run.logger());
        assert_eq!(span.metadata().map(tracing::Metadata::name), Some("run"));
        assert!(span.has_field("run_id") && span.has_field("span_id"));
        let first = span_id();
        assert!(first.as_ref().is_some_and(|id| id.len() == 16));
        drop(run_span(&run.logger()));
        assert_eq!(span_id(), first);
    });
}
