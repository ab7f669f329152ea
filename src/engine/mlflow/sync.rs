//! Sending a run, once or as it goes on.

use super::requests::{send_once, wait};
use super::{MlflowError, MlflowSync, MlflowTarget, Transport};
use crate::database::{Database, operations};
use crate::engine::Session;
use crate::engine::export::{OutgoingRun, WantedPoints};
use crate::interop::SLICE_POINTS;
use crate::interop::mlflow::{Answer, Backoff, Next, Request, RunSync, SyncFailure, Syncs};
use crate::storage::{Result, RunRecord, StorageError};

/// How long a live sync waits for more, in milliseconds.
const LIVE_MS: f64 = 2_000.0;

/// How often the points that are sent are noted, in milliseconds. Those that were not noted when a page is killed are sent again, and the
/// server has them once.
const NOTE_MS: f64 = 500.0;

/// The most slices of a run that are in memory at a time: 200 000 points, which a server takes in some seconds.
const PORTION_SLICES: usize = 200_000 / SLICE_POINTS;

/// The longest name of an experiment in MLflow, in characters.
const MAX_EXPERIMENT_NAME: usize = 500;

/// A sync that is under way.
struct Sending<'a, D: Database, T> {
    session: &'a Session<D>,
    transport: &'a T,
    run_id: &'a str,
    holder: &'a str,
    target: &'a MlflowTarget,
    sync: RunSync,
    /// The points that are being sent.
    reading: Option<OutgoingRun>,
    /// No entry of the log below this one holds a point that was not sent.
    first_entry: u64,
    /// Whether the server has answered, in this sync or an earlier one.
    was_reached: bool,
    /// How many of its losses were told.
    told: usize,
    /// When its state was stored last, by the monotonic clock.
    stored_ms: f64,
}

impl<D: Database> Session<D> {
    /// How far a run was sent, and where to.
    ///
    /// # Errors
    /// `RunNotFound`; those of the database.
    pub async fn mlflow_syncs(&self, run_id: &str) -> Result<Syncs> {
        self.storage().memory().run_slot(run_id)?;
        self.transact(operations::read_syncs(run_id)).await
    }

    /// Sends a run to an MLflow tracking server: what of it is not there. `token` must be unique.
    ///
    /// # Errors
    /// What the server says, or the storage; `Elsewhere` if another page sends it.
    pub async fn sync_mlflow(
        &self,
        run_id: &str,
        target: &MlflowTarget,
        token: &str,
        transport: &impl Transport,
    ) -> std::result::Result<MlflowSync, MlflowError> {
        let own = {
            let storage = self.storage();
            let record = storage.memory().run(run_id)?.record();
            experiment_name(&storage.memory().experiment(&record.experiment_id)?.name)
        };
        let experiment = target.experiment.clone().unwrap_or(own);
        // A run that was just begun elsewhere may be in the exit log alone.
        self.recover_exit_log().await?;
        self.flush().await?;
        let state = self.acquire_sync(run_id, &target.url, &experiment, token, transport).await?;
        let sync = RunSync::new(state, token);
        let stored_ms = self.clock.monotonic_ms();
        let was_reached = !sync.state().experiment_id.is_empty();
        let holder = token;
        let mut sending = Sending {
            session: self,
            transport,
            run_id,
            holder,
            target,
            sync,
            reading: None,
            first_entry: 0,
            was_reached,
            told: 0,
            stored_ms,
        };
        let sent = sending.send_all().await;
        sending.tell_losses();
        sending.end(&sent).await?;
        sent?;
        let state = sending.sync.state();
        Ok(MlflowSync { mlflow_run_id: state.mlflow_run_id.clone(), points: state.points() })
    }
}

/// The name of a run's experiment as MLflow takes it.
fn experiment_name(name: &str) -> String {
    if name.trim().is_empty() {
        "Default".to_owned()
    } else {
        name.chars().take(MAX_EXPERIMENT_NAME).collect()
    }
}

