//! Fewer points with the same picture: per bucket the lowest, the highest and the first that is no number.
//!
//! For those who want so many points and no more, whatever they do with them. It knows no picture, so that its buckets hold equally many
//! points each, and NaN and the infinities count. A [`Window`](super::Window) cannot stand in for it: that has four points a pixel column,
//! finite ones in the middle, and marks besides; of as many points it could give these no more than three sevenths of the buckets.

use std::ops::Range;

use super::chunk::Columns;
use super::series::Series;

/// The fewest points one can ask for.
pub const FEWEST_POINTS: usize = 5;

/// At most `most` points of `columns`, which are ordered by step; all of them if there are no more than that.
///
/// Kept are the first and the last point, and of each of the equally long buckets between them the first lowest, the first
/// highest and the first NaN value. So every spike stays, at its own step. `most` is at least [`FEWEST_POINTS`].
#[must_use]
pub fn downsample(columns: &Columns, most: usize) -> Columns {
    let length = columns.value.len();
    if length <= most {
        return columns.clone();
    }
    let mut kept = Columns::default();
    let extremes = |range: Range<usize>| {
        let mut extremes = Extremes::default();
        extremes.take_in(range.start, &columns.value[range]);
        extremes
    };
    for_each_kept(length, most, extremes, |index| {
        kept.step.push(columns.step[index]);
        kept.value.push(columns.value[index]);
        kept.timestamp.push(columns.timestamp[index]);
    });
    kept
}

/// As [`downsample`] of the series' columns. Of a series whose steps only rise, as they nearly always do, no point is copied but those
/// that are kept.
#[must_use]
pub fn downsample_series(series: &Series, most: usize) -> Columns {
    let length = series.len();
    if !series.is_in_step_order() || length <= most {
        return downsample(&series.columns(), most);
    }
    let mut kept = Columns::default();
    let extremes = |range: Range<usize>| {
        let mut extremes = Extremes::default();
        series.for_each_values(range, |first, values| extremes.take_in(first, values));
        extremes
    };
    for_each_kept(length, most, extremes, |index| {
        let Some(point) = series.point(index) else { return };
        kept.step.push(point.step as f64);
        kept.value.push(point.value);
        kept.timestamp.push(point.timestamp_ms as f64);
    });
    kept
}

/// Calls `keep` with the places of the points that are kept of `length`, which are more than `most`.
fn for_each_kept(
    length: usize,
    most: usize,
    extremes: impl Fn(Range<usize>) -> Extremes,
    mut keep: impl FnMut(usize),
) {
    let buckets = (most.max(FEWEST_POINTS) - 2) / 3;
    let inner = length - 2;
    keep(0);
    for bucket in 0..buckets {
        let (from, to) = (1 + share(inner, bucket, buckets), 1 + share(inner, bucket + 1, buckets));
        let Extremes { lowest, highest, nan, .. } = extremes(from..to);
        let mut chosen = [lowest, highest, nan];
        for (one, next) in [(0, 1), (1, 2), (0, 1)] {
            if chosen[one] > chosen[next] {
                chosen.swap(one, next);
            }
        }
        let mut last = None;
        for place in chosen {
            if let Some(index) = place.filter(|_| place != last) {
                keep(index);
                last = place;
            }
        }
    }
    keep(length - 1);
}

/// `length * part / parts`. The product does not fit 32 bits, and the browser's `usize` has no more.
fn share(length: usize, part: usize, parts: usize) -> usize {
    (length as u64 * part as u64 / parts as u64) as usize
}

/// The places of the lowest, the highest and the first NaN of the values looked at.
struct Extremes {
    low: f64,
    high: f64,
    lowest: Option<usize>,
    highest: Option<usize>,
    nan: Option<usize>,
}

impl Default for Extremes {
    fn default() -> Self {
        Self { low: f64::INFINITY, high: f64::NEG_INFINITY, lowest: None, highest: None, nan: None }
    }
}

impl Extremes {
    /// Looks at the values from place `first` on.
    fn take_in(&mut self, first: usize, values: &[f64]) {
        let (mut low, mut high) = (self.low, self.high);
        for (index, &value) in values.iter().enumerate() {
            // Most are between the two: neither extreme, nor NaN.
            if value >= low && value <= high {
                continue;
            }
            self.note(first + index, value);
            (low, high) = (self.low, self.high);
        }
    }

    fn note(&mut self, index: usize, value: f64) {
        if value < self.low || self.lowest.is_none() && value == self.low {
            (self.low, self.lowest) = (value, Some(index));
        }
        if value > self.high || self.highest.is_none() && value == self.high {
            (self.high, self.highest) = (value, Some(index));
        }
        if self.nan.is_none() && value.is_nan() {
            self.nan = Some(index);
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::columns::RawPoint;
    use proptest::prelude::*;

    fn columns(values: &[f64]) -> Columns {
        let step: Vec<f64> = (0..values.len()).map(|step| step as f64).collect();
        Columns { timestamp: step.clone(), step, value: values.to_vec() }
    }

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            8 => -1e3..1e3f64,
            1 => Just(f64::NAN),
            1 => prop_oneof![Just(f64::INFINITY), Just(f64::NEG_INFINITY)],
        ]
    }

    #[test]
    fn shares_of_long_series_do_not_overflow() {
        let length = u32::MAX as usize;
        assert_eq!(share(length, 665, 666), (u128::from(u32::MAX) * 665 / 666) as usize);
        assert_eq!(share(length, 666, 666), length);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn a_series_gives_the_same_as_its_columns(
            points in prop::collection::vec((0..3u64, value()), 0..20_000),
            most in FEWEST_POINTS..300,
            back in prop::option::weighted(0.2, 0..20_000usize),
        ) {
            let mut series = Series::default();
            let mut step = 0;
            for (index, (rise, value)) in points.into_iter().enumerate() {
                step = if back == Some(index) { 0 } else { step + rise };
                series.push(RawPoint { step, value, timestamp_ms: index as i64 });
            }
            let bits = |columns: Columns| {
                let bits: Vec<u64> = columns.value.iter().map(|value| value.to_bits()).collect();
                (columns.step, bits, columns.timestamp)
            };
            prop_assert_eq!(bits(downsample_series(&series, most)), bits(downsample(&series.columns(), most)));
        }
    }

    proptest! {
        #[test]
        fn every_extreme_the_ends_and_the_order_are_kept(
            values in prop::collection::vec(value(), 1..2_000),
            most in FEWEST_POINTS..300,
        ) {
            let all = columns(&values);
            let few = downsample(&all, most);
            prop_assert!(few.value.len() <= most.max(values.len().min(most)));
            prop_assert!(few.step.windows(2).all(|pair| pair[0] < pair[1]));
            for (step, value) in few.step.iter().zip(&few.value) {
                prop_assert_eq!(value.to_bits(), values[*step as usize].to_bits());
            }
            prop_assert_eq!(few.step.first(), all.step.first());
            prop_assert_eq!(few.step.last(), all.step.last());
            let low = |v: &[f64]| v.iter().copied().filter(|v| !v.is_nan()).reduce(f64::min);
            let high = |v: &[f64]| v.iter().copied().filter(|v| !v.is_nan()).reduce(f64::max);
            prop_assert_eq!(low(&few.value), low(&values));
            prop_assert_eq!(high(&few.value), high(&values));
            let has_nan = |v: &[f64]| v.iter().any(|v| v.is_nan());
            prop_assert_eq!(has_nan(&few.value), has_nan(&values));
        }
    }
}
