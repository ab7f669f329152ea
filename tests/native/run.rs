//! One run over a storage, as a value that goes from thread to thread.

use std::sync::{Arc, Mutex};

use entrenar::dashboard::DashboardSource;
use entrenar::run::{Run, TracingConfig};
use entrenar::storage::{ExperimentStorage, InMemoryStorage, RunStatus, StorageError};

fn begun(tracing: TracingConfig) -> (Arc<Mutex<InMemoryStorage>>, Run<InMemoryStorage>) {
    let mut storage = InMemoryStorage::new();
    let experiment = storage.create_experiment("e", None).unwrap();
    let storage = Arc::new(Mutex::new(storage));
    let run = Run::new(&experiment, Arc::clone(&storage), tracing).unwrap();
    (storage, run)
}

#[test]
fn steps_go_on_behind_the_highest_that_was_logged() {
    let (storage, mut run) = begun(TracingConfig::disabled());
    run.log_metric("loss", 0.5).unwrap();
    run.log_metric_at("loss", 7, 0.25).unwrap();
    run.log_metric_at("loss", 3, 0.75).unwrap();
    run.log_metric("loss", 0.125).unwrap();
    let steps: Vec<u64> = storage
        .lock()
        .unwrap()
        .get_metrics(&run.id, "loss")
        .unwrap()
        .iter()
        .map(|point| point.step)
        .collect();
    assert_eq!(steps, [0, 3, 7, 8]);
    assert_eq!(run.metric_keys(), ["loss"]);
}

#[test]
fn subscribers_hear_of_points_that_are_stored_with_nothing_locked() {
    let (storage, mut run) = begun(TracingConfig::disabled());
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (inner, log, id) = (Arc::clone(&storage), Arc::clone(&heard), run.id.clone());
    run.subscribe(Box::new(move |key, value| {
        let stored = inner.try_lock().unwrap().get_metrics(&id, key).unwrap().len();
        log.lock().unwrap().push((key.to_owned(), value, stored));
    }));
    run.log_metric("loss", 0.5).unwrap();
    assert!(matches!(run.log_metric("", 0.5), Err(StorageError::InvalidArgument(_))));
    run.log_metric("loss", 0.25).unwrap();
    assert_eq!(*heard.lock().unwrap(), [("loss".to_owned(), 0.5, 1), ("loss".to_owned(), 0.25, 2)]);
}

#[test]
fn run_that_goes_to_another_thread_logs_there() {
    let (storage, mut run) = begun(TracingConfig::disabled());
    let id = run.id.clone();
    std::thread::spawn(move || {
        run.log_metric("loss", 0.5).unwrap();
        run.finish(RunStatus::Failed)
    })
    .join()
    .unwrap()
    .unwrap();
    assert_eq!(storage.lock().unwrap().get_run_status(&id), Ok(RunStatus::Failed));
}

#[test]
fn run_that_is_traced_has_a_span_id_of_its_own() {
    let span_id = |tracing| {
        let (storage, run) = begun(tracing);
        storage.lock().unwrap().get_span_id(&run.id).unwrap()
    };
    assert_eq!(span_id(TracingConfig::disabled()), None);
    let [one, other] = [TracingConfig::enabled(), TracingConfig::with_otlp_export()].map(span_id);
    assert_ne!(one, other);
    assert!(one.is_some_and(|id| id.len() == 16 && id.chars().all(|digit| digit.is_ascii_hexdigit())));
}

#[test]
fn unknown_experiment_and_double_end_are_errors_and_an_ended_run_says_so() {
    let storage = Arc::new(Mutex::new(InMemoryStorage::new()));
    let missing = Run::new("exp-9", storage, TracingConfig::disabled()).map(|run| run.id);
    assert_eq!(missing, Err(StorageError::ExperimentNotFound("exp-9".into())));
    let (storage, run) = begun(TracingConfig::disabled());
    assert!(!run.is_finished());
    storage.lock().unwrap().complete_run(&run.id, RunStatus::Cancelled).unwrap();
    assert!(run.is_finished());
    assert_eq!(run.status(), RunStatus::Cancelled);
    assert!(matches!(run.finish(RunStatus::Success), Err(StorageError::InvalidState(_))));
}
