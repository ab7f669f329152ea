//! What a view shows of a metric and of the machine at one moment.

use super::trend::Trend;
use crate::storage::MetricPoint;

/// The latest points of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricSnapshot {
    /// The metric key.
    pub key: String,
    /// The latest points ordered by step.
    pub points: Vec<MetricPoint>,
    /// Where they are heading.
    pub trend: Trend,
}

impl MetricSnapshot {
    /// A snapshot of `points`, which must be ordered by step.
    #[must_use]
    pub fn new(key: impl Into<String>, points: Vec<MetricPoint>) -> Self {
        let values: Vec<f64> = points.iter().map(|point| point.value).collect();
        Self { key: key.into(), trend: Trend::of(&values), points }
    }

    /// The value at the highest step.
    #[must_use]
    pub fn latest(&self) -> Option<f64> {
        self.points.last().map(|point| point.value)
    }

    /// The lowest value that is a number.
    #[must_use]
    pub fn min(&self) -> Option<f64> {
        self.numbers().reduce(f64::min)
    }

    /// The highest value that is a number.
    #[must_use]
    pub fn max(&self) -> Option<f64> {
        self.numbers().reduce(f64::max)
    }

    /// The mean of the finite values.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let finite: Vec<f64> = self.numbers().filter(|value| value.is_finite()).collect();
        let count = finite.len() as f64;
        (count > 0.0).then(|| finite.iter().map(|value| value / count).sum())
    }

    fn numbers(&self) -> impl Iterator<Item = f64> {
        self.points.iter().map(|point| point.value).filter(|value| !value.is_nan())
    }
}

/// What can be known of the machine. `None` is what the platform does not tell; nothing is made up.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ResourceSnapshot {
    /// Bytes on the JavaScript heap.
    pub js_heap_bytes: Option<u64>,
    /// Bytes of this module's memory.
    pub wasm_memory_bytes: Option<u64>,
    /// Bytes this origin stores.
    pub storage_used_bytes: Option<u64>,
    /// Bytes this origin may store.
    pub storage_quota_bytes: Option<u64>,
    /// Logical processors.
    pub logical_cores: Option<u32>,
    /// The device's memory in GiB, as coarsely as the browser tells it.
    pub device_memory_gib: Option<f64>,
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn statistics_pass_over_what_is_no_number() {
        let values = [f64::NAN, 2.0, f64::NEG_INFINITY, 4.0];
        let points = values.iter().zip(0..).map(|(&value, step)| MetricPoint {
            step,
            value,
            timestamp: crate::storage::clock::from_ms(0),
        });
        let snapshot = MetricSnapshot::new("loss", points.collect());
        assert_eq!(snapshot.latest(), Some(4.0));
        assert_eq!(snapshot.min(), Some(f64::NEG_INFINITY));
        assert_eq!(snapshot.max(), Some(4.0));
        assert_eq!(snapshot.mean(), Some(3.0));
        assert_eq!(MetricSnapshot::new("none", Vec::new()).mean(), None);
    }
}
