//! One metric's points as columns, in logging order. Appending is the hot path; ordering by step happens on reading.
//!
//! Points live in chunks of [`CHUNK_POINTS`], so memory never doubles on growth. Inside a chunk, steps that rise by a
//! constant stride cost nothing and timestamps cost four bytes: twelve bytes a point in the common case.

use super::clock;
use super::record::{MetricPoint, RunRecord, stable_order};

/// Points in a full chunk.
pub const CHUNK_POINTS: usize = 4096;

/// One point as plain numbers: step, value, milliseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RawPoint {
    /// The caller's step.
    pub step: u64,
    /// The value.
    pub value: f64,
    /// Milliseconds since the epoch.
    pub timestamp_ms: i64,
}

/// The points of one series in step order, column by column: three arrays of one length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Columns {
    /// Steps, whole numbers up to 2^53 − 1.
    pub step: Vec<f64>,
    /// Values.
    pub value: Vec<f64>,
    /// Milliseconds since the epoch.
    pub timestamp: Vec<f64>,
}

#[derive(Debug, Clone)]
enum Steps {
    /// `start + i × stride`, modulo 2^64: whatever was recognised by it is given back by it.
    Arithmetic {
        start: u64,
        stride: u64,
    },
    Explicit(Vec<u64>),
}

#[derive(Debug, Clone)]
enum Times {
    /// Offsets from `base`, which is the chunk's first timestamp.
    Offsets {
        base: i64,
        offsets: Vec<u32>,
    },
    Explicit(Vec<i64>),
}

#[derive(Debug, Clone)]
struct Chunk {
    steps: Steps,
    values: Vec<f64>,
    times: Times,
}

impl Chunk {
    fn starting_with(point: RawPoint, capacity: usize) -> Self {
        let mut values = Vec::with_capacity(capacity);
        values.push(point.value);
        let mut offsets = Vec::with_capacity(capacity);
        offsets.push(0);
        Self {
            steps: Steps::Arithmetic { start: point.step, stride: 1 },
            values,
            times: Times::Offsets { base: point.timestamp_ms, offsets },
        }
    }

    fn step(&self, index: usize) -> u64 {
        match &self.steps {
            Steps::Arithmetic { start, stride } => start.wrapping_add(stride.wrapping_mul(index as u64)),
            Steps::Explicit(steps) => steps[index],
        }
    }

    fn timestamp_ms(&self, index: usize) -> i64 {
        match &self.times {
            Times::Offsets { base, offsets } => base + i64::from(offsets[index]),
            Times::Explicit(times) => times[index],
        }
    }

    #[inline]
    fn push(&mut self, point: RawPoint) {
        let length = self.values.len();
        match &mut self.steps {
            Steps::Arithmetic { start, stride }
                if point.step.wrapping_sub(*start) == stride.wrapping_mul(length as u64) => {}
            Steps::Arithmetic { start, stride } if length == 1 && point.step >= *start => {
                *stride = point.step - *start;
            }
            Steps::Arithmetic { .. } => {
                let mut steps: Vec<u64> = Vec::with_capacity(self.values.capacity());
                steps.extend((0..length).map(|index| self.step(index)));
                steps.push(point.step);
                self.steps = Steps::Explicit(steps);
            }
            Steps::Explicit(steps) => steps.push(point.step),
        }
        match &mut self.times {
            Times::Offsets { base, offsets } => {
                if let Ok(offset) = u32::try_from(point.timestamp_ms.wrapping_sub(*base)) {
                    offsets.push(offset);
                } else {
                    let mut times: Vec<i64> = Vec::with_capacity(self.values.capacity());
                    times.extend((0..length).map(|index| self.timestamp_ms(index)));
                    times.push(point.timestamp_ms);
                    self.times = Times::Explicit(times);
                }
            }
            Times::Explicit(times) => times.push(point.timestamp_ms),
        }
        self.values.push(point.value);
    }

    /// Appends values at consecutive steps, all of one time. Whether it could: where steps or times need columns of their own,
    /// points go in one by one.
    fn push_consecutive(&mut self, first_step: u64, values: &[f64], timestamp_ms: i64) -> bool {
        let length = self.values.len();
        let (Steps::Arithmetic { start, stride: 1 }, Times::Offsets { base, offsets }) =
            (&self.steps, &mut self.times)
        else {
            return false;
        };
        let Ok(offset) = u32::try_from(timestamp_ms.wrapping_sub(*base)) else { return false };
        if first_step.wrapping_sub(*start) != length as u64 {
            return false;
        }
        offsets.resize(length + values.len(), offset);
        self.values.extend_from_slice(values);
        true
    }

