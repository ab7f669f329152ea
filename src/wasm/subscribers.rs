//! Callbacks of callers: called with no lock held, so that they may log, read, subscribe or unsubscribe.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use super::error::report;

/// How deep callbacks may cause each other, before they count as endless.
const MOST_NESTED: u32 = 32;

/// A list of callbacks.
#[derive(Debug, Default)]
pub(super) struct Subscribers {
    callbacks: RefCell<Vec<(u32, Function)>>,
    next_id: Cell<u32>,
    depth: Cell<u32>,
}

impl Subscribers {
    /// Adds a callback and returns its number, and the function that removes it again.
    pub(super) fn subscribe(self: &Rc<Self>, callback: Function) -> (u32, JsValue) {
        let id = self.next_id.get();
        self.next_id.set(id.wrapping_add(1));
        self.callbacks.borrow_mut().push((id, callback));
        let list = Rc::downgrade(self);
        let unsubscribe = Closure::<dyn Fn()>::new(move || {
            if let Some(list) = list.upgrade() {
                list.callbacks.borrow_mut().retain(|(other, _)| *other != id);
            }
        })
        .into_js_value();
        (id, unsubscribe)
    }

    /// Whether there is no subscriber.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.callbacks.borrow().is_empty()
    }

    /// Lets `call` call every callback that was there before the first; one that throws is reported.
    pub(super) fn call(&self, call: &dyn Fn(&Function) -> Result<JsValue, JsValue>) {
        if self.depth.get() >= MOST_NESTED {
            report(
                "a subscriber causes its own call without end; it is not called any deeper",
                &JsValue::UNDEFINED,
            );
            return;
        }
        self.depth.set(self.depth.get() + 1);
        let ids: Vec<u32> = self.callbacks.borrow().iter().map(|(id, _)| *id).collect();
        for id in ids {
            self.call_one(id, call);
        }
        self.depth.set(self.depth.get() - 1);
    }

    /// Lets `call` call one callback, if it is still there; if it throws, that is reported.
    pub(super) fn call_one(&self, id: u32, call: &dyn Fn(&Function) -> Result<JsValue, JsValue>) {
        let callbacks = self.callbacks.borrow();
        let callback = callbacks.iter().find(|(other, _)| *other == id).map(|(_, callback)| callback.clone());
        drop(callbacks);
        if let Some(callback) = callback
            && let Err(cause) = call(&callback)
        {
            report("a subscriber threw", &cause);
        }
    }
}
