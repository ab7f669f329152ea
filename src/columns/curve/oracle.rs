//! Windows against the full polyline: its vertical extent in every pixel column, computed from all points by plain arithmetic.

use proptest::prelude::*;

use super::super::chunk::RawPoint;
use super::{Curve, Scale, Series, Shown, XAxis};
use crate::columns::MAX_STEP;

const HEIGHT: f64 = 200.0;
/// What rounding may move to the next column.
const SLACK: f64 = 1e-3;
/// One pixel, and what adding and dividing doubles leaves over.
const PIXEL: f64 = 1.0 + 1e-9;

/// Of every pixel column the least and the greatest y with ink; none where low > high.
struct Extents(Vec<(f64, f64)>);

impl Extents {
    fn of(polyline: &[Option<(f64, f64)>], width: u32, slack: f64) -> Self {
        let mut extents = Self(vec![(f64::INFINITY, f64::NEG_INFINITY); width as usize]);
        for (index, vertex) in polyline.iter().enumerate() {
            let Some(here) = *vertex else { continue };
            // The end of the axis belongs to the last column.
            let end = (here.0.min(f64::from(width) - 0.5), here.1);
            if here.0 >= -slack && here.0 <= f64::from(width) + slack {
                extents.line(here, end, slack);
            }
            if let Some(Some(before)) = index.checked_sub(1).map(|before| polyline[before]) {
                extents.line(before, here, slack);
            }
        }
        extents
    }

    /// A straight line, cut at the columns' edges; within `slack` of an edge it is in both columns.
    fn line(&mut self, a: (f64, f64), b: (f64, f64), slack: f64) {
        let ((x0, y0), (x1, y1)) = if b.0 < a.0 { (b, a) } else { (a, b) };
        let at = |x: f64| {
            let share = ((x - x0) / (x1 - x0)).clamp(0.0, 1.0);
            y0 * (1.0 - share) + y1 * share
        };
        let first = (x0 - slack).floor().max(0.0);
        let last = (x1 + slack).floor().min(self.0.len() as f64 - 1.0);
        let mut column = first;
        while column <= last {
            let (from, to) = if x1 == x0 {
                (y0, y1)
            } else {
                (at(x0.max(column - slack)), at(x1.min(column + 1.0 + slack)))
            };
            let extent = &mut self.0[column as usize];
            *extent = (extent.0.min(from).min(to), extent.1.max(from).max(to));
            column += 1.0;
        }
    }

    /// Every column, as far as it lies in the picture, is within the other's, a pixel up or down.
    fn assert_within(&self, outer: &Self, what: &str) {
        for (column, (inner, outer)) in self.0.iter().zip(&outer.0).enumerate() {
            let (low, high) = (inner.0.max(0.0), inner.1.min(HEIGHT));
            let is_inside = low > high || (outer.0 <= low + PIXEL && outer.1 >= high - PIXEL);
            assert!(is_inside, "{what}: column {column} has {low}…{high}, and there {outer:?}");
        }
    }
}

/// A position on an axis, written down once more.
fn place(value: f64, Scale { min, max, log }: Scale) -> f64 {
    if log { (value.ln() - min.ln()) / (max.ln() - min.ln()) } else { (value - min) / (max - min) }
}

fn vertex(x: f64, value: f64, (x_scale, y_scale): (Scale, Scale), width: u32) -> Option<(f64, f64)> {
    let (left, top) = (place(x, x_scale) * f64::from(width), (1.0 - place(value, y_scale)) * HEIGHT);
    (left.is_finite() && top.is_finite()).then_some((left, top))
}

/// The polyline through what a window has kept.
fn windowed(shown: &Shown, scales: (Scale, Scale), width: u32) -> Vec<Option<(f64, f64)>> {
    let window = shown.window(scales.0, f64::from(width));
    let mut kept: Vec<usize> = Vec::new();
    window.for_each_kept(|_, index| kept.push(index));
    // A gap that nothing was kept of lies between two points of one column: the line from one to the other is within their extent.
    kept.iter().map(|&index| vertex(shown.x(index), shown.value(index), scales, width)).collect()
}

/// All points in order, read by no code that is tested.
struct Points {
    x: Vec<f64>,
    value: Vec<f64>,
}

