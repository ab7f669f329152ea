//! One open database of this page: its storage, its subscribers, its timers, its channel to other tabs.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::task::{Context, Waker};

use futures::FutureExt;
use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::channel::Channel;
use super::error::{quiet_promise_of, spawn, warn};
use super::page::guard_closing;
use super::page_mirror::PageMirror;
use super::staging::Places;
use super::subscribers::Subscribers;
use super::views::change_object;
use crate::storage::indexed_db::{Change, CorruptRecord, Mirror, Effect, Session};
use crate::storage::{Result, RunSlot, StorageError};

/// How often running runs tell that they live: their lease lasts several times as long.
const HEARTBEAT_MS: f64 = 30_000.0;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, delay_ms: f64) -> JsValue;
}

/// Everything that handles on one database share.
#[derive(Debug)]
pub struct Database {
    pub synced: Session<PageMirror>,
    name: String,
    hub: Rc<Hub>,
    persistent: bool,
    runs: RefCell<Vec<OpenRun>>,
    handles: Cell<u32>,
    heartbeat: RefCell<Option<Closure<dyn Fn()>>>,
}

/// What the handles on a run share.
#[derive(Debug)]
struct OpenRun {
    run: RunSlot,
    subscribers: Rc<Subscribers>,
    places: Places,
}

/// What the storage's notices reach. It exists before the storage does.
#[derive(Debug, Default)]
struct Hub {
    database: RefCell<Weak<Database>>,
    subscribers: Rc<Subscribers>,
    channel: RefCell<Option<Channel>>,
    on_timer: RefCell<Option<Closure<dyn Fn()>>>,
    /// While something is unsaved, in a browser that needs it.
    is_guarded: Cell<bool>,
    /// What was found damaged, for those who subscribe later.
    damages: RefCell<Vec<CorruptRecord>>,
}

impl Hub {
    fn receive(self: &Rc<Self>, notice: Effect) {
        match notice {
            Effect::WakeAfter(delay_ms) => {
                if let Some(database) = self.database.borrow().upgrade() {
                    self.guard_closing(&database, true);
                }
                if let Some(on_timer) = &*self.on_timer.borrow() {
                    set_timeout(on_timer.as_ref().unchecked_ref(), delay_ms);
                }
            }
            Effect::WakeNow => {
                let hub = Rc::clone(self);
                spawn(async move { hub.flush_in_background(true).await });
            }
            Effect::Change(change) => {
                match &change {
                    Change::Degraded { message, .. } | Change::RunLost { message, .. } => warn(message),
                    // It is found again whenever it is read, and told once.
                    Change::CorruptRecordOf(damage) if self.damages.borrow().contains(damage) => return,
                    Change::CorruptRecordOf(damage) => {
                        self.damages.borrow_mut().push(damage.clone());
                        warn(&format!(
                            "a stored record is damaged and was left in place: {damage}; everything else is usable"
                        ));
                    }
                    _ => {}
                }
                if !self.subscribers.is_empty() {
                    let object = change_object(&change);
                    self.subscribers.call(|callback| callback.call1(&JsValue::UNDEFINED, &object));
                }
            }
            Effect::Committed { experiment_ids, run_ids } => {
                if let Some(channel) = &*self.channel.borrow() {
                    channel.tell_committed(&experiment_ids, &run_ids);
                }
            }
            Effect::Left { run_ids } => {
                if let Some(channel) = &*self.channel.borrow() {
                    channel.tell_left(&run_ids);
                }
            }
        }
    }

    async fn flush_in_background(&self, at_once: bool) {
        let Some(database) = self.database.borrow().upgrade() else { return };
        if database.synced.tick(js_sys::Date::now()) || at_once {
            // A failure is told by a notice, and tried again.
            let _ = database.synced.flush().await;
        }
        database.synced.compact_idle(js_sys::Date::now()).await;
        if database.synced.is_saved() {
            self.guard_closing(&database, false);
        }
        database.release_unused();
    }

    /// Something may be unsaved, or all is saved: where leaving is not enough of a sign, the page is to know.
    fn guard_closing(&self, database: &Database, is_unsaved: bool) {
        let needs = || database.persistent && database.synced.mirror().loses_commits_on_leaving();
        if self.is_guarded.get() != is_unsaved && needs() {
            self.is_guarded.set(is_unsaved);
            guard_closing(&database.name, is_unsaved);
        }
    }
}

impl Database {
    /// Opens a database. Reads no points.
    pub async fn open(mirror: PageMirror, name: &str, owner: &str) -> Result<Rc<Self>> {
        let persistent = matches!(mirror, PageMirror::IndexedDb(_));
        let hub = Rc::new(Hub::default());
        let weak = Rc::downgrade(&hub);
        let synced = Session::open(mirror, owner, move |notice| {
            if let Some(hub) = weak.upgrade() {
                hub.receive(notice);
            }
        })
        .await?;
        if !persistent {
            synced.storage_mut().keep_artifacts();
        }
        let database = Rc::new(Self {
            synced,
            name: name.to_owned(),
            hub: Rc::clone(&hub),
            persistent,
            runs: RefCell::default(),
            handles: Cell::new(0),
            heartbeat: RefCell::default(),
        });
        *hub.database.borrow_mut() = Rc::downgrade(&database);
        let timer_hub = Rc::downgrade(&hub);
        *hub.on_timer.borrow_mut() = Some(Closure::new(move || {
            if let Some(hub) = timer_hub.upgrade() {
                spawn(async move { hub.flush_in_background(false).await });
            }
        }));
        if persistent {
            *hub.channel.borrow_mut() = Channel::open(name, Rc::downgrade(&database));
        }
        Ok(database)
    }

