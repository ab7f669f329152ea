//! What heights a curve reaches in a part of an x axis, the lines that cross its edges included.

use super::scale::Scale;
use super::shown::Shown;

/// About so many values are looked at for quantiles.
pub const MOST_SAMPLES: usize = 4096;

impl Shown<'_> {
    /// The first and the last x that the axis has a place for.
    #[must_use]
    pub fn x_bounds(&self, log: bool) -> Option<(f64, f64)> {
        let first = if log { self.index_at(0.0, true) } else { 0 };
        (first < self.len()).then(|| (self.x(first), self.x(self.len() - 1)))
    }

    /// The least and the greatest height that is drawn in `x`.
    #[must_use]
    pub fn extent(&self, x: Scale, y_log: bool) -> Option<(f64, f64)> {
        let mut bounds = None;
        let mut take = |height: f64| {
            let (low, high) = bounds.unwrap_or((height, height));
            bounds = Some((height.min(low), height.max(high)));
        };
        if let Some((least, greatest)) = self.extremes(self.within(x)) {
            take(self.value(least));
            take(self.value(greatest));
        }
        self.crossings(x, y_log).into_iter().flatten().for_each(take);
        bounds
    }

    /// Heights that are drawn in `x`, evenly among all points: less than twice [`MOST_SAMPLES`], for quantiles over curves.
    #[must_use]
    pub fn samples(&self, x: Scale, y_log: bool) -> Vec<f64> {
        let range = self.within(x);
        let stride = (range.len() / MOST_SAMPLES).max(1);
        let mut samples = Vec::new();
        samples.extend(self.crossings(x, y_log).into_iter().flatten());
        let mut index = range.start;
        while index < range.end {
            let value = self.value(index);
            if value.is_finite() {
                samples.push(value);
            }
            index += stride;
        }
        samples
    }

    /// The heights at which lines between points cross the edges of the window.
    fn crossings(&self, x: Scale, y_log: bool) -> [Option<f64>; 2] {
        let range = self.within(x);
        let placement = x.placement();
        let height = |right: usize, edge: f64| {
            let left = right.checked_sub(1)?;
            let (low, high) = (self.value(left), self.value(right));
            if right >= self.len() || !low.is_finite() || !high.is_finite() {
                return None;
            }
            let (from, to) = (placement.of(self.x(left)), placement.of(self.x(right)));
            // Not so of neighbours side by side, nor where one of them has no place.
            let share = (to > from).then(|| ((edge - from) / (to - from)).clamp(0.0, 1.0))?;
            Some(Scale { min: low, max: high, log: y_log }.value_at(share))
        };
        [height(range.start, 0.0), height(range.end, 1.0)]
    }
}
