//! Whether the exit log must be recovered, and which exit flushes are under way.

use std::cell::Cell;

use crate::event::Event;

/// Counts the times this session may have written to the exit log, or its runs may have changed unseen. Recovery runs until
/// everything that was written is recovered.
#[derive(Debug, Default)]
pub(super) struct ExitLog {
    writes: Cell<u32>,
    recovered_writes: Cell<u32>,
    flushes: Cell<u32>,
    finished: Event,
    /// Whether the page is leaving: what it writes ends the leases of its runs.
    is_leaving: Cell<bool>,
}

impl ExitLog {
    /// Something may be in the exit log.
    pub(super) fn note_write(&self) {
        self.writes.set(self.writes.get() + 1);
    }

    /// Whether something may be in the exit log that was not recovered.
    #[must_use]
    pub(super) fn must_recover(&self) -> bool {
        self.writes.get() != self.recovered_writes.get()
    }

    /// The number of writes, to be given to [`ExitLog::note_recovered`].
    #[must_use]
    pub(super) fn writes(&self) -> u32 {
        self.writes.get()
    }

    /// So many writes were recovered.
    pub(super) fn note_recovered(&self, writes: u32) {
        self.recovered_writes.set(writes.max(self.recovered_writes.get()));
    }

    /// An exit flush begins.
    pub(super) fn begin_flush(&self) {
        self.flushes.set(self.flushes.get() + 1);
    }

    /// An exit flush is over.
    pub(super) fn end_flush(&self) {
        self.flushes.set(self.flushes.get() - 1);
        self.finished.notify();
    }

    /// Whether exit flushes are under way.
    #[must_use]
    pub(super) fn is_flushing(&self) -> bool {
        self.flushes.get() > 0
    }

    /// Resolves when no exit flush is under way. Returns whether one was.
    pub(super) async fn until_flushed(&self) -> bool {
        if !self.is_flushing() {
            return false;
        }
        self.finished.until(|| !self.is_flushing()).await;
        true
    }

    /// The page leaves, or lives on.
    pub(super) fn set_leaving(&self, is_leaving: bool) {
        self.is_leaving.set(is_leaving);
    }

    /// Whether the page is leaving.
    #[must_use]
    pub(super) fn is_leaving(&self) -> bool {
        self.is_leaving.get()
    }
}
