//! One metric's points as columns, in logging order. Appending is the hot path; ordering by step happens on reading.
//!
//! Points live in chunks, each as long as all before it up to [`CHUNK_POINTS`]: none is ever copied to grow. Full ones never change, so
//! that copies of a series share them: a copy costs its last chunk.

use std::sync::Arc;

use super::chunk::{Chunk, Columns, LoggedPoint, RawPoint, Tail, chunk_capacity, chunk_of, chunk_start};
use super::point_batch::PointBatch;

/// All points of one metric of one run, in logging order.
#[derive(Debug, Clone)]
pub struct Series {
    /// Nothing is added to these any more.
    full: Vec<Arc<Chunk>>,
    /// The last one, while points go in.
    open: Option<Chunk>,
    length: usize,
    highest: Option<RawPoint>,
    in_step_order: bool,
}

impl Default for Series {
    fn default() -> Self {
        Self { full: Vec::new(), open: None, length: 0, highest: None, in_step_order: true }
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
        match &mut self.open {
            Some(chunk) if !chunk.is_full() => chunk.push(point),
            _ => self.begin_chunk(point),
        }
        self.length += 1;
    }

    fn begin_chunk(&mut self, point: RawPoint) {
        self.full.extend(self.open.take().map(Arc::new));
        self.open = Some(Chunk::starting_with(point, chunk_capacity(self.full.len())));
    }

    /// Appends points as they were logged, one without a step at the next one: the same as one by one, with less looked at for each.
    pub fn push_logged(&mut self, points: impl Iterator<Item = LoggedPoint>) {
        let mut next_step = self.next_step();
        let mut tail = tail_of(&mut self.open, next_step);
        for LoggedPoint { step, value, timestamp_ms } in points {
            let point = RawPoint { step: step.unwrap_or(next_step), value, timestamp_ms };
            if tail.as_mut().is_some_and(|tail| tail.push(point)) {
                self.length += 1;
                self.highest = Some(point);
                next_step = point.step + 1;
            } else {
                self.push(point);
                next_step = self.next_step();
                tail = tail_of(&mut self.open, next_step);
            }
        }
    }

    /// Appends a batch: the same as appending its points one by one, in a fraction of the time.
    pub fn push_batch(&mut self, batch: &PointBatch) {
        let mut rest = *batch;
        while !rest.values.is_empty() {
            // Points one by one begin every chunk, and fill it where steps or times are not what it expects.
            let next = rest.point(0);
            let is_rising = self.highest.is_some_and(|highest| next.step >= highest.step);
            let room = match &self.open {
                Some(chunk) if is_rising => chunk.room(),
                _ => 0,
            };
            let taken = rest.values.len().min(room.max(1));
            let (first, later) = rest.split_at(taken);
            rest = later;
            let chunk = self.open.as_mut().filter(|_| room > 0);
            if chunk.is_some_and(|chunk| chunk.push_batch(&first)) {
                self.highest = Some(first.point(taken - 1));
                self.length += taken;
            } else {
                (0..taken).for_each(|index| self.push(first.point(index)));
            }
        }
    }

