//! A pyramid of extremes over one column: where the least and the greatest finite value of any range lie, in time logarithmic in the
//! range. Extended as the column grows; nothing is ever sampled away.

use std::ops::Range;

use super::column::Column;

/// So many values, or blocks, are one block of the level above.
const FAN_OUT: usize = 16;
/// The place of what is not there.
const NOWHERE: u32 = u32::MAX;

/// The extremes of a range, and where they are: kept together, because looking values up in a column of millions would miss the
/// processor's cache each time.
#[derive(Debug, Clone, Copy)]
struct Peaks {
    low: f64,
    high: f64,
    least: u32,
    greatest: u32,
}

impl Peaks {
    /// None yet of what lies above `floor`.
    fn above(floor: f64) -> Self {
        Self { low: f64::INFINITY, high: floor, least: NOWHERE, greatest: NOWHERE }
    }

    /// NaN fails all comparisons; the infinities fail one of each pair.
    #[inline(always)]
    fn take(&mut self, index: usize, value: f64, floor: f64) {
        if value < self.low && value > floor {
            self.low = value;
            self.least = index as u32;
        }
        if value > self.high && value < f64::INFINITY {
            self.high = value;
            self.greatest = index as u32;
        }
    }

    fn join(&mut self, later: &Self) {
        if later.low < self.low {
            self.low = later.low;
            self.least = later.least;
        }
        if later.high > self.high {
            self.high = later.high;
            self.greatest = later.greatest;
        }
    }
}

/// The finite values above a floor.
#[derive(Debug, Clone)]
pub(super) struct Extremes {
    floor: f64,
    /// Whole blocks only: the rest is read from the level below.
    levels: Vec<Vec<Peaks>>,
}

impl Extremes {
    pub(super) fn above(floor: f64) -> Self {
        Self { floor, levels: Vec::new() }
    }

    /// Takes in what a column has grown by.
    pub(super) fn extend(&mut self, column: &dyn Column) {
        let mut count = column.len() / FAN_OUT;
        for depth in 0.. {
            if count == 0 {
                return;
            }
            if self.levels.len() == depth {
                self.levels.push(Vec::with_capacity(count));
            }
            let (below, level) = self.levels.split_at_mut(depth);
            let level = &mut level[0];
            match below.last() {
                None => extend_lowest(level, column, count, self.floor),
                Some(below) => {
                    for blocks in below[level.len() * FAN_OUT..].chunks_exact(FAN_OUT) {
                        let mut peaks = Peaks::above(self.floor);
                        blocks.iter().for_each(|block| peaks.join(block));
                        level.push(peaks);
                    }
                }
            }
            count /= FAN_OUT;
        }
    }

    /// Where the first least and the first greatest of the values `range` are; nothing where none is finite.
    pub(super) fn find(&self, column: &dyn Column, range: Range<usize>) -> Option<(usize, usize)> {
        let mut peaks = Peaks::above(self.floor);
        self.cover(0, range, column, &mut peaks);
        (peaks.least != NOWHERE).then_some((peaks.least as usize, peaks.greatest as usize))
    }

    /// Covers a range of the column, or of the level below `depth`, going up for the whole blocks inside.
    fn cover(&self, depth: usize, range: Range<usize>, column: &dyn Column, peaks: &mut Peaks) {
        let above = self.levels.get(depth).map_or(0, Vec::len);
        let (first, last) = (range.start.div_ceil(FAN_OUT), above.min(range.end / FAN_OUT));
        if last <= first {
            self.scan(depth, range, column, peaks);
            return;
        }
        self.scan(depth, range.start..first * FAN_OUT, column, peaks);
        self.cover(depth + 1, first..last, column, peaks);
        self.scan(depth, last * FAN_OUT..range.end, column, peaks);
    }

    fn scan(&self, depth: usize, range: Range<usize>, column: &dyn Column, peaks: &mut Peaks) {
        if range.is_empty() {
            return;
        }
        if let Some(level) = depth.checked_sub(1).and_then(|level| self.levels.get(level)) {
            level[range].iter().for_each(|block| peaks.join(block));
            return;
        }
        let mut take = |first, values: &[f64]| {
            for (index, &value) in (first..).zip(values) {
                peaks.take(index, value, self.floor);
            }
        };
        match column.slice(range.clone()) {
            Some(values) => take(range.start, values),
            None => column.visit(range, &mut take),
        }
    }
}

fn extend_lowest(level: &mut Vec<Peaks>, column: &dyn Column, count: usize, floor: f64) {
    let mut peaks = Peaks::above(floor);
    column.visit(level.len() * FAN_OUT..count * FAN_OUT, &mut |first, values| {
        for (index, &value) in (first..).zip(values) {
            peaks.take(index, value, floor);
            if index % FAN_OUT == FAN_OUT - 1 {
                level.push(peaks);
                peaks = Peaks::above(floor);
            }
        }
    });
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = f64> {
        let odd = vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0];
        prop_oneof![
            8 => prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO,
            1 => prop::sample::select(odd),
        ]
    }

    proptest! {
        #[test]
        fn the_extremes_of_any_range_are_those_that_a_plain_look_finds_however_the_column_grew(
            values in prop::collection::vec(value(), 1..5000),
            growth in prop::collection::vec(0..5000usize, 0..4),
            a in 0..5000usize,
            b in 0..5000usize,
            floor in prop::sample::select(vec![f64::NEG_INFINITY, 0.0]),
        ) {
            let mut extremes = Extremes::above(floor);
            let mut lengths: Vec<usize> = growth.into_iter().map(|length| length.min(values.len())).collect();
            lengths.push(values.len());
            lengths.sort_unstable();
            lengths.into_iter().for_each(|length| extremes.extend(&&values[..length]));
            let range = a.min(b).min(values.len())..a.max(b).min(values.len());
            let inside = || values[range.clone()].iter().copied().filter(|value| value.is_finite() && *value > floor);
            let found = extremes.find(&values.as_slice(), range.clone());
            let expected = inside().reduce(f64::min).zip(inside().reduce(f64::max));
            prop_assert_eq!(found.map(|(least, greatest)| (values[least], values[greatest])), expected);
        }
    }
}