    /// Whether runs outlive the page.
    pub fn is_persistent(&self) -> bool {
        self.persistent
    }

    /// Adds a callback on changes of the database and returns the function that removes it again. Of damage found before, it is
    /// told soon.
    pub fn subscribe(&self, callback: Function) -> JsValue {
        let (id, unsubscribe) = self.hub.subscribers.subscribe(callback);
        let hub = Rc::clone(&self.hub);
        let damages = hub.damages.borrow().clone();
        if !damages.is_empty() {
            spawn(async move {
                for damage in damages {
                    let object = change_object(&Change::CorruptRecordOf(damage));
                    hub.subscribers.call_one(id, |callback| callback.call1(&JsValue::UNDEFINED, &object));
                }
            });
        }
        unsubscribe
    }

    /// The callbacks on metrics of a run and the metrics' places, shared by all its handles in this page.
    pub fn shared(&self, run: RunSlot) -> (Rc<Subscribers>, Places) {
        let mut runs = self.runs.borrow_mut();
        let place = runs.iter().position(|open| open.run == run).unwrap_or_else(|| {
            runs.push(OpenRun { run, subscribers: Rc::default(), places: Places::new() });
            runs.len() - 1
        });
        (Rc::clone(&runs[place].subscribers), runs[place].places.clone())
    }

    /// Lets go of the points of ended runs that this page has no handle on any more.
    pub fn release_unused(&self) {
        let is_used =
            |open: &OpenRun| Rc::strong_count(&open.subscribers) > 1 || !self.synced.release_run(open.run);
        self.runs.borrow_mut().retain(is_used);
    }

    /// Writes what is unsaved as one transaction, issued before this returns: the page may be gone afterwards.
    pub fn flush_on_exit(self: &Rc<Self>, clean_exit: bool) {
        let database = Rc::clone(self);
        let mut issued = async move {
            if let Some(flush) = database.synced.flush_on_exit(clean_exit) {
                flush.await;
            }
        }
        .boxed_local();
        if issued.poll_unpin(&mut Context::from_waker(Waker::noop())).is_pending() {
            spawn(issued);
        }
    }

    /// The page is looked at again: messages of other tabs may have been missed, and others may think our runs interrupted.
    pub fn wake_up(self: &Rc<Self>) {
        let database = Rc::clone(self);
        spawn(async move {
            // A failure is told by a notice, or shows when the caller asks for data.
            let _ = database.synced.refresh_all().await;
            database.synced.renew_leases();
            let _ = database.synced.flush().await;
        });
    }

    /// Keeps telling that this page's runs live.
    pub fn keep_leases(self: &Rc<Self>) {
        if !self.persistent || self.heartbeat.borrow().is_some() {
            return;
        }
        let weak = Rc::downgrade(self);
        let beat = Closure::<dyn Fn()>::new(move || {
            let Some(database) = weak.upgrade() else { return };
            database.synced.renew_leases();
            database.schedule_heartbeat();
            spawn(async move {
                let _ = database.synced.flush().await;
            });
        });
        *self.heartbeat.borrow_mut() = Some(beat);
        self.schedule_heartbeat();
    }

    fn schedule_heartbeat(&self) {
        if let Some(beat) = &*self.heartbeat.borrow() {
            set_timeout(beat.as_ref().unchecked_ref(), HEARTBEAT_MS);
        }
    }

    /// Counts a handle in; see [`Handle`].
    pub fn handle(self: &Rc<Self>) -> Handle {
        self.handles.set(self.handles.get() + 1);
        Handle { database: Rc::clone(self) }
    }

    /// Commits everything and, if no handle is left, lets go of the connection.
    pub async fn close(&self) -> Result<()> {
        let result = self.synced.flush().await;
        if self.handles.get() == 0 {
            self.synced.mirror().close();
        }
        result
    }
}

/// A user of a database. Dropping it counts it out.
#[derive(Debug)]
pub struct Handle {
    database: Rc<Database>,
}

impl Handle {
    /// The database.
    pub fn database(&self) -> &Rc<Database> {
        &self.database
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.database.handles.set(self.database.handles.get().saturating_sub(1));
    }
}

/// The error for a handle that was closed.
pub fn closed() -> StorageError {
    StorageError::InvalidState("this WasmStorage was closed: open another with WasmStorage.open()".into())
}

/// A promise of an artifact's bytes: of the run of this id, under this key.
pub fn artifact(checked: std::result::Result<(Rc<Database>, String, String), JsValue>) -> Promise {
    quiet_promise_of(checked, |(database, run_id, key)| async move {
        let bytes = database.synced.get_artifact(&run_id, &key).await?;
        Ok(Uint8Array::from(&*bytes).into())
    })
}