    /// Appends the points from `skip` on to columns.
    fn write_columns(&self, skip: usize, columns: &mut Columns) {
        let length = self.values.len();
        match &self.steps {
            Steps::Arithmetic { start, stride } => {
                let mut step = start.wrapping_add(stride.wrapping_mul(skip as u64));
                for _ in skip..length {
                    columns.step.push(step as f64);
                    step = step.wrapping_add(*stride);
                }
            }
            Steps::Explicit(steps) => steps[skip..].iter().for_each(|&step| columns.step.push(step as f64)),
        }
        columns.value.extend_from_slice(&self.values[skip..]);
        match &self.times {
            Times::Offsets { base, offsets } => {
                offsets[skip..]
                    .iter()
                    .for_each(|&offset| columns.timestamp.push((base + i64::from(offset)) as f64));
            }
            Times::Explicit(times) => {
                times[skip..].iter().for_each(|&time| columns.timestamp.push(time as f64));
            }
        }
    }

    fn point(&self, index: usize) -> RawPoint {
        RawPoint { step: self.step(index), value: self.values[index], timestamp_ms: self.timestamp_ms(index) }
    }
}

/// All points of one metric of one run, in logging order.
#[derive(Debug, Clone)]
pub struct Series {
    chunks: Vec<Chunk>,
    length: usize,
    highest: Option<RawPoint>,
    in_step_order: bool,
}

impl Default for Series {
    fn default() -> Self {
        Self { chunks: Vec::new(), length: 0, highest: None, in_step_order: true }
    }
}

impl Series {
    /// Number of points.
    #[must_use]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing was logged yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The point with the highest step; of equal steps, the one logged last.
    #[must_use]
    pub fn highest(&self) -> Option<RawPoint> {
        self.highest
    }

    /// The step after the highest: 0 for an empty series. May be one over the largest step.
    #[must_use]
    pub fn next_step(&self) -> u64 {
        self.highest.map_or(0, |point| point.step + 1)
    }

    /// Appends one point.
    #[inline]
    pub fn push(&mut self, point: RawPoint) {
        match self.highest {
            Some(highest) if point.step < highest.step => self.in_step_order = false,
            _ => self.highest = Some(point),
        }
        match self.chunks.last_mut() {
            Some(chunk) if chunk.values.len() < CHUNK_POINTS => chunk.push(point),
            Some(_) => self.chunks.push(Chunk::starting_with(point, CHUNK_POINTS)),
            None => self.chunks.push(Chunk::starting_with(point, 4)),
        }
        self.length += 1;
    }

    /// Appends values at consecutive steps, all of one time: the same as appending them one by one, in a fraction of the time.
    pub fn push_consecutive(&mut self, first_step: u64, values: &[f64], timestamp_ms: i64) {
        let mut step = first_step;
        let mut rest = values;
        while let Some(&value) = rest.first() {
            // Points one by one begin every chunk, and go where steps are not what the chunk expects.
            let mut taken = 1;
            match (self.chunks.last_mut(), self.highest) {
                (Some(chunk), Some(highest)) if step >= highest.step && chunk.values.len() < CHUNK_POINTS => {
                    let most = rest.len().min(CHUNK_POINTS - chunk.values.len());
                    if chunk.push_consecutive(step, &rest[..most], timestamp_ms) {
                        taken = most;
                        let step = step + (most as u64 - 1);
                        self.highest = Some(RawPoint { step, value: rest[most - 1], timestamp_ms });
                        self.length += most;
                    } else {
                        self.push(RawPoint { step, value, timestamp_ms });
                    }
                }
                _ => self.push(RawPoint { step, value, timestamp_ms }),
            }
            step += taken as u64;
            rest = &rest[taken..];
        }
    }

