//! The page's life: leaving it saves what is unsaved, coming back catches up. Workers and Node have none of these events.

use std::cell::Cell;

use js_sys::{Function, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, EventTarget};

use super::registry::opened;

const BEFORE_UNLOAD: &str = "beforeunload";

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
}

/// Listens to the page's life, once.
pub fn watch_page() {
    if WATCHED.replace(true) {
        return;
    }
    let global = js_sys::global();
    let document = Reflect::get(&global, &"document".into()).unwrap_or_default();
    if !document.is_object() {
        return;
    }
    listen(&global, "pagehide", |_| opened().iter().for_each(|database| database.flush_on_exit(true)));
    listen(&global, "pageshow", |event| {
        let restored = Reflect::get(&event, &"persisted".into()).is_ok_and(|p| p.is_truthy());
        if restored {
            opened().iter().for_each(super::database::Database::wake_up);
        }
    });
    let state = document.clone();
    listen(&document, "visibilitychange", move |_| {
        let state = Reflect::get(&state, &"visibilityState".into()).unwrap_or_default();
        if state.as_string().as_deref() == Some("hidden") {
            opened().iter().for_each(|database| database.flush_on_exit(false));
        } else {
            opened().iter().for_each(super::database::Database::wake_up);
        }
    });
    listen(&document, "freeze", |_| opened().iter().for_each(|database| database.flush_on_exit(false)));
}

/// Has what is unsaved written when the page is asked whether it may be closed, for as long as this lives.
///
/// Firefox ends the scripts of a process with its last tab: a handler of `pagehide` is cut off wherever it stands, and what it was
/// writing is lost. This event comes before that. A page that listens to it is not kept for going back, so it is listened to only
/// while something is unsaved.
#[derive(Debug)]
pub struct ClosingGuard {
    listener: Closure<dyn Fn(Event)>,
}

impl ClosingGuard {
    /// Calls `save` as long as this lives.
    pub fn new(save: impl Fn() + 'static) -> Self {
        let listener = Closure::<dyn Fn(Event)>::new(move |_| save());
        if let Some(target) = js_sys::global().dyn_ref::<EventTarget>() {
            // Adding a listener to an event target cannot fail.
            let _ = target.add_event_listener_with_callback(BEFORE_UNLOAD, listener.as_ref().unchecked_ref());
        }
        Self { listener }
    }
}

impl Drop for ClosingGuard {
    fn drop(&mut self) {
        if let Some(target) = js_sys::global().dyn_ref::<EventTarget>() {
            let listener = self.listener.as_ref().unchecked_ref();
            let _ = target.remove_event_listener_with_callback(BEFORE_UNLOAD, listener);
        }
    }
}

fn listen(target: &JsValue, event: &str, listener: impl Fn(Event) + 'static) {
    let Some(target) = target.dyn_ref::<EventTarget>() else { return };
    let listener: Function = Closure::<dyn Fn(Event)>::new(listener).into_js_value().unchecked_into();
    // Adding a listener to an event target cannot fail.
    let _ = target.add_event_listener_with_callback(event, &listener);
}
