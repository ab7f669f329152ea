//! Progress.

use std::time::Instant;

use burn::train::logger::TrainingProgressLogger;
use entrenar::run::RunLogger;

use super::quiet::Quiet;

/// Logs how fast a training goes: `train/items/s` and `valid/items/s` of every epoch.
///
/// How far it is shows in the steps of the metrics; a run has no number of epochs that it is to reach.
#[derive(Debug)]
pub struct RunProgressLogger {
    logger: RunLogger,
    epoch: usize,
    split: Option<RunningSplit>,
    quiet: Quiet,
}

#[derive(Debug)]
struct RunningSplit {
    name: String,
    begun: Instant,
    items: usize,
}

impl RunProgressLogger {
    /// Logs to this run.
    #[must_use]
    pub fn new(logger: RunLogger) -> Self {
        Self { logger, epoch: 1, split: None, quiet: Quiet::default() }
    }
}

impl TrainingProgressLogger for RunProgressLogger {
    fn start(&mut self, _: usize, starting_epoch: usize, _: Option<usize>, _: Option<&str>) {
        self.epoch = starting_epoch;
    }

    fn update_epoch(&mut self, epoch: usize) {
        self.epoch = epoch + 1;
    }

    fn start_split(&mut self, split: &str, _: usize) {
        self.split = Some(RunningSplit { name: split.to_owned(), begun: Instant::now(), items: 0 });
    }

    fn update_split(&mut self, items_processed: usize) {
        if let Some(split) = &mut self.split {
            split.items = items_processed;
        }
    }

    fn end_split(&mut self) {
        let Some(split) = self.split.take() else { return };
        let rate = split.items as f64 / split.begun.elapsed().as_secs_f64();
        if rate.is_finite() {
            let key = format!("{}/items/s", split.name);
            self.quiet.note(self.logger.log_metrics(&[(&key, rate)], Some(self.epoch as u64)));
        }
    }

    fn end(&mut self) {}

    fn log_event_training(&mut self, _: String) {}
}
