//! One tab's engine over an open database. What it does is in files of their own: logging in `logging`, flushing in `flush`, leaving in
//! `leaving`, commits whose outcome is unknown in `reconcile`, acquiring runs in `resume`, reading back in `refresh`.
//!
//! No borrow of the storage is held across an await.

use std::cell::{Ref, RefCell, RefMut};
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use futures::lock::Mutex;
use serde::Serialize;

use super::catch_up::CatchUp;
use super::change::Change;
use super::clock::Clock;
use super::compactor::Compactor;
use super::effect::EffectQueue;
use super::exit_log::ExitLog;
use super::flusher::Flusher;
use super::id_pool::IdPool;
use super::indexed_db_storage::IndexedDbStorage;
use super::ownership::LastVerified;
use super::read_state::{Liveness, ReadCursors};
use super::run_reads::RunReads;
use super::staging::Staging;
use crate::database::{Database, Execution, Executor, NewRun, Transaction, operations};
use crate::event::Event;
use crate::storage::{
    Result, RunRecord, RunSlot, RunState, RunStatus, StorageError, Tag, check_key, check_text,
};

/// What a new run may be given.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunOptions {
    /// JSON text.
    pub config_json: Option<String>,
    /// A name for the run.
    pub run_name: Option<String>,
    /// Free-form labels.
    pub tags: Vec<Tag>,
}

impl RunOptions {
    /// These options with a configuration: whatever serializes to an object, such as a struct or a map. As JSON has it, numbers that are not
    /// finite become null.
    ///
    /// # Errors
    /// `InvalidArgument` if it does not serialize, or to something else.
    pub fn with_config(mut self, config: &impl Serialize) -> Result<Self> {
        let json = serde_json::to_string(config).map_err(|cause| {
            StorageError::InvalidArgument(format!("config cannot be written as JSON: {cause}"))
        })?;
        if !json.starts_with('{') {
            return Err(StorageError::InvalidArgument("config must be an object: a struct or a map".into()));
        }
        self.config_json = Some(json);
        Ok(self)
    }

    /// Checks the lengths of names and labels.
    ///
    /// # Errors
    /// `InvalidArgument`.
    pub fn check(&self) -> Result<()> {
        check_text("run_name", self.run_name.as_deref().unwrap_or_default())?;
        for Tag { key, value } in &self.tags {
            check_key("a tag's name", key)?;
            check_text("a tag's value", value)?;
        }
        Ok(())
    }
}

/// An [`IndexedDbStorage`] whose changes are committed to a [`Database`].
pub struct Session<D> {
    storage: RefCell<IndexedDbStorage>,
    pub(super) database: D,
    pub(super) clock: Rc<dyn Clock>,
    pub(super) effects: EffectQueue,
    pub(super) flusher: Flusher,
    pub(super) exit_log: ExitLog,
    pub(super) catch_up: CatchUp,
    pub(super) cursors: ReadCursors,
    pub(super) run_reads: RunReads,
    pub(super) liveness: Liveness,
    pub(super) last_verified: LastVerified,
    pub(super) compactor: Compactor,
    pub(super) staging: Staging,
    /// Changes are to be emitted to subscribers in this tab.
    pub(super) touched: Event,
    /// One writer at a time. An exit flush does not queue.
    pub(super) writer: Mutex<()>,
    owner: String,
}

impl<D> std::fmt::Debug for Session<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("owner", &self.owner).finish_non_exhaustive()
    }
}

/// The storage, for changing. When it is dropped, what changed is due to be flushed and announced.
pub struct StorageGuard<'a, D: Database> {
    session: &'a Session<D>,
    /// Always there until the guard is dropped.
    storage: Option<RefMut<'a, IndexedDbStorage>>,
}

impl<D: Database> Deref for StorageGuard<'_, D> {
    type Target = IndexedDbStorage;

    #[allow(clippy::expect_used, reason = "it is taken in drop alone")]
    fn deref(&self) -> &IndexedDbStorage {
        self.storage.as_deref().expect("the guard holds the storage")
    }
}

impl<D: Database> DerefMut for StorageGuard<'_, D> {
    #[allow(clippy::expect_used, reason = "it is taken in drop alone")]
    fn deref_mut(&mut self) -> &mut IndexedDbStorage {
        self.storage.as_deref_mut().expect("the guard holds the storage")
    }
}

