//! What compacting a run's log changes: log entries, one flush each, become segments of one series each. Pure.
//!
//! Invariants, whichever session compacts and whatever is lost on the way:
//! - The segments of a series join up from its first point on, and entries are taken from the front of the log as long as their
//!   points continue where the segments end. An entry that leaves a gap, repeats points or cannot be read stays, and so do all that
//!   follow it.
//! - Entries are added, and a sequence number that is taken stops a writer that does not know the run as it is. So the log gets a
//!   fence at its end: an owner that did not hear of the compaction fails to commit and reads the run's record, instead of putting
//!   its old record over the new one. And the [`KEPT_ENTRIES`] sequence numbers before this fence and before every ownership fence
//!   stay taken, by empty entries: a former owner may count from an older end, by no more entries than it had in flight.
//! - What the exit log holds, or an in-doubt batch, is found again by its points ([`holds_entry`]), be they in entries or segments.

use std::sync::Arc;

use super::fences::fenced;
use crate::columns::{EMPTY_BLOCK, RawPoint, Series, SeriesBlock, read_block, series_blocks};
use crate::storage::RunRecord;

/// How many numbers before a fence stay taken.
pub const KEPT_ENTRIES: u64 = 64;
/// The fewest entries that are worth a compaction while a run goes on.
pub const FEWEST_ENTRIES: u64 = 32;
/// This many segments are never too many, however little is in them.
const FEW_SERIES: usize = 32;
/// How many points a series must have, on the average of more series than that.
const FEWEST_POINTS: f64 = 8.0;
/// About how many points one transaction takes.
const MOST_POINTS: f64 = 400_000.0;
/// The most entries that one transaction takes.
const MOST_ENTRIES: f64 = 4_096.0;
/// A segment of so many bytes is not written again.
const FULL_SEGMENT_BYTES: usize = 48_000;

/// What one compaction changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Compaction {
    /// The run's record; its log ends in a fence to be added.
    pub record: RunRecord,
    /// Key, first index and block of each segment to be put.
    pub segments: Vec<(String, u64, Arc<[u8]>)>,
    /// Entries to be deleted.
    pub deleted: Vec<u64>,
    /// Entries to be replaced by empty ones.
    pub emptied: Vec<u64>,
}

/// Whether `owner` may compact the run, and it is worth it.
#[must_use]
pub(super) fn may_compact(record: &RunRecord, owner: &str) -> bool {
    fills_segments(&record.series.counts) && (record.owner == owner || record.status.is_final())
}

/// Whether segments of series of so many points each would not be many records of few points.
#[must_use]
pub fn fills_segments(counts: &[f64]) -> bool {
    counts.len() <= FEW_SERIES || counts.iter().sum::<f64>() >= FEWEST_POINTS * counts.len() as f64
}

/// The end of the entries that one transaction takes, by what their number of points must be about.
#[must_use]
pub(super) fn last_entry(record: &RunRecord) -> u64 {
    let points: f64 = record.series.counts.iter().sum();
    let entries = MOST_POINTS * record.next_sequence / (points + 1.0);
    (record.compacted_sequence + entries.clamp(KEPT_ENTRIES as f64, MOST_ENTRIES)).min(record.next_sequence)
        as u64
}

/// The keys and first indexes of the last segments of the series that entries go on with; `segments` are those of all segments, in order.
#[must_use]
pub(super) fn last_segments(
    entries: &[(u64, Arc<[u8]>)],
    segments: Vec<(String, u64)>,
) -> Vec<(String, u64)> {
    let mut last: Vec<(String, u64)> = Vec::new();
    for segment in segments {
        match last.last_mut() {
            Some(before) if before.0 == segment.0 => *before = segment,
            _ => last.push(segment),
        }
    }
    let mut is_continued = vec![false; last.len()];
    let mut continued = Vec::new();
    let mut after = 0;
    for (_, entry) in entries {
        for block in read_block(entry).unwrap_or_default() {
            let Some(position) = position_of(&last, |(key, _)| *key == block.key, after) else { continue };
            after = position + 1;
            if !std::mem::replace(&mut is_continued[position], true) {
                continued.push(last[position].clone());
            }
        }
    }
    continued
}

/// Where the item is. Entries have their series in much the same order: the search goes on behind the one found last.
fn position_of<T>(items: &[T], is_it: impl Fn(&T) -> bool, after: usize) -> Option<usize> {
    let (before, behind) = items.split_at(after.min(items.len()));
    behind
        .iter()
        .position(&is_it)
        .map(|position| before.len() + position)
        .or_else(|| before.iter().position(is_it))
}

