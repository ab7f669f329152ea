//! Points at steps that rise by a constant stride, as columns: what is logged in bulk or read back in blocks.

use super::chunk::RawPoint;

/// Consecutive points of one series.
#[derive(Debug, Clone, Copy)]
pub struct PointBatch<'a> {
    /// The first point's step.
    pub first_step: u64,
    /// From each step to the next one.
    pub stride: u64,
    /// The values.
    pub values: &'a [f64],
    /// When they were logged.
    pub times: BatchTimes<'a>,
}

/// The times of a batch, in milliseconds since the epoch.
#[derive(Debug, Clone, Copy)]
pub enum BatchTimes<'a> {
    /// All points have one time.
    Same(i64),
    /// Each has its offset from a base; as many as there are values.
    After {
        /// The base.
        base: i64,
        /// The offsets.
        offsets: &'a [u32],
    },
}

impl PointBatch<'_> {
    /// The point at `index`.
    #[must_use]
    pub fn point(&self, index: usize) -> RawPoint {
        let timestamp_ms = match self.times {
            BatchTimes::Same(time) => time,
            BatchTimes::After { base, offsets } => base.wrapping_add(i64::from(offsets[index])),
        };
        let step = self.first_step + self.stride * index as u64;
        RawPoint { step, value: self.values[index], timestamp_ms }
    }

    /// The first `count` points, and the others.
    #[must_use]
    pub fn split_at(&self, count: usize) -> (Self, Self) {
        let (values, later_values) = self.values.split_at(count);
        let (times, later_times) = match self.times {
            BatchTimes::Same(_) => (self.times, self.times),
            BatchTimes::After { base, offsets } => {
                let (offsets, later) = offsets.split_at(count);
                (BatchTimes::After { base, offsets }, BatchTimes::After { base, offsets: later })
            }
        };
        // After the last point there may be no step left; then nothing is left to have one.
        let first_step = self.first_step.wrapping_add(self.stride.wrapping_mul(count as u64));
        (
            Self { values, times, ..*self },
            Self { first_step, values: later_values, times: later_times, ..*self },
        )
    }
}

impl BatchTimes<'_> {
    /// Appends `count` times as offsets from `base`, or nothing if one of them might not fit. Whether it did.
    pub(super) fn write_offsets(&self, base: i64, count: usize, into: &mut Vec<u32>) -> bool {
        let (time, offsets): (i64, &[u32]) = match *self {
            Self::Same(time) => (time, &[]),
            Self::After { base, offsets } => (base, offsets),
        };
        let (mut lowest, mut highest) = (offsets.first().copied().unwrap_or(0), 0);
        for &offset in offsets {
            lowest = offset.min(lowest);
            highest = offset.max(highest);
        }
        let distance = time.wrapping_sub(base);
        let fits = |offset: u32| {
            distance.checked_add(i64::from(offset)).is_some_and(|sum| u32::try_from(sum).is_ok())
        };
        if !fits(lowest) || !fits(highest) {
            return false;
        }
        let distance = distance as u32;
        let length = into.len();
        into.resize(length + count, distance);
        for (to, offset) in into[length..].iter_mut().zip(offsets) {
            *to = distance.wrapping_add(*offset);
        }
        true
    }
}
