//! The layer under the subscriber of the whole process: `tracing` itself keeps an event within an event from a subscriber of one thread only.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use entrenar::dashboard::DashboardSource;
use entrenar::run::{Run, TracingConfig};
use entrenar::storage::{ExperimentStorage, InMemoryStorage};
use entrenar::tracing::RunLayer;
use tracing_subscriber::layer::SubscriberExt;

#[test]
fn subscriber_of_the_run_that_emits_events_ends_in_no_circle() {
    let mut storage = InMemoryStorage::new();
    let experiment = storage.create_experiment("e", None).unwrap();
    let storage = Arc::new(Mutex::new(storage));
    let run = Run::new(&experiment, Arc::clone(&storage), TracingConfig::disabled()).unwrap();
    run.subscribe(Box::new(|_, value| tracing::info!(target: "metrics", loss = value + 1.0)));
    let subscriber = tracing_subscriber::registry().with(RunLayer::new(run.logger()));
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let (done, is_done) = mpsc::channel();
    std::thread::spawn(move || {
        tracing::info!(target: "metrics", loss = 0.5);
        done.send(()).unwrap();
    });
    is_done.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(storage.lock().unwrap().get_metrics(&run.id, "loss").unwrap().len(), 1);
}
