//! Reading blocks back: whatever the bytes are, an error at most.

use super::{BLOCK_FORMAT, CorruptBlock, SeriesBlock};
use crate::columns::MAX_STEP;
use crate::columns::chunk::RawPoint;
use crate::columns::point_batch::{BatchTimes, PointBatch};

type Result<T> = std::result::Result<T, CorruptBlock>;

/// Reads a block back, point by point.
///
/// # Errors
/// [`CorruptBlock`] if it is of another format, too short, too long, or holds what no writer writes.
pub fn read_block(bytes: &[u8]) -> Result<Vec<SeriesBlock>> {
    let series_blocks = read_encoded_blocks(bytes)?.into_iter().map(|encoded| SeriesBlock {
        key: encoded.key.to_owned(),
        first_index: encoded.first_index,
        points: encoded.points(),
    });
    Ok(series_blocks.collect())
}

/// Reads a block back, as columns.
///
/// # Errors
/// As [`read_block`].
pub fn read_encoded_blocks(bytes: &[u8]) -> Result<Vec<EncodedSeriesBlock<'_>>> {
    let mut reader = Reader { rest: bytes };
    let format = reader.take(4)?[0];
    if format != BLOCK_FORMAT {
        return Err(corrupt(&format!("is of format {format}, known is {BLOCK_FORMAT}")));
    }
    let series_blocks = reader.u32()?;
    let mut result = Vec::new();
    for _ in 0..series_blocks {
        result.push(read_series_block(&mut reader)?);
    }
    if reader.rest.is_empty() { Ok(result) } else { Err(corrupt("is longer than its contents")) }
}

fn read_series_block<'a>(reader: &mut Reader<'a>) -> Result<EncodedSeriesBlock<'a>> {
    let key_length = reader.u32()? as usize;
    let key = std::str::from_utf8(reader.take(key_length)?)
        .map_err(|_| corrupt("names a metric in no valid UTF-8"))?;
    let first_index = reader.u64()?;
    let count = reader.u32()? as usize;
    let steps = read_column(reader, count)?;
    if !steps.are_steps(count) {
        return Err(corrupt("holds a step out of range"));
    }
    let times = read_column(reader, count)?;
    let values = reader.array(count, 8)?;
    Ok(EncodedSeriesBlock { key, first_index, steps, times, values })
}

/// Points of one series as they lie in a block.
pub struct EncodedSeriesBlock<'a> {
    /// The metric key.
    pub key: &'a str,
    /// The index of its first point in the series' log.
    pub first_index: u64,
    steps: Column<'a>,
    times: Column<'a>,
    values: &'a [u8],
}

/// Where columns are put together; used again for each series block.
#[derive(Default)]
pub struct ColumnBuffers {
    values: Vec<f64>,
    offsets: Vec<u32>,
}

impl EncodedSeriesBlock<'_> {
    /// Number of points.
    #[cfg(feature = "interop")]
    #[must_use]
    pub fn count(&self) -> usize {
        self.values.len() / 8
    }

    /// The points in logging order.
    #[must_use]
    pub fn points(&self) -> Vec<RawPoint> {
        let mut points: Vec<RawPoint> = Vec::with_capacity(self.values.len() / 8);
        for value in self.values.as_chunks().0 {
            points.push(RawPoint { step: 0, value: f64::from_le_bytes(*value), timestamp_ms: 0 });
        }
        self.steps.for_each(points.len(), |index, step| points[index].step = step as u64);
        self.times.for_each(points.len(), |index, time| points[index].timestamp_ms = time);
        points
    }

    /// The points as a batch, if steps rise regularly and times are near each other. So they are nearly always.
    pub fn batch<'b>(&self, buffers: &'b mut ColumnBuffers) -> Option<PointBatch<'b>> {
        let Column::Arithmetic { start, stride } = self.steps else { return None };
        let (values, _) = self.values.as_chunks();
        let times = match self.times {
            Column::Arithmetic { start, stride: 0 } => BatchTimes::Same(start),
            Column::Offsets { base, width: 1 | 2 | 4, .. } => {
                buffers.offsets.resize(values.len(), 0);
                let offsets = &mut buffers.offsets[..values.len()];
                self.times
                    .for_each(values.len(), |index, time| offsets[index] = time.wrapping_sub(base) as u32);
                BatchTimes::After { base, offsets }
            }
            _ => return None,
        };
        buffers.values.resize(values.len(), 0.0);
        for (to, value) in buffers.values.iter_mut().zip(values) {
            *to = f64::from_le_bytes(*value);
        }
        let stride = u64::try_from(stride).ok()?;
        Some(PointBatch { first_step: start as u64, stride, values: &buffers.values, times })
    }
}

