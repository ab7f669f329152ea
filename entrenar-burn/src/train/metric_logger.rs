//! Metrics.

use std::collections::HashMap;

use burn::train::logger::MetricLogger;
use burn::train::metric::store::{EpochSummary, MetricsUpdate, Split};
use burn::train::metric::{MetricDefinition, MetricId, NumericEntry};
use entrenar::run::RunLogger;

use super::quiet::Quiet;

/// Logs numeric metrics: by epoch as `train/Loss` and `valid/Loss`, at the epoch's number, and by batch as `batch/train/Loss` and
/// `batch/valid/Loss`.
///
/// Metrics that were registered as text are not logged. It answers what strategies ask of earlier epochs, such as the one that keeps the
/// best checkpoint, of those that it logged itself.
#[derive(Debug)]
pub struct RunMetricLogger {
    logger: RunLogger,
    logs_batches: bool,
    names: HashMap<MetricId, String>,
    epochs: HashMap<Epoch, Value>,
    quiet: Quiet,
}

/// One metric in one epoch of a split.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Epoch {
    key: String,
    number: usize,
}

/// What is known of a metric in an epoch: the sum over so many items, or the last word on it.
#[derive(Debug, Clone, Copy)]
enum Value {
    Running { sum: f64, count: usize },
    Final(f64),
}

impl RunMetricLogger {
    /// Logs epochs and batches to this run.
    #[must_use]
    pub fn new(logger: RunLogger) -> Self {
        Self {
            logger,
            logs_batches: true,
            names: HashMap::new(),
            epochs: HashMap::new(),
            quiet: Quiet::default(),
        }
    }

    /// Logs epochs only.
    #[must_use]
    pub fn without_batches(mut self) -> Self {
        self.logs_batches = false;
        self
    }

    fn note(&mut self, key: &str, number: usize, entry: &NumericEntry) {
        let epoch = Epoch { key: key.to_owned(), number };
        let known = self.epochs.entry(epoch).or_insert(Value::Running { sum: 0.0, count: 0 });
        let (value, items) = match entry {
            NumericEntry::Final(value) => {
                *known = Value::Final(*value);
                return;
            }
            NumericEntry::Value(value) => (*value, 1),
            NumericEntry::Aggregated { aggregated_value, count } => (*aggregated_value, *count),
        };
        if let Value::Running { sum, count } = known {
            *sum += value * items as f64;
            *count += items;
        }
    }
}

impl MetricLogger for RunMetricLogger {
    fn log(&mut self, update: MetricsUpdate, epoch: usize, split: &Split) {
        let (mut of_batch, mut of_epoch) = (Vec::new(), Vec::new());
        for numeric in &update.entries_numeric {
            let (Some(name), Some(entry)) =
                (self.names.get(&numeric.entry.metric_id), &numeric.numeric_entry)
            else {
                continue;
            };
            let key = key_of(split, name);
            self.note(&key, epoch, entry);
            match entry {
                NumericEntry::Final(value) => of_epoch.push((key, *value)),
                entry => of_batch.push((format!("batch/{key}"), entry.current())),
            }
        }
        if self.logs_batches && !of_batch.is_empty() {
            self.quiet.note(self.logger.log_metrics(&borrowed(&of_batch), None));
        }
        if !of_epoch.is_empty() {
            self.quiet.note(self.logger.log_metrics(&borrowed(&of_epoch), Some(epoch as u64)));
        }
    }

    fn read_numeric(&mut self, name: &str, epoch: usize, split: &Split) -> Result<Vec<NumericEntry>, String> {
        let known = self.epochs.get(&Epoch { key: key_of(split, name), number: epoch });
        Ok(match known {
            Some(Value::Final(value)) => vec![NumericEntry::Final(*value)],
            Some(Value::Running { sum, count }) if *count > 0 => {
                vec![NumericEntry::Aggregated { aggregated_value: sum / *count as f64, count: *count }]
            }
            _ => Vec::new(),
        })
    }

    fn log_metric_definition(&mut self, definition: MetricDefinition) {
        self.names.insert(definition.metric_id, definition.name.to_string());
    }

    fn log_epoch_summary(&mut self, _: EpochSummary) {}
}

/// The key of an epoch's values.
fn key_of(split: &Split, name: &str) -> String {
    match split {
        Split::Test(Some(tag)) => format!("{split}/{tag}/{name}"),
        split => format!("{split}/{name}"),
    }
}

fn borrowed(values: &[(String, f64)]) -> Vec<(&str, f64)> {
    values.iter().map(|(key, value)| (key.as_str(), *value)).collect()
}
