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
use crate::browser::{Handle, OpenDatabase, open};
use crate::dashboard::{FEWEST_POINTS, downsample_series};
use crate::storage::{RunEdit, Series, StorageError, Tag};

/// The whole database: its experiments, runs and points, this tab's and every other's.
#[wasm_bindgen(js_name = StorageHandle, private, skip_typescript)]
#[derive(Debug)]
pub struct WasmStorage {
    handle: RefCell<Option<Handle>>,
}

impl WasmStorage {
    /// Opens the database. Reads experiments, runs and the heads of their series; points are read when asked for.
    pub fn open(options: &JsValue) -> Promise {
        promise_of(storage_options(options), |options| async move {
            let handle = open(options).await?;
            Ok(open_storage(Self { handle: RefCell::new(Some(handle)) }))
        })
    }
}

#[wasm_bindgen(js_class = StorageHandle)]
#[allow(clippy::must_use_candidate, reason = "the callers are JavaScript")]
#[allow(clippy::missing_errors_doc, reason = "errors are listed in the TypeScript definitions")]
impl WasmStorage {
    /// Ids of all experiments, oldest first.
    pub fn list_experiments(&self) -> Result<JsValue, JsValue> {
        Ok(text_list(&self.database()?.session().storage().list_experiments()))
    }

    /// Ids of an experiment's runs, oldest first.
    pub fn list_runs(&self, experiment_id: &JsValue) -> Result<JsValue, JsValue> {
        let experiment_id = arguments::string("experiment_id", experiment_id)?;
        let database = self.database()?;
        let storage = database.session().storage();
        storage.memory().experiment(&experiment_id)?;
        Ok(text_list(&storage.list_runs(&experiment_id)))
    }

    /// Keys of a run's metrics, in the order of first logging.
    pub fn list_metric_keys(&self, run_id: &JsValue) -> Result<JsValue, JsValue> {
        let run_id = arguments::string("run_id", run_id)?;
        let database = self.database()?;
        let storage = database.session().storage();
        storage.memory().run_slot(&run_id)?;
        Ok(text_list(&storage.list_metric_keys(&run_id)))
    }

    /// What is known of an experiment.
    pub fn experiment(&self, experiment_id: &JsValue) -> Result<JsValue, JsValue> {
        let experiment_id = arguments::string("experiment_id", experiment_id)?;
        let database = self.database()?;
        let record = database.session().storage().memory().experiment(&experiment_id).cloned();
        record.map(|record| experiment_object(&record)).map_err(JsValue::from)
    }

    /// What is known of a run, without its points.
    pub fn run(&self, run_id: &JsValue) -> Result<JsValue, JsValue> {
        let run_id = arguments::string("run_id", run_id)?;
        let database = self.database()?;
        let (record, interrupted, unsaved) = {
            let storage = database.session().storage();
            let slot = storage.memory().run_slot(&run_id)?;
            let state = storage.memory().run(&run_id)?;
            let record = state.current_record();
            let interrupted = database.session().is_interrupted(slot);
            (record, interrupted, storage.pending_points(slot))
        };
        Ok(run_object(&record, interrupted, unsaved))
    }

    /// A metric's points ordered by step, as columns; empty columns if it was never logged.
    pub fn get_metrics(&self, run_id: &JsValue, key: &JsValue) -> Promise {
        self.series(run_id, key, Ok((0, None)))
    }

    /// The points of a metric from index `first_index` on, counted in the order of steps: what a reader of those before it lacks.
    /// Points logged at earlier steps meanwhile move the places; their number is in `run(run_id).metrics`.
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

