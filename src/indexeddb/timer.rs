//! Timers that are cancelled when they are dropped, and the clocks.
//!
//! Not gloo-timers: theirs look `setTimeout` up when they are used and panic when it throws, and a page may replace it.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/indexeddb/js/time.js")]
extern "C" {
    fn set_timer(callback: &Closure<dyn Fn()>, delay_ms: f64) -> JsValue;
    fn clear_timer(timer: &JsValue);
    #[cfg(feature = "interop")]
    #[wasm_bindgen(js_name = next_task)]
    fn next_task_promise() -> js_sys::Promise;
    /// Milliseconds that only rise, whatever the wall clock does.
    pub fn monotonic_ms() -> f64;
    /// Wall time in milliseconds since the epoch: what `Date.now()` says, if that is a time.
    pub fn wall_ms() -> f64;
}

#[derive(Debug, Default)]
struct State {
    has_fired: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

/// Resolves after its time.
#[derive(Debug)]
pub struct Timer {
    state: Rc<State>,
    handle: JsValue,
    /// What the timer calls: kept until it is cancelled.
    _callback: Closure<dyn Fn()>,
}

/// Resolves after so many milliseconds.
#[must_use]
pub fn sleep(delay_ms: f64) -> Timer {
    let state = Rc::new(State::default());
    let fired = Rc::clone(&state);
    let callback = Closure::<dyn Fn()>::new(move || {
        fired.has_fired.set(true);
        if let Some(waker) = fired.waker.take() {
            waker.wake();
        }
    });
    // A fraction would be cut off, and the timer would fire too early.
    let handle = set_timer(&callback, delay_ms.max(0.0).ceil());
    Timer { state, handle, _callback: callback }
}

/// Resolves in the next task of the page: other events come first.
#[cfg(feature = "interop")]
pub async fn next_task() {
    // It never fails.
    let _ = wasm_bindgen_futures::JsFuture::from(next_task_promise()).await;
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.state.has_fired.get() {
            return Poll::Ready(());
        }
        self.state.waker.replace(Some(context.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timer(&self.handle);
    }
}
