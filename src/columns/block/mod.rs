//! The bytes of one record of points: points of one or more series, column by column. Little endian.
//!
//! ```text
//! u8 format (1) · u8 0 · u16 0 · u32 number of series
//! per series: u32 key length · key (UTF-8) · u64 first index · u32 count · steps · timestamps · count × f64 values
//! a whole-number column: u8 width w, then
//!   w = 0: i64 start · i64 stride                     (start + i × stride)
//!   w = 1, 2, 4: i64 base · count × w-byte offsets    (base + offset)
//!   w = 8: count × i64
//! ```
//!
//! `first index` is the index of its first point in the series' log, so a reader can drop what it has already and order what it has not.

mod read;
mod write;

pub use read::{ColumnBuffers, EncodedSeriesBlock, read_block, read_encoded_blocks};
pub use write::{BlockWriter, series_blocks};

use std::fmt;

use super::chunk::RawPoint;

/// The layout's version, the first byte of every block.
pub const BLOCK_FORMAT: u8 = 1;

/// The largest block written, in bytes: a longer value becomes a file of its own in `LevelDB`.
pub const BLOCK_BYTES: usize = 64_000;

/// A block without points: what a fence holds.
pub const EMPTY_BLOCK: [u8; HEADER_BYTES] = [BLOCK_FORMAT, 0, 0, 0, 0, 0, 0, 0];

const HEADER_BYTES: usize = 8;

/// A block that cannot be read; the text says what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorruptBlock(pub String);

impl fmt::Display for CorruptBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CorruptBlock {}

/// Consecutive points of one series, as read back from a block.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesBlock {
    /// The metric key.
    pub key: String,
    /// The index of its first point in the series' log.
    pub first_index: u64,
    /// The points in logging order.
    pub points: Vec<RawPoint>,
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::columns::{MAX_STEP, Series};
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
                for series_block in read_block(&block)? {
                    let into = &mut read[usize::from(series_block.key != "a")];
                    prop_assert_eq!(series_block.first_index as usize, into.len());
                    into.extend(series_block.points);
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
    fn a_corrupt_block_is_refused() {
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
        assert!(matches!(read_block(&newer), Err(CorruptBlock(text)) if text.contains("format 2")));
    }

    #[test]
    fn a_block_without_points_is_a_block() {
        assert_eq!(BlockWriter::default().finish(), [EMPTY_BLOCK]);
        assert_eq!(read_block(&EMPTY_BLOCK), Ok(Vec::new()));
    }
}
