//! A program in Rust that trains in a page and logs without a value of JavaScript's. See README.md in this folder.
#![cfg(target_arch = "wasm32")]

use entrenar::browser::{RunOptions, StorageOptions, TrackedRun, Tracker};
use entrenar::storage::{Result, Tag};
use wasm_bindgen::prelude::wasm_bindgen;

const EPOCHS: u32 = 50;

/// Fits the mean of some numbers by gradient descent.
fn epoch(mean: f64) -> (f64, f64) {
    let numbers = [2.0, 3.0, 5.0, 7.0];
    let errors = numbers.map(|number| mean - number);
    let loss = errors.iter().map(|error| error * error).sum::<f64>() / numbers.len() as f64;
    let gradient = 2.0 * errors.iter().sum::<f64>() / numbers.len() as f64;
    (loss, mean - 0.1 * gradient)
}

async fn train() -> Result<TrackedRun> {
    let tracker = Tracker::open(StorageOptions::default()).await?;
    let tags = vec![Tag { key: "language".into(), value: "Rust".into() }];
    let run = tracker.start_run("mean", RunOptions { tags, ..RunOptions::default() }).await?;
    let mut mean = 0.0;
    for _ in 0..EPOCHS {
        let (loss, better) = epoch(mean);
        run.log_metrics(&[("loss", loss), ("mean", mean)], None)?;
        mean = better;
    }
    run.finish().await?;
    Ok(run)
}

/// Trains, and says how it went.
#[wasm_bindgen]
pub async fn train_and_report() -> String {
    match train().await {
        Ok(run) => format!("Finished. {EPOCHS} epochs in {}.", run.run_id()),
        Err(cause) => format!("Failed: {cause}"),
    }
}
