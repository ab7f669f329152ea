//! The page's lifecycle, watched by `js/page_lifecycle.js`: leaving it saves what is unsaved, coming back catches up. Workers and Node.js have
//! none of these events.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;

use super::open_database::OpenDatabase;
use super::registry::opened;
use crate::engine::Pace;

#[wasm_bindgen(module = "/src/browser/js/page_lifecycle.js")]
extern "C" {
    /// Calls `may_leave()` when the page may be gone in a moment, `leave()` when it is being left, `live_on()` when it lives on after
    /// either, `wake(was_frozen)` when it is back.
    #[wasm_bindgen(js_name = watch_page)]
    fn watch(may_leave: &Function, leave: &Function, live_on: &Function, wake: &Function);
    /// Listens to `beforeunload` while any database has something unsaved, to save it then.
    ///
    /// Firefox ends the scripts of a process with its last tab: a handler of `pagehide` is cut off wherever it stands. WebKit does not
    /// always send `pagehide` with its last window. `beforeunload` comes before that in both. A page that listens to it may not be kept
    /// for going back, so it is listened to only while something is unsaved.
    pub(super) fn guard_closing(database: &str, is_unsaved: bool);
    /// `"page"`, `"hidden"`, `"worker"` or `"other"`.
    fn surroundings() -> String;
}

thread_local! {
    static IS_WATCHED: Cell<bool> = const { Cell::new(false) };
}

/// The pace of flushing at which a database begins here.
pub(super) fn initial_pace() -> Pace {
    match surroundings().as_str() {
        "hidden" => Pace::EachTask,
        "worker" => Pace::LeadingEdge,
        _ => Pace::Interval,
    }
}

/// Listens to the page's lifecycle, once.
pub(super) fn watch_page() {
    if IS_WATCHED.replace(true) {
        return;
    }
    let may_leave = on_page(OpenDatabase::may_be_leaving);
    let leave = on_page(OpenDatabase::leave);
    let live_on = on_page(|database| database.live_on(initial_pace()));
    let wake = Closure::<dyn Fn(bool)>::new(|was_frozen| {
        opened().iter().for_each(|database| {
            database.live_on(initial_pace());
            database.wake_up(was_frozen);
        });
    });
    watch(&may_leave, &leave, &live_on, wake.into_js_value().unchecked_ref());
}

/// A function that does this to every database.
fn on_page(act: fn(&Rc<OpenDatabase>)) -> Function {
    Closure::<dyn Fn()>::new(move || opened().iter().for_each(act)).into_js_value().unchecked_into()
}
