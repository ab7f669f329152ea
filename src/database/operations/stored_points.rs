//! Which points are stored already: a point is recognised by its step, value and time, and by its index in its series' log.

use std::sync::Arc;

use crate::columns::{RawPoint, SeriesBlock, read_block};

/// Whether a block has this point of a series, at this index of the series' log.
fn holds_point(block: &SeriesBlock, key: &str, index: u64, point: &RawPoint) -> bool {
    let position = index.checked_sub(block.first_index);
    let there = position.and_then(|position| block.points.get(position as usize));
    block.key == key && there.is_some_and(|there| there.is_same(point))
}

/// Whether an entry is among these blocks: as it is, or its points are, each where it was in its series' log.
#[must_use]
pub fn holds_entry(blocks: &[Arc<[u8]>], entry: &[u8]) -> bool {
    if blocks.iter().any(|block| **block == *entry) {
        return true;
    }
    let mut missing = read_block(entry).unwrap_or_default();
    if missing.is_empty() {
        return false;
    }
    for block in blocks {
        for stored in read_block(block).unwrap_or_default() {
            missing.retain(|block| {
                let first = block.points.first();
                !first.is_some_and(|first| holds_point(&stored, &block.key, block.first_index, first))
            });
        }
    }
    missing.is_empty()
}

/// What of a block is not among those that are `there`: as a rule all of it, or nothing. It is a part where two pages wrote a run again
/// after site data was cleared, each with what it had.
#[must_use]
pub fn missing_points(there: &[SeriesBlock], block: &SeriesBlock) -> Vec<SeriesBlock> {
    let mut is_stored = vec![false; block.points.len()];
    for other in there.iter().filter(|other| other.key == block.key) {
        let end = |block: &SeriesBlock| block.first_index + block.points.len() as u64;
        for index in block.first_index.max(other.first_index)..end(block).min(end(other)) {
            let position = (index - block.first_index) as usize;
            let stored = &other.points[(index - other.first_index) as usize];
            is_stored[position] |= stored.is_same(&block.points[position]);
        }
    }
    let mut missing: Vec<SeriesBlock> = Vec::new();
    let mut was_missing = false;
    for ((index, point), is_stored) in (block.first_index..).zip(&block.points).zip(is_stored) {
        match missing.last_mut().filter(|_| was_missing) {
            Some(open) if !is_stored => open.points.push(*point),
            _ if !is_stored => {
                missing.push(SeriesBlock {
                    key: block.key.clone(),
                    first_index: index,
                    points: vec![*point],
                });
            }
            _ => {}
        }
        was_missing = !is_stored;
    }
    missing
}
