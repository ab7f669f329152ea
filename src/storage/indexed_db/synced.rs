//! A storage and its mirror: opening, beginning runs, and telling what changed.
//!
//! Logging is in `synced_log`, flushing in `synced_flush`, what pages leave in `synced_exit`, doubt in `synced_doubt`, resuming in
//! `synced_resume`, reading back in `synced_load`. No borrow of the storage is held across an await or a notice.

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::rc::Rc;

use super::change::Change;
use super::flush_policy::{FLUSH_INTERVAL_MS, FlushPolicy};
use super::ids::IdPool;
use super::mirror::{Batch, Mirror, NewRun};
use super::staging::Staging;
use super::storage::IndexedDbStorage;
use super::turn::{Turn, Waiting};
use crate::storage::clock;
use crate::storage::error::{Result, StorageError};
use crate::storage::memory::RunSlot;
use crate::storage::record::{RunRecord, RunStatus, Tag};
use crate::storage::run_state::{RunState, check_key, check_text};

/// Points after which a flush does not wait for its interval: about what fills a record.
const FULL_RECORD_POINTS: u32 = 6_000;
/// How late a timer may be before logging itself asks for the flush: background tabs get one timer a minute.
pub(super) const LATE_TIMER_MS: f64 = 50.0;

/// What a storage tells whoever drives it.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// Call [`SyncedStorage::tick`] after so many milliseconds.
    WakeAfter(f64),
    /// Call [`SyncedStorage::tick`] as soon as the caller's code has returned, and let it flush.
    WakeNow,
    /// For subscribers in this tab.
    Change(Change),
    /// A transaction completed: other tabs want to read these records again.
    Committed {
        /// Experiments it wrote.
        experiment_ids: Vec<String>,
        /// Runs it wrote.
        run_ids: Vec<String>,
    },
    /// What these runs had unsaved was issued for a page that is leaving: other tabs may settle it.
    Left {
        /// The runs.
        run_ids: Vec<String>,
    },
}

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

/// An [`IndexedDbStorage`] kept in step with a [`Mirror`].
pub struct SyncedStorage<M> {
    pub(super) storage: RefCell<IndexedDbStorage>,
    pub(super) mirror: M,
    pub(super) policy: RefCell<FlushPolicy>,
    /// One flush at a time; a last flush on leaving does not queue.
    pub(super) turn: Turn,
    /// Batches of which nobody knows whether they were committed.
    pub(super) doubtful: RefCell<Vec<Rc<Batch>>>,
    /// The batch that is being committed, until a page that leaves takes it along.
    pub(super) sending: RefCell<Option<Rc<Batch>>>,
    /// Flushes that wait for a last flush which turned out not to be the last.
    pub(super) waiting_for_exit: Waiting,
    /// Last flushes under way.
    pub(super) exits: Cell<u32>,
    /// For each run that was read and is not written here, the one read last at the end: the number of its first row not yet in
    /// memory.
    pub(super) unread: RefCell<Vec<(RunSlot, u64)>>,
    /// How often something of ours may have come to lie where pages store on leaving, or a run of ours may have changed unseen;
    /// and up to which of these times that was looked at.
    pub(super) left: Cell<u32>,
    pub(super) left_seen: Cell<u32>,
    /// Site data was cleared, and not all is written again that memory holds: its experiments' names look as if they were free.
    pub(super) rewrites: Cell<bool>,
    /// Runs that may be worth compacting.
    pub(super) compactable: RefCell<Vec<RunSlot>>,
    owner: String,
    observer: Box<dyn Fn(Notice)>,
    pub(super) tick_due_ms: Cell<f64>,
    points_since_flush: Cell<u32>,
    pub(super) staging: Staging,
}

impl<M> std::fmt::Debug for SyncedStorage<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SyncedStorage").field("storage", &self.storage).finish_non_exhaustive()
    }
}

