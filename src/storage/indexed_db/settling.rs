//! Where the rows belong that a page stored on leaving. Pure: every mirror does in one transaction what is decided here.

use super::compaction::{KEPT_ROWS, holds_point};
use super::mirror::PointRow;
use super::point_block::{BlockWriter, EMPTY_BLOCK, Slice, read_block};
use crate::storage::record::RunRecord;
use crate::storage::series::Series;

/// What settling makes of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// The record to be put.
    pub record: RunRecord,
    /// Rows to be put.
    pub rows: Vec<PointRow>,
}

/// Settles what was left of a run: its record and its rows. `stored` is its record as it is stored, `log` all rows that may
/// stand where these belong, or up to [`KEPT_ROWS`] before, `chunks` its chunks if rows that far back have been compacted.
///
/// Settling the same again, or after it was committed the usual way, changes nothing.
#[must_use]
pub fn settled(
    stored: Option<RunRecord>,
    left: RunRecord,
    rows: Vec<PointRow>,
    log: &[(u64, Vec<u8>)],
    chunks: &[Vec<u8>],
) -> Settled {
    let stored = stored.unwrap_or_else(|| RunRecord { next_sequence: 0.0, ..left.clone() });
    let is_same_owner = stored.owner == left.owner;
    let mut there: Vec<Slice> = Vec::new();
    for (_, row) in log {
        there.append(&mut read_block(row).unwrap_or_default());
    }
    for chunk in chunks {
        there.append(&mut read_block(chunk).unwrap_or_default());
    }
    let mut end = stored.next_sequence as u64;
    let mut added: Vec<PointRow> = Vec::new();
    if let Some(first) = rows.first().map(|row| row.sequence).filter(|_| is_same_owner) {
        // A commit that was issued before the page left and comes after this must not put its older record over the new one.
        for sequence in end.max(first.saturating_sub(KEPT_ROWS))..first {
            if log.iter().all(|(taken, _)| *taken != sequence) {
                added.push(PointRow { sequence, bytes: EMPTY_BLOCK.to_vec() });
            }
        }
    }
    for left_row in rows {
        let is_there = log.iter().any(|(_, block)| *block == left_row.bytes)
            || added.iter().any(|other| other.bytes == left_row.bytes);
        if is_there {
            continue;
        }
        for bytes in missing(&there, left_row.bytes) {
            let mut row = PointRow { sequence: left_row.sequence, bytes };
            // Whoever wrote at its place meanwhile keeps it: this row goes behind.
            let is_taken = log.iter().any(|(taken, _)| *taken == row.sequence)
                || added.iter().any(|other| other.sequence == row.sequence);
            if is_taken || !is_same_owner {
                row.sequence = end;
            }
            end = end.max(row.sequence + 1);
            there.append(&mut read_block(&row.bytes).unwrap_or_default());
            added.push(row);
        }
    }
    let compacted_sequence = stored.compacted_sequence.max(left.compacted_sequence);
    let is_newer = is_same_owner && left.next_sequence >= stored.next_sequence;
    let record = if is_newer { left } else { stored };
    let next_sequence = record.next_sequence.max(end as f64);
    Settled { record: RunRecord { next_sequence, compacted_sequence, ..record }, rows: added }
}

/// What of a row is not there yet, each point where it was in its series' log. All of it, as a rule, or nothing. Part of it where two
/// pages wrote a run again after site data was cleared, each with what it had.
fn missing(there: &[Slice], row: Vec<u8>) -> Vec<Vec<u8>> {
    let Ok(slices) = read_block(&row) else { return vec![row] };
    let mut writer = BlockWriter::default();
    let (mut points, mut kept) = (0, 0);
    for slice in &slices {
        let others: Vec<&Slice> = there.iter().filter(|other| other.key == slice.key).collect();
        let mut stretch = Series::default();
        for (index, point) in (slice.first_index..).zip(&slice.points) {
            points += 1;
            let is_missing = others.iter().all(|other| !holds_point(other, &slice.key, index, point));
            if is_missing {
                kept += 1;
                stretch.push(*point);
            }
            let is_last = index + 1 == slice.first_index + slice.points.len() as u64;
            if !stretch.is_empty() && (!is_missing || is_last) {
                let end = index + u64::from(is_missing);
                let length = stretch.len();
                writer.add_behind(end - length as u64, &slice.key, &stretch, 0..length);
                stretch = Series::default();
            }
        }
    }
    match kept {
        _ if kept == points => vec![row],
        0 => Vec::new(),
        _ => writer.finish(),
    }
}
