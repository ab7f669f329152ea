//! `WasmStorage`: the whole database, for code that looks at it.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;

use super::arguments;
use super::entry::open_storage;
use super::error::{promise_of, quiet_promise, quiet_promise_of, range_error, rejected, report};
use super::options::storage_options;
use super::plain_object::text_list;
use super::platform;
use super::views::{change_object, experiment_object, run_object, series_object, stored_series_object};
use crate::browser::{OpenDatabase, Tracker};
use crate::dashboard::{FEWEST_POINTS, downsample_series};
use crate::storage::{RunEdit, StorageError, Tag};

/// The whole database: its experiments, runs and points, this tab's and every other's.
#[wasm_bindgen(js_name = StorageHandle, private, skip_typescript)]
#[derive(Debug)]
pub struct WasmStorage {
    tracker: SharedTracker,
}

/// What a storage and the curves of it read from; nothing once the storage was closed.
pub(super) type SharedTracker = Rc<RefCell<Option<Rc<Tracker>>>>;

impl WasmStorage {
    /// Opens the database. Reads experiments, runs and the heads of their series; points are read when asked for.
    pub fn open(options: &JsValue) -> Promise {
        promise_of(storage_options(options), |options| async move {
            let tracker = Tracker::open(options).await?;
            Ok(open_storage(Self { tracker: Rc::new(RefCell::new(Some(Rc::new(tracker)))) }))
        })
    }
}

#[wasm_bindgen(js_class = StorageHandle)]
#[allow(clippy::must_use_candidate, reason = "the callers are JavaScript")]
#[allow(clippy::missing_errors_doc, reason = "errors are listed in the TypeScript definitions")]
impl WasmStorage {
    /// Ids of all experiments, oldest first.
    pub fn list_experiments(&self) -> Result<JsValue, JsValue> {
        Ok(text_list(&self.tracker()?.list_experiments()))
    }

    /// Ids of an experiment's runs, oldest first.
    pub fn list_runs(&self, experiment_id: &JsValue) -> Result<JsValue, JsValue> {
        let experiment_id = arguments::string("experiment_id", experiment_id)?;
        Ok(text_list(&self.tracker()?.list_runs(&experiment_id)?))
    }

    /// Keys of a run's metrics, in the order of first logging.
    pub fn list_metric_keys(&self, run_id: &JsValue) -> Result<JsValue, JsValue> {
        let run_id = arguments::string("run_id", run_id)?;
        Ok(text_list(&self.tracker()?.list_metric_keys(&run_id)?))
    }

    /// What is known of an experiment.
    pub fn experiment(&self, experiment_id: &JsValue) -> Result<JsValue, JsValue> {
        let experiment_id = arguments::string("experiment_id", experiment_id)?;
        Ok(experiment_object(&self.tracker()?.experiment(&experiment_id)?))
    }

    /// What is known of a run, without its points.
    pub fn run(&self, run_id: &JsValue) -> Result<JsValue, JsValue> {
        let run_id = arguments::string("run_id", run_id)?;
        Ok(run_object(&self.tracker()?.run(&run_id)?))
    }

    /// A metric's points ordered by step, as columns; empty columns if it was never logged.
    pub fn get_metrics(&self, run_id: &JsValue, key: &JsValue) -> Promise {
        self.series(run_id, key, Ok((0, None)))
    }

    /// The points of a metric from index `first_index` on, counted in the order of steps: what a reader of those before it lacks.
    /// Points logged at earlier steps meanwhile move the indexes; their number is in `run(run_id).metrics`.
    pub fn get_metrics_from(&self, run_id: &JsValue, key: &JsValue, first_index: &JsValue) -> Promise {
        let first = arguments::step("first_index", first_index);
        self.series(run_id, key, first.map(|first| (usize::try_from(first).unwrap_or(usize::MAX), None)))
    }

    /// At most `points` points of a metric, the ends and every spike among them.
    pub fn get_metrics_downsampled(&self, run_id: &JsValue, key: &JsValue, points: &JsValue) -> Promise {
        let points = match arguments::step("points", points) {
            Ok(points) if points < FEWEST_POINTS as u64 => {
                Err(range_error(&format!("points must be at least {FEWEST_POINTS}")))
            }
            points => points,
        };
        let most = points.map(|points| usize::try_from(points).unwrap_or(usize::MAX));
        self.series(run_id, key, most.map(|most| (0, Some(most))))
    }

