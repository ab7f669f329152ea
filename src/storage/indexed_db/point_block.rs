//! The bytes of one record of points: slices of one or more series, column by column. Little endian.
//!
//! ```text
//! u8 format (1) · u8 0 · u16 0 · u32 number of slices
//! per slice: u32 key length · key (UTF-8) · u64 first index · u32 count · steps · timestamps · count × f64 values
//! a whole-number column: u8 width w, then
//!   w = 0: u64 start · u64 stride                     (start + i × stride)
//!   w = 1, 2, 4: u64 base · count × w-byte offsets    (base + offset)
//!   w = 8: count × i64
//! ```
//!
//! `first index` is the slice's place in its series' log, so a reader can drop what it has already and order what it has not.

use crate::storage::chunk::RawPoint;
use crate::storage::error::{Result, StorageError};
use crate::storage::record::MAX_STEP;
use crate::storage::series::Series;

/// The layout's version, the first byte of every block.
pub const BLOCK_FORMAT: u8 = 1;

/// The largest block written, in bytes: a longer value becomes a file of its own in `LevelDB`.
pub const BLOCK_BYTES: usize = 64_000;

/// A block without points: what a fence holds.
pub const EMPTY_BLOCK: [u8; HEADER_BYTES] = [BLOCK_FORMAT, 0, 0, 0, 0, 0, 0, 0];

const HEADER_BYTES: usize = 8;
const SLICE_HEADER_BYTES: usize = 4 + 8 + 4 + 2 * 17;

/// A run of points of one series, as read back from a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// The metric key.
    pub key: String,
    /// Where the slice begins in the series' log.
    pub first_index: u64,
    /// The points in logging order.
    pub points: Vec<RawPoint>,
}

/// Builds blocks one after the other, starting a new one when [`BLOCK_BYTES`] is reached.
#[derive(Debug, Default)]
pub struct BlockWriter {
    finished: Vec<Vec<u8>>,
    open: Vec<u8>,
    slices: u32,
}

impl BlockWriter {
    /// Appends the points `range` of `series`, over as many blocks as they need.
    pub fn add(&mut self, key: &str, series: &Series, range: std::ops::Range<usize>) {
        self.add_behind(0, key, series, range);
    }

    /// As [`BlockWriter::add`], for a series without its first `before` points.
    pub fn add_behind(&mut self, before: u64, key: &str, series: &Series, range: std::ops::Range<usize>) {
        let mut from = range.start;
        while from < range.end {
            self.start_if_none();
            let overhead = SLICE_HEADER_BYTES + key.len();
            let room = BLOCK_BYTES.saturating_sub(self.open.len() + overhead);
            // Widths are of what may fit at the least cost; the real cost a point is known after a look at them.
            let most = (room / 8).min(range.end - from).max(1);
            let points: Vec<RawPoint> = series.logged(from..from + most).collect();
            let steps = Layout::of(points.iter().map(|point| point.step as i64));
            let times = Layout::of(points.iter().map(|point| point.timestamp_ms));
            let fits = room / (8 + steps.width() + times.width());
            if fits == 0 && self.slices > 0 {
                self.close();
                continue;
            }
            let points = &points[..points.len().min(fits.max(1))];
            self.write_slice(key, before + from as u64, points);
            from += points.len();
        }
    }

    /// The finished blocks; at least one, without slices if nothing was added.
    #[must_use]
    pub fn finish(mut self) -> Vec<Vec<u8>> {
        if self.finished.is_empty() || self.slices > 0 {
            self.start_if_none();
            self.close();
        }
        self.finished
    }

    fn start_if_none(&mut self) {
        if self.open.is_empty() {
            self.open.extend_from_slice(&EMPTY_BLOCK);
            self.slices = 0;
        }
    }

    fn close(&mut self) {
        self.open[4..HEADER_BYTES].copy_from_slice(&self.slices.to_le_bytes());
        self.finished.push(std::mem::take(&mut self.open));
        self.slices = 0;
    }

    fn write_slice(&mut self, key: &str, first_index: u64, points: &[RawPoint]) {
        let bytes = &mut self.open;
        bytes.extend_from_slice(&(key.len() as u32).to_le_bytes());
        bytes.extend_from_slice(key.as_bytes());
        bytes.extend_from_slice(&first_index.to_le_bytes());
        bytes.extend_from_slice(&(points.len() as u32).to_le_bytes());
        write_column(bytes, || points.iter().map(|point| point.step as i64));
        write_column(bytes, || points.iter().map(|point| point.timestamp_ms));
        for point in points {
            bytes.extend_from_slice(&point.value.to_le_bytes());
        }
        self.slices += 1;
    }
}

/// How a column of whole numbers is written: chosen for the fewest bytes.
enum Layout {
    Arithmetic { start: i64, stride: i64 },
    Offsets { base: i64, width: u8 },
    Explicit,
}

impl Layout {
    fn of(mut numbers: impl Iterator<Item = i64>) -> Self {
        let Some(first) = numbers.next() else {
            return Self::Arithmetic { start: 0, stride: 0 };
        };
        let (mut low, mut high, mut previous) = (first, first, first);
        let mut stride = None;
        let mut regular = true;
        for number in numbers {
            let difference = number.wrapping_sub(previous);
            regular &= *stride.get_or_insert(difference) == difference;
            low = low.min(number);
            high = high.max(number);
            previous = number;
        }
        if regular {
            return Self::Arithmetic { start: first, stride: stride.unwrap_or(0) };
        }
        match high.wrapping_sub(low) as u64 {
            0..=0xff => Self::Offsets { base: low, width: 1 },
            0x100..=0xffff => Self::Offsets { base: low, width: 2 },
            0x1_0000..=0xffff_ffff => Self::Offsets { base: low, width: 4 },
            _ => Self::Explicit,
        }
    }

