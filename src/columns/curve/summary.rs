//! Least, greatest and mean of all values that are finite.

use crate::columns::Series;

/// Of the finite values of a series; NaN where there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// Their mean.
    pub mean: f64,
    /// How many there are.
    pub count: usize,
}

/// The finite values' sum, kept up as a series grows.
#[derive(Debug, Clone, Default)]
pub(super) struct Finite {
    seen: usize,
    count: usize,
    sum: f64,
    /// The sum in units of 2^64, which is finite where the sum is not.
    scaled_sum: f64,
}

/// More than there are ever points.
const SCALE: f64 = 18_446_744_073_709_551_616.0;

impl Finite {
    pub(super) fn summary(&mut self, points: &Series, extremes: Option<(f64, f64)>) -> Summary {
        let (count, sum, scaled_sum) = (&mut self.count, &mut self.sum, &mut self.scaled_sum);
        points.for_each_values(self.seen..points.len(), |_, values| {
            for value in values.iter().filter(|value| value.is_finite()) {
                *count += 1;
                *sum += value;
                *scaled_sum += value / SCALE;
            }
        });
        self.seen = points.len();
        let (min, max) = extremes.unwrap_or((f64::NAN, f64::NAN));
        let count = self.count as f64;
        let mean = if self.sum.is_finite() { self.sum / count } else { self.scaled_sum / count * SCALE };
        Summary { min, max, mean, count: self.count }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::columns::RawPoint;

    #[test]
    fn mean_of_values_whose_sum_no_double_holds_is_finite() {
        for (values, mean) in [
            (&[1e308, 1e308, 1e308, -1e308][..], 5e307),
            (&[f64::MAX, f64::MAX], f64::MAX),
            (&[-f64::MAX, -f64::MAX, f64::INFINITY, f64::NAN], -f64::MAX),
            (&[5e-324, 5e-324], 5e-324),
            (&[0.25, 0.5], 0.375),
        ] {
            let mut series = Series::default();
            for (step, &value) in values.iter().enumerate() {
                series.push(RawPoint { step: step as u64, value, timestamp_ms: 0 });
            }
            assert_eq!(Finite::default().summary(&series, None).mean, mean, "{values:?}");
        }
    }
}
