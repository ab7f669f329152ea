//! One open database of this page: its session, its subscribers, its handles, and what goes on in the background.

mod handles;

pub(super) use self::handles::{Handle, RunHandle};

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Waker};

use futures::FutureExt;
use futures::future::{AbortHandle, LocalBoxFuture, abortable};

use super::channel::Channel;
use super::clock::PageClock;
use super::console::warn;
use super::page_database::PageDatabase;
use super::page_lifecycle::{guard_closing, initial_pace};
use super::registry::forget_closed;
use super::spawn;
use crate::database::{CorruptRecord, Database};
use crate::engine::{Change, Effect, Pace, Session};
use crate::indexeddb::random_token;
use crate::storage::{Result, RunSlot};

/// A callback on changes.
type Subscriber = Rc<dyn Fn(&Change)>;

/// Everything that handles on one database share.
pub(crate) struct OpenDatabase {
    session: Session<PageDatabase>,
    name: String,
    subscribers: RefCell<Vec<(u32, Subscriber)>>,
    next_subscriber: Cell<u32>,
    /// What was found corrupt, for those that subscribe later.
    corrupt: RefCell<Vec<CorruptRecord>>,
    channel: RefCell<Option<Channel>>,
    handles: Cell<u32>,
    /// How many handles there are on each run.
    run_handles: RefCell<Vec<(RunSlot, u32)>>,
    /// Ends what goes on in the background; nothing once the database is closed.
    background: RefCell<Option<Vec<AbortHandle>>>,
}

impl std::fmt::Debug for OpenDatabase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenDatabase").field("name", &self.name).finish_non_exhaustive()
    }
}

