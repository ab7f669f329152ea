//! What is derived from the points in one arrangement, each part when it is first asked for.

use crate::columns::Series;

use super::XAxis;
use super::arrangement::Arrangement;
use super::average::Average;
use super::column::{Column, Values};
use super::extremes::Extremes;
use super::shown::Shown;

/// The extremes of a column, and of what of it a logarithmic axis has a place for.
#[derive(Debug, Clone)]
struct Pyramids {
    all: Extremes,
    positive: Extremes,
}

impl Default for Pyramids {
    fn default() -> Self {
        Self { all: Extremes::above(f64::NEG_INFINITY), positive: Extremes::above(0.0) }
    }
}

impl Pyramids {
    /// Brings up to the column what is needed, and tells whether a part of it is left out.
    fn extend(&mut self, column: &dyn Column, log: bool) -> bool {
        self.all.extend(column);
        let least = self.all.find(column, 0..column.len()).filter(|_| log).map(|(least, _)| least);
        let mut is_masked = false;
        if let Some(index) = least {
            column.visit(index..index + 1, &mut |_, values| {
                is_masked = values.iter().any(|&value| value <= 0.0);
            });
        }
        if is_masked {
            self.positive.extend(column);
        }
        is_masked
    }

    fn of(&self, is_masked: bool) -> &Extremes {
        if is_masked { &self.positive } else { &self.all }
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Track {
    arrangement: Arrangement,
    plain: Pyramids,
    average: Average,
    smoothed: Pyramids,
    /// Indices of NaN and the infinities, among the first `scanned` values.
    odd: Vec<u32>,
    scanned: usize,
}

impl Track {
    pub(super) fn new(arrangement: Arrangement) -> Self {
        Self { arrangement, ..Self::default() }
    }

    pub(super) fn arrangement(&self) -> &Arrangement {
        &self.arrangement
    }

    pub(super) fn shown<'a>(
        &'a mut self,
        points: &'a Series,
        axis: XAxis<'a>,
        weight: f64,
        log: bool,
    ) -> Shown<'a> {
        let values = Values { points, order: self.arrangement.order() };
        let odd = &mut self.odd;
        values.visit(self.scanned..points.len(), &mut |first, slice| {
            for (index, value) in (first as u32..).zip(slice) {
                if !value.is_finite() {
                    odd.push(index);
                }
            }
        });
        self.scanned = points.len();
        let is_smoothed = weight > 0.0;
        let is_masked = if is_smoothed {
            if self.average.weight() != weight {
                self.average = Average::new(weight);
                self.smoothed = Pyramids::default();
            }
            self.average.extend(&values);
            self.smoothed.extend(&self.average.values(), log)
        } else {
            self.plain.extend(&values, log)
        };
        let pyramids = if is_smoothed { &self.smoothed } else { &self.plain };
        Shown::new(
            points,
            &self.arrangement,
            axis,
            is_smoothed.then(|| self.average.values()),
            pyramids.of(is_masked),
            is_masked,
            &self.odd,
        )
    }
}