    /// The points `range` in logging order. Chunks but the last are full, so an index finds its chunk by division.
    pub fn logged(&self, range: std::ops::Range<usize>) -> impl Iterator<Item = RawPoint> + '_ {
        let end = range.end.min(self.length);
        let first_chunk = range.start / CHUNK_POINTS;
        self.chunks.iter().enumerate().skip(first_chunk).flat_map(move |(number, chunk)| {
            let base = number * CHUNK_POINTS;
            let from = range.start.saturating_sub(base);
            let to = end.saturating_sub(base).min(chunk.values.len());
            (from..to).map(|index| chunk.point(index))
        })
    }

    /// Calls `visit` with the points ordered by step, equal steps in logging order, all but the first `skip`.
    pub fn for_each_by_step(&self, skip: usize, mut visit: impl FnMut(RawPoint)) {
        if self.in_step_order {
            self.logged(skip..self.length).for_each(visit);
            return;
        }
        let points: Vec<RawPoint> = self.logged(0..self.length).collect();
        for index in stable_order(points.iter().map(|point| point.step)).into_iter().skip(skip) {
            visit(points[index as usize]);
        }
    }

    /// Calls `visit` with the points from place `first` on, counted in the order of steps, stretch by stretch as columns: with
    /// how many came before them in earlier calls, and with the points.
    pub fn for_each_stretch(&self, first: usize, mut visit: impl FnMut(usize, &Columns)) {
        if !self.in_step_order {
            visit(0, &self.columns_from(first));
            return;
        }
        let mut columns = Columns::default();
        let mut visited = 0;
        for (number, chunk) in self.chunks.iter().enumerate().skip(first / CHUNK_POINTS) {
            let skip = first.saturating_sub(number * CHUNK_POINTS).min(chunk.values.len());
            columns.step.clear();
            columns.value.clear();
            columns.timestamp.clear();
            chunk.write_columns(skip, &mut columns);
            visit(visited, &columns);
            visited += columns.value.len();
        }
    }

    /// All points ordered by step as three columns.
    #[must_use]
    pub fn columns(&self) -> Columns {
        self.columns_from(0)
    }

    /// The points from place `first` on, counted in the order of steps, as three columns.
    #[must_use]
    pub fn columns_from(&self, first: usize) -> Columns {
        let length = self.length.saturating_sub(first);
        let mut columns = Columns {
            step: Vec::with_capacity(length),
            value: Vec::with_capacity(length),
            timestamp: Vec::with_capacity(length),
        };
        if self.in_step_order {
            let chunks = self.chunks.iter().enumerate().skip(first / CHUNK_POINTS);
            chunks.for_each(|(number, chunk)| {
                let skip = first.saturating_sub(number * CHUNK_POINTS).min(chunk.values.len());
                chunk.write_columns(skip, &mut columns);
            });
            return columns;
        }
        self.for_each_by_step(first, |point| {
            columns.step.push(point.step as f64);
            columns.value.push(point.value);
            columns.timestamp.push(point.timestamp_ms as f64);
        });
        columns
    }

    /// All points ordered by step.
    #[must_use]
    pub fn points(&self) -> Vec<MetricPoint> {
        let mut points = Vec::with_capacity(self.length);
        self.for_each_by_step(0, |point| {
            points.push(MetricPoint {
                step: point.step,
                value: point.value,
                timestamp: clock::from_ms(point.timestamp_ms),
            });
        });
        points
    }
}

/// A series with its key, as a run holds it.
#[derive(Debug, Clone, Default)]
pub struct NamedSeries {
    /// The metric key.
    pub key: String,
    /// Its points.
    pub series: Series,
}

