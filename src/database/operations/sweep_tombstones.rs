//! Removing what is left of deleted runs.
//!
//! The rule: a deleted run's fences, and its place in the list of deleted runs, stay for [`TOMBSTONE_LIFETIME_MS`]. A session that has not
//! committed for [`VERIFY_AFTER_MS`](crate::engine::VERIFY_AFTER_MS), a small part of that, reads the records of its runs before it writes
//! again. So no session that could still write the run is left when they go. Of a run with a record they do not go: it was written since,
//! or its deletion was cut off, and it is to be deleted again.
//!
//! The exit log is written without reading. So no fence goes while it holds anything, and a session that leaves after so long a time
//! says of its runs that they must be there ([`ExitRun::must_exist`](crate::database::ExitRun::must_exist)).

use std::collections::BTreeSet;

use super::tombstones::{read_tombstones, tombstones_in};
use crate::database::{Answer, Change, Key, Range, Read, Step, Table, Tombstones, Transaction, Value};

/// How long the fences of a deleted run stay, in milliseconds: seven days.
pub const TOMBSTONE_LIFETIME_MS: f64 = 7.0 * 24.0 * 3_600_000.0;

/// What sweeping found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many runs were deleted so long ago that nothing is left of them now.
    pub forgotten: usize,
    /// Whether deleted runs have records: they are to be deleted again, by [`delete_listed_runs`](super::delete_listed_runs).
    pub finds_records: bool,
}

/// Removes the fences of runs deleted longer ago than [`TOMBSTONE_LIFETIME_MS`].
#[must_use]
pub fn sweep_tombstones(now_ms: f64) -> Transaction<Swept> {
    Transaction::writing(
        "sweep_tombstones",
        &[Table::Meta, Table::Runs, Table::Points, Table::Exits],
        move |answers| Ok(step(now_ms, answers)),
    )
}

fn step(now_ms: f64, answers: &[Answer]) -> Step<Swept> {
    let [stored, exits, runs @ ..] = answers else {
        return Step::Read(vec![read_tombstones(), Read::Keys(Table::Exits, Range::All)]);
    };
    let tombstones = tombstones_in(stored);
    if tombstones.deleted.is_empty() {
        return Step::Done(Swept::default());
    }
    let [runs] = runs else { return Step::Read(vec![Read::Keys(Table::Runs, Range::All)]) };
    let with_record: BTreeSet<&str> = runs.keys().iter().filter_map(Key::as_text).collect();
    let mut swept = Swept::default();
    let mut changes = Vec::new();
    let mut kept = Vec::new();
    for tombstone in tombstones.deleted {
        let is_expired = now_ms - tombstone.deleted_ms > TOMBSTONE_LIFETIME_MS;
        if with_record.contains(&*tombstone.run_id) {
            swept.finds_records = true;
            kept.push(tombstone);
        } else if is_expired && exits.keys().is_empty() {
            changes.push(Change::Delete(Table::Points, Range::Run(tombstone.run_id)));
            swept.forgotten += 1;
        } else {
            kept.push(tombstone);
        }
    }
    if changes.is_empty() {
        return Step::Done(swept);
    }
    let kept = Value::Tombstones(Tombstones { format: tombstones.format, deleted: kept });
    changes.push(Change::Put(Table::Meta, Key::text(Tombstones::KEY), kept));
    Step::Write(changes, swept)
}
