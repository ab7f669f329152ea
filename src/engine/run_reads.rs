//! Reading one run for several callers at once: a chart of each of its metrics wants all that is stored of it.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use futures::lock::Mutex;

use crate::storage::{Result, RunSlot};

/// Reads of runs' points, one at a time for each run. Callers that ask while one is under way, which may be too early for them, share the
/// next.
#[derive(Debug, Default)]
pub(super) struct RunReads {
    /// Those that have callers.
    queues: RefCell<Vec<(RunSlot, Weak<Queue>)>>,
}

/// The callers that want one run.
#[derive(Debug, Default)]
struct Queue {
    asked: Cell<u64>,
    turn: Mutex<()>,
    /// The last read that has ended: how many had asked when it began, and what came of it.
    ended: RefCell<Option<(u64, Result<()>)>>,
}

impl RunReads {
    /// Resolves when a read that began after the call has ended, by this caller or another one: each brings what it reads into memory.
    pub(super) async fn share(&self, slot: RunSlot, read: impl Future<Output = Result<()>>) -> Result<()> {
        let queue = self.queue(slot);
        let own = queue.asked.get() + 1;
        queue.asked.set(own);
        let _turn = queue.turn.lock().await;
        if let Some((served, result)) = &*queue.ended.borrow()
            && *served >= own
        {
            return result.clone();
        }
        let all = queue.asked.get();
        let result = read.await;
        queue.ended.replace(Some((all, result.clone())));
        result
    }

    fn queue(&self, slot: RunSlot) -> Rc<Queue> {
        let mut queues = self.queues.borrow_mut();
        queues.retain(|(_, queue)| queue.strong_count() > 0);
        let known = queues.iter().find(|(other, _)| *other == slot).and_then(|(_, queue)| queue.upgrade());
        known.unwrap_or_else(|| {
            let queue = Rc::default();
            queues.push((slot, Rc::downgrade(&queue)));
            queue
        })
    }
}