/// Fills the record's series headers from `series`.
pub fn write_headers(record: &mut RunRecord, series: &[NamedSeries]) {
    let headers = &mut record.series;
    headers.keys.clear();
    headers.counts.clear();
    headers.last_steps.clear();
    headers.last_values.clear();
    for NamedSeries { key, series } in series {
        let Some(highest) = series.highest() else { continue };
        headers.keys.push(key.clone());
        headers.counts.push(series.len() as f64);
        headers.last_steps.push(highest.step as f64);
        headers.last_values.push(highest.value);
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn point(step: u64, value: f64, timestamp_ms: i64) -> RawPoint {
        RawPoint { step, value, timestamp_ms }
    }

    fn logged(points: &[RawPoint]) -> Series {
        let mut series = Series::default();
        points.iter().for_each(|&point| series.push(point));
        series
    }

    #[test]
    fn every_column_encoding_gives_back_what_was_logged() {
        let hostile = [
            point(5, -0.0, 1_000),
            point(7, f64::NAN, 900),
            point(9, f64::INFINITY, 1_000 + (1 << 40)),
            point(9, 1e-320, 1_001),
            point(0, f64::from_bits(0x7ff8_dead_beef_0001), 5),
            point(super::super::record::MAX_STEP, 3.5, 6),
        ];
        for length in [hostile.len(), CHUNK_POINTS - 1, CHUNK_POINTS, 3 * CHUNK_POINTS + 17] {
            let points: Vec<RawPoint> = (0..length).map(|i| hostile[i % hostile.len()]).collect();
            let series = logged(&points);
            let back: Vec<RawPoint> = series.logged(0..length).collect();
            assert_eq!(back.len(), length);
            for (a, b) in back.iter().zip(&points) {
                assert_eq!(
                    (a.step, a.value.to_bits(), a.timestamp_ms),
                    (b.step, b.value.to_bits(), b.timestamp_ms)
                );
            }
        }
    }

    #[test]
    fn a_range_of_the_log_crosses_chunks() {
        let points: Vec<RawPoint> = (0..10_000u64).map(|i| point(i, i as f64, 0)).collect();
        let series = logged(&points);
        let steps: Vec<u64> = series.logged(4_000..8_200).map(|point| point.step).collect();
        assert_eq!(steps, (4_000..8_200).collect::<Vec<_>>());
        assert_eq!(series.logged(10_000..10_000).count(), 0);
    }

    #[test]
    fn equal_steps_keep_logging_order() {
        let series = logged(&[point(3, 1.0, 0), point(1, 2.0, 0), point(3, 3.0, 0), point(1, 4.0, 0)]);
        let columns = series.columns();
        assert_eq!(columns.step, [1.0, 1.0, 3.0, 3.0]);
        assert_eq!(columns.value, [2.0, 4.0, 1.0, 3.0]);
        assert_eq!(series.highest().map(|p| p.value), Some(3.0));
        assert_eq!(series.next_step(), 4);
    }

    #[test]
    fn regular_steps_cost_no_memory() {
        let series = logged(&(0..5_000u64).map(|i| point(10 + 3 * i, 0.0, 0)).collect::<Vec<_>>());
        assert!(series.chunks.iter().all(|chunk| matches!(chunk.steps, Steps::Arithmetic { .. })));
    }

    proptest! {
        #[test]
        fn consecutive_values_are_stored_as_one_by_one(
            stretches in prop::collection::vec(
                (0..3u64, prop::collection::vec(any::<u64>().prop_map(f64::from_bits), 0..300), 0..4u32, 0..20usize),
                1..30,
            ),
        ) {
            let (mut fast, mut slow) = (Series::default(), Series::default());
            for (gap, values, time, repeated) in stretches {
                let values = values.repeat(repeated);
                // Mostly where the series ends, now and then behind or before it; times now and then too far apart.
                let first = (fast.next_step() + gap).saturating_sub(1);
                let time = if time == 3 { 1 << 41 } else { i64::from(time) * 1_000 };
                fast.push_consecutive(first, &values, time);
                values.iter().zip(first..).for_each(|(&value, step)| slow.push(point(step, value, time)));
            }
            let bits = |series: &Series| -> Vec<(u64, u64, i64)> {
                series.logged(0..series.len()).map(|p| (p.step, p.value.to_bits(), p.timestamp_ms)).collect()
            };
            prop_assert_eq!(bits(&fast), bits(&slow));
            prop_assert_eq!(fast.next_step(), slow.next_step());
            prop_assert_eq!(fast.in_step_order, slow.in_step_order);
            prop_assert_eq!(fast.highest.map(|p| p.value.to_bits()), slow.highest.map(|p| p.value.to_bits()));
        }

        #[test]
        fn columns_are_the_points_by_step(
            points in prop::collection::vec((0..2_000u64, any::<u64>(), 0..1i64 << 42), 0..200),
            repeated in 1..60usize,
            rises in any::<bool>(),
            first in 0..13_000usize,
        ) {
            let mut points: Vec<RawPoint> = points
                .repeat(repeated)
                .into_iter()
                .map(|(step, value, time)| point(step, f64::from_bits(value), time))
                .collect();
            if rises {
                points.sort_by_key(|point| point.step);
            }
            let series = logged(&points);
            let columns = series.columns_from(first);
            let mut stretches = Columns::default();
            series.for_each_stretch(first, |before, stretch| {
                assert_eq!(before, stretches.value.len());
                stretches.step.extend(&stretch.step);
                stretches.value.extend(&stretch.value);
                stretches.timestamp.extend(&stretch.timestamp);
            });
            prop_assert_eq!(format!("{stretches:?}"), format!("{columns:?}"));
            points.sort_by_key(|point| point.step);
            let rest = points.get(first..).unwrap_or_default();
            prop_assert_eq!(columns.step, rest.iter().map(|p| p.step as f64).collect::<Vec<_>>());
            prop_assert_eq!(columns.timestamp, rest.iter().map(|p| p.timestamp_ms as f64).collect::<Vec<_>>());
            let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            let values: Vec<f64> = rest.iter().map(|p| p.value).collect();
            prop_assert_eq!(bits(&columns.value), bits(&values));
        }
    }
}