enum Column<'a> {
    Arithmetic {
        start: i64,
        stride: i64,
    },
    /// With a base of 0 and a width of 8, the numbers themselves.
    Offsets {
        base: i64,
        width: usize,
        offsets: &'a [u8],
    },
}

impl Column<'_> {
    /// Calls `visit` with the index and the number of each of `count` points.
    fn for_each(&self, count: usize, mut visit: impl FnMut(usize, i64)) {
        match *self {
            Self::Arithmetic { start, stride } => {
                let mut number = start;
                for index in 0..count {
                    visit(index, number);
                    number = number.wrapping_add(stride);
                }
            }
            Self::Offsets { base, width, offsets } => {
                for (index, bytes) in offsets.chunks_exact(width).enumerate() {
                    let offset = bytes.iter().rev().fold(0, |offset, &byte| offset << 8 | i64::from(byte));
                    visit(index, base.wrapping_add(offset));
                }
            }
        }
    }

    /// Whether all numbers can be steps.
    fn are_steps(&self, count: usize) -> bool {
        let is_step = |number: i64| (0..=MAX_STEP as i64).contains(&number);
        match *self {
            _ if count == 0 => true,
            // The first and the last are the lowest and the highest, or the other way round.
            Self::Arithmetic { start, stride } => {
                let rise = stride.checked_mul(count as i64 - 1);
                is_step(start) && rise.and_then(|rise| start.checked_add(rise)).is_some_and(is_step)
            }
            Self::Offsets { .. } => {
                let mut are_steps = true;
                self.for_each(count, |_, number| are_steps &= is_step(number));
                are_steps
            }
        }
    }
}

fn read_column<'a>(reader: &mut Reader<'a>, count: usize) -> Result<Column<'a>> {
    match reader.take(1)?[0] {
        0 => Ok(Column::Arithmetic { start: reader.i64()?, stride: reader.i64()? }),
        width @ (1 | 2 | 4) => {
            let width = usize::from(width);
            Ok(Column::Offsets { base: reader.i64()?, width, offsets: reader.array(count, width)? })
        }
        8 => Ok(Column::Offsets { base: 0, width: 8, offsets: reader.array(count, 8)? }),
        width => Err(corrupt(&format!("has a column {width} bytes wide"))),
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(|| corrupt("is cut short"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn array(&mut self, count: usize, width: usize) -> Result<&'a [u8]> {
        self.take(count.checked_mul(width).ok_or_else(|| corrupt("is cut short"))?)
    }

    fn u32(&mut self) -> Result<u32> {
        self.take(4).map(|bytes| u32::from_le_bytes(to_array(bytes)))
    }

    fn u64(&mut self) -> Result<u64> {
        self.take(8).map(|bytes| u64::from_le_bytes(to_array(bytes)))
    }

    fn i64(&mut self) -> Result<i64> {
        self.take(8).map(|bytes| i64::from_le_bytes(to_array(bytes)))
    }
}

/// Copies exactly `N` bytes; callers have taken that many.
fn to_array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(bytes);
    array
}

fn corrupt(what: &str) -> CorruptBlock {
    CorruptBlock(format!("a record of points {what}"))
}
