//! A portion of a run's points, put together from the blocks that hold them. Pure.

use std::collections::BTreeMap;

use crate::columns::{
    ColumnBuffers, CorruptBlock, EncodedSeriesBlock, RawPoint, read_encoded_blocks, sorted_by,
};
use crate::database::Key;
use crate::storage::{NamedSeries, Series};

/// The points `from..until` of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::engine) struct PortionRange {
    pub(in crate::engine) key: String,
    pub(in crate::engine) from: u64,
    pub(in crate::engine) until: u64,
}

impl PortionRange {
    fn meets(&self, from: u64, until: u64) -> bool {
        from < self.until && self.from < until
    }
}

/// Which records may hold points of a portion, of the keys of all records of the run's points, in order. Entries of the log
/// before `first_entry` are left out.
pub(super) fn keys_of(ranges: &[PortionRange], keys: &[Key], first_entry: u64) -> Vec<Key> {
    let by_key: BTreeMap<&str, &PortionRange> = ranges.iter().map(|range| (&*range.key, range)).collect();
    let mut wanted = Vec::new();
    for (index, key) in keys.iter().enumerate() {
        let Key::Points { series, number, .. } = key else { continue };
        // A log entry has points of any series; the points of a segment end where the next one begins.
        let end = match keys.get(index + 1) {
            Some(Key::Points { series: next, number, .. }) if next == series => *number,
            _ => u64::MAX,
        };
        let is_segment_wanted = || by_key.get(&**series).is_some_and(|range| range.meets(*number, end));
        if (series.is_empty() && *number >= first_entry) || is_segment_wanted() {
            wanted.push(key.clone());
        }
    }
    wanted
}

/// Points that are being put together.
pub(super) struct Portion {
    ranges: Vec<PortionRange>,
    /// Where each series is among the ranges.
    places: BTreeMap<String, usize>,
    /// The points of each range, and the index behind the last of them: where points could not be read it is farther.
    series: Vec<(Series, u64)>,
    /// Points that came before those that they go on from, or that were there already: place, first index, points.
    waiting: Vec<(usize, u64, Vec<RawPoint>)>,
    buffers: ColumnBuffers,
}

impl Portion {
    pub(super) fn of(ranges: &[PortionRange]) -> Self {
        let place = |(place, range): (usize, &PortionRange)| (range.key.clone(), place);
        Self {
            ranges: ranges.to_vec(),
            places: ranges.iter().enumerate().map(place).collect(),
            series: ranges.iter().map(|range| (Series::default(), range.from)).collect(),
            waiting: Vec::new(),
            buffers: ColumnBuffers::default(),
        }
    }

    /// Takes from a block what belongs to the portion.
    ///
    /// # Errors
    /// [`CorruptBlock`]: its points will be counted as missing.
    pub(super) fn take(&mut self, block: &[u8]) -> Result<(), CorruptBlock> {
        for encoded in read_encoded_blocks(block)? {
            if let Some(&place) = self.places.get(encoded.key) {
                self.take_series(place, &encoded);
            }
        }
        Ok(())
    }

    fn take_series(&mut self, place: usize, encoded: &EncodedSeriesBlock<'_>) {
        let (range, (series, end)) = (&self.ranges[place], &mut self.series[place]);
        let (first, count) = (encoded.first_index, encoded.count() as u64);
        if !range.meets(first, first.saturating_add(count)) {
            return;
        }
        let is_whole = range.from <= first && first.saturating_add(count) <= range.until;
        if is_whole
            && first == *end
            && let Some(batch) = encoded.batch(&mut self.buffers)
        {
            series.push_batch(&batch);
            *end += count;
            return;
        }
        let begin = range.from.max(first);
        let mut points = encoded.points();
        points.truncate((range.until - first) as usize);
        points.drain(..(begin - first) as usize);
        if begin == *end {
            *end += points.len() as u64;
            points.into_iter().for_each(|point| series.push(point));
        } else {
            self.waiting.push((place, begin, points));
        }
    }

    /// The series of the portion, those without points left out, and of which metric how many points are missing: their blocks could not be
    /// read.
    pub(super) fn finish(mut self) -> (Vec<NamedSeries>, Vec<(String, u64)>) {
        for (place, first, points) in sorted_by(std::mem::take(&mut self.waiting), |(_, first, _)| *first) {
            append(&mut self.series[place], first, &points);
        }
        let (mut all, mut missing) = (Vec::new(), Vec::new());
        for (range, (series, _)) in self.ranges.into_iter().zip(self.series) {
            let missing_here = (range.until - range.from).saturating_sub(series.len() as u64);
            if missing_here > 0 {
                missing.push((range.key.clone(), missing_here));
            }
            if !series.is_empty() {
                all.push(NamedSeries { key: range.key, series });
            }
        }
        (all, missing)
    }
}

