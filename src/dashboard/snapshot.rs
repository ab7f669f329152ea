//! What a view shows of a metric at one moment.

use serde::Serialize;

use super::trend::Trend;
use crate::storage::MetricPoint;

/// The latest points of one metric.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricSnapshot {
    /// The metric key.
    pub key: String,
    /// Time, milliseconds since the epoch, and value of the latest points, ordered by step.
    pub values: Vec<(u64, f64)>,
    /// Where they are heading.
    pub trend: Trend,
}

impl MetricSnapshot {
    /// A snapshot of `values`, each with its time in milliseconds since the epoch, in the order of their steps.
    #[must_use]
    pub fn new(key: impl Into<String>, values: Vec<(u64, f64)>) -> Self {
        let numbers: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
        Self { key: key.into(), trend: Trend::from_values(&numbers), values }
    }

    /// A snapshot of points, which must be ordered by step. A time before the epoch counts as the epoch.
    #[must_use]
    pub fn from_points(key: impl Into<String>, points: &[MetricPoint]) -> Self {
        let timed = |point: &MetricPoint| {
            (u64::try_from(point.timestamp.timestamp_millis()).unwrap_or_default(), point.value)
        };
        Self::new(key, points.iter().map(timed).collect())
    }

    /// The value at the highest step.
    #[must_use]
    pub fn latest(&self) -> Option<f64> {
        self.values.last().map(|(_, value)| *value)
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

    /// How many points it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it has no point.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    fn numbers(&self) -> impl Iterator<Item = f64> {
        self.values.iter().map(|(_, value)| *value).filter(|value| !value.is_nan())
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn statistics_pass_over_what_is_no_number() {
        let values = [f64::NAN, 2.0, f64::NEG_INFINITY, 4.0];
        let points: Vec<MetricPoint> = values
            .iter()
            .zip(0..)
            .map(|(&value, step)| MetricPoint { step, value, timestamp: crate::storage::clock::from_ms(7) })
            .collect();
        let snapshot = MetricSnapshot::from_points("loss", &points);
        assert_eq!((snapshot.len(), snapshot.values[1]), (4, (7, 2.0)));
        assert_eq!(snapshot.latest(), Some(4.0));
        assert_eq!(snapshot.min(), Some(f64::NEG_INFINITY));
        assert_eq!(snapshot.max(), Some(4.0));
        assert_eq!(snapshot.mean(), Some(3.0));
        let none = MetricSnapshot::new("none", Vec::new());
        assert_eq!(
            (none.mean(), none.latest(), none.is_empty(), none.trend),
            (None, None, true, Trend::Stable)
        );
    }
}
