//! Removing the fences of runs that were deleted long ago.
//!
//! The rule: a deleted run's fences stay for [`TOMBSTONE_LIFETIME_MS`]. A session that has not committed for
//! [`VERIFY_AFTER_MS`](crate::engine::VERIFY_AFTER_MS), a small part of that, reads the records of its runs before it writes again. So no
//! session that could still write the run is left when its fences go.
//!
//! The exit log is written without reading. So no fence goes while it holds anything, and a session that leaves after so long a time
//! says of its runs that they must be there ([`ExitRun::must_exist`](crate::database::ExitRun::must_exist)).

use crate::database::{Answer, Change, Key, Range, Read, Step, Table, Tombstones, Transaction, Value};

/// How long the fences of a deleted run stay, in milliseconds: seven days.
pub const TOMBSTONE_LIFETIME_MS: f64 = 7.0 * 24.0 * 3_600_000.0;

/// Removes the fences of runs deleted longer ago than [`TOMBSTONE_LIFETIME_MS`]. Returns how many runs they were of.
#[must_use]
pub fn sweep_tombstones(now_ms: f64) -> Transaction<usize> {
    Transaction::writing(
        "sweep_tombstones",
        &[Table::Meta, Table::Runs, Table::Points, Table::Exits],
        move |answers| Ok(step(now_ms, answers)),
    )
}

fn step(now_ms: f64, answers: &[Answer]) -> Step<usize> {
    let [stored, exits, runs @ ..] = answers else {
        let exits = Read::Keys(Table::Exits, Range::All);
        return Step::Read(vec![Read::one(Table::Meta, Tombstones::KEY), exits]);
    };
    let [Value::Tombstones(tombstones)] = stored.values() else { return Step::Done(0) };
    let is_expired = |deleted_ms: f64| now_ms - deleted_ms > TOMBSTONE_LIFETIME_MS;
    let (expired, kept): (Vec<_>, Vec<_>) =
        tombstones.deleted.iter().cloned().partition(|tombstone| is_expired(tombstone.deleted_ms));
    if expired.is_empty() || !exits.keys().is_empty() {
        return Step::Done(0);
    }
    if runs.is_empty() {
        let run = |run_id: &str| Read::Keys(Table::Runs, Range::One(Key::text(run_id)));
        return Step::Read(expired.iter().map(|tombstone| run(&tombstone.run_id)).collect());
    }
    let mut changes = Vec::new();
    for (tombstone, run) in expired.iter().zip(runs) {
        // A run that was written again after site data was cleared has its id, and points of its own.
        if run.keys().is_empty() {
            changes.push(Change::Delete(Table::Points, Range::Run(tombstone.run_id.clone())));
        }
    }
    let kept = Value::Tombstones(Tombstones { deleted: kept, ..tombstones.clone() });
    changes.push(Change::Put(Table::Meta, Key::text(Tombstones::KEY), kept));
    Step::Write(changes, expired.len())
}