    /// Deletes a run with its points and artifacts. Code that still logs to it gets `RunDeleted`.
    pub fn delete_run(&self, run_id: &JsValue) -> Promise {
        quiet_promise_of(self.asked("run_id", run_id), |(database, run_id)| async move {
            database.session().delete_run(&run_id).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Deletes an experiment with all its runs.
    pub fn delete_experiment(&self, experiment_id: &JsValue) -> Promise {
        let asked = self.asked("experiment_id", experiment_id);
        quiet_promise_of(asked, |(database, experiment_id)| async move {
            database.session().delete_experiment(&experiment_id).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// What the browser says of this site's storage; zeros where it says nothing.
    pub fn estimate(&self) -> Promise {
        self.database().map_or_else(|cause| rejected(&cause), |_| platform::estimate())
    }

    /// Asks the browser not to evict this site's data; resolves to whether it agreed.
    pub fn request_persistence(&self) -> Promise {
        self.database().map_or_else(|cause| rejected(&cause), |_| platform::request_persistence())
    }

    /// The bytes a run stored under a key.
    pub fn get_artifact(&self, run_id: &JsValue, key: &JsValue) -> Promise {
        let asked = self.asked("run_id", run_id);
        artifact(asked.and_then(|(database, run_id)| Ok((database, run_id, arguments::string("key", key)?))))
    }

    /// Calls back on every change of the database, by this tab or another. Returns the function that ends it.
    pub fn subscribe(&self, callback: &JsValue) -> Result<JsValue, JsValue> {
        let callback = arguments::function("callback", callback)?;
        Ok(subscribe(&self.database()?, callback))
    }

    /// Whether the database outlives the page: false in Node, or where IndexedDB cannot be opened.
    pub fn is_persistent(&self) -> Result<bool, JsValue> {
        Ok(self.database()?.is_persistent())
    }

    /// Commits what this page logged and, if nothing else in it uses the database, lets go of it. Closing twice is fine.
    pub fn close(&self) -> Promise {
        let handle = self.handle.borrow_mut().take();
        quiet_promise(async move {
            let Some(handle) = handle else { return Ok(JsValue::UNDEFINED) };
            let database = Rc::clone(handle.database());
            drop(handle);
            let closed = database.close().await;
            closed.map(|()| JsValue::UNDEFINED).map_err(JsValue::from)
        })
    }
}

impl WasmStorage {
    fn database(&self) -> Result<Rc<OpenDatabase>, JsValue> {
        let handle = self.handle.borrow();
        let database = handle.as_ref().map(|handle| Rc::clone(handle.database()));
        database.ok_or_else(|| closed().into())
    }

    /// The open database, and the id that it is asked for.
    fn asked(&self, name: &str, id: &JsValue) -> Result<(Rc<OpenDatabase>, String), JsValue> {
        Ok((self.database()?, arguments::string(name, id)?))
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
        quiet_promise_of(checked, |((database, run_id), key, (first, most))| async move {
            database.session().load_run(&run_id).await?;
            let storage = database.session().storage();
            let series = storage.memory().run(&run_id)?.series(&key)?;
            let none = Series::default();
            let series = series.unwrap_or(&none);
            Ok(match most {
                Some(most) => series_object(&downsample_series(series, most)),
                None => stored_series_object(series, first),
            })
        })
    }

    fn edit(&self, run_id: &JsValue, edit: Result<RunEdit, JsValue>) -> Promise {
        let asked = self.asked("run_id", run_id);
        let checked = asked.and_then(|asked| Ok((asked, edit?)));
        quiet_promise_of(checked, |((database, run_id), edit)| async move {
            database.session().edit_run(&run_id, edit).await?;
            Ok(JsValue::UNDEFINED)
        })
    }
}

/// Adds a callback on changes and returns the function that removes it again.
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
fn closed() -> StorageError {
    StorageError::InvalidState("this WasmStorage was closed: open another with WasmStorage.open()".into())
}

/// A promise of an artifact's bytes: of the run of this id, under this key.
pub fn artifact(checked: std::result::Result<(Rc<OpenDatabase>, String, String), JsValue>) -> Promise {
    quiet_promise_of(checked, |(database, run_id, key)| async move {
        let bytes = database.session().get_artifact(&run_id, &key).await?;
        Ok(Uint8Array::from(&*bytes).into())
    })
}
