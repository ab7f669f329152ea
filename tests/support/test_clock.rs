//! A clock that tests advance: timers fire when it passes their time, or early, or late; wall time is whatever a test says.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use entrenar::engine::Clock;
use futures::FutureExt;
use futures::future::LocalBoxFuture;

#[derive(Debug, Default)]
struct State {
    wall_ms: Cell<f64>,
    monotonic_ms: Cell<f64>,
    /// Timers that were set before this changed have fired.
    fired: Cell<u32>,
    sleepers: RefCell<Vec<Waker>>,
}

/// A clock that stands still until it is advanced. Clones share their time.
#[derive(Debug, Clone, Default)]
pub struct TestClock(Rc<State>);

impl TestClock {
    pub fn new() -> Self {
        let clock = Self::default();
        clock.set_wall_ms(1_700_000_000_000.0);
        clock
    }

    /// Both clocks go on by so many milliseconds, and timers that are due fire.
    pub fn advance(&self, by_ms: f64) {
        self.pass(by_ms);
        self.wake_sleepers();
    }

    /// Both clocks go on by so many milliseconds, and no timer fires: a background tab gets few of them.
    pub fn pass(&self, by_ms: f64) {
        self.0.wall_ms.set(self.0.wall_ms.get() + by_ms);
        self.0.monotonic_ms.set(self.0.monotonic_ms.get() + by_ms);
    }

    /// Only the monotonic clock goes on, and timers that are due fire: wall time stands still, or is faked.
    pub fn advance_monotonic(&self, by_ms: f64) {
        self.0.monotonic_ms.set(self.0.monotonic_ms.get() + by_ms);
        self.wake_sleepers();
    }

    /// All timers fire, though it is not their time yet.
    pub fn fire_early(&self) {
        self.0.fired.set(self.0.fired.get() + 1);
        self.wake_sleepers();
    }

    /// Wall time jumps.
    pub fn set_wall_ms(&self, wall_ms: f64) {
        self.0.wall_ms.set(wall_ms);
    }

    pub fn shared(&self) -> Rc<dyn Clock> {
        Rc::new(self.clone())
    }

    fn wake_sleepers(&self) {
        self.0.sleepers.take().into_iter().for_each(Waker::wake);
    }
}

impl Clock for TestClock {
    fn wall_ms(&self) -> f64 {
        self.0.wall_ms.get()
    }

    fn monotonic_ms(&self) -> f64 {
        self.0.monotonic_ms.get()
    }

    fn sleep(&self, delay_ms: f64) -> LocalBoxFuture<'static, ()> {
        let state = Rc::clone(&self.0);
        let (due_ms, fired) = (state.monotonic_ms.get() + delay_ms, state.fired.get());
        poll_fn(move |context| {
            if state.monotonic_ms.get() >= due_ms || state.fired.get() != fired {
                return Poll::Ready(());
            }
            state.sleepers.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .boxed_local()
    }
}
