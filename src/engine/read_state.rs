//! How far runs of other sessions have been read, and whether their owners live.

use std::cell::RefCell;

use crate::storage::{RunRecord, RunSlot};

/// For each run that was read and is not owned here: the sequence number of its first log entry that is not in memory.
#[derive(Debug, Default)]
pub(super) struct ReadCursors {
    /// The run read last at the end.
    cursors: RefCell<Vec<(RunSlot, u64)>>,
}

impl ReadCursors {
    /// The cursor of a run; nothing if it was not read.
    #[must_use]
    pub(super) fn get(&self, slot: RunSlot) -> Option<u64> {
        self.cursors.borrow().iter().find(|(other, _)| *other == slot).map(|(_, cursor)| *cursor)
    }

    /// The run was read up to here; it is the one read last.
    pub(super) fn set(&self, slot: RunSlot, cursor: u64) {
        self.forget(slot);
        self.cursors.borrow_mut().push((slot, cursor));
    }

    /// The run is not in memory as a reader has it.
    pub(super) fn forget(&self, slot: RunSlot) {
        self.cursors.borrow_mut().retain(|(other, _)| *other != slot);
    }

    /// The runs that were read, the one read last first.
    #[must_use]
    pub(super) fn newest_first(&self) -> Vec<RunSlot> {
        self.cursors.borrow().iter().rev().map(|(slot, _)| *slot).collect()
    }
}

/// When the heartbeats of other sessions' runs last changed, by this page's monotonic clock.
///
/// Whether another session lives is judged by this session's own clock: the wall clocks of two pages may differ, and each may be changed or faked.
#[derive(Debug, Default)]
pub(super) struct Liveness {
    /// By the runs' ids, in their order.
    seen: RefCell<Vec<(String, Heartbeat)>>,
}

#[derive(Debug, Clone, Copy)]
struct Heartbeat {
    /// What changes with every commit of the owner: its wall clock, and the length of the log.
    stored: (f64, f64),
    changed_ms: f64,
}

impl Liveness {
    /// A run's record was read. How old its heartbeat is when it is seen for the first time is guessed by the wall clock; one that lies
    /// in the future counts as old.
    pub(super) fn note_heartbeat(&self, record: &RunRecord, wall_ms: f64, monotonic_ms: f64) {
        let mut seen = self.seen.borrow_mut();
        let stored = (record.heartbeat_ms, record.next_sequence);
        match position(&seen, &record.run_id) {
            Ok(known) if seen[known].1.stored == stored => {}
            Ok(known) => seen[known].1 = Heartbeat { stored, changed_ms: monotonic_ms },
            Err(position) => {
                let age_ms = heartbeat_age_ms(record.heartbeat_ms, wall_ms);
                let heartbeat = Heartbeat { stored, changed_ms: monotonic_ms - age_ms };
                seen.insert(position, (record.run_id.clone(), heartbeat));
            }
        }
    }

    /// Whether the run says that it is running while its owner does not live.
    #[must_use]
    pub(super) fn is_interrupted(&self, record: &RunRecord, monotonic_ms: f64) -> bool {
        let seen = self.seen.borrow();
        let known = position(&seen, &record.run_id);
        let silent_ms = known.map_or(0.0, |known| monotonic_ms - seen[known].1.changed_ms);
        !record.status.is_final() && (record.clean_exit || silent_ms > RunRecord::LEASE_MS)
    }

    /// Forgets a run.
    pub(super) fn forget(&self, run_id: &str) {
        let mut seen = self.seen.borrow_mut();
        if let Ok(known) = position(&seen, run_id) {
            seen.remove(known);
        }
    }
}

/// How old a heartbeat is that is seen for the first time, by the wall clock; one in the future counts as old. A page that writes twice while
/// its clock shows one time is a millisecond ahead of that with the second.
#[must_use]
pub(super) fn heartbeat_age_ms(heartbeat_ms: f64, wall_ms: f64) -> f64 {
    let age_ms = wall_ms - heartbeat_ms;
    if age_ms >= -1.0 { age_ms.max(0.0) } else { f64::INFINITY }
}

/// Where a run is, or belongs.
fn position(seen: &[(String, Heartbeat)], run_id: &str) -> Result<usize, usize> {
    seen.binary_search_by(|(other, _)| other.as_str().cmp(run_id))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn record(heartbeat_ms: f64) -> RunRecord {
        RunRecord { heartbeat_ms, ..RunRecord::new("run-0".into(), "exp-0".into(), 0) }
    }

    #[test]
    fn run_whose_heartbeat_changes_is_alive_whatever_its_clock_says() {
        let liveness = Liveness::default();
        for (monotonic_ms, heartbeat_ms) in [(0.0, 5e12), (100_000.0, 1.0), (240_000.0, -7.0)] {
            liveness.note_heartbeat(&record(heartbeat_ms), 1e12, monotonic_ms);
        }
        assert!(!liveness.is_interrupted(&record(-7.0), 240_000.0 + RunRecord::LEASE_MS));
        assert!(liveness.is_interrupted(&record(-7.0), 240_001.0 + RunRecord::LEASE_MS));
    }

    #[test]
    fn heartbeat_in_the_future_counts_as_old_until_it_changes() {
        let liveness = Liveness::default();
        liveness.note_heartbeat(&record(2e12), 1e12, 50.0);
        assert!(liveness.is_interrupted(&record(2e12), 50.0));
        liveness.note_heartbeat(&record(2e12 + 1.0), 1e12, 60.0);
        assert!(!liveness.is_interrupted(&record(2e12 + 1.0), 60.0));
    }

    #[test]
    fn heartbeat_is_as_old_as_the_wall_clock_says_and_not_in_the_future_by_one_that_changed_within_a_tick() {
        for (heartbeat_ms, age_ms) in
            [(4_000.0, 6_000.0), (10_000.0, 0.0), (10_001.0, 0.0), (10_002.0, f64::INFINITY)]
        {
            assert_eq!(heartbeat_age_ms(heartbeat_ms, 10_000.0), age_ms);
        }
    }

    #[test]
    fn first_look_goes_by_the_wall_clock() {
        let liveness = Liveness::default();
        liveness.note_heartbeat(&record(1e12 - 100_000.0), 1e12, 5.0);
        assert!(!liveness.is_interrupted(&record(0.0), 5.0));
        assert!(liveness.is_interrupted(&record(0.0), 60_000.0));
    }
}