impl<M: Mirror> SyncedStorage<M> {
    /// Opens the database behind `mirror`: reads experiments, runs and series headers, no points.
    ///
    /// `owner` must be unique to this storage. `observer` must not call back into the storage at once.
    ///
    /// # Errors
    /// Those of the mirror.
    pub async fn open(mirror: M, owner: &str, observer: impl Fn(Notice) + 'static) -> Result<Self> {
        mirror.settle_exits().await?;
        let catalog = mirror.load_catalog().await?;
        let synced = Self {
            storage: RefCell::new(IndexedDbStorage::for_owner(owner, IdPool::empty(owner))),
            mirror,
            policy: RefCell::default(),
            turn: Turn::default(),
            doubtful: RefCell::default(),
            sending: RefCell::default(),
            waiting_for_exit: Waiting::default(),
            exits: Cell::new(0),
            unread: RefCell::default(),
            left: Cell::new(0),
            left_seen: Cell::new(0),
            rewrites: Cell::new(false),
            compactable: RefCell::default(),
            owner: owner.to_owned(),
            observer: Box::new(observer),
            tick_due_ms: Cell::new(f64::INFINITY),
            points_since_flush: Cell::new(0),
            staging: Staging::default(),
        };
        synced.absorb(catalog);
        Ok(synced)
    }

    /// Reserves ids for experiments and runs that are created through the synchronous trait.
    ///
    /// # Errors
    /// Those of the mirror.
    pub async fn reserve_ids(&self, experiments: u64, runs: u64) -> Result<()> {
        let reserved = self.heard(self.mirror.reserve_ids(experiments, runs).await)?;
        self.storage_mut().set_ids(IdPool::empty(&self.owner).with(reserved));
        Ok(())
    }