/// A series whose last segment grows, or that gets its first.
struct Growing {
    key: String,
    /// Where the segment begins.
    first_index: u64,
    /// The segment's points and those of entries.
    points: Vec<RawPoint>,
    /// How many of them are of the segment, or of entries that are taken.
    taken: usize,
    /// How many are of the segment.
    old: usize,
    /// Blocks that come later: the entries between are still to be read.
    waiting: Vec<SeriesBlock>,
}

impl Growing {
    fn of(key: String) -> Self {
        Self { key, first_index: 0, points: Vec::new(), taken: 0, old: 0, waiting: Vec::new() }
    }

    /// Takes in what goes on where the points end. Whether nothing in it was there before.
    fn take_in(&mut self, block: SeriesBlock) -> bool {
        self.waiting.push(block);
        loop {
            let end = self.first_index + self.points.len() as u64;
            if self.waiting.iter().any(|block| block.first_index < end) {
                return false;
            }
            let Some(next) = self.waiting.iter().position(|block| block.first_index == end) else {
                return true;
            };
            self.points.extend(self.waiting.swap_remove(next).points);
        }
    }
}

/// What to do with a run's entries, given in order, and the last segments of their series. Nothing if it is not worth it (while the
/// run goes on, for less than `fewest` entries), or if a segment cannot be read.
#[must_use]
pub fn compaction(
    record: &RunRecord,
    entries: &[(u64, Arc<[u8]>)],
    segments: &[Arc<[u8]>],
    fewest: u64,
) -> Option<Compaction> {
    let mut all = Vec::new();
    let mut rewritten = 0;
    for segment in segments {
        let mut blocks = read_block(segment).ok()?;
        let first = blocks.first()?;
        let mut growing = Growing::of(first.key.clone());
        growing.first_index = first.first_index;
        for block in blocks.drain(..) {
            growing.take_in(block);
        }
        if segment.len() < FULL_SEGMENT_BYTES {
            rewritten += segment.len();
            growing.old = growing.points.len();
            growing.taken = growing.old;
        } else {
            growing.first_index += growing.points.len() as u64;
            growing.points.clear();
        }
        all.push(growing);
    }
    let taken = take_entries(&mut all, entries);
    let (mut bytes, mut fresh, mut with_points) = (0, 0, 0);
    for (sequence, entry) in &entries[..taken] {
        bytes += entry.len();
        fresh += u64::from(*sequence as f64 >= record.compacted_sequence);
        with_points += usize::from(**entry != EMPTY_BLOCK);
    }
    let is_final = record.status.is_final();
    // While a run goes on, points are written again only with at least as many new ones: three times in all.
    if fresh < fewest && (!is_final || with_points < 2) || !is_final && rewritten > bytes {
        return None;
    }
    let fence = record.next_sequence as u64;
    let is_kept = |sequence: u64| {
        let guards = |fence: u64| sequence <= fence && sequence + KEPT_ENTRIES >= fence;
        guards(fence) || record.ownership_fences.iter().any(|&fence| guards(fence as u64))
    };
    let (mut deleted, mut emptied) = (Vec::new(), Vec::new());
    let mut compacted = record.compacted_sequence;
    for (sequence, entry) in &entries[..taken] {
        compacted = compacted.max((sequence + 1) as f64);
        if !is_kept(*sequence) {
            deleted.push(*sequence);
        } else if **entry != EMPTY_BLOCK {
            emptied.push(*sequence);
        }
    }
    let mut record = fenced(record);
    record.compacted_sequence = compacted;
    Some(Compaction { record, segments: written(all), deleted, emptied })
}

/// Adds the points of as many entries as can be taken, and tells how many these are.
fn take_entries(all: &mut Vec<Growing>, entries: &[(u64, Arc<[u8]>)]) -> usize {
    let mut taken = 0;
    let mut after = 0;
    for (index, (_, entry)) in entries.iter().enumerate() {
        let Ok(blocks) = read_block(entry) else { return taken };
        for block in blocks {
            let position = position_of(all, |growing| growing.key == block.key, after).unwrap_or_else(|| {
                all.push(Growing::of(block.key.clone()));
                all.len() - 1
            });
            after = position + 1;
            if !all[position].take_in(block) {
                return taken;
            }
        }
        if all.iter().all(|growing| growing.waiting.is_empty()) {
            taken = index + 1;
            all.iter_mut().for_each(|growing| growing.taken = growing.points.len());
        }
    }
    taken
}

fn written(all: Vec<Growing>) -> Vec<(String, u64, Arc<[u8]>)> {
    let mut segments = Vec::new();
    for growing in all {
        if growing.taken == growing.old {
            continue;
        }
        let mut series = Series::default();
        growing.points[..growing.taken].iter().for_each(|&point| series.push(point));
        for (first_index, block) in series_blocks(&growing.key, growing.first_index, &series) {
            segments.push((growing.key.clone(), first_index, Arc::from(block)));
        }
    }
    segments
}