    fn width(&self) -> usize {
        match self {
            Self::Arithmetic { .. } => 0,
            Self::Offsets { width, .. } => usize::from(*width),
            Self::Explicit => 8,
        }
    }
}

fn write_column<I: Iterator<Item = i64>>(bytes: &mut Vec<u8>, numbers: impl Fn() -> I) {
    let layout = Layout::of(numbers());
    bytes.push(layout.width() as u8);
    match layout {
        Layout::Arithmetic { start, stride } => {
            bytes.extend_from_slice(&start.to_le_bytes());
            bytes.extend_from_slice(&stride.to_le_bytes());
        }
        Layout::Offsets { base, width } => {
            bytes.extend_from_slice(&base.to_le_bytes());
            for number in numbers() {
                let offset = number.wrapping_sub(base).to_le_bytes();
                bytes.extend_from_slice(&offset[..usize::from(width)]);
            }
        }
        Layout::Explicit => {
            numbers().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
        }
    }
}

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

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn series(points: &[RawPoint]) -> Series {
        let mut series = Series::default();
        points.iter().for_each(|&point| series.push(point));
        series
    }

    fn bits(points: &[RawPoint]) -> Vec<(u64, u64, i64)> {
        points.iter().map(|p| (p.step, p.value.to_bits(), p.timestamp_ms)).collect()
    }

    fn any_point() -> impl Strategy<Value = RawPoint> {
        let step = prop_oneof![0..300u64, 0..=MAX_STEP];
        let time = prop_oneof![0..100_000i64, -5..(1i64 << 50)];
        (step, any::<u64>(), time).prop_map(|(step, value, timestamp_ms)| RawPoint {
            step,
            value: f64::from_bits(value),
            timestamp_ms,
        })
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_back_bit_for_bit(
            a in prop::collection::vec(any_point(), 0..200),
            b in prop::collection::vec(any_point(), 0..200),
        ) {
            let mut writer = BlockWriter::default();
            writer.add("a", &series(&a), 0..a.len());
            writer.add("b/ü", &series(&b), 0..b.len());
            let mut read: [Vec<RawPoint>; 2] = Default::default();
            for block in writer.finish() {
                for slice in read_block(&block)? {
                    let into = &mut read[usize::from(slice.key != "a")];
                    prop_assert_eq!(slice.first_index as usize, into.len());
                    into.extend(slice.points);
                }
            }
            prop_assert_eq!(bits(&read[0]), bits(&a));
            prop_assert_eq!(bits(&read[1]), bits(&b));
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut framed = vec![1, 0, 0, 0, 1, 0, 0, 0];
            framed.extend(&bytes);
            let _ = read_block(&framed);
            let _ = read_block(&bytes);
        }
    }

    #[test]
    fn blocks_keep_to_their_size() {
        let points: Vec<RawPoint> = (0..50_000u64)
            .map(|i| RawPoint { step: i * i, value: i as f64, timestamp_ms: 1_700_000_000_000 + i as i64 })
            .collect();
        let mut writer = BlockWriter::default();
        writer.add("loss", &series(&points), 0..points.len());
        for name in 0..5_000 {
            writer.add(&format!("metric {name}"), &series(&points[..1]), 0..1);
        }
        let blocks = writer.finish();
        assert!(blocks.len() > 10);
        assert!(blocks.iter().all(|block| block.len() <= BLOCK_BYTES));
        assert_eq!(
            blocks
                .iter()
                .map(|b| read_block(b).map_or(0, |s| s.iter().map(|s| s.points.len()).sum()))
                .sum::<usize>(),
            55_000
        );
    }

    #[test]
    fn regular_series_take_eight_to_ten_bytes_a_point() {
        let points: Vec<RawPoint> = (0..8_000u64)
            .map(|i| RawPoint {
                step: i,
                value: i as f64,
                timestamp_ms: 1_700_000_000_000 + (i as i64 * 7) / 3,
            })
            .collect();
        let mut writer = BlockWriter::default();
        writer.add("loss", &series(&points), 0..points.len());
        let bytes: usize = writer.finish().iter().map(Vec::len).sum();
        assert!(bytes < 8_000 * 10 + 500, "{bytes}");
    }

    #[test]
    fn a_damaged_block_is_refused() {
        let mut writer = BlockWriter::default();
        let points = [RawPoint { step: 1, value: 2.0, timestamp_ms: 3 }; 5];
        writer.add("loss", &series(&points), 0..5);
        let block = writer.finish().remove(0);
        for length in 0..block.len() {
            assert!(read_block(&block[..length]).is_err(), "cut at {length}");
        }
        let mut long = block.clone();
        long.push(0);
        assert!(read_block(&long).is_err());
        let mut newer = block;
        newer[0] = 2;
        assert!(matches!(read_block(&newer), Err(StorageError::Corrupt(text)) if text.contains("format 2")));
    }

    #[test]
    fn a_block_without_points_is_a_block() {
        assert_eq!(BlockWriter::default().finish(), [EMPTY_BLOCK]);
        assert_eq!(read_block(&EMPTY_BLOCK), Ok(Vec::new()));
    }
}
