//! Up to [`CHUNK_POINTS`] points of a series as columns. Steps that rise by a constant stride cost nothing, and timestamps cost four
//! bytes: twelve bytes a point in the common case.

use super::point_batch::PointBatch;

/// The most points of a chunk.
pub const CHUNK_POINTS: usize = 4096;
/// Half the points of a series' first chunk.
const HALF_FIRST: usize = 4;
/// The first chunk that holds [`CHUNK_POINTS`].
const FIRST_FULL: usize = (CHUNK_POINTS / HALF_FIRST).ilog2() as usize;

/// The number of the chunk that holds a series' point.
#[inline(always)]
pub(super) fn chunk_of(index: usize) -> usize {
    if index < 2 * CHUNK_POINTS {
        ((index | HALF_FIRST).ilog2() - HALF_FIRST.ilog2()) as usize
    } else {
        index / CHUNK_POINTS + FIRST_FULL - 1
    }
}

/// How many points the chunks before this one hold.
#[inline(always)]
pub(super) fn chunk_start(number: usize) -> usize {
    match number {
        0 => 0,
        1..FIRST_FULL => HALF_FIRST << number,
        _ => (number + 1 - FIRST_FULL) * CHUNK_POINTS,
    }
}

/// How many points a chunk holds.
pub(super) fn chunk_capacity(number: usize) -> usize {
    chunk_start(number + 1) - chunk_start(number)
}

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

/// One point as it is logged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoggedPoint {
    /// The caller's step; nothing for the metric's next one.
    pub step: Option<u64>,
    /// The value.
    pub value: f64,
    /// Milliseconds since the epoch.
    pub timestamp_ms: i64,
}

impl RawPoint {
    /// Whether the two are the same to the bit: NaN too is what it is.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.step == other.step
            && self.timestamp_ms == other.timestamp_ms
            && self.value.to_bits() == other.value.to_bits()
    }
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
pub(super) struct Chunk {
    capacity: usize,
    steps: Steps,
    pub(super) values: Vec<f64>,
    times: Times,
}

/// The end of a chunk: what continues its steps and times is stored with less ado than by [`Chunk::push`].
#[derive(Debug)]
pub(super) struct Tail<'a> {
    room: usize,
    step: u64,
    stride: u64,
    base: i64,
    values: &'a mut Vec<f64>,
    offsets: &'a mut Vec<u32>,
}

impl Tail<'_> {
    /// The only step that may come next.
    pub(super) fn step(&self) -> u64 {
        self.step
    }

    /// Stores a point if it is what may come next.
    #[inline]
    pub(super) fn push(&mut self, point: RawPoint) -> bool {
        let offset = point.timestamp_ms.wrapping_sub(self.base) as u64;
        if self.room == 0 || point.step != self.step || offset > u64::from(u32::MAX) {
            return false;
        }
        self.room -= 1;
        self.step = self.step.wrapping_add(self.stride);
        self.values.push(point.value);
        self.offsets.push(offset as u32);
        true
    }
}

impl Chunk {
    pub(super) fn starting_with(point: RawPoint, capacity: usize) -> Self {
        let mut values = Vec::with_capacity(capacity);
        values.push(point.value);
        let mut offsets = Vec::with_capacity(capacity);
        offsets.push(0);
        Self {
            capacity,
            steps: Steps::Arithmetic { start: point.step, stride: 1 },
            values,
            times: Times::Offsets { base: point.timestamp_ms, offsets },
        }
    }

    /// How many more points go in. Capacities are what was asked for: an allocator may give more to one column than to another.
    #[inline]
    pub(super) fn room(&self) -> usize {
        self.capacity - self.values.len()
    }

    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.values.len() == self.capacity
    }

    #[inline(always)]
    pub(super) fn step(&self, index: usize) -> u64 {
        match &self.steps {
            Steps::Arithmetic { start, stride } => start.wrapping_add(stride.wrapping_mul(index as u64)),
            Steps::Explicit(steps) => steps[index],
        }
    }

    pub(super) fn timestamp_ms(&self, index: usize) -> i64 {
        match &self.times {
            Times::Offsets { base, offsets } => base + i64::from(offsets[index]),
            Times::Explicit(times) => times[index],
        }
    }

    #[inline]
    pub(super) fn push(&mut self, point: RawPoint) {
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

    /// Where points go that continue the chunk; nothing if steps or times have columns of their own.
    pub(super) fn tail(&mut self) -> Option<Tail<'_>> {
        let room = self.room();
        let length = self.values.len() as u64;
        match (&self.steps, &mut self.times) {
            (&Steps::Arithmetic { start, stride }, Times::Offsets { base, offsets }) => Some(Tail {
                room,
                step: start.wrapping_add(stride.wrapping_mul(length)),
                stride,
                base: *base,
                values: &mut self.values,
                offsets,
            }),
            _ => None,
        }
    }

    /// Appends a batch in one go. Returns false where steps or times need columns of their own: those points go in one by one.
    pub(super) fn push_batch(&mut self, batch: &PointBatch) -> bool {
        let length = self.values.len();
        let (Steps::Arithmetic { start, stride }, Times::Offsets { base, offsets }) =
            (&mut self.steps, &mut self.times)
        else {
            return false;
        };
        let from_start = batch.first_step.wrapping_sub(*start);
        let fits = if length == 1 {
            from_start == batch.stride
        } else {
            *stride == batch.stride && from_start == stride.wrapping_mul(length as u64)
        };
        if !fits || !batch.times.write_offsets(*base, batch.values.len(), offsets) {
            return false;
        }
        *stride = batch.stride;
        self.values.extend_from_slice(batch.values);
        true
    }

    /// Appends the points from `skip` on to columns.
    pub(super) fn write_columns(&self, skip: usize, columns: &mut Columns) {
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

    pub(super) fn point(&self, index: usize) -> RawPoint {
        RawPoint { step: self.step(index), value: self.values[index], timestamp_ms: self.timestamp_ms(index) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_join_up_and_each_point_finds_its_own() {
        let mut number = 0;
        for index in 0..100_000 {
            number += usize::from(index == chunk_start(number + 1));
            assert_eq!(chunk_of(index), number, "{index}");
        }
        assert_eq!([0, 1, 2, 9, 10, 20].map(chunk_capacity), [8, 8, 16, 2048, 4096, 4096]);
    }

    #[test]
    fn regular_steps_cost_no_memory() {
        let point = |step| RawPoint { step, value: 0.0, timestamp_ms: 0 };
        let mut chunk = Chunk::starting_with(point(10), 4);
        (1..500).for_each(|index| chunk.push(point(10 + 3 * index)));
        assert!(matches!(chunk.steps, Steps::Arithmetic { start: 10, stride: 3 }));
    }
}
