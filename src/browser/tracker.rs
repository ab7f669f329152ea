//! `Tracker`: the database of experiments and runs, as Rust code in a page or worker uses it.

use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::channel::mpsc;
use futures::{Stream, StreamExt};

use super::open_database::{Handle, OpenDatabase};
use super::registry::{StorageOptions, open};
use super::tracked_run::TrackedRun;
use crate::columns::Series;
use crate::engine::{Change, RunOptions};
use crate::storage::{ExperimentRecord, MetricPoint, Result, RunEdit, RunRecord, metric_points};

/// An open database: its experiments, runs and points, those of this page and of every other one.
///
/// When the last [`Tracker`] and the last [`TrackedRun`] of a database are dropped, it is closed as soon as everything is saved.
#[derive(Debug)]
pub struct Tracker {
    handle: Handle,
}

/// What is known of a run, without its points.
#[derive(Debug, Clone, PartialEq)]
pub struct RunInfo {
    /// The run as it is now.
    pub record: RunRecord,
    /// Whether it has not ended, and the page that wrote it is gone: it can be resumed.
    pub is_interrupted: bool,
    /// Points that this page logged to it and that are not committed yet.
    pub pending_points: u64,
}

impl Tracker {
    /// Opens a database, and creates it if it is not there. Reads experiments, runs and the heads of their series, what other pages have
    /// committed of them included; points are read when they are asked for. Where this page has it open already and it cannot be read
    /// now, what this page knows is there.
    ///
    /// # Errors
    /// `NewerDatabase`, `Blocked`, `QuotaExceeded`, `ConnectionLost` and others for a database that must not be replaced by memory.
    pub async fn open(options: StorageOptions) -> Result<Self> {
        let (handle, was_open) = open(options).await?;
        if was_open {
            handle.database().catch_up().await;
        }
        Ok(Self { handle })
    }

    /// As [`Tracker::open`], for a run alone: what it needs is read when it is begun or resumed.
    #[cfg(feature = "wasm")]
    pub(crate) async fn open_for_run(options: StorageOptions) -> Result<Self> {
        open(options).await.map(|(handle, _)| Self { handle })
    }

    /// Begins a new, running run of the experiment of this name, which is created if there is none.
    ///
    /// # Errors
    /// `InvalidArgument`; those of the database.
    pub async fn start_run(&self, experiment_name: &str, options: RunOptions) -> Result<TrackedRun> {
        options.check()?;
        let slot = self.database().session().begin_run(experiment_name, options).await?;
        Ok(TrackedRun::on(Handle::on(self.database()), slot))
    }

    /// Goes on with a run that was not ended, with everything logged to it so far: from here on this page writes it.
    ///
    /// # Errors
    /// `RunNotFound`; `InvalidState` if it has ended; `RunTakenOver` if another page was quicker; those of the database.
    pub async fn resume_run(&self, run_id: &str) -> Result<TrackedRun> {
        let slot = self.database().session().resume_run(run_id).await?;
        Ok(TrackedRun::on(Handle::on(self.database()), slot))
    }

    /// Goes on with the run of this id, or begins a new one if that run has ended, was deleted, cannot be read or is not there, or if no
    /// id is given. The experiment's name and the options are for a new run: one that is resumed keeps its own.
    ///
    /// # Errors
    /// `InvalidArgument`; `RunTakenOver` if another page was quicker; those of the database.
    pub async fn resume_or_start_run(
        &self,
        run_id: Option<&str>,
        experiment_name: &str,
        options: RunOptions,
    ) -> Result<TrackedRun> {
        let session = self.database().session();
        let slot = session.resume_or_begin_run(run_id, experiment_name, options).await?;
        Ok(TrackedRun::on(Handle::on(self.database()), slot))
    }

