//! M4: of all points in a pixel column the first, the least, the greatest and the last. Drawn as a polyline these few give, column by
//! column, exactly the picture that all points give, whatever their distances (Jugel et al., VLDB 2014).

use std::ops::Range;

use super::scale::{Placement, Scale};
use super::shown::Shown;

/// A pixel column that holds points, by their indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelColumn {
    /// Its number from the left.
    pub column: u32,
    /// The first point in it.
    pub first: usize,
    /// The least and the greatest of the finite values; nothing if there is none.
    pub extremes: Option<(usize, usize)>,
    /// The last point in it.
    pub last: usize,
}

/// What a picture needs of a part of a curve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The points in it.
    pub range: Range<usize>,
    /// The point before it, to which the curve leads.
    pub before: Option<usize>,
    /// The point behind it.
    pub after: Option<usize>,
    /// From left to right, those that hold points.
    pub columns: Vec<PixelColumn>,
    /// Where the value was NaN, +∞ or −∞: the first of each in each pixel column, in the order of x.
    pub marks: Vec<usize>,
}

impl Window {
    /// Calls `visit` with the points that a line is drawn through, in order, each with its pixel column: −1 for the point before, +∞ for
    /// the one behind.
    pub fn for_each_kept(&self, mut visit: impl FnMut(f64, usize)) {
        if let Some(index) = self.before {
            visit(-1.0, index);
        }
        for &PixelColumn { column, first, extremes, last } in &self.columns {
            let (least, greatest) = extremes.unwrap_or((first, last));
            let mut previous = None;
            for index in [first, least.min(greatest), least.max(greatest), last] {
                if previous != Some(index) {
                    visit(f64::from(column), index);
                }
                previous = Some(index);
            }
        }
        if let Some(index) = self.after {
            visit(f64::INFINITY, index);
        }
    }
}

impl Shown<'_> {
    /// The range of points that lie in an axis, its ends included.
    #[must_use]
    pub fn within(&self, x: Scale) -> Range<usize> {
        let from = self.index_at(x.min, false);
        from..self.index_at(x.max, true).max(from)
    }

    /// What a picture needs of what lies in `x`, an axis that is `width` pixels long: of the last of them perhaps only a part.
    #[must_use]
    pub fn window(&self, x: Scale, width: f64) -> Window {
        let range = self.within(x);
        let last_column = (width.ceil() as u32).saturating_sub(1);
        let grid = Grid { shown: self, placement: x.placement(), width, last_column };
        let mut columns = Vec::with_capacity((last_column as usize + 1).min(range.len()));
        let (mut first, mut held) = (range.start, 1);
        while first < range.end {
            let column = grid.column_of(first);
            let end = grid.end_of(column, first, range.end, held);
            held = end - first;
            columns.push(PixelColumn { column, first, extremes: self.extremes(first..end), last: end - 1 });
            first = end;
        }
        let before = range.start.checked_sub(1).filter(|&index| !x.log || self.x(index) > 0.0);
        let after = (range.end < self.len()).then_some(range.end);
        let marks = self.marks(range.clone(), &grid);
        Window { range, before, after, columns, marks }
    }

    fn marks(&self, range: Range<usize>, grid: &Grid) -> Vec<usize> {
        let mut marks = Vec::new();
        let mut last = [None; 3];
        for index in self.not_finite(range) {
            let value = self.logged_value(index);
            let kind = if value.is_nan() { 0 } else { 1 + usize::from(value > 0.0) };
            let column = Some(grid.column_of(index));
            if last[kind] != column {
                last[kind] = column;
                marks.push(index);
            }
        }
        marks
    }
}

/// Which pixel column a point lies in.
struct Grid<'a> {
    shown: &'a Shown<'a>,
    placement: Placement,
    width: f64,
    last_column: u32,
}

impl Grid<'_> {
    fn column_of(&self, index: usize) -> u32 {
        let position = self.placement.of(self.shown.x(index)) * self.width;
        // A float that is negative or no number becomes 0. Rounding may put the last point one column too far.
        (position as u32).min(self.last_column)
    }

    /// Where the column that begins at `first` ends: searched from where it would if it held as many points as the one before.
    fn end_of(&self, column: u32, first: usize, end: usize, expected: usize) -> usize {
        let is_inside = |index: usize| self.column_of(index) == column;
        let guess = (first + expected.max(1)).min(end);
        // All before `low` is inside, and nothing from `high` on.
        let (mut low, mut high) = (first + 1, end);
        let mut step = 1;
        if guess < end && is_inside(guess) {
            low = guess + 1;
            while low < high {
                let probe = (low + step).min(end) - 1;
                if !is_inside(probe) {
                    high = probe;
                    break;
                }
                low = probe + 1;
                step *= 2;
            }
        } else {
            high = guess;
            while low < high {
                let probe = high.saturating_sub(step).max(low);
                if is_inside(probe) {
                    low = probe + 1;
                    break;
                }
                high = probe;
                step *= 2;
            }
        }
        while low < high {
            let middle = usize::midpoint(low, high);
            if is_inside(middle) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}
