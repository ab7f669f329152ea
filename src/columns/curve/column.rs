//! Numbers by index, read in slices.

use std::ops::Range;

use crate::columns::Series;

/// A column of numbers that grows at its end.
pub(super) trait Column {
    fn len(&self) -> usize;

    /// Calls `visit` with the numbers `range`, slice by slice, each with the index of its first.
    fn visit(&self, range: Range<usize>, visit: &mut dyn FnMut(usize, &[f64]));

    /// The numbers `range` if they lie side by side: few of them mostly do, and are read sooner.
    fn slice(&self, range: Range<usize>) -> Option<&[f64]>;
}

impl Column for &[f64] {
    fn len(&self) -> usize {
        (**self).len()
    }

    fn visit(&self, range: Range<usize>, visit: &mut dyn FnMut(usize, &[f64])) {
        if let Some(values) = self.get(range.clone()) {
            visit(range.start, values);
        }
    }

    fn slice(&self, range: Range<usize>) -> Option<&[f64]> {
        self.get(range)
    }
}

/// The values of a series, as they were logged or in an order of their own.
pub(super) struct Values<'a> {
    pub(super) points: &'a Series,
    pub(super) order: Option<&'a [u32]>,
}

/// So many values that do not lie side by side are gathered at once.
const GATHERED: usize = 64;

impl Column for Values<'_> {
    fn len(&self) -> usize {
        self.points.len()
    }

    fn visit(&self, range: Range<usize>, visit: &mut dyn FnMut(usize, &[f64])) {
        let Some(order) = self.order else {
            self.points.for_each_values(range, visit);
            return;
        };
        let mut gathered = [0.0; GATHERED];
        let mut index = range.start;
        for places in order.get(range).unwrap_or_default().chunks(GATHERED) {
            for (value, &place) in gathered.iter_mut().zip(places) {
                *value = self.points.value_at(place as usize);
            }
            visit(index, &gathered[..places.len()]);
            index += places.len();
        }
    }

    fn slice(&self, range: Range<usize>) -> Option<&[f64]> {
        if self.order.is_some() { None } else { self.points.values_slice(range) }
    }
}
