//! Which runs this session may write, and what it keeps of those that it lost.

use std::cell::Cell;
use std::sync::Arc;

use super::clock::Clock;
use crate::columns::SeriesBlock;
use crate::storage::{RunRecord, RunSlot, StorageError};

/// What this session may do with a run.
#[derive(Debug, Clone, Default)]
enum Access {
    /// Read it.
    #[default]
    Reader,
    /// Write it. With `ends_lease`, its lease ends with the next commit: no handle on it is left.
    Owner { ends_lease: bool },
    /// Read it: it was taken over or deleted.
    Lost { cause: StorageError, unsaved: Box<UnsavedChanges> },
}

/// What a session logged to a run that it lost, and could not save. It is written when the session acquires the run again.
#[derive(Debug, Clone, Default)]
pub(super) struct UnsavedChanges {
    /// The run as this session had it: its tags and artifacts.
    pub record: Option<RunRecord>,
    /// Its metric keys in the order of their slots, which handles on the run know.
    pub keys: Vec<String>,
    /// Points that are not known to be stored.
    pub blocks: Vec<UnsavedBlock>,
    /// Contents of its artifacts that were in memory, by hash.
    pub contents: Vec<(String, Arc<[u8]>)>,
}

/// Points of one series that are not known to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct UnsavedBlock {
    /// The points, and where they were in the series' log.
    pub block: SeriesBlock,
    /// Whether they were in a batch whose outcome is unknown, or another page may have written them again after site data was cleared.
    pub may_be_stored: bool,
}

impl UnsavedChanges {
    /// How many points.
    #[must_use]
    pub(super) fn points(&self) -> u64 {
        self.blocks.iter().map(|unsaved| unsaved.block.points.len() as u64).sum()
    }
}

/// The access to each run, by its slot.
#[derive(Debug, Default)]
pub(super) struct Ownership {
    runs: Vec<Access>,
}

impl Ownership {
    fn set(&mut self, slot: RunSlot, access: Access) {
        let index = slot.0 as usize;
        if self.runs.len() <= index {
            self.runs.resize_with(index + 1, Access::default);
        }
        self.runs[index] = access;
    }

    fn access(&self, slot: RunSlot) -> &Access {
        self.runs.get(slot.0 as usize).unwrap_or(&Access::Reader)
    }

    /// Whether this session may write the run.
    #[must_use]
    #[inline]
    pub(super) fn is_owner(&self, slot: RunSlot) -> bool {
        matches!(self.access(slot), Access::Owner { .. })
    }

    /// Why this session may not write the run any more.
    #[must_use]
    #[inline]
    pub(super) fn lost(&self, slot: RunSlot) -> Option<&StorageError> {
        match self.access(slot) {
            Access::Lost { cause, .. } => Some(cause),
            _ => None,
        }
    }

    /// Whether the run's lease ends with the next commit.
    #[must_use]
    pub(super) fn ends_lease(&self, slot: RunSlot) -> bool {
        matches!(self.access(slot), Access::Owner { ends_lease: true })
    }

    /// What was not saved of a run that was lost.
    #[must_use]
    pub(super) fn unsaved(&self, slot: RunSlot) -> Option<&UnsavedChanges> {
        match self.access(slot) {
            Access::Lost { unsaved, .. } => Some(unsaved),
            _ => None,
        }
    }

    /// This session began or acquired the run.
    pub(super) fn acquire(&mut self, slot: RunSlot) {
        self.set(slot, Access::Owner { ends_lease: false });
    }

    /// No handle on the run is left, or one is again.
    pub(super) fn set_ends_lease(&mut self, slot: RunSlot, ends_lease: bool) {
        if self.is_owner(slot) {
            self.set(slot, Access::Owner { ends_lease });
        }
    }

    /// The run was taken over or deleted.
    pub(super) fn lose(&mut self, slot: RunSlot, cause: StorageError, unsaved: UnsavedChanges) {
        self.set(slot, Access::Lost { cause, unsaved: Box::new(unsaved) });
    }

    /// This session is done with the run, and only reads it from now on.
    pub(super) fn resign(&mut self, slot: RunSlot) {
        self.set(slot, Access::Reader);
    }
}

/// How long a session may go without a commit before it reads the records of its runs again, in milliseconds: an hour.
///
/// The fences of a deleted run stay much longer than that, so that a session which slept meanwhile never writes the run again.
pub const VERIFY_AFTER_MS: f64 = 3_600_000.0;

/// When this session last knew that its runs are its own, by both clocks: a monotonic clock may stand still while the machine sleeps, and
/// wall time may be put back.
#[derive(Debug, Default)]
pub(super) struct LastVerified {
    times: Cell<Option<(f64, f64)>>,
    heartbeat_ms: Cell<f64>,
}

impl LastVerified {
    /// Its runs are its own now.
    pub(super) fn note(&self, clock: &dyn Clock) {
        self.times.set(Some((clock.wall_ms(), clock.monotonic_ms())));
    }

    /// The heartbeat of a record that is written now: wall time, but never the same twice, or other sessions would take a page whose
    /// clock is frozen for dead.
    #[must_use]
    pub(super) fn next_heartbeat_ms(&self, clock: &dyn Clock) -> f64 {
        let (wall_ms, last_ms) = (clock.wall_ms(), self.heartbeat_ms.get());
        if wall_ms == last_ms { last_ms + 1.0 } else { wall_ms }
    }

    /// A batch has records with this heartbeat.
    pub(super) fn note_heartbeat(&self, heartbeat_ms: f64) {
        self.heartbeat_ms.set(heartbeat_ms);
    }

    /// Whether that is too long ago to write without looking.
    #[must_use]
    pub(super) fn is_stale(&self, clock: &dyn Clock) -> bool {
        self.times.get().is_some_and(|(wall_ms, monotonic_ms)| {
            let passed_ms = (clock.wall_ms() - wall_ms).max(clock.monotonic_ms() - monotonic_ms);
            passed_ms > VERIFY_AFTER_MS
        })
    }
}
