//! Bringing runs of other origin into the database: as a whole or not at all.
//!
//! Points and artifacts are written as they come, under ids that no run has yet. The import's last transaction stores the records of all its
//! runs, so that they can be seen from one moment to the next. What an import that was cut off left behind is swept by a later page.

mod publishing;
mod unwritten_runs;

use std::rc::Rc;

use self::unwritten_runs::UnwrittenRuns;
use super::session::Session;
use crate::database::{Database, operations};
use crate::interop::{ImportedExperiment, ImportedPart, ImportedRun};
use crate::storage::{Result, StorageError};

/// How many ids are reserved at a time: so many, or as many as there are runs. Those that are left over are gaps, which do no harm.
const RESERVED_RUNS: usize = 16;
/// How long an import goes without writing before it writes only to say that it goes on, in milliseconds: a tenth of the time after which
/// another page gives it up.
const SILENCE_MS: f64 = operations::IMPORT_LIFETIME_MS / 10.0;

/// An import that is under way, as [`Session::import`] gives it to what reads the file.
#[derive(Debug)]
pub struct Import<'a, D: Database> {
    session: &'a Session<D>,
    token: String,
    /// Ids that are reserved and not used yet.
    reserved: Vec<String>,
    runs: UnwrittenRuns,
    /// When it last wrote, by the monotonic clock.
    written_ms: f64,
}

/// What a file says of its experiments and runs: the runs in the order in which their parts count them.
#[derive(Debug, Default)]
pub struct Imported {
    /// Experiments, those without runs among them.
    pub experiments: Vec<ImportedExperiment>,
    /// Runs.
    pub runs: Vec<ImportedRun>,
}

impl<D: Database> Session<D> {
    /// Imports what `read` gives the import, as a whole: every page sees all runs from one moment to the next. Returns their ids, in the
    /// order of the file. If anything fails, nothing of it stays. `token` must be unique.
    ///
    /// # Errors
    /// Those of `read`; `Conflict` if another page gave the import up, or deleted an artifact that it shares with another run; those of the
    /// database.
    pub async fn import(
        &self,
        token: &str,
        read: impl AsyncFnOnce(&mut Import<'_, D>) -> Result<Imported>,
    ) -> Result<Vec<String>> {
        let imported = self.read_and_publish(token, read).await;
        if !matches!(&imported, Ok(run_ids) if !run_ids.is_empty()) {
            // What was published is on the list no more, and stays. If the rest cannot be discarded now, a later page sweeps it.
            drop(self.transact(operations::discard_import(token)).await);
        }
        imported
    }

    async fn read_and_publish(
        &self,
        token: &str,
        read: impl AsyncFnOnce(&mut Import<'_, D>) -> Result<Imported>,
    ) -> Result<Vec<String>> {
        // What is in the exit log has ids too, and names of experiments look free until a database that was cleared has them all again.
        if self.flusher.is_rebuilding() {
            self.flush().await?;
        }
        self.recover_exit_log().await?;
        // From here on it is on the list, with or without runs.
        self.transact(operations::reserve_import_runs(token, 0, 0, self.clock.wall_ms())).await?;
        let mut import = Import {
            session: self,
            token: token.to_owned(),
            reserved: Vec::new(),
            runs: UnwrittenRuns::default(),
            written_ms: self.clock.monotonic_ms(),
        };
        let imported = read(&mut import).await?;
        import.publish(imported).await
    }

    /// Ends imports that were cut off: what readers could not see of them goes, and what was being published is.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sweep_imports(&self) -> Result<()> {
        if !self.transact(operations::has_imports()).await? {
            return Ok(());
        }
        let swept = self.transact(operations::sweep_imports(self.clock.wall_ms())).await?;
        if swept.run_ids.is_empty() && swept.experiment_ids.is_empty() {
            return Ok(());
        }
        self.refresh(&swept.experiment_ids, &swept.run_ids).await?;
        self.effects.broadcast(&swept.experiment_ids, &swept.run_ids);
        Ok(())
    }
}

impl<D: Database> Import<'_, D> {
    /// Takes parts of runs, or none: then it only says, where nothing was written for long, that the import goes on. Parts of a series
    /// come in logging order.
    ///
    /// # Errors
    /// `Conflict` if another page gave the import up; those of the database.
    pub async fn add(&mut self, parts: impl IntoIterator<Item = ImportedPart>) -> Result<()> {
        for part in parts {
            match part {
                ImportedPart::Points { run, key, points } => {
                    self.open_run(run).await?;
                    self.runs.add_points(run, key, &points);
                }
                ImportedPart::Artifact { run, key, bytes, unknown_json } => {
                    self.open_run(run).await?;
                    self.runs.add_artifact(run, key, bytes, unknown_json);
                }
            }
            self.check()?;
            if self.runs.is_batch_full() {
                self.write().await?;
            }
        }
        let silent_ms = self.session.clock.monotonic_ms() - self.written_ms;
        if silent_ms > SILENCE_MS { self.write().await } else { Ok(()) }
    }

    async fn open_run(&mut self, run: usize) -> Result<()> {
        while self.runs.len() <= run {
            if self.reserved.is_empty() {
                let (_, first_run) = self.session.storage().memory().next_numbers();
                let count = RESERVED_RUNS.max(self.runs.len());
                let now_ms = self.session.clock.wall_ms();
                let reserve = operations::reserve_import_runs(&self.token, count, first_run, now_ms);
                self.reserved = self.session.transact(reserve).await?;
                self.reserved.reverse();
            }
            if let Some(run_id) = self.reserved.pop() {
                self.runs.add_run(run_id);
            }
            self.check()?;
        }
        Ok(())
    }

    /// Fails where there is more than any honest file has.
    fn check(&self) -> Result<()> {
        if !self.runs.is_too_much() {
            return Ok(());
        }
        let message = "nothing was imported: the file has more runs, metrics or artifacts than fit into memory: split it";
        Err(StorageError::InvalidFile(message.to_owned()))
    }

    /// Writes what is in the batch, be it nothing.
    async fn write(&mut self) -> Result<()> {
        self.written_ms = self.session.clock.monotonic_ms();
        let batch = Rc::new(self.runs.take_batch());
        let write = operations::write_import(&self.token, batch, self.session.clock.wall_ms());
        self.session.transact(write).await
    }
}
