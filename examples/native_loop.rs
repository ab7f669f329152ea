//! A training outside of the browser, in a thread of its own, and watched from another: `cargo run --example native_loop`.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use entrenar::dashboard::DashboardSource;
use entrenar::run::{Run, RunLogger, TracingConfig};
use entrenar::storage::{ExperimentStorage, InMemoryStorage, MetricPoint, Result, RunStatus};

const EPOCHS: u32 = 400;

/// Fits a line to a hundred points of y = 3x − 1 by gradient descent, and logs each epoch.
fn fit(logger: &RunLogger) -> Result<()> {
    let (mut slope, mut offset) = (0.0, 0.0);
    for _ in 0..EPOCHS {
        let (mut loss, mut by_slope, mut by_offset) = (0.0, 0.0, 0.0);
        for x in (0..100).map(|index| f64::from(index) / 100.0) {
            let error = slope * x + offset - (3.0 * x - 1.0);
            loss += error * error / 100.0;
            by_slope += 2.0 * error * x / 100.0;
            by_offset += 2.0 * error / 100.0;
        }
        logger.log_metrics(&[("loss", loss), ("slope", slope)], None)?;
        slope -= 0.5 * by_slope;
        offset -= 0.5 * by_offset;
    }
    logger.log_artifact("weights.txt", format!("{slope} {offset}").as_bytes())?;
    Ok(())
}

/// How the run stands, in one line.
fn line(source: &impl DashboardSource) -> String {
    let metrics = source.recent_metrics(50);
    let shown = metrics.get("loss").and_then(|loss| Some((loss.latest()?, loss.trend)));
    match shown {
        Some((latest, trend)) => format!("{:?}: loss {latest:.2e} {}", source.status(), trend.emoji()),
        None => format!("{:?}: nothing is logged yet", source.status()),
    }
}

/// Trains and gives `show` a line now and then. Returns what was logged of the loss.
///
/// # Errors
/// Those of the storage.
pub fn train(mut show: impl FnMut(&str)) -> Result<Vec<MetricPoint>> {
    let mut storage = InMemoryStorage::new();
    let experiment = storage.create_experiment("line", None)?;
    let storage = Arc::new(Mutex::new(storage));
    let run = Run::new(&experiment, Arc::clone(&storage), TracingConfig::disabled())?;
    let (run_id, logger) = (run.id.clone(), run.logger());
    let training = thread::spawn(move || fit(&logger));
    while !training.is_finished() {
        show(&line(&run));
        thread::sleep(Duration::from_millis(1));
    }
    show(&line(&run));
    // A training that panicked has failed too.
    let status = if matches!(training.join(), Ok(Ok(()))) { RunStatus::Success } else { RunStatus::Failed };
    run.finish(status)?;
    storage.lock().unwrap_or_else(PoisonError::into_inner).get_metrics(&run_id, "loss")
}

fn main() -> Result<()> {
    let losses = train(|line| println!("{line}"))?;
    println!("{} losses are kept, as long as the process lives.", losses.len());
    Ok(())
}
