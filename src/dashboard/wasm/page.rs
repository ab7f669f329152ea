//! The page's life: leaving it saves what is unsaved, coming back catches up. Workers and Node have none of these events.

use std::cell::Cell;

use js_sys::{Function, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, EventTarget};

use super::registry::opened;

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

fn listen(target: &JsValue, event: &str, listener: impl Fn(Event) + 'static) {
    let Some(target) = target.dyn_ref::<EventTarget>() else { return };
    let listener: Function = Closure::<dyn Fn(Event)>::new(listener).into_js_value().unchecked_into();
    // Adding a listener to an event target cannot fail.
    let _ = target.add_event_listener_with_callback(event, &listener);
}
