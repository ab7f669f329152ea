//! Fewer points with the same picture: per bucket the lowest, the highest and the first that is no number.

use crate::storage::Columns;

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
    let buckets = (most.max(FEWEST_POINTS) - 2) / 3;
    let inner = length - 2;
    let mut kept = Columns::default();
    let mut keep = |index: usize| {
        kept.step.push(columns.step[index]);
        kept.value.push(columns.value[index]);
        kept.timestamp.push(columns.timestamp[index]);
    };
    keep(0);
    for bucket in 0..buckets {
        let (from, to) = (1 + share(inner, bucket, buckets), 1 + share(inner, bucket + 1, buckets));
        let mut chosen = extremes(&columns.value[from..to]);
        chosen.sort_unstable();
        let mut last = None;
        for offset in chosen.into_iter().flatten() {
            if last != Some(offset) {
                keep(from + offset);
            }
            last = Some(offset);
        }
    }
    keep(length - 1);
    kept
}

/// `length * part / parts`. The product does not fit 32 bits, and the browser's `usize` has no more.
fn share(length: usize, part: usize, parts: usize) -> usize {
    (length as u64 * part as u64 / parts as u64) as usize
}

/// The places of the lowest, the highest and the first NaN.
fn extremes(values: &[f64]) -> [Option<usize>; 3] {
    let (mut lowest, mut highest, mut nan) = (None, None, None);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (index, &value) in values.iter().enumerate() {
        if value < low || lowest.is_none() && value == low {
            (low, lowest) = (value, Some(index));
        }
        if value > high || highest.is_none() && value == high {
            (high, highest) = (value, Some(index));
        }
        if nan.is_none() && value.is_nan() {
            nan = Some(index);
        }
    }
    [lowest, highest, nan]
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
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