    /// Reads what other tabs and workers have committed.
    pub fn refresh(&self) -> Promise {
        quiet_promise_of(self.tracker(), |tracker| async move {
            tracker.refresh().await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Gives a run a name.
    pub fn rename_run(&self, run_id: &JsValue, name: &JsValue) -> Promise {
        self.edit(run_id, arguments::string("name", name).map(RunEdit::name))
    }

    /// Gives a run a tag, in place of one with the same key. Its code may go on logging to it, in whatever tab.
    pub fn set_tag(&self, run_id: &JsValue, key: &JsValue, value: &JsValue) -> Promise {
        let value = arguments::string("value", value);
        let tag = arguments::string("key", key).and_then(|key| Ok(Tag { key, value: value? }));
        self.edit(run_id, tag.map(RunEdit::Tag))
    }

    /// Removes a run's tag, if there is one with this key.
    pub fn remove_tag(&self, run_id: &JsValue, key: &JsValue) -> Promise {
        self.edit(run_id, arguments::string("key", key).map(|key| RunEdit::RemoveTag { key }))
    }

    /// Deletes a run with its points and artifacts. Code that still logs to it gets `RunDeleted`.
    pub fn delete_run(&self, run_id: &JsValue) -> Promise {
        quiet_promise_of(self.asked("run_id", run_id), |(tracker, run_id)| async move {
            tracker.delete_run(&run_id).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Deletes an experiment with all its runs.
    pub fn delete_experiment(&self, experiment_id: &JsValue) -> Promise {
        let asked = self.asked("experiment_id", experiment_id);
        quiet_promise_of(asked, |(tracker, experiment_id)| async move {
            tracker.delete_experiment(&experiment_id).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// What the browser says of this site's storage; zeros where it says nothing.
    pub fn estimate(&self) -> Promise {
        self.tracker().map_or_else(|cause| rejected(&cause), |_| platform::estimate())
    }

    /// Asks the browser not to evict this site's data; resolves to whether it agreed.
    pub fn request_persistence(&self) -> Promise {
        self.tracker().map_or_else(|cause| rejected(&cause), |_| platform::request_persistence())
    }

    /// The bytes a run stored under a key.
    pub fn get_artifact(&self, run_id: &JsValue, key: &JsValue) -> Promise {
        let asked = self.asked("run_id", run_id);
        let checked = asked.and_then(|asked| Ok((asked, arguments::string("key", key)?)));
        quiet_promise_of(checked, |((tracker, run_id), key)| async move {
            Ok(bytes(&tracker.get_artifact(&run_id, &key).await?))
        })
    }

    /// Calls back on every change of the database, by this tab or another. Returns the function that ends it.
    pub fn subscribe(&self, callback: &JsValue) -> Result<JsValue, JsValue> {
        let callback = arguments::function("callback", callback)?;
        Ok(subscribe(self.tracker()?.database(), callback))
    }

    /// Whether the database outlives the page: false in Node, or where IndexedDB cannot be opened.
    pub fn is_persistent(&self) -> Result<bool, JsValue> {
        Ok(self.tracker()?.is_persistent())
    }

    /// Commits what this page logged and, if nothing else in it uses the database, closes it. Closing twice is fine.
    pub fn close(&self) -> Promise {
        let tracker = self.tracker.borrow_mut().take();
        quiet_promise(async move {
            let Some(tracker) = tracker else { return Ok(JsValue::UNDEFINED) };
            let database = Rc::clone(tracker.database());
            drop(tracker);
            Ok(database.close().await.map(|()| JsValue::UNDEFINED)?)
        })
    }
}

impl WasmStorage {
    /// What goes on reading when this handle is gone, until it was closed.
    pub(super) fn shared_tracker(&self) -> SharedTracker {
        Rc::clone(&self.tracker)
    }

    fn tracker(&self) -> Result<Rc<Tracker>, JsValue> {
        self.tracker.borrow().clone().ok_or_else(|| closed().into())
    }

    /// The tracker, and the id that it is asked for.
    pub(super) fn asked(&self, name: &str, id: &JsValue) -> Result<(Rc<Tracker>, String), JsValue> {
        Ok((self.tracker()?, arguments::string(name, id)?))
    }

    /// A metric's points from some index on, or so many of them.
    fn series(
        &self,
        run_id: &JsValue,
        key: &JsValue,
        which: Result<(usize, Option<usize>), JsValue>,
    ) -> Promise {
        let checked = self.asked("run_id", run_id).and_then(|asked| {
            let key = arguments::string("key", key)?;
            Ok((asked, key, which?))
        });
        quiet_promise_of(checked, |((tracker, run_id), key, (first, most))| async move {
            let read = tracker.read_series(&run_id, &key, |series| match most {
                Some(most) => series_object(&downsample_series(series, most)),
                None => stored_series_object(series, first),
            });
            Ok(read.await?)
        })
    }

    fn edit(&self, run_id: &JsValue, edit: Result<RunEdit, JsValue>) -> Promise {
        let asked = self.asked("run_id", run_id);
        let checked = asked.and_then(|asked| Ok((asked, edit?)));
        quiet_promise_of(checked, |((tracker, run_id), edit)| async move {
            tracker.edit_run(&run_id, edit).await?;
            Ok(JsValue::UNDEFINED)
        })
    }
}

/// Adds a callback on changes and returns the function that removes it again. A caller that forgets that function goes on being called.
fn subscribe(database: &Rc<OpenDatabase>, callback: Function) -> JsValue {
    let id = database.subscribe(Rc::new(move |change| {
        if let Err(cause) = callback.call1(&JsValue::UNDEFINED, &change_object(change)) {
            report("a subscriber threw", &cause);
        }
    }));
    let database = Rc::downgrade(database);
    Closure::<dyn Fn()>::new(move || {
        if let Some(database) = database.upgrade() {
            database.unsubscribe(id);
        }
    })
    .into_js_value()
}

/// The error for a handle that was closed.
pub(super) fn closed() -> StorageError {
    StorageError::InvalidState("this WasmStorage was closed: open another with WasmStorage.open()".into())
}

/// An artifact's bytes.
pub(super) fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}
