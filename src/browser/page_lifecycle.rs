//! The page's life, watched by `surface.js`: leaving it saves what is unsaved, coming back catches up. Workers and Node have none of
//! these events.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;

use super::database::Database;
use super::registry::opened;

#[wasm_bindgen(module = "/src/wasm/surface.js")]
extern "C" {
    /// Has `leave()` called when the page leaves, `save()` when it may not run for a while, and `wake()` when it is back.
    #[wasm_bindgen(js_name = watch_page)]
    fn watch(leave: &Function, save: &Function, wake: &Function);
    /// Whether what a database has unsaved is to be saved when the page is asked whether it may be closed.
    ///
    /// Firefox ends the scripts of a process with its last tab: a handler of `pagehide` is cut off wherever it stands, and what it
    /// was writing is lost. `beforeunload` comes before that. A page that listens to it is not kept for going back, so it is
    /// listened to only while something is unsaved.
    pub fn guard_closing(database: &str, is_unsaved: bool);
}

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
}

/// Listens to the page's life, once.
pub fn watch_page() {
    if WATCHED.replace(true) {
        return;
    }
    let leave = on_page(|database| database.flush_on_exit(true));
    let save = on_page(|database| database.flush_on_exit(false));
    watch(&leave, &save, &on_page(Database::wake_up));
}

/// A function that does this to every database.
fn on_page(act: fn(&Rc<Database>)) -> Function {
    Closure::<dyn Fn()>::new(move || opened().iter().for_each(act)).into_js_value().unchecked_into()
}
