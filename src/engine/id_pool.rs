//! Ids for what is created synchronously: from numbers reserved beforehand, so that creating never waits and tabs never collide.

use std::ops::Range;

use crate::database::ReservedIds;

/// Numbers reserved for this open storage. When they run out, ids carry the storage's unique token instead.
#[derive(Debug, Clone)]
pub struct IdPool {
    experiments: Range<u64>,
    runs: Range<u64>,
    token: String,
    beyond: u64,
}

impl IdPool {
    /// All numbers there are: for a storage that shares its database with no other session.
    #[must_use]
    pub fn unshared() -> Self {
        Self::empty("0").with(ReservedIds { experiments: 0..u64::MAX, runs: 0..u64::MAX })
    }

    /// No numbers yet.
    #[must_use]
    pub fn empty(token: &str) -> Self {
        Self { experiments: 0..0, runs: 0..0, token: token.to_owned(), beyond: 0 }
    }

    /// The pool with these reserved numbers.
    #[must_use]
    pub fn with(mut self, reserved: ReservedIds) -> Self {
        self.replace(reserved);
        self
    }

    /// Replaces the numbers by newly reserved ones.
    pub fn replace(&mut self, reserved: ReservedIds) {
        (self.experiments, self.runs) = (reserved.experiments, reserved.runs);
    }

    /// Forgets the reserved numbers that are left: the store that counted them is gone.
    pub fn forget_reserved(&mut self) {
        (self.experiments, self.runs) = (0..0, 0..0);
    }

    /// An id that no other experiment has.
    pub fn experiment_id(&mut self) -> String {
        let number = self.experiments.next();
        self.format("exp", number)
    }

    /// An id that no other run has.
    pub fn run_id(&mut self) -> String {
        let number = self.runs.next();
        self.format("run", number)
    }

    fn format(&mut self, kind: &str, number: Option<u64>) -> String {
        if let Some(number) = number {
            return format!("{kind}-{number}");
        }
        self.beyond += 1;
        format!("{kind}-{}-{}", self.token, self.beyond)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_unique_when_the_reserved_numbers_run_out() {
        let mut pool = IdPool::empty("t7").with(ReservedIds { experiments: 0..0, runs: 4..6 });
        let ids: Vec<String> = (0..4).map(|_| pool.run_id()).collect();
        assert_eq!(ids, ["run-4", "run-5", "run-t7-1", "run-t7-2"]);
        assert_eq!(pool.experiment_id(), "exp-t7-3");
    }
}