    /// Reads what other pages and workers have committed. What they commit is told to this page without that, but a moment later than a
    /// message of theirs may get here.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn refresh(&self) -> Result<()> {
        self.database().session().refresh_all().await
    }

    /// Whether runs outlive the page: not in Node.js, nor where IndexedDB cannot be opened.
    #[must_use]
    pub fn is_persistent(&self) -> bool {
        self.database().is_persistent()
    }

    /// Ids of all experiments, oldest first.
    #[must_use]
    pub fn list_experiments(&self) -> Vec<String> {
        self.database().session().storage().list_experiments()
    }

    /// Ids of an experiment's runs, oldest first.
    ///
    /// # Errors
    /// `ExperimentNotFound`.
    pub fn list_runs(&self, experiment_id: &str) -> Result<Vec<String>> {
        let storage = self.database().session().storage();
        storage.memory().experiment(experiment_id)?;
        Ok(storage.list_runs(experiment_id))
    }

    /// Keys of a run's metrics, in the order of first logging.
    ///
    /// # Errors
    /// `RunNotFound`.
    pub fn list_metric_keys(&self, run_id: &str) -> Result<Vec<String>> {
        let storage = self.database().session().storage();
        storage.memory().run_slot(run_id)?;
        Ok(storage.list_metric_keys(run_id))
    }

    /// What is known of an experiment.
    ///
    /// # Errors
    /// `ExperimentNotFound`.
    pub fn experiment(&self, experiment_id: &str) -> Result<ExperimentRecord> {
        self.database().session().storage().memory().experiment(experiment_id).cloned()
    }

    /// What is known of a run.
    ///
    /// # Errors
    /// `RunNotFound`.
    pub fn run(&self, run_id: &str) -> Result<RunInfo> {
        let session = self.database().session();
        let storage = session.storage();
        let slot = storage.memory().run_slot(run_id)?;
        let record = storage.memory().run(run_id)?.current_record();
        let pending_points = storage.pending_points(slot);
        Ok(RunInfo { record, is_interrupted: session.is_interrupted(slot), pending_points })
    }

    /// A metric's points ordered by step; none if it was never logged.
    ///
    /// # Errors
    /// `RunNotFound`; those of the database.
    pub async fn get_metrics(&self, run_id: &str, key: &str) -> Result<Vec<MetricPoint>> {
        self.read_series(run_id, key, metric_points).await
    }

    /// What `read` makes of a metric's points, which are read from the database if they are not in memory.
    pub(crate) async fn read_series<T>(
        &self,
        run_id: &str,
        key: &str,
        read: impl FnOnce(&Series) -> T,
    ) -> Result<T> {
        let session = self.database().session();
        session.load_run(run_id).await?;
        let storage = session.storage();
        let series = storage.memory().run(run_id)?.series(key)?;
        Ok(read(series.unwrap_or(&Series::default())))
    }

    /// What `read` makes of a run, whose points are read from the database if they are not in memory.
    #[cfg(feature = "wasm")]
    pub(crate) async fn read_state<T>(
        &self,
        run_id: &str,
        read: impl FnOnce(&crate::storage::RunState) -> T,
    ) -> Result<T> {
        let session = self.database().session();
        session.load_run(run_id).await?;
        Ok(read(session.storage().memory().run(run_id)?))
    }

    /// The bytes a run stored under a key.
    ///
    /// # Errors
    /// `RunNotFound`, `ArtifactNotFound`; those of the database.
    pub fn get_artifact(&self, run_id: &str, key: &str) -> impl Future<Output = Result<Arc<[u8]>>> {
        self.database().session().get_artifact(run_id, key)
    }

    /// Changes a run's name or sets a tag of it. Code that logs to it, in whatever page, goes on.
    ///
    /// # Errors
    /// `RunNotFound`, `InvalidArgument`; those of the database.
    pub fn edit_run(&self, run_id: &str, edit: RunEdit) -> impl Future<Output = Result<()>> {
        self.database().session().edit_run(run_id, edit)
    }

    /// Deletes a run with its points and artifacts. Code that still logs to it gets `RunDeleted`.
    ///
    /// # Errors
    /// `RunNotFound`; those of the database.
    pub fn delete_run(&self, run_id: &str) -> impl Future<Output = Result<()>> {
        self.database().session().delete_run(run_id)
    }

    /// Deletes an experiment with all its runs.
    ///
    /// # Errors
    /// `ExperimentNotFound`; those of the database.
    pub fn delete_experiment(&self, experiment_id: &str) -> impl Future<Output = Result<()>> {
        self.database().session().delete_experiment(experiment_id)
    }

    /// Calls back on every change of the database, by this page or another, until the subscription is dropped.
    #[must_use = "the callback is removed with the subscription"]
    pub fn subscribe(&self, callback: impl Fn(&Change) + 'static) -> Subscription {
        let id = self.database().subscribe(Rc::new(callback));
        Subscription { database: Rc::downgrade(self.database()), id }
    }

    /// Every change of the database from now on, by this page or another, as a stream. It ends when the database is closed, which it does
    /// not keep open.
    #[must_use = "changes are gathered for as long as the stream lives"]
    pub fn changes(&self) -> Changes {
        let (sender, receiver) = mpsc::unbounded();
        // A stream that is dropped takes its subscription with it: no change is sent to it after that.
        let subscription = self.subscribe(move |change| drop(sender.unbounded_send(change.clone())));
        Changes { receiver, _subscription: subscription }
    }

    /// Commits what this page logged and, if nothing else in it uses the database, closes it.
    ///
    /// # Errors
    /// The cause, if something could not be committed: it is tried again, and the database closed after that.
    pub async fn close(self) -> Result<()> {
        let database = Rc::clone(self.database());
        drop(self);
        database.close().await
    }

    pub(crate) fn database(&self) -> &Rc<OpenDatabase> {
        self.handle.database()
    }
}

/// The changes of a database, as [`Tracker::changes`] gives them.
#[derive(Debug)]
pub struct Changes {
    receiver: mpsc::UnboundedReceiver<Change>,
    _subscription: Subscription,
}

impl Stream for Changes {
    type Item = Change;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Change>> {
        self.receiver.poll_next_unpin(context)
    }
}

/// A callback on changes of a database. It is removed when this is dropped.
#[derive(Debug)]
pub struct Subscription {
    database: Weak<OpenDatabase>,
    id: u32,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(database) = self.database.upgrade() {
            database.unsubscribe(self.id);
        }
    }
}