impl OpenDatabase {
    /// Opens a database. Reads no points.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn open(database: PageDatabase, name: &str, owner: &str) -> Result<Rc<Self>> {
        let session = Session::open(database, owner, Rc::new(PageClock)).await?;
        let open = Rc::new(Self {
            session,
            name: name.to_owned(),
            subscribers: RefCell::default(),
            next_subscriber: Cell::new(0),
            corrupt: RefCell::default(),
            channel: RefCell::default(),
            handles: Cell::new(0),
            run_handles: RefCell::default(),
            background: RefCell::default(),
        });
        if open.is_persistent() {
            open.session.set_pace(initial_pace());
            *open.channel.borrow_mut() = Channel::open(name, Rc::downgrade(&open));
        }
        open.start_background();
        Ok(open)
    }

    /// The session.
    #[must_use]
    pub(crate) fn session(&self) -> &Session<PageDatabase> {
        &self.session
    }

    /// The database's name.
    #[cfg(feature = "interop")]
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether runs outlive the page.
    #[must_use]
    pub(crate) fn is_persistent(&self) -> bool {
        matches!(self.session.database(), PageDatabase::IndexedDb(_))
    }

    /// Whether the database is closed: it is not used any more.
    #[must_use]
    pub(crate) fn is_closed(&self) -> bool {
        self.background.borrow().is_none()
    }

    fn start_background(self: &Rc<Self>) {
        let mut tasks: Vec<LocalBoxFuture<'static, ()>> = Vec::new();
        let open = Rc::clone(self);
        tasks.push(async move { open.session.flush_loop().await }.boxed_local());
        let open = Rc::clone(self);
        tasks.push(async move { open.session.announce_loop().await }.boxed_local());
        let open = Rc::clone(self);
        tasks.push(async move { open.session.compact_loop().await }.boxed_local());
        let open = Rc::clone(self);
        tasks.push(async move { open.dispatch_loop().await }.boxed_local());
        if self.is_persistent() {
            let open = Rc::clone(self);
            tasks.push(async move { open.session.exit_loop(|| open.flush_on_exit()).await }.boxed_local());
            let open = Rc::clone(self);
            tasks.push(async move { open.session.heartbeat_loop().await }.boxed_local());
            let open = Rc::clone(self);
            tasks.push(async move { open.session.catch_up_loop().await }.boxed_local());
            let open = Rc::clone(self);
            tasks.push(async move { open.guard_loop().await }.boxed_local());
            let open = Rc::clone(self);
            // It only makes room: what could not be swept is swept the next time.
            tasks.push(async move { drop(open.session.sweep_tombstones().await) }.boxed_local());
            #[cfg(feature = "interop")]
            {
                let open = Rc::clone(self);
                tasks.push(async move { drop(open.session.sweep_imports().await) }.boxed_local());
            }
        }
        let mut background = Vec::new();
        for task in tasks {
            let (task, abort) = abortable(task);
            background.push(abort);
            spawn(task.map(drop));
        }
        *self.background.borrow_mut() = Some(background);
    }

    /// Takes effects to where they belong.
    async fn dispatch_loop(&self) {
        loop {
            for effect in self.session.effects().next().await {
                self.dispatch(effect);
            }
        }
    }

    fn dispatch(&self, effect: Effect) {
        match effect {
            Effect::Change(change) => self.emit(&change),
            Effect::Committed { experiment_ids, run_ids } => {
                if let Some(channel) = &*self.channel.borrow() {
                    channel.broadcast_committed(&experiment_ids, &run_ids);
                }
                self.evict_unused();
            }
            Effect::ExitLogWritten { run_ids } => {
                if let Some(channel) = &*self.channel.borrow() {
                    channel.broadcast_exit_log(&run_ids);
                }
            }
        }
    }

    fn emit(&self, change: &Change) {
        match change {
            Change::Degraded { message, .. } | Change::RunLost { message, .. } => warn(message),
            // It is found again whenever it is read, and emitted once.
            Change::Corrupt(corrupt) if self.corrupt.borrow().contains(corrupt) => return,
            Change::Corrupt(corrupt) => {
                self.corrupt.borrow_mut().push(corrupt.clone());
                warn(&format!(
                    "a stored record is corrupt and was left in place: {corrupt}; everything else is usable"
                ));
            }
            _ => {}
        }
        let ids: Vec<u32> = self.subscribers.borrow().iter().map(|(id, _)| *id).collect();
        ids.into_iter().for_each(|id| self.call_subscriber(id, change));
    }

    /// Calls a subscriber if it is still there. No borrow is held: it may subscribe, log and read.
    fn call_subscriber(&self, id: u32, change: &Change) {
        let subscribers = self.subscribers.borrow();
        let found = subscribers.iter().find(|(other, _)| *other == id).map(|(_, call)| Rc::clone(call));
        drop(subscribers);
        if let Some(call) = found {
            call(change);
        }
    }

    /// Adds a callback on changes of the database and returns its number. What was found corrupt before is emitted to it soon.
    pub(crate) fn subscribe(self: &Rc<Self>, callback: Subscriber) -> u32 {
        let id = self.next_subscriber.get();
        self.next_subscriber.set(id.wrapping_add(1));
        self.subscribers.borrow_mut().push((id, callback));
        let corrupt = self.corrupt.borrow().clone();
        if !corrupt.is_empty() {
            let open = Rc::clone(self);
            spawn(async move {
                corrupt.into_iter().for_each(|corrupt| open.call_subscriber(id, &Change::Corrupt(corrupt)));
            });
        }
        id
    }

    /// Removes a callback.
    pub(crate) fn unsubscribe(&self, id: u32) {
        let mut subscribers = self.subscribers.borrow_mut();
        let removed =
            subscribers.iter().position(|(other, _)| *other == id).map(|index| subscribers.remove(index));
        // What it holds may be another subscription, whose end comes here too.
        drop(subscribers);
        drop(removed);
    }

    /// Listens to `beforeunload` while something is unsaved.
    async fn guard_loop(&self) {
        loop {
            self.session.flusher().until(|| !self.session.is_saved()).await;
            guard_closing(&self.name, true);
            self.session.flusher().until(|| self.session.is_saved()).await;
            guard_closing(&self.name, false);
        }
    }

    /// Writes what is unsaved to the exit log in one transaction, issued before this returns: the page may be gone afterwards.
    pub(crate) fn flush_on_exit(self: &Rc<Self>) {
        let open = Rc::clone(self);
        let mut issued = async move {
            if let Some(flush) = open.session.flush_on_exit(&random_token()) {
                flush.await;
            }
        }
        .boxed_local();
        if issued.poll_unpin(&mut Context::from_waker(Waker::noop())).is_pending() {
            spawn(issued);
        }
    }

    /// The page may be gone in a moment: it is hidden, frozen, or asked whether it may be closed.
    pub(super) fn may_be_leaving(self: &Rc<Self>) {
        self.session.set_pace(Pace::ExitLog);
        self.flush_on_exit();
    }

    /// The page is being left: the leases of its runs end.
    pub(super) fn leave(self: &Rc<Self>) {
        self.session.begin_leaving();
        self.may_be_leaving();
    }

    /// The page lives on.
    pub(super) fn live_on(&self, pace: Pace) {
        self.session.set_pace(pace);
    }

    /// The page is looked at again: messages of other tabs may have been missed, and others may think its runs interrupted. One that was
    /// kept in the back/forward cache gets no answers any more to what it had asked on leaving.
    pub(super) fn wake_up(self: &Rc<Self>, was_frozen: bool) {
        if was_frozen {
            self.session.database().abandon();
        }
        self.session.end_leaving();
        let open = Rc::clone(self);
        spawn(async move {
            // A failure is emitted as a change, or shows when the caller asks for data.
            let _ = open.session.refresh_all().await;
            open.session.renew_leases();
            let _ = open.session.flush().await;
        });
    }

    /// Resolves when what other tabs had committed before the call was read; or when it cannot be read now. A database in memory has none.
    pub(super) async fn catch_up(&self) {
        if self.is_persistent() {
            self.session.catch_up().await;
        }
    }

    /// Evicts the points of runs that this page has no handle on any more, if they have ended.
    pub(crate) fn evict_unused(&self) {
        self.run_handles
            .borrow_mut()
            .retain(|(slot, handles)| *handles > 0 || !self.session.evict_run(*slot));
    }

    /// Commits everything and, if no handle is left, closes the connection.
    ///
    /// # Errors
    /// The cause, if something could not be committed: it is tried again, and the connection closed after that.
    pub(crate) async fn close(self: &Rc<Self>) -> Result<()> {
        let result = self.session.flush().await;
        self.close_when_unused();
        result
    }

    /// Closes the connection when no handle is left and everything is saved. A database in memory stays: it is all there is of its runs.
    fn close_when_unused(self: &Rc<Self>) {
        if self.handles.get() > 0 || !self.is_persistent() || self.is_closed() {
            return;
        }
        let open = Rc::clone(self);
        spawn(async move {
            open.session.flusher().until(|| open.handles.get() > 0 || open.session.is_saved()).await;
            open.evict_unused();
            if open.handles.get() == 0 && open.session.is_saved() {
                open.shut_down();
            }
        });
    }

    fn shut_down(&self) {
        let Some(background) = self.background.borrow_mut().take() else { return };
        background.iter().for_each(AbortHandle::abort);
        self.session.flusher().close();
        self.session.database().close();
        self.channel.borrow_mut().take();
        guard_closing(&self.name, false);
        forget_closed();
    }
}
