//! Compaction: rows of a run's log, one flush each, become chunks of one series each. Pure: every mirror does in one transaction
//! what is decided here.
//!
//! What holds, whoever compacts and whatever is lost on the way:
//! - The chunks of a series join up from its first point on, and rows are taken from the front of the log as long as their points
//!   go on where the chunks end. A row that leaves a gap, repeats points or cannot be read stays, and so does all behind it.
//! - Rows are added, and a number that is taken stops a writer who does not know the run as it is. So the log gets a fence at its
//!   end: an owner who did not hear of the compaction fails to commit, and looks, instead of putting its old record over the new.
//!   And the [`KEPT_ROWS`] numbers before this fence and before every claim's stay taken, by empty rows: a former owner may count
//!   from an older end, by no more rows than it had under way.
//! - What a page stored on leaving, or a batch in doubt, is found again by its points ([`holds_row`]), be they in rows or in chunks.

use super::mirror::fenced;
use super::point_block::{BlockWriter, EMPTY_BLOCK, Slice, read_block};
use crate::storage::chunk::RawPoint;
use crate::storage::record::RunRecord;
use crate::storage::series::Series;

/// How many numbers before a fence stay taken.
pub const KEPT_ROWS: u64 = 64;
/// The fewest rows that are worth a compaction while a run goes on.
pub const FEWEST_ROWS: u64 = 32;
/// So many chunks are never too many, however little is in them.
const FEW_SERIES: usize = 32;
/// How many points a series must have, on the average of more series than that.
const FEWEST_POINTS: f64 = 8.0;
/// About how many points one transaction takes.
const MOST_POINTS: f64 = 400_000.0;
/// The most rows that one transaction takes.
const MOST_ROWS: f64 = 4_096.0;
/// A chunk of so many bytes is not written again.
const FULL_CHUNK_BYTES: usize = 48_000;

/// What one compaction changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Compaction {
    /// The run's record; its log ends in a fence to be added.
    pub record: RunRecord,
    /// Key, first index and block of each chunk to be put.
    pub chunks: Vec<(String, u64, Vec<u8>)>,
    /// Rows to be deleted.
    pub deleted: Vec<u64>,
    /// Rows to be replaced by empty ones.
    pub emptied: Vec<u64>,
}

/// Whether `owner` may compact the run, and it is worth it.
#[must_use]
pub fn may_compact(record: &RunRecord, owner: &str) -> bool {
    fills_chunks(&record.series.counts) && (record.owner == owner || record.status.is_final())
}

/// Whether chunks of series of so many points each would not be many records of few points.
#[must_use]
pub fn fills_chunks(counts: &[f64]) -> bool {
    counts.len() <= FEW_SERIES || counts.iter().sum::<f64>() >= FEWEST_POINTS * counts.len() as f64
}

/// The end of the rows that one transaction takes, by what their number of points must be about.
#[must_use]
pub fn last_row(record: &RunRecord) -> u64 {
    let points: f64 = record.series.counts.iter().sum();
    let rows = MOST_POINTS * record.next_sequence / (points + 1.0);
    (record.compacted_sequence + rows.clamp(KEPT_ROWS as f64, MOST_ROWS)).min(record.next_sequence) as u64
}

/// The keys and first indexes of the last chunks of the series that rows go on with; `chunks` are those of all chunks, in order.
#[must_use]
pub fn last_chunks(rows: &[(u64, Vec<u8>)], chunks: Vec<(String, u64)>) -> Vec<(String, u64)> {
    let mut last: Vec<(String, u64)> = Vec::new();
    for chunk in chunks {
        match last.last_mut() {
            Some(before) if before.0 == chunk.0 => *before = chunk,
            _ => last.push(chunk),
        }
    }
    let mut is_touched = vec![false; last.len()];
    let mut touched = Vec::new();
    let mut after = 0;
    for (_, row) in rows {
        for slice in read_block(row).unwrap_or_default() {
            let Some(place) = place_of(&last, |(key, _)| *key == slice.key, after) else { continue };
            after = place + 1;
            if !std::mem::replace(&mut is_touched[place], true) {
                touched.push(last[place].clone());
            }
        }
    }
    touched
}

/// Where the item is. Rows have their series in much the same order: the search goes on behind the one found last.
fn place_of<T>(items: &[T], is_it: impl Fn(&T) -> bool, after: usize) -> Option<usize> {
    let (before, behind) = items.split_at(after.min(items.len()));
    behind.iter().position(&is_it).map(|place| before.len() + place).or_else(|| before.iter().position(is_it))
}

/// A series whose last chunk grows, or that gets its first.
struct Growing {
    key: String,
    /// Where the chunk begins.
    first_index: u64,
    /// The chunk's points and those of rows.
    points: Vec<RawPoint>,
    /// How many of them are of the chunk, or of rows that are taken.
    taken: usize,
    /// How many are of the chunk.
    old: usize,
    /// Slices that come later: the rows between are still to be read.
    waiting: Vec<Slice>,
}

impl Growing {
    fn of(key: String) -> Self {
        Self { key, first_index: 0, points: Vec::new(), taken: 0, old: 0, waiting: Vec::new() }
    }