fn check(points: &Points, shown: &Shown, width: u32, x: Scale, y_log: bool) {
    let Some((low, high)) = shown.extent(x, y_log) else { return };
    let pad = if low == high { low.abs().max(1.0) * 0.1 } else { (high - low) * 0.06 };
    let y = if y_log {
        Scale { min: low / 1.1, max: high * 1.1, log: true }
    } else {
        Scale { min: low - pad, max: high + pad, log: false }
    };
    let full: Vec<_> =
        points.x.iter().zip(&points.value).map(|(&at, &value)| vertex(at, value, (x, y), width)).collect();
    let kept = windowed(shown, (x, y), width);
    Extents::of(&full, width, -SLACK)
        .assert_within(&Extents::of(&kept, width, SLACK), "of the curve not kept");
    Extents::of(&kept, width, -SLACK)
        .assert_within(&Extents::of(&full, width, SLACK), "kept and not in the curve");
    // The axis spans what is drawn, the crossing lines included.
    let reached = Extents::of(&full, width, 0.0);
    for (top, bottom) in reached.0.into_iter().filter(|(top, bottom)| top <= bottom) {
        assert!(top >= -PIXEL && bottom <= HEIGHT + PIXEL, "{top}…{bottom} is outside the picture");
    }
}

/// Distances between steps: even, bursts, gaps, every step and then every 10 000th, equal steps, steps to 2^53 − 1.
fn distances() -> impl Strategy<Value = Vec<u64>> {
    use prop::collection::vec;
    prop_oneof![
        vec(Just(1), 1..2500),
        vec(prop::sample::select(vec![0, 1, 1, 1, 2, 3]), 1..1500),
        vec(prop_oneof![60 => Just(1), 1 => 1000..100_000u64], 1..1500),
        (1..1200usize, 1..60usize)
            .prop_map(|(dense, sparse)| [vec![1; dense], vec![10_000; sparse]].concat()),
        vec(0..1u64 << 43, 1..300),
    ]
}

fn values(count: usize) -> impl Strategy<Value = Vec<f64>> {
    let odd = prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0]);
    let level = prop_oneof![-5.0..5.0f64, prop::sample::select(vec![0.0, 0.2, 1e-8, 1e6])];
    let part = (prop::collection::vec((0..100u8, -1.0..1.0f64, odd), count), level, any::<bool>());
    part.prop_map(|(noise, level, is_broken)| {
        let last = noise.len() - 1;
        let value = |(index, (kind, noise, odd))| match kind {
            _ if is_broken && (index == 0 || index == last) => f64::NAN,
            0..6 if is_broken => odd,
            99 => level + 50.0,
            _ => level + noise * if kind % 3 == 0 { 1.0 } else { 0.01 } + (index as f64 / 40.0).sin(),
        };
        noise.into_iter().enumerate().map(value).collect()
    })
}

#[derive(Debug, Clone)]
struct Case {
    logged: Vec<RawPoint>,
    width: u32,
    logs: (bool, bool),
    by_time: bool,
    weight: f64,
    zoom: (f64, f64),
    between: bool,
}

fn cases() -> impl Strategy<Value = Case> {
    let logged =
        (distances(), 0..4u64, any::<prop::sample::Index>(), prop::option::weighted(0.2, 1..40usize))
            .prop_flat_map(|(gaps, start, cut, swap)| {
                values(gaps.len()).prop_map(move |values| {
                    let mut step = start;
                    let mut points = Vec::new();
                    for (index, (gap, value)) in gaps.iter().zip(values).enumerate() {
                        step = (step + gap).min(MAX_STEP);
                        let set_back = if index > cut.index(gaps.len()) { 5000 } else { 0 };
                        let timestamp_ms = 1_700_000_000_000 + index as i64 * 10 - set_back;
                        points.push(RawPoint { step, value, timestamp_ms });
                    }
                    // Logged out of order: some later than the others.
                    if let Some(swap) = swap {
                        let length = points.len();
                        points.rotate_left(swap.min(length));
                    }
                    points
                })
            });
    let width = prop::sample::select(vec![97, 411, 700, 1300]);
    let weight = prop::sample::select(vec![0.0, 0.0, 0.6, 0.99]);
    let logs = (any::<bool>(), any::<bool>());
    let zoom = (0.0..1.0f64, 0.0..1.0f64);
    (logged, width, logs, any::<bool>(), weight, zoom, any::<bool>()).prop_map(
        |(logged, width, logs, by_time, weight, zoom, between)| Case {
            logged,
            width,
            logs,
            by_time,
            weight,
            zoom,
            between,
        },
    )
}

const ORIGIN_MS: i64 = 1_699_999_999_000;

