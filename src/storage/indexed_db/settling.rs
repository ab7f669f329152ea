//! Where the rows belong that a page stored on leaving. Pure: every mirror does in one transaction what is decided here.

use super::compaction::holds_row;
use super::mirror::PointRow;
use crate::storage::record::RunRecord;

/// What settling makes of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// The record to be put.
    pub record: RunRecord,
    /// Rows to be put.
    pub rows: Vec<PointRow>,
}

/// Settles what was left of a run: its record and its rows. `stored` is its record as it is stored, `log` all rows that may
/// stand where these belong, `chunks` its chunks if rows that far back have been compacted.
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
    let blocks: Vec<Vec<u8>> = log.iter().map(|(_, block)| block).chain(chunks).cloned().collect();
    let mut end = stored.next_sequence as u64;
    let mut added: Vec<PointRow> = Vec::new();
    for mut row in rows {
        if holds_row(&blocks, &row.bytes) || added.iter().any(|other| other.bytes == row.bytes) {
            continue;
        }
        // Whoever wrote at its place meanwhile keeps it: this row goes behind.
        let is_taken = log.iter().any(|(taken, _)| *taken == row.sequence)
            || added.iter().any(|other| other.sequence == row.sequence);
        if is_taken || !is_same_owner {
            row.sequence = end;
        }
        end = end.max(row.sequence + 1);
        added.push(row);
    }
    let compacted_sequence = stored.compacted_sequence.max(left.compacted_sequence);
    let is_newer = is_same_owner && left.next_sequence >= stored.next_sequence;
    let record = if is_newer { left } else { stored };
    let next_sequence = record.next_sequence.max(end as f64);
    Settled { record: RunRecord { next_sequence, compacted_sequence, ..record }, rows: added }
}