    /// The storage, for reading. Not to be held across an await.
    #[inline(never)]
    pub fn storage(&self) -> Ref<'_, IndexedDbStorage> {
        self.take_staged();
        self.storage.borrow()
    }

    /// The storage, for changing; call [`SyncedStorage::changed`] afterwards. Not to be held across an await.
    #[inline(never)]
    pub fn storage_mut(&self) -> RefMut<'_, IndexedDbStorage> {
        self.take_staged();
        self.staging.begin_epoch();
        self.storage.borrow_mut()
    }

    /// Whether all that memory holds is known to be committed.
    pub fn is_saved(&self) -> bool {
        let storage = self.storage();
        let journal = storage.journal();
        journal.is_drained() && !journal.is_in_flight() && self.doubtful.borrow().is_empty()
    }

    /// The mirror.
    pub fn mirror(&self) -> &M {
        &self.mirror
    }

    /// The token under which runs are owned here.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// An answer of the mirror. `Cleared` is told once, to whoever asks first: what memory holds is to be written again.
    pub(super) fn heard<T>(&self, answer: Result<T>) -> Result<T> {
        if let Err(StorageError::Cleared(_)) = &answer {
            self.forget_commits();
            self.changed(clock::now_ms() as f64, 0);
        }
        answer
    }

    pub(super) fn notify(&self, notice: Notice) {
        (self.observer)(notice);
    }

    /// Tells this tab's subscribers.
    pub(super) fn tell(&self, change: Change) {
        self.notify(Notice::Change(change));
    }

    /// Tells this tab's subscribers that a run is new or its record changed.
    pub(super) fn tell_run(&self, experiment_id: &str, run_id: &str) {
        self.tell(Change::Run { experiment_id: experiment_id.to_owned(), run_id: run_id.to_owned() });
    }

    /// Tells other tabs what was written.
    pub(super) fn tell_committed(&self, experiment_ids: &[String], run_ids: &[String]) {
        let (experiment_ids, run_ids) = (experiment_ids.to_vec(), run_ids.to_vec());
        self.notify(Notice::Committed { experiment_ids, run_ids });
    }

    /// The place of a run that is known here.
    pub(super) fn find_run(&self, run_id: &str) -> Option<RunSlot> {
        self.storage().memory().find_run(run_id)
    }

    /// The ids of a run's experiment and of itself.
    pub fn ids_of(&self, slot: RunSlot) -> Option<(String, String)> {
        let storage = self.storage();
        let record = storage.memory().get(slot)?.record();
        Some((record.experiment_id.clone(), record.run_id.clone()))
    }

    /// Begins a run: finds or creates the experiment of this name and stores a new, running run in one transaction.
    ///
    /// # Errors
    /// `InvalidArgument`; those of the mirror.
    pub async fn begin_run(&self, experiment_name: &str, options: RunOptions) -> Result<RunSlot> {
        check_text("the experiment's name", experiment_name)?;
        options.check()?;
        if self.rewrites.get() {
            self.flush().await?;
        }
        // What a page stored on leaving has ids too, and they are not in use before it is settled.
        self.settle_exits().await?;
        let now_ms = clock::now_ms();
        let mut record = RunRecord::new(String::new(), String::new(), now_ms);
        record.status = RunStatus::Running;
        record.started_ms = Some(now_ms as f64);
        record.config_json = options.config_json;
        record.run_name = options.run_name;
        record.tags = options.tags;
        record.owner.clone_from(&self.owner);
        let (first_experiment, first_run) = self.storage().memory().next_numbers();
        let experiment_name = experiment_name.to_owned();
        let new_run = NewRun { experiment_name, record, first_experiment, first_run };
        let (experiment, record) = self.heard(self.mirror.begin_run(new_run).await)?;
        let experiment_id = experiment.experiment_id.clone();
        let run_id = record.run_id.clone();
        let is_new = self.storage().memory().experiment(&experiment_id).is_err();
        self.storage_mut().memory_mut().put_experiment(experiment);
        let slot = self.adopt(RunState::resident(record));
        if is_new {
            self.tell(Change::Experiment { experiment_id: experiment_id.clone() });
        }
        self.tell_run(&experiment_id, &run_id);
        self.tell_committed(&[experiment_id], &[run_id]);
        Ok(slot)
    }

    pub(super) fn unread(&self, slot: RunSlot) -> Option<u64> {
        self.unread.borrow().iter().find(|(other, _)| *other == slot).map(|(_, unread)| *unread)
    }

    pub(super) fn set_unread(&self, slot: RunSlot, unread: Option<u64>) {
        let mut all = self.unread.borrow_mut();
        all.retain(|(other, _)| *other != slot);
        all.extend(unread.map(|unread| (slot, unread)));
    }

    /// Puts a run that is stored as it stands into memory, in its old slot if it had one.
    pub(super) fn adopt(&self, state: RunState) -> RunSlot {
        let lengths: Vec<usize> =
            state.all_series().unwrap_or_default().iter().map(|named| named.series.len()).collect();
        let (next_sequence, compacted_sequence) =
            (state.record().next_sequence as u64, state.record().compacted_sequence as u64);
        let mut storage = self.storage_mut();
        let slot = storage.memory_mut().put_run(state);
        storage.journal_mut().0.adopt_run(slot, &lengths, next_sequence);
        storage.journal_mut().0.note_compacted(slot, compacted_sequence);
        drop(storage);
        self.set_unread(slot, None);
        slot
    }

    /// Memory changed at `now_ms`; `points` were logged. Cheap: it is called for every point.
    #[inline]
    pub fn changed(&self, now_ms: f64, points: u32) {
        let since = self.points_since_flush.get().saturating_add(points);
        self.points_since_flush.set(since);
        if self.tick_due_ms.get() == f64::INFINITY {
            self.ask_for_tick(now_ms);
        } else if since >= FULL_RECORD_POINTS || now_ms > self.tick_due_ms.get() + LATE_TIMER_MS {
            self.points_since_flush.set(0);
            self.tick_due_ms.set(f64::MAX);
            self.notify(Notice::WakeNow);
        }
    }

    #[cold]
    fn ask_for_tick(&self, now_ms: f64) {
        self.tick_due_ms.set(now_ms + FLUSH_INTERVAL_MS);
        // The policy's wish is the same interval or, while it backs off, a later call of its own.
        let _ = self.policy.borrow_mut().changed(now_ms);
        self.notify(Notice::WakeAfter(FLUSH_INTERVAL_MS));
    }

    /// A wished-for call: tells subscribers what changed. Returns whether it is time to [`SyncedStorage::flush`].
    #[must_use]
    pub fn tick(&self, now_ms: f64) -> bool {
        self.take_staged();
        self.staging.begin_epoch();
        self.tick_due_ms.set(f64::INFINITY);
        self.points_since_flush.set(0);
        self.announce();
        self.policy.borrow().is_due(now_ms)
    }

    /// Tells this tab's subscribers what changed in this tab since the last time.
    pub fn announce(&self) {
        let touched = {
            let mut storage = self.storage_mut();
            let (journal, memory) = storage.journal_mut();
            journal.take_touched(memory)
        };
        for touched in touched {
            let Some((experiment_id, run_id)) = self.ids_of(touched.slot) else { continue };
            if touched.record {
                self.tell_run(&experiment_id, &run_id);
            }
            if !touched.keys.is_empty() {
                self.tell(Change::Metrics { experiment_id, run_id, keys: touched.keys });
            }
        }
    }
}
