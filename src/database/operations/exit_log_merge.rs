//! What replaying the exit log makes of a run. Pure.

use std::sync::Arc;

use super::compaction::KEPT_ENTRIES;
use super::stored_points::missing_points;
use crate::columns::{BlockWriter, EMPTY_BLOCK, Series, SeriesBlock, read_block};
use crate::database::LogEntry;
use crate::storage::RunRecord;

/// A run after the exit log was replayed.
#[derive(Debug, Clone, PartialEq)]
pub struct MergedRun {
    /// The record to be put.
    pub record: RunRecord,
    /// Log entries to be put.
    pub entries: Vec<LogEntry>,
}

/// Merges what the exit log holds of a run, `exit` and `entries`, into what is stored. `known_sequence` is up to where the owner knew the log
/// when it wrote that, `stored` is its record, `log` all entries
/// whose sequence numbers these may have, or up to [`KEPT_ENTRIES`] before, `segments` its segments if entries that far back have
/// been compacted.
///
/// Merging the same again, or after it was committed the usual way, changes nothing: an entry that is in the log already is
/// recognised by its content.
#[must_use]
pub fn merge_exit(
    stored: Option<RunRecord>,
    exit: RunRecord,
    known_sequence: u64,
    entries: Vec<LogEntry>,
    log: &[(u64, Arc<[u8]>)],
    segments: &[Arc<[u8]>],
) -> MergedRun {
    let stored = stored.unwrap_or_else(|| RunRecord { next_sequence: 0.0, ..exit.clone() });
    let is_same_owner = stored.owner == exit.owner;
    let mut there: Vec<SeriesBlock> = Vec::new();
    for (_, entry) in log {
        there.append(&mut read_block(entry).unwrap_or_default());
    }
    for segment in segments {
        there.append(&mut read_block(segment).unwrap_or_default());
    }
    // A page that was cut off may have left entries behind the end that its run's record tells.
    let mut end = stored.next_sequence as u64;
    for (sequence, _) in log {
        end = end.max(sequence + 1);
    }
    let mut added: Vec<LogEntry> = Vec::new();
    if let Some(first) = entries.first().map(|entry| entry.sequence).filter(|_| is_same_owner) {
        // A commit that was issued before the page left and completes after this must not put its older record over the new one.
        for sequence in end.max(first.saturating_sub(KEPT_ENTRIES))..first {
            if log.iter().all(|(taken, _)| *taken != sequence) {
                added.push(LogEntry { sequence, bytes: Arc::from(EMPTY_BLOCK) });
            }
        }
    }
    for exit_entry in entries {
        let is_there = log.iter().any(|(_, block)| *block == exit_entry.bytes)
            || added.iter().any(|other| other.bytes == exit_entry.bytes);
        if is_there {
            continue;
        }
        for bytes in missing(&there, exit_entry.bytes) {
            let mut entry = LogEntry { sequence: exit_entry.sequence, bytes };
            // Another session that took its sequence number meanwhile keeps it: this entry goes to the end.
            let is_taken = log.iter().any(|(taken, _)| *taken == entry.sequence)
                || added.iter().any(|other| other.sequence == entry.sequence);
            if is_taken || !is_same_owner {
                entry.sequence = end;
            }
            end = end.max(entry.sequence + 1);
            there.append(&mut read_block(&entry.bytes).unwrap_or_default());
            added.push(entry);
        }
    }
    let compacted_sequence = stored.compacted_sequence.max(exit.compacted_sequence);
    // Each edit by another session since the owner's last commit added a fence to the log.
    let is_newer = is_same_owner && exit.next_sequence >= stored.next_sequence - stored.edits.len() as f64;
    let record = if is_newer { with_unknown_edits(exit, known_sequence, &stored) } else { stored };
    let next_sequence = record.next_sequence.max(end as f64);
    MergedRun { record: RunRecord { next_sequence, compacted_sequence, ..record }, entries: added }
}

/// An owner's record with those edits of other sessions that the owner did not know of.
fn with_unknown_edits(exit: RunRecord, known_sequence: u64, stored: &RunRecord) -> RunRecord {
    let mut record = RunRecord { edits: stored.unknown_edits(known_sequence), ..exit };
    for edit in record.edits.clone() {
        record.apply(&edit);
    }
    record
}

/// What of an entry is missing, each point at its index in its series' log.
fn missing(there: &[SeriesBlock], entry: Arc<[u8]>) -> Vec<Arc<[u8]>> {
    let Ok(blocks) = read_block(&entry) else { return vec![entry] };
    let mut missing = Vec::new();
    for block in &blocks {
        missing.append(&mut missing_points(there, block));
    }
    if missing == blocks {
        return vec![entry];
    }
    if missing.is_empty() {
        return Vec::new();
    }
    let mut writer = BlockWriter::default();
    for SeriesBlock { key, first_index, points } in missing {
        let mut series = Series::default();
        points.iter().for_each(|point| series.push(*point));
        writer.add_behind(first_index, &key, &series, 0..points.len());
    }
    writer.finish().into_iter().map(Arc::from).collect()
}