impl<D: Database> Drop for StorageGuard<'_, D> {
    fn drop(&mut self) {
        drop(self.storage.take());
        self.session.note_changes(0);
    }
}

impl<D: Database> Session<D> {
    /// Opens the database: recovers the exit log, reads experiments, runs and series headers, no points.
    ///
    /// `owner` must be unique to this session.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open(database: D, owner: &str, clock: Rc<dyn Clock>) -> Result<Self> {
        if database.transact(operations::has_exit_log()).await? {
            database.transact(operations::recover_exit_log()).await?;
        }
        let catalog = database.transact(operations::read_catalog()).await?;
        if let Some(unclean_shutdown) = catalog.unclean_shutdown() {
            database.repair(unclean_shutdown).await;
        }
        let session = Self {
            storage: RefCell::new(IndexedDbStorage::for_owner(owner, IdPool::empty(owner))),
            database,
            clock,
            effects: EffectQueue::default(),
            flusher: Flusher::default(),
            exit_log: ExitLog::default(),
            catch_up: CatchUp::default(),
            cursors: ReadCursors::default(),
            run_reads: RunReads::default(),
            liveness: Liveness::default(),
            last_verified: LastVerified::default(),
            compactor: Compactor::default(),
            staging: Staging::default(),
            touched: Event::default(),
            writer: Mutex::new(()),
            owner: owner.to_owned(),
        };
        session.last_verified.note(&*session.clock);
        session.absorb(catalog);
        Ok(session)
    }

    /// Reserves ids for experiments and runs that are created through the synchronous trait.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn reserve_ids(&self, experiments: u64, runs: u64) -> Result<()> {
        let reserved = self.transact(operations::reserve_ids(experiments, runs)).await?;
        self.storage_mut().ids_mut().replace(reserved);
        Ok(())
    }

    /// The storage, for reading. Not to be held across an await.
    pub fn storage(&self) -> Ref<'_, IndexedDbStorage> {
        self.take_staged();
        self.storage.borrow()
    }

    /// The storage, for changing. Not to be held across an await.
    pub fn storage_mut(&self) -> StorageGuard<'_, D> {
        self.take_staged();
        self.staging.begin_epoch();
        StorageGuard { session: self, storage: Some(self.storage.borrow_mut()) }
    }

    /// The cell that holds the storage. What is staged is not appended first: for where that is meant.
    pub(super) fn storage_cell(&self) -> &RefCell<IndexedDbStorage> {
        &self.storage
    }

    /// What changed is due to be flushed and announced; `points` were logged.
    pub(super) fn note_changes(&self, points: u32) {
        let (is_pending, is_touched) = {
            let storage = self.storage.borrow();
            let pending = storage.pending();
            (pending.has_changes(|hash| self.flusher.is_withheld(hash)), pending.is_touched())
        };
        if is_pending {
            self.flusher.note_pending(self.clock.monotonic_ms(), points);
        }
        if is_touched {
            self.touched.notify();
        }
    }

    /// Whether all that memory holds is known to be committed.
    pub fn is_saved(&self) -> bool {
        let storage = self.storage();
        let pending = storage.pending();
        pending.is_empty() && !pending.is_in_flight() && !self.flusher.is_in_doubt()
    }

    /// The database.
    pub fn database(&self) -> &D {
        &self.database
    }

    /// What the rest of the page must do.
    pub fn effects(&self) -> &EffectQueue {
        &self.effects
    }

    /// When the next flush is due, and the pace.
    pub fn flusher(&self) -> &Flusher {
        &self.flusher
    }

    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The token under which runs are owned here.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Runs a transaction. When the database was recreated, what memory holds is to be written again.
    pub(super) fn transact<T>(&self, transaction: Transaction<T>) -> impl Future<Output = Result<T>> {
        transaction.run(self)
    }

    fn forget_commits(&self) {
        // Ids are given again from the first: a run that was read may be another one soon.
        self.evict_all_read();
        let mut storage = self.storage_mut();
        let owned = storage.owned();
        for &slot in &owned {
            storage.drop_lost_artifacts(slot);
        }
        let (pending, memory, _) = storage.pending_and_memory();
        pending.forget_commits(memory, &owned);
        storage.ids_mut().forget_reserved();
        self.flusher.begin_rebuilding();
    }

    /// The slot of a run that is known here.
    pub(super) fn find_run(&self, run_id: &str) -> Option<RunSlot> {
        self.storage().memory().find_run(run_id)
    }

    /// The ids of a run's experiment and of itself.
    pub fn ids_of(&self, slot: RunSlot) -> Option<(String, String)> {
        let storage = self.storage();
        let record = storage.memory().get(slot)?.record();
        Some((record.experiment_id.clone(), record.run_id.clone()))
    }

    /// Whether the run says that it is running while no session runs it.
    pub fn is_interrupted(&self, slot: RunSlot) -> bool {
        let storage = self.storage();
        let Some(state) = storage.memory().get(slot) else { return false };
        let record = state.record();
        if storage.owns(slot) {
            return storage.ownership().ends_lease(slot) && !record.status.is_final();
        }
        self.liveness.is_interrupted(record, self.clock.monotonic_ms())
    }

    /// Begins a run: finds or creates the experiment of this name and stores a new, running run in one transaction.
    ///
    /// # Errors
    /// `InvalidArgument`; those of the database.
    pub async fn begin_run(&self, experiment_name: &str, options: RunOptions) -> Result<RunSlot> {
        check_text("the experiment's name", experiment_name)?;
        options.check()?;
        if self.flusher.is_rebuilding() {
            // Until everything is written again, names of experiments look as if they were free.
            self.flush().await?;
        }
        // What is in the exit log has ids too, and they do not look taken before it is recovered.
        self.recover_exit_log().await?;
        let now_ms = self.clock.wall_ms();
        let mut record = RunRecord::new(String::new(), String::new(), now_ms as i64);
        record.status = RunStatus::Running;
        record.started_ms = Some(record.created_ms);
        record.config_json = options.config_json;
        record.run_name = options.run_name;
        record.tags = options.tags;
        record.owner.clone_from(&self.owner);
        let (first_experiment, first_run) = self.storage().memory().next_numbers();
        let experiment_name = experiment_name.to_owned();
        let new_run = NewRun { experiment_name, record, first_experiment, first_run };
        let (experiment, record) = self.transact(operations::begin_run(new_run)).await?;
        let experiment_id = experiment.experiment_id.clone();
        let run_id = record.run_id.clone();
        let is_new = self.storage().memory().experiment(&experiment_id).is_err();
        self.storage_mut().memory_mut().put_experiment(experiment);
        let slot = self.install_run(RunState::resident(record));
        if is_new {
            self.effects.emit(Change::Experiment { experiment_id: experiment_id.clone() });
        }
        self.effects.emit_run(&experiment_id, &run_id);
        self.effects.broadcast(&[experiment_id], &[run_id]);
        Ok(slot)
    }

    /// Puts a run that this session owns, and that is stored as it stands, into memory: in its old slot if it had one.
    pub(super) fn install_run(&self, state: RunState) -> RunSlot {
        let slot = self.storage_mut().open_stored(state);
        self.cursors.forget(slot);
        slot
    }

    /// Announces to this tab's subscribers what changed in this tab since the last time.
    pub fn announce(&self) {
        let touched = {
            let mut storage = self.storage_mut();
            let (pending, memory, _) = storage.pending_and_memory();
            pending.take_touched(memory)
        };
        for touched in touched {
            let Some((experiment_id, run_id)) = self.ids_of(touched.slot) else { continue };
            if touched.record {
                self.effects.emit_run(&experiment_id, &run_id);
            }
            if !touched.keys.is_empty() {
                self.effects.emit(Change::Metrics { experiment_id, run_id, keys: touched.keys });
            }
        }
    }
}

/// When the database was recreated, what memory holds is to be written again.
impl<D: Database> Executor for Session<D> {
    fn execute_boxed<'a>(&'a self, execution: Execution<'a>) -> LocalBoxFuture<'a, Result<()>> {
        let executed = async move {
            let result = self.database.execute(execution).await;
            if let Err(StorageError::Cleared(_)) = &result {
                self.forget_commits();
            }
            result
        };
        executed.boxed_local()
    }
}
