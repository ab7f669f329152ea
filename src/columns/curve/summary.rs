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
}

impl Finite {
    pub(super) fn summary(&mut self, points: &Series, extremes: Option<(f64, f64)>) -> Summary {
        let (count, sum) = (&mut self.count, &mut self.sum);
        points.for_each_values(self.seen..points.len(), |_, values| {
            for value in values.iter().filter(|value| value.is_finite()) {
                *count += 1;
                *sum += value;
            }
        });
        self.seen = points.len();
        let (min, max) = extremes.unwrap_or((f64::NAN, f64::NAN));
        Summary { min, max, mean: self.sum / self.count as f64, count: self.count }
    }
}