/// Points along the axis, by sorting; a clock that was set back once goes on from where it was.
fn arranged(case: &Case) -> Points {
    let mut points = case.logged.clone();
    points.sort_by_key(|point| point.step);
    let falls = points.windows(2).filter(|pair| pair[1].timestamp_ms < pair[0].timestamp_ms).count();
    let mut times: Vec<i64> = points.iter().map(|point| point.timestamp_ms).collect();
    if case.by_time && falls > 4 {
        points.sort_by_key(|point| point.timestamp_ms);
        times = points.iter().map(|point| point.timestamp_ms).collect();
    } else {
        for index in 1..times.len() {
            let back = times[index - 1] - times[index];
            if back > 0 {
                times[index..].iter_mut().for_each(|time| *time += back);
            }
        }
    }
    let x = if case.by_time {
        times.iter().map(|time| (time - ORIGIN_MS) as f64).collect()
    } else {
        points.iter().map(|point| point.step as f64).collect()
    };
    let logged: Vec<f64> = points.iter().map(|point| point.value).collect();
    let value = if case.weight > 0.0 { averaged(&logged, case.weight) } else { logged };
    Points { x, value }
}

/// By its definition for each point from the start: a sum of what was, each a factor less.
fn averaged(values: &[f64], weight: f64) -> Vec<f64> {
    let (mut sum, mut mass) = (0.0, 0.0);
    let next = |&value: &f64| {
        if !value.is_finite() {
            return value;
        }
        sum = sum * weight + value;
        mass = mass * weight + 1.0;
        sum / mass
    };
    values.iter().map(next).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_window_draws_what_the_full_polyline_would(case in cases()) {
        let mut series = Series::default();
        let mut curve = Curve::default();
        // Grown in two parts, as a live one is.
        let half = case.logged.len() / 2;
        for part in [&case.logged[..half], &case.logged[half..]] {
            part.iter().for_each(|point| series.push(*point));
            curve.take(&series);
            let _ = curve.shown(XAxis::Step, case.weight, case.logs.1);
        }
        let axis = if case.by_time { XAxis::Time { origin_ms: ORIGIN_MS as f64, interruptions: &[] } } else { XAxis::Step };
        let shown = curve.shown(axis, case.weight, case.logs.1);
        let points = arranged(&case);
        prop_assert_eq!(points.x.len(), shown.len());
        let Some((first, last)) = shown.x_bounds(case.logs.0) else { return Ok(()) };
        if first < last {
            check(&points, &shown, case.width, Scale { min: first, max: last, log: case.logs.0 }, case.logs.1);
        }
        let at = |share: f64| first + (last - first) * share;
        let (mut min, mut max) = (at(case.zoom.0.min(case.zoom.1)), at(case.zoom.0.max(case.zoom.1)));
        if case.between && shown.len() > 1 {
            // Down to less than the distance of two neighbours.
            let index = (case.zoom.0 * (shown.len() - 1) as f64) as usize;
            let (left, right) = (shown.x(index), shown.x(index + 1));
            (min, max) = (left + (right - left) * 0.3, left + (right - left) * 0.8);
        }
        if max - min > max.abs() * 1e-12 && !(case.logs.0 && min <= 0.0) {
            check(&points, &shown, case.width, Scale { min, max, log: case.logs.0 }, case.logs.1);
        }
    }
}

#[test]
fn a_million_points_are_a_few_a_column_and_every_spike_is_among_them() {
    let mut series = Series::default();
    for step in 0..1_000_000_u64 {
        let spike = if step == 500_000 { 9.0 } else { 0.0 };
        series.push(RawPoint { step, value: (step as f64 * 12.9).sin() + spike, timestamp_ms: step as i64 });
    }
    let mut curve = Curve::default();
    curve.take(&series);
    let shown = curve.shown(XAxis::Step, 0.0, false);
    let (x, value) = (0..shown.len()).map(|index| (shown.x(index), series.value_at(index))).unzip();
    for log in [false, true] {
        let (min, max) = (if log { 1.0 } else { 0.0 }, 999_999.0);
        assert_eq!(shown.x_bounds(log), Some((min, max)));
        let window = shown.window(Scale { min, max, log }, 1300.0);
        assert!(window.columns.len() <= 1300);
        assert!(window.columns.iter().any(|column| column.extremes.is_some_and(|(_, high)| high == 500_000)));
        check(
            &Points { x: Vec::clone(&x), value: Vec::clone(&value) },
            &shown,
            1300,
            Scale { min, max, log },
            false,
        );
    }
}

#[test]
fn marks_are_the_first_of_each_kind_in_each_pixel_column() {
    let mut series = Series::default();
    for step in 0..640 {
        let value = [f64::NAN, f64::INFINITY, 1.0, f64::NEG_INFINITY, f64::NAN][step as usize % 5];
        series.push(RawPoint { step, value, timestamp_ms: 0 });
    }
    let mut curve = Curve::default();
    curve.take(&series);
    let shown = curve.shown(XAxis::Step, 0.5, true);
    let marks = shown.window(Scale { min: 0.0, max: 640.0, log: false }, 64.0).marks;
    let expected: Vec<usize> =
        (0..64).flat_map(|column| [0, 1, 3].map(|within| column * 10 + within)).collect();
    assert_eq!(marks, expected);
}