    /// Takes in what goes on where the points end. Whether nothing in it was there before.
    fn take_in(&mut self, slice: Slice) -> bool {
        self.waiting.push(slice);
        loop {
            let end = self.first_index + self.points.len() as u64;
            if self.waiting.iter().any(|slice| slice.first_index < end) {
                return false;
            }
            let Some(next) = self.waiting.iter().position(|slice| slice.first_index == end) else {
                return true;
            };
            self.points.extend(self.waiting.swap_remove(next).points);
        }
    }
}

/// What to do with a run's rows, given in order, and the last chunks of their series. Nothing if it is not worth it (while the
/// run goes on, for less than `fewest` rows), or if a chunk cannot be read.
#[must_use]
pub fn compaction(
    record: &RunRecord,
    rows: &[(u64, Vec<u8>)],
    chunks: &[Vec<u8>],
    fewest: u64,
) -> Option<Compaction> {
    let mut all = Vec::new();
    let mut rewritten = 0;
    for chunk in chunks {
        let mut slices = read_block(chunk).ok()?;
        let first = slices.first()?;
        let mut growing = Growing::of(first.key.clone());
        growing.first_index = first.first_index;
        for slice in slices.drain(..) {
            growing.take_in(slice);
        }
        if chunk.len() < FULL_CHUNK_BYTES {
            rewritten += chunk.len();
            growing.old = growing.points.len();
            growing.taken = growing.old;
        } else {
            growing.first_index += growing.points.len() as u64;
            growing.points.clear();
        }
        all.push(growing);
    }
    let taken = take_rows(&mut all, rows);
    let (mut bytes, mut fresh, mut with_points) = (0, 0, 0);
    for (sequence, row) in &rows[..taken] {
        bytes += row.len();
        fresh += u64::from(*sequence as f64 >= record.compacted_sequence);
        with_points += usize::from(*row != EMPTY_BLOCK);
    }
    let is_final = record.status.is_final();
    // While a run goes on, points are written again only with at least as many new ones: three times in all.
    if fresh < fewest && (!is_final || with_points < 2) || !is_final && rewritten > bytes {
        return None;
    }
    let fence = record.next_sequence as u64;
    let is_kept = |sequence: u64| {
        let guards = |fence: u64| sequence <= fence && sequence + KEPT_ROWS >= fence;
        guards(fence) || record.claims.iter().any(|&claim| guards(claim as u64))
    };
    let (mut deleted, mut emptied) = (Vec::new(), Vec::new());
    let mut compacted = record.compacted_sequence;
    for (sequence, row) in &rows[..taken] {
        compacted = compacted.max((sequence + 1) as f64);
        if !is_kept(*sequence) {
            deleted.push(*sequence);
        } else if *row != EMPTY_BLOCK {
            emptied.push(*sequence);
        }
    }
    let mut record = fenced(record);
    record.compacted_sequence = compacted;
    Some(Compaction { record, chunks: written(all), deleted, emptied })
}

/// Adds the points of as many rows as can be taken, and tells how many these are.
fn take_rows(all: &mut Vec<Growing>, rows: &[(u64, Vec<u8>)]) -> usize {
    let mut taken = 0;
    let mut after = 0;
    for (index, (_, row)) in rows.iter().enumerate() {
        let Ok(slices) = read_block(row) else { return taken };
        for slice in slices {
            let place = place_of(all, |growing| growing.key == slice.key, after).unwrap_or_else(|| {
                all.push(Growing::of(slice.key.clone()));
                all.len() - 1
            });
            after = place + 1;
            if !all[place].take_in(slice) {
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

fn written(all: Vec<Growing>) -> Vec<(String, u64, Vec<u8>)> {
    let mut chunks = Vec::new();
    for growing in all {
        if growing.taken == growing.old {
            continue;
        }
        let mut series = Series::default();
        growing.points[..growing.taken].iter().for_each(|&point| series.push(point));
        let mut writer = BlockWriter::default();
        writer.add_behind(growing.first_index, &growing.key, &series, 0..growing.taken);
        for block in writer.finish() {
            let first_index = read_block(&block).ok().and_then(|slices| Some(slices.first()?.first_index));
            chunks.push((growing.key.clone(), first_index.unwrap_or_default(), block));
        }
    }
    chunks
}

/// Whether a slice has this point of a series, at this place in the series' log.
#[must_use]
pub fn holds_point(slice: &Slice, key: &str, index: u64, point: &RawPoint) -> bool {
    let place = index.checked_sub(slice.first_index);
    let there = place.and_then(|place| slice.points.get(place as usize));
    slice.key == key && there.is_some_and(|there| there.is_same(point))
}

/// Whether a row is among these blocks: as it is, or its points are, each where it was in its series' log.
#[must_use]
pub fn holds_row(blocks: &[Vec<u8>], row: &[u8]) -> bool {
    if blocks.iter().any(|block| block == row) {
        return true;
    }
    let mut missing = read_block(row).unwrap_or_default();
    if missing.is_empty() {
        return false;
    }
    for block in blocks {
        for stored in read_block(block).unwrap_or_default() {
            missing.retain(|slice| {
                let first = slice.points.first();
                !first.is_some_and(|first| holds_point(&stored, &slice.key, slice.first_index, first))
            });
        }
    }
    missing.is_empty()
}