impl<D: Database, T: Transport> Sending<'_, D, T> {
    async fn send_all(&mut self) -> std::result::Result<(), MlflowError> {
        loop {
            let record = self.look_again().await?;
            while self.send_next(&record).await? {}
            self.tell_losses();
            if !self.target.is_live || record.status.is_final() {
                return Ok(());
            }
            self.sync.state_mut().completed_ms = self.session.clock.wall_ms();
            self.sync.state_mut().failure = None;
            self.store().await?;
            self.transport.wait(LIVE_MS).await;
            self.transport.check()?;
        }
    }

    /// The run's record as it is. Its points are read when they are asked for; a run that has ended by its record gets no more.
    async fn look_again(&mut self) -> Result<RunRecord> {
        if !self.owns_run()? {
            // A message of its owner may have been missed.
            self.session.refresh(&[], &[self.run_id.to_owned()]).await?;
        }
        let record = self.session.storage().memory().run(self.run_id)?.current_record();
        self.session.flush().await?;
        self.reading = None;
        self.sync.look_again();
        Ok(record)
    }

    /// Whether this session writes the run.
    fn owns_run(&self) -> Result<bool> {
        let storage = self.session.storage();
        let slot = storage.memory().run_slot(self.run_id)?;
        Ok(storage.owns(slot))
    }

    /// Begins to read what was not sent.
    async fn begin_reading(&mut self) -> Result<OutgoingRun> {
        if self.owns_run()? {
            self.sync.send_unreadable_again();
        }
        let sent = self.sync.state().series.iter();
        let from = sent.map(|series| (series.key.clone(), series.sent as u64)).collect();
        let wanted = WantedPoints { from, first_entry: self.first_entry };
        self.session.begin_reading(self.run_id, &wanted).await
    }

    /// Gives the sync the next points, all of which are committed: what is known to be sent must not be lost again here.
    async fn read_points(&mut self) -> Result<()> {
        let begun = self.reading.take();
        let mut run = if let Some(run) = begun { run } else { self.begin_reading().await? };
        let portion = run.next_portion(self.session, PORTION_SLICES).await?;
        self.session.flush().await?;
        if run.first_entry_behind().is_none() && !self.owns_run()? {
            // Another session has resumed it: what memory had may be stored nowhere. It is read again, from the database.
            return Ok(());
        }
        if portion.is_none() {
            self.first_entry = run.first_entry_behind().unwrap_or(self.first_entry);
        }
        let missing = run.take_missing();
        self.sync.take_points(portion.map(|series| (series, missing)));
        self.reading = Some(run);
        Ok(())
    }

    /// Does what comes next. Returns whether there was anything.
    async fn send_next(&mut self, record: &RunRecord) -> std::result::Result<bool, MlflowError> {
        match self.sync.next_step(record) {
            Next::Done => return Ok(false),
            Next::Points => self.read_points().await?,
            Next::Read(artifact) => {
                let content = self.session.exported_artifact(&artifact).await?;
                self.sync.take_artifact(&artifact, content);
            }
            Next::Send(request) => {
                self.transport.check()?;
                if self.sync.take_must_store() {
                    self.store().await?;
                }
                if self.send(&request).await? {
                    // What is answered but for a batch is kept at once: a run's token before it is created under it, since something else
                    // is asked first, and then its id.
                    let noted_ms = self.session.clock.monotonic_ms() - self.stored_ms;
                    if noted_ms > NOTE_MS || !request.is_batch() {
                        self.store().await?;
                    }
                    let total = record.series.points();
                    let done = self.sync.state().points();
                    self.transport.tell_progress(done, done.max(total));
                }
            }
        }
        Ok(true)
    }

    /// Sends a request until it is answered. Returns whether what was asked is done: if not, something else may come first by now.
    async fn send(&mut self, request: &Request) -> std::result::Result<bool, MlflowError> {
        let mut backoff = Backoff::default();
        loop {
            let answer = self.send_and_renew(request).await?;
            self.was_reached |= answer.is_some();
            let Err(error) = self.sync.take(answer.as_ref()) else {
                self.sync.state_mut().failure = None;
                return Ok(true);
            };
            let Some(delay_ms) = backoff.wait_after(&error, self.target.is_live, self.was_reached) else {
                return Err(error.into());
            };
            self.note_failure(&error.into());
            let (session, run_id, holder, transport) =
                (self.session, self.run_id, self.holder, self.transport);
            let state = self.sync.state_mut();
            wait(transport, delay_ms, &mut async || {
                session.store_sync(run_id, state, holder, transport).await
            })
            .await?;
            self.stored_ms = self.session.clock.monotonic_ms();
            // A run whose creation was not answered is looked for first.
            if self.sync.asks_otherwise() {
                return Ok(false);
            }
        }
    }

    async fn send_and_renew(
        &mut self,
        request: &Request,
    ) -> std::result::Result<Option<Answer>, MlflowError> {
        let (session, run_id, holder, transport) = (self.session, self.run_id, self.holder, self.transport);
        let state = self.sync.state_mut();
        send_once(transport, request, &mut async || {
            session.store_sync(run_id, state, holder, transport).await
        })
        .await
    }

    async fn store(&mut self) -> std::result::Result<(), MlflowError> {
        let state = self.sync.state_mut();
        self.session.store_sync(self.run_id, state, self.holder, self.transport).await?;
        self.stored_ms = self.session.clock.monotonic_ms();
        Ok(())
    }

    fn tell_losses(&mut self) {
        let losses = self.sync.losses();
        for text in &losses[self.told..] {
            self.transport.tell_loss(text);
        }
        self.told = losses.len();
    }

    fn note_failure(&mut self, error: &MlflowError) {
        let failure = SyncFailure {
            code: error.code().to_owned(),
            message: error.to_string(),
            failed_ms: self.session.clock.wall_ms(),
        };
        self.sync.state_mut().failure = Some(failure);
    }

    /// Keeps what came of it, and gives the lease up.
    async fn end(
        &mut self,
        sent: &std::result::Result<(), MlflowError>,
    ) -> std::result::Result<(), MlflowError> {
        match sent {
            Ok(()) => {
                let state = self.sync.state_mut();
                state.completed_ms = self.session.clock.wall_ms();
                state.failure = None;
            }
            // Stopping it is no failure, and another page's sync is another's to tell of.
            Err(MlflowError::Elsewhere | MlflowError::Storage(StorageError::Aborted(_))) => {}
            Err(error) => self.note_failure(error),
        }
        let released = self.session.release_sync(self.run_id, self.sync.state_mut(), self.holder).await;
        // The cause is what its caller hears of.
        if sent.is_ok() { released } else { Ok(()) }
    }
}
