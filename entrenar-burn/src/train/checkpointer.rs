//! Checkpoints.

use burn::train::checkpoint::{Checkpoint, Checkpointer, CheckpointerError};
use entrenar::run::RunLogger;

use super::quiet::Quiet;

/// Keeps the latest checkpoint as an artifact of the run, `checkpoint/<name>.bpk`, beside what another checkpointer saves.
///
/// A training that goes on restores from the other one: what is an artifact stays when the other one's files are cleaned up.
#[derive(Debug)]
pub struct RunCheckpointer<C> {
    inner: C,
    logger: RunLogger,
    key: String,
    quiet: Quiet,
}

impl<C> RunCheckpointer<C> {
    /// Keeps what `inner` saves.
    pub fn new(inner: C, logger: RunLogger, name: &str) -> Self {
        Self { inner, logger, key: format!("checkpoint/{name}.bpk"), quiet: Quiet::default() }
    }
}

impl<R: Checkpoint, C: Checkpointer<R>> Checkpointer<R> for RunCheckpointer<C> {
    fn save(&self, epoch: usize, record: R) -> Result<(), CheckpointerError> {
        let bytes = record.checkpoint_into_bytes().map_err(CheckpointerError::Record)?;
        self.quiet.note(self.logger.log_artifact(&self.key, &bytes));
        let record = R::checkpoint_from_bytes(bytes).map_err(CheckpointerError::Record)?;
        self.inner.save(epoch, record)
    }

    fn delete(&self, epoch: usize) -> Result<(), CheckpointerError> {
        self.inner.delete(epoch)
    }

    fn restore(&self, epoch: usize) -> Result<R, CheckpointerError> {
        self.inner.restore(epoch)
    }
}
