//! Writing blocks.

use super::read::read_encoded_blocks;
use super::{BLOCK_BYTES, EMPTY_BLOCK, HEADER_BYTES};
use crate::columns::chunk::RawPoint;
use crate::columns::series::Series;

const SERIES_BLOCK_HEADER_BYTES: usize = 4 + 8 + 4 + 2 * 17;

/// Builds blocks one after the other, starting a new one when [`BLOCK_BYTES`] is reached.
#[derive(Debug, Default)]
pub struct BlockWriter {
    finished: Vec<Vec<u8>>,
    open: Vec<u8>,
    series_blocks: u32,
}

/// The blocks of one series that begins behind `before` points, each with the index of its first point.
#[must_use]
pub fn series_blocks(key: &str, before: u64, series: &Series) -> Vec<(u64, Vec<u8>)> {
    let mut writer = BlockWriter::default();
    writer.add_behind(before, key, series, 0..series.len());
    let mut indexed = Vec::new();
    for block in writer.finish() {
        // A series without points has a block without any.
        let first_index = read_encoded_blocks(&block).ok().and_then(|read| Some(read.first()?.first_index));
        indexed.extend(first_index.map(|first_index| (first_index, block)));
    }
    indexed
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
            let overhead = SERIES_BLOCK_HEADER_BYTES + key.len();
            let room = BLOCK_BYTES.saturating_sub(self.open.len() + overhead);
            // Widths are of what may fit at the least cost; the real cost a point is known after a look at them.
            let most = (room / 8).min(range.end - from).max(1);
            let points = series.logged(from..from + most);
            let steps = Layout::of(points.iter().map(|point| point.step as i64));
            let times = Layout::of(points.iter().map(|point| point.timestamp_ms));
            let fits = room / (8 + steps.width() + times.width());
            if fits == 0 && self.series_blocks > 0 {
                self.close();
                continue;
            }
            let points = &points[..points.len().min(fits.max(1))];
            self.write_series_block(key, before + from as u64, points);
            from += points.len();
        }
    }

    /// The finished blocks; at least one, without series blocks if nothing was added.
    #[must_use]
    pub fn finish(mut self) -> Vec<Vec<u8>> {
        if self.finished.is_empty() || self.series_blocks > 0 {
            self.start_if_none();
            self.close();
        }
        self.finished
    }

    fn start_if_none(&mut self) {
        if self.open.is_empty() {
            self.open.extend_from_slice(&EMPTY_BLOCK);
            self.series_blocks = 0;
        }
    }

    fn close(&mut self) {
        self.open[4..HEADER_BYTES].copy_from_slice(&self.series_blocks.to_le_bytes());
        self.finished.push(std::mem::take(&mut self.open));
        self.series_blocks = 0;
    }

    fn write_series_block(&mut self, key: &str, first_index: u64, points: &[RawPoint]) {
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
        self.series_blocks += 1;
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
