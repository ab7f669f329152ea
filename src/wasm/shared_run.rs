//! What all handles on a run in this page share: callbacks on its metrics, and what staging knows of them.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::staging::StagedSeries;
use super::subscribers::Subscribers;
use crate::browser::OpenDatabase;
use crate::storage::RunSlot;

/// Shared by the handles on one run.
#[derive(Debug)]
pub(super) struct SharedRun {
    /// Callbacks on its metrics.
    pub subscribers: Rc<Subscribers>,
    /// What staging knows of its metrics.
    pub series: StagedSeries,
}

struct Entry {
    database: Weak<OpenDatabase>,
    slot: RunSlot,
    run: Weak<SharedRun>,
}

thread_local! {
    static RUNS: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

/// What the handles on this run share; made for the first one.
pub(super) fn shared_run(database: &Rc<OpenDatabase>, slot: RunSlot) -> Rc<SharedRun> {
    RUNS.with_borrow_mut(|runs| {
        runs.retain(|entry| entry.run.strong_count() > 0);
        let is_it = |entry: &&Entry| entry.slot == slot && entry.database.ptr_eq(&Rc::downgrade(database));
        if let Some(run) = runs.iter().find(is_it).and_then(|entry| entry.run.upgrade()) {
            return run;
        }
        let run = Rc::new(SharedRun { subscribers: Rc::default(), series: StagedSeries::new() });
        runs.push(Entry { database: Rc::downgrade(database), slot, run: Rc::downgrade(&run) });
        run
    })
}
