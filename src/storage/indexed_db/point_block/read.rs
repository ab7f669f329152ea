//! Reading blocks back: whatever the bytes are, an error at most.

use super::{BLOCK_FORMAT, Slice};
use crate::storage::chunk::RawPoint;
use crate::storage::error::{Result, StorageError};
use crate::storage::record::MAX_STEP;

/// Reads a block back.
///
/// # Errors
/// `Corrupt` if it is of another format, too short, too long, or holds what no writer writes.
pub fn read_block(bytes: &[u8]) -> Result<Vec<Slice>> {
    let mut reader = Reader { rest: bytes };
    let format = reader.take(4)?[0];
    if format != BLOCK_FORMAT {
        return Err(corrupt(&format!("is of format {format}, known is {BLOCK_FORMAT}")));
    }
    let slices = reader.u32()?;
    let mut result = Vec::new();
    for _ in 0..slices {
        result.push(read_slice(&mut reader)?);
    }
    if reader.rest.is_empty() { Ok(result) } else { Err(corrupt("is longer than its contents")) }
}

fn read_slice(reader: &mut Reader) -> Result<Slice> {
    let key_length = reader.u32()? as usize;
    let key = std::str::from_utf8(reader.take(key_length)?)
        .map_err(|_| corrupt("names a metric in no valid UTF-8"))?
        .to_owned();
    let first_index = reader.u64()?;
    let count = reader.u32()? as usize;
    let steps = read_column(reader, count)?;
    let times = read_column(reader, count)?;
    let values = reader.array(count, 8)?;
    let mut points = Vec::with_capacity(count);
    for value in values.chunks_exact(8) {
        points.push(RawPoint { step: 0, value: f64::from_le_bytes(to_array(value)), timestamp_ms: 0 });
    }
    let mut highest = 0;
    steps.fill(&mut points, |point, step| {
        // A negative one becomes one that is too high.
        point.step = step as u64;
        highest = point.step.max(highest);
    });
    if highest > MAX_STEP {
        return Err(corrupt("holds a step out of range"));
    }
    times.fill(&mut points, |point, time| point.timestamp_ms = time);
    Ok(Slice { key, first_index, points })
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
    /// Gives each point its number.
    fn fill(&self, points: &mut [RawPoint], mut set: impl FnMut(&mut RawPoint, i64)) {
        match *self {
            Self::Arithmetic { start, stride } => {
                let mut number = start;
                for point in points {
                    set(point, number);
                    number = number.wrapping_add(stride);
                }
            }
            Self::Offsets { base, width, offsets } => {
                for (point, bytes) in points.iter_mut().zip(offsets.chunks_exact(width)) {
                    let offset = bytes.iter().rev().fold(0, |offset, &byte| offset << 8 | i64::from(byte));
                    set(point, base.wrapping_add(offset));
                }
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

fn corrupt(what: &str) -> StorageError {
    StorageError::Corrupt(format!("a record of points {what}"))
}
