//! A curve on its axes: what lies at an index, and which index lies where.

use std::ops::Range;

use crate::columns::{RawPoint, Series};

use super::XAxis;
use super::arrangement::Arrangement;
use super::column::Values;
use super::extremes::Extremes;

/// The points of a curve along an x axis, each with the value that is drawn of it.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    points: &'a Series,
    arrangement: &'a Arrangement,
    axis: XAxis<'a>,
    averages: Option<&'a [f64]>,
    extremes: &'a Extremes,
    /// Values that are not above zero are left out.
    is_masked: bool,
    odd: &'a [u32],
}

impl<'a> Shown<'a> {
    pub(super) fn new(
        points: &'a Series,
        arrangement: &'a Arrangement,
        axis: XAxis<'a>,
        averages: Option<&'a [f64]>,
        extremes: &'a Extremes,
        is_masked: bool,
        odd: &'a [u32],
    ) -> Self {
        Self { points, arrangement, axis, averages, extremes, is_masked, odd }
    }

    /// Number of points.
    #[must_use]
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there are no points.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The x of a point.
    #[must_use]
    pub fn x(&self, index: usize) -> f64 {
        match self.axis {
            XAxis::Step => self.points.step_at(self.arrangement.place(index)) as f64,
            XAxis::Time { .. } => self.axis.x_of(self.arrangement.time_ms(self.points, index) as f64),
        }
    }

    /// What is drawn of a point; NaN where a logarithmic axis has no place for it.
    #[must_use]
    pub fn value(&self, index: usize) -> f64 {
        let value = match self.averages {
            Some(averages) => averages.get(index).copied().unwrap_or(f64::NAN),
            None => self.logged_value(index),
        };
        self.unmasked(value)
    }

    fn unmasked(&self, value: f64) -> f64 {
        if self.is_masked && value <= 0.0 { f64::NAN } else { value }
    }

    /// The x of a point and what is drawn of it.
    #[must_use]
    pub fn vertex(&self, index: usize) -> (f64, f64) {
        if self.averages.is_some() || self.axis != XAxis::Step {
            return (self.x(index), self.value(index));
        }
        // What is asked for most is looked up at once.
        let (step, value) = self.points.step_and_value_at(self.arrangement.place(index));
        (step, self.unmasked(value))
    }

    /// The value that was logged.
    #[must_use]
    pub fn logged_value(&self, index: usize) -> f64 {
        self.points.value_at(self.arrangement.place(index))
    }

    /// The point as it was logged.
    #[must_use]
    pub fn point(&self, index: usize) -> Option<RawPoint> {
        self.points.point(self.arrangement.place(index))
    }

    /// The first index whose x is at or after (`strictly`: after) the given one.
    #[must_use]
    pub fn index_at(&self, x: f64, strictly: bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let here = self.x(middle);
            if here < x || (strictly && here == x) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The point nearest to an x: of two equally near ones the later.
    #[must_use]
    pub fn nearest(&self, x: f64) -> Option<usize> {
        let right = self.index_at(x, false).min(self.len().checked_sub(1)?);
        let is_left_nearer = right > 0 && x - self.x(right - 1) < self.x(right) - x;
        Some(if is_left_nearer { right - 1 } else { right })
    }

    /// Where the least and the greatest finite value of a range of points are.
    #[must_use]
    pub fn extremes(&self, range: Range<usize>) -> Option<(usize, usize)> {
        let range = range.start..range.end.min(self.len());
        if let Some(averages) = self.averages {
            return self.extremes.find(&averages, range);
        }
        let values = Values { points: self.points, order: self.arrangement.order() };
        self.extremes.find(&values, range)
    }

    /// The points of a range whose logged value is NaN or infinite.
    pub fn not_finite(&self, range: Range<usize>) -> impl Iterator<Item = usize> + use<'a> {
        let odd = self.odd;
        let from = odd.partition_point(|&index| (index as usize) < range.start);
        odd[from..].iter().map(|&index| index as usize).take_while(move |index| *index < range.end)
    }
}
