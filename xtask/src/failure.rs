//! Why a chore stopped: one message, written for the developer who typed the command.

use std::fmt;

/// What went wrong and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure(String);

/// What every chore returns.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