    /// The chunks from the one that holds the point `first` on, each with the index in it from which its points count.
    ///
    /// Chunks but the last are full, so an index tells its chunk.
    fn chunks_from(&self, first: usize) -> impl Iterator<Item = (usize, &Chunk)> + use<'_> {
        let number = chunk_of(first);
        let full = self.full.get(number..).unwrap_or_default().iter().map(Arc::as_ref);
        let open = self.open.iter().filter(move |_| number <= self.full.len());
        full.chain(open).zip(number..).map(move |(chunk, number)| {
            (first.saturating_sub(chunk_start(number)).min(chunk.values.len()), chunk)
        })
    }

    /// Whether steps never went back: then the order of logging is the order of steps.
    #[must_use]
    pub fn is_in_step_order(&self) -> bool {
        self.in_step_order
    }

    /// Calls `visit` with the values `range` in logging order, slice by slice, each with the index of its first.
    pub fn for_each_values(&self, range: std::ops::Range<usize>, mut visit: impl FnMut(usize, &[f64])) {
        let mut index = range.start;
        for (from, chunk) in self.chunks_from(range.start) {
            let values = &chunk.values[from..];
            let values = &values[..values.len().min(range.end.saturating_sub(index))];
            if values.is_empty() {
                return;
            }
            visit(index, values);
            index += values.len();
        }
    }

    /// The points `range` in logging order; fewer if there are not so many.
    #[must_use]
    pub fn logged(&self, range: std::ops::Range<usize>) -> Vec<RawPoint> {
        let count = range.end.min(self.length).saturating_sub(range.start);
        let mut points = Vec::with_capacity(count);
        for (from, chunk) in self.chunks_from(range.start) {
            for index in from..chunk.values.len().min(from + count - points.len()) {
                points.push(chunk.point(index));
            }
        }
        points
    }

    /// The point at an index in logging order.
    #[must_use]
    pub fn point(&self, index: usize) -> Option<RawPoint> {
        self.chunk_at(index).map(|(chunk, within)| chunk.point(within))
    }

    /// How many of these points, from the first on, are the last ones of the series. `end` is the index behind its last point and `first` that of
    /// the first of these: indexes tell no places, because before them points may be missing that could not be read.
    #[must_use]
    pub fn count_known(&self, end: u64, first: u64, points: &[RawPoint]) -> usize {
        let place = self.len().saturating_sub(end.saturating_sub(first) as usize);
        let is_there = |(index, point): &(usize, &RawPoint)| {
            self.point(place + index).is_some_and(|there| there.is_same(point))
        };
        points.iter().enumerate().take_while(is_there).count()
    }

    /// The chunk that holds a point, and the point's place in it.
    #[inline(always)]
    fn chunk_at(&self, index: usize) -> Option<(&Chunk, usize)> {
        // Behind the end, the number is that of a chunk which is still to come, and the open one is another.
        if index >= self.length {
            return None;
        }
        let number = chunk_of(index);
        let chunk = self.full.get(number).map(Arc::as_ref).or(self.open.as_ref())?;
        let within = index - chunk_start(number);
        (within < chunk.values.len()).then_some((chunk, within))
    }

    /// The value at an index in logging order; NaN where there is no point.
    #[must_use]
    pub fn value_at(&self, index: usize) -> f64 {
        self.chunk_at(index).map_or(f64::NAN, |(chunk, within)| chunk.values[within])
    }

    /// The values `range` in logging order, if they lie in one chunk.
    #[must_use]
    pub fn values_slice(&self, range: std::ops::Range<usize>) -> Option<&[f64]> {
        let (chunk, within) = self.chunk_at(range.start)?;
        chunk.values.get(within..within + range.len())
    }

    /// The step at an index in logging order; 0 where there is no point.
    #[must_use]
    #[inline(always)]
    pub fn step_at(&self, index: usize) -> u64 {
        self.chunk_at(index).map_or(0, |(chunk, within)| chunk.step(within))
    }

    /// Step and value at an index in logging order; NaN where there is no point.
    #[must_use]
    pub fn step_and_value_at(&self, index: usize) -> (f64, f64) {
        let read = |(chunk, within): (&Chunk, usize)| (chunk.step(within) as f64, chunk.values[within]);
        self.chunk_at(index).map_or((f64::NAN, f64::NAN), read)
    }

    /// The milliseconds since the epoch at an index in logging order; 0 where there is no point.
    #[must_use]
    pub fn timestamp_at(&self, index: usize) -> i64 {
        self.chunk_at(index).map_or(0, |(chunk, within)| chunk.timestamp_ms(within))
    }

    /// Whether this holds what `earlier` held, and in the order of steps nothing but later points besides.
    ///
    /// Copies share their full chunks, which tells that those are the same. Points that were read anew are not recognised.
    #[must_use]
    pub fn continues(&self, earlier: &Self) -> bool {
        let shared = earlier.full.len();
        let is_shared = match (self.full.get(shared.wrapping_sub(1)), earlier.full.last()) {
            (Some(here), Some(there)) => Arc::ptr_eq(here, there),
            (_, there) => there.is_none(),
        };
        let same_order = earlier.length == self.length || (earlier.in_step_order && self.in_step_order);
        is_shared
            && same_order
            && earlier.length <= self.length
            && (chunk_start(shared)..earlier.length).all(|index| {
                match (self.point(index), earlier.point(index)) {
                    (Some(here), Some(there)) => here.is_same(&there),
                    _ => false,
                }
            })
    }

    /// Calls `visit` with the points ordered by step, equal steps in logging order, all but the first `skip`.
    pub fn for_each_by_step(&self, skip: usize, mut visit: impl FnMut(RawPoint)) {
        if self.in_step_order {
            for (from, chunk) in self.chunks_from(skip) {
                for index in from..chunk.values.len() {
                    visit(chunk.point(index));
                }
            }
            return;
        }
        let points = self.logged(0..self.length);
        for index in stable_order(points.iter().map(|point| point.step)).into_iter().skip(skip) {
            visit(points[index as usize]);
        }
    }

    /// Calls `visit` with the points from index `first` on, counted in the order of steps, some thousand at a time as columns:
    /// with how many points came in earlier calls, and with the points.
    pub fn for_each_columns(&self, first: usize, mut visit: impl FnMut(usize, &Columns)) {
        if !self.in_step_order {
            visit(0, &self.columns_from(first));
            return;
        }
        let mut columns = Columns::default();
        let mut visited = 0;
        for (skip, chunk) in self.chunks_from(first) {
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

    /// The points from index `first` on, counted in the order of steps, as three columns.
    #[must_use]
    pub fn columns_from(&self, first: usize) -> Columns {
        let length = self.length.saturating_sub(first);
        let mut columns = Columns {
            step: Vec::with_capacity(length),
            value: Vec::with_capacity(length),
            timestamp: Vec::with_capacity(length),
        };
        if self.in_step_order {
            self.chunks_from(first).for_each(|(skip, chunk)| chunk.write_columns(skip, &mut columns));
            return columns;
        }
        self.for_each_by_step(first, |point| {
            columns.step.push(point.step as f64);
            columns.value.push(point.value);
            columns.timestamp.push(point.timestamp_ms as f64);
        });
        columns
    }
}

/// The end of the last chunk, if what continues its steps is not below the highest one.
fn tail_of(open: &mut Option<Chunk>, next_step: u64) -> Option<Tail<'_>> {
    open.as_mut()?.tail().filter(|tail| tail.step().saturating_add(1) >= next_step)
}

/// A series with its key, as a run holds it.
#[derive(Debug, Clone, Default)]
pub struct NamedSeries {
    /// The metric key.
    pub key: String,
    /// Its points.
    pub series: Series,
}

/// The order that sorts `keys`; equal keys keep their order.
#[must_use]
pub fn stable_order(keys: impl Iterator<Item = u64>) -> Vec<u32> {
    sorted_indices(&keys.collect::<Vec<u64>>())
}

fn sorted_indices(keys: &[u64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..keys.len() as u32).collect();
    order.sort_by_key(|&index| keys[index as usize]);
    order
}

/// The items sorted by a number; those of one number keep their order.
#[must_use]
pub fn sorted_by<T>(items: Vec<T>, number: impl Fn(&T) -> u64) -> Vec<T> {
    let order = stable_order(items.iter().map(number));
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    let mut sorted = Vec::with_capacity(items.len());
    for index in order {
        sorted.extend(items[index as usize].take());
    }
    sorted
}
