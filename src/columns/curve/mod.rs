//! A series as it is drawn: its points in the order of an x axis, what of them a picture of some width needs, and what lies where.
//!
//! - [`Curve`]: all points, with what is derived from them; it grows with its series.
//! - [`Shown`]: the curve on an x axis, smoothed or not, on a linear or logarithmic y axis.
//! - [`Window`]: what a picture needs of a part of it (M4).
//!
//! Points are not copied: a curve shares the chunks of its series.

mod arrangement;
mod average;
mod column;
mod extent;
mod extremes;
mod scale;
mod shown;
mod summary;
mod track;
mod window;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod oracle;

use super::series::Series;
use arrangement::{Arrangement, TimeOrder};
use summary::Finite;
use track::Track;

pub use extent::MOST_SAMPLES;
pub use scale::Scale;
pub use shown::Shown;
pub use summary::Summary;
pub use window::{PixelColumn, Window};

/// What x is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum XAxis<'a> {
    /// The step.
    Step,
    /// Milliseconds since this many milliseconds after the epoch.
    Time {
        /// The zero of the axis.
        origin_ms: f64,
        /// From when until when nothing ran, milliseconds since the epoch, in order: the axis leaves that out.
        interruptions: &'a [[f64; 2]],
    },
}

impl XAxis<'_> {
    /// Milliseconds since the epoch.
    pub const WALL: Self = Self::Time { origin_ms: 0.0, interruptions: &[] };

    /// Where a time lies on the axis.
    fn x_of(self, time_ms: f64) -> f64 {
        let Self::Time { origin_ms, interruptions } = self else { return f64::NAN };
        let left_out: f64 =
            interruptions.iter().map(|[from, until]| (time_ms.min(*until) - from).max(0.0)).sum();
        time_ms - origin_ms - left_out
    }
}

/// All points of one series, and what is derived from them as it is asked for.
#[derive(Debug, Clone, Default)]
pub struct Curve {
    points: Series,
    generation: u32,
    by_step: Track,
    time_order: TimeOrder,
    /// Where times do not rise with the steps: the points in the order of their times.
    by_time: Option<Box<Track>>,
    finite: Finite,
}

impl Curve {
    /// Takes over what a series holds now. If it has only grown at its end, so does everything derived from it.
    pub fn take(&mut self, series: &Series) {
        if !series.continues(&self.points) {
            *self = Self {
                generation: self.generation + 1,
                by_step: Track::new(Arrangement::by_step(series)),
                ..Self::default()
            };
        } else if series.len() > self.points.len() {
            self.by_time = None;
        }
        self.points = series.clone();
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

    /// Tells apart the points that were held one after the other: under an equal number, points only came after the others.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// The curve on an x axis. With a `weight` above 0, and below 1, the values are their debiased moving average: so much of the past
    /// each point keeps. On a logarithmic y axis, what is not above zero is a gap; the average is still one over all values.
    pub fn shown<'a>(&'a mut self, axis: XAxis<'a>, weight: f64, y_log: bool) -> Shown<'a> {
        let Self { points, by_step, time_order, by_time, .. } = self;
        let track = match axis {
            XAxis::Time { .. } if !time_order.rises(points, by_step.arrangement()) => by_time
                .get_or_insert_with(|| {
                    Box::new(Track::new(Arrangement::by_time(points, by_step.arrangement())))
                })
                .as_mut(),
            _ => by_step,
        };
        track.shown(points, axis, weight, y_log)
    }

    /// The least, the greatest and the mean of the finite values.
    pub fn summary(&mut self) -> Summary {
        let extremes = self.shown(XAxis::Step, 0.0, false).extremes(0..usize::MAX);
        let extremes = extremes.map(|(least, greatest)| {
            let value = |index| self.points.value_at(self.by_step.arrangement().place(index));
            (value(least), value(greatest))
        });
        self.finite.summary(&self.points, extremes)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::chunk::RawPoint;
    use super::*;

    fn series(points: &[(u64, f64, i64)]) -> Series {
        let mut series = Series::default();
        for &(step, value, timestamp_ms) in points {
            series.push(RawPoint { step, value, timestamp_ms });
        }
        series
    }

    fn drawn(series: &Series, axis: XAxis<'_>) -> Vec<(f64, f64)> {
        let mut curve = Curve::default();
        curve.take(series);
        let shown = curve.shown(axis, 0.0, false);
        (0..shown.len()).map(|index| (shown.x(index), shown.value(index))).collect()
    }

    const FROM_1000: XAxis<'_> = XAxis::Time { origin_ms: 1000.0, interruptions: &[] };

    #[test]
    fn points_logged_out_of_order_are_drawn_in_the_order_of_their_times() {
        let points: Vec<_> = (0..6).map(|index| (index, 5.0 - index as f64, 1005 - index as i64)).collect();
        let expected: Vec<_> = (0..6).map(|index| (f64::from(index), f64::from(index))).collect();
        assert_eq!(drawn(&series(&points), FROM_1000), expected);
    }

    #[test]
    fn time_leaves_interruptions_out_and_a_point_within_one_lies_where_it_began() {
        let times = [1000, 1010, 1500, 2010, 2020, 5000];
        let points: Vec<_> = times.iter().zip(0..).map(|(&time, step)| (step, step as f64, time)).collect();
        let axis = XAxis::Time { origin_ms: 1000.0, interruptions: &[[1010.0, 2010.0], [2030.0, 4030.0]] };
        let xs: Vec<f64> = drawn(&series(&points), axis).into_iter().map(|(x, _)| x).collect();
        assert_eq!(xs, [0.0, 10.0, 10.0, 10.0, 20.0, 1000.0]);
        assert_eq!(drawn(&series(&points), XAxis::WALL)[5].0, 5000.0);
    }

    #[test]
    fn a_clock_that_was_set_back_goes_on_from_where_it_was() {
        let times = [1000, 1010, 1020, 1005, 1015, 1025];
        let points: Vec<_> = times.iter().zip(0..).map(|(&time, step)| (step, step as f64, time)).collect();
        let expected = [0.0, 10.0, 20.0, 20.0, 30.0, 40.0];
        let expected: Vec<_> = expected.iter().zip(0..).map(|(&x, step)| (x, f64::from(step))).collect();
        assert_eq!(drawn(&series(&points), FROM_1000), expected);
    }

    #[test]
    fn steps_logged_out_of_order_are_drawn_in_order_and_equal_ones_as_they_were_logged() {
        let points = series(&[(3, 30.0, 1), (1, 10.0, 2), (3, 31.0, 3), (2, 20.0, 4)]);
        let expected = [(1.0, 10.0), (2.0, 20.0), (3.0, 30.0), (3.0, 31.0)];
        assert_eq!(drawn(&points, XAxis::Step), expected);
    }

    #[test]
    fn what_only_grew_keeps_its_generation_and_what_changed_within_does_not() {
        let mut points = series(&[(0, 1.0, 0), (1, 2.0, 1)]);
        let mut curve = Curve::default();
        curve.take(&points);
        let first = curve.generation();
        points.push(RawPoint { step: 7, value: 3.0, timestamp_ms: 2 });
        curve.take(&points);
        assert_eq!((curve.generation(), curve.len()), (first, 3));
        points.push(RawPoint { step: 5, value: 4.0, timestamp_ms: 3 });
        curve.take(&points);
        assert_eq!((curve.generation(), curve.len()), (first + 1, 4));
        curve.take(&series(&[(0, 1.0, 0)]));
        assert_eq!((curve.generation(), curve.len()), (first + 2, 1));
    }
}