/// Appends points but those that are there: a compaction that was committed in part leaves them in entries and in their segment. Other points
/// of the same indexes are another page's, which resumed the run and did not know of the first ones.
fn append((series, end): &mut (Series, u64), first: u64, points: &[RawPoint]) {
    let known = series.count_known(*end, first, points);
    points[known..].iter().for_each(|&point| series.push(point));
    *end = (*end).max(first + points.len() as u64);
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::columns::BlockWriter;

    fn point(step: u64) -> RawPoint {
        RawPoint { step, value: step as f64 / 3.0, timestamp_ms: 1_795_750_137_042 + 7 * (step as i64 % 5) }
    }

    fn series(count: u64) -> Series {
        let mut series = Series::default();
        (0..count).for_each(|step| series.push(point(step)));
        series
    }

    /// A block with the points `from..until` of some series.
    fn block(parts: &[(&str, u64, u64)]) -> Vec<u8> {
        let mut writer = BlockWriter::default();
        for (key, from, until) in parts {
            writer.add(key, &series(*until), *from as usize..*until as usize);
        }
        writer.finish().remove(0)
    }

    fn range(key: &str, from: u64, until: u64) -> PortionRange {
        PortionRange { key: key.to_owned(), from, until }
    }

    /// The steps that blocks have of a range, and how many are missing.
    fn steps_of(from: u64, until: u64, blocks: &[Vec<u8>]) -> (Vec<u64>, u64) {
        let mut portion = Portion::of(&[range("loss", from, until)]);
        blocks.iter().for_each(|block| drop(portion.take(block)));
        let (all, missing) = portion.finish();
        let points = all.first().map(|named| named.series.logged(0..named.series.len()));
        let missing = missing.first().map_or(0, |(_, count)| *count);
        (points.unwrap_or_default().iter().map(|point| point.step).collect(), missing)
    }

    proptest! {
        #[test]
        fn portion_of_blocks_in_any_order_that_overlap_anyhow_has_each_point_once(
            cuts in prop::collection::btree_set(1..60_u64, 0..8),
            again in prop::collection::vec((0..60_u64, 1..30_u64), 0..4),
            order in any::<u64>(),
            ends in (0..60_u64, 1..60_u64),
        ) {
            let mut bounds: Vec<u64> = [0, 60].into_iter().chain(cuts).collect();
            bounds.sort_unstable();
            let mut parts: Vec<(u64, u64)> = bounds.windows(2).map(|pair| (pair[0], pair[1])).collect();
            parts.extend(again.iter().map(|(from, count)| (*from, (from + count).min(60))));
            parts.sort_by_key(|(from, until)| (from * 31 + until * 17).wrapping_mul(order | 1));
            let other = ("other", 3, 9);
            let blocks: Vec<_> =
                parts.iter().map(|(from, until)| block(&[other, ("loss", *from, *until)])).collect();
            let (from, until) = (ends.0, (ends.0 + ends.1).min(60));
            prop_assert_eq!(steps_of(from, until, &blocks), ((from..until).collect(), 0));
        }
    }

    #[test]
    fn blocks_that_cannot_be_read_leave_out_their_points_alone() {
        let blocks = [block(&[("loss", 0, 10)]), b"no block".to_vec(), block(&[("loss", 20, 30)])];
        assert_eq!(steps_of(5, 25, &blocks), ((5..10).chain(20..25).collect(), 10));
        assert_eq!(steps_of(10, 20, &blocks), (Vec::new(), 10));
        // What lies behind them is there once, though it is in an entry and in a segment.
        let blocks = [&blocks[..], &blocks[2..]].concat();
        assert_eq!(steps_of(0, 30, &blocks), ((0..10).chain(20..30).collect(), 10));
    }

    #[test]
    fn records_of_other_series_and_of_other_points_are_not_asked_for() {
        let segment = |series: &str, first_index| Key::segment("run-0", series, first_index);
        let keys = [
            Key::log_entry("run-0", 3),
            Key::log_entry("run-0", 4),
            segment("accuracy", 0),
            segment("loss", 0),
            segment("loss", 100),
            segment("loss", 200),
            segment("other", 0),
        ];
        let wanted = |ranges: &[PortionRange], first_entry| {
            let found = keys_of(ranges, &keys, first_entry);
            let place = |key: &Key| keys.iter().position(|known| known == key);
            found.iter().filter_map(place).collect::<Vec<_>>()
        };
        assert_eq!(wanted(&[range("loss", 0, 100)], 0), [0, 1, 3]);
        assert_eq!(wanted(&[range("loss", 99, 101), range("other", 0, 5)], 3), [0, 1, 3, 4, 6]);
        assert_eq!(wanted(&[range("loss", 150, 900), range("accuracy", 7, 8)], 0), [0, 1, 2, 4, 5]);
        assert_eq!(wanted(&[range("loss", 150, 900)], 4), [1, 4, 5]);
    }
}
