//! The users of a database and of a run: the last one that is dropped closes the database, or ends the run's lease.

use std::rc::{Rc, Weak};

use super::OpenDatabase;
use crate::browser::spawn;
use crate::storage::RunSlot;

/// A user of a database. When the last one is dropped, the database is closed as soon as everything is saved.
#[derive(Debug)]
pub(in crate::browser) struct Handle {
    database: Rc<OpenDatabase>,
}

impl Handle {
    /// A handle on this database.
    #[must_use]
    pub(in crate::browser) fn on(database: &Rc<OpenDatabase>) -> Self {
        database.handles.set(database.handles.get() + 1);
        Self { database: Rc::clone(database) }
    }

    /// The database.
    #[must_use]
    pub(in crate::browser) fn database(&self) -> &Rc<OpenDatabase> {
        &self.database
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.database.handles.set(self.database.handles.get().saturating_sub(1));
        self.database.close_when_unused();
    }
}

/// A user of a run. When the last one is dropped, what it logged is flushed and its lease ends: other sessions can resume it.
#[derive(Debug)]
pub(in crate::browser) struct RunHandle {
    database: Handle,
    slot: RunSlot,
    id: String,
    experiment_id: String,
}

impl RunHandle {
    /// A handle on this run.
    #[must_use]
    pub(in crate::browser) fn on(database: Handle, slot: RunSlot) -> Self {
        {
            let mut handles = database.database.run_handles.borrow_mut();
            match handles.iter_mut().find(|(other, _)| *other == slot) {
                Some((_, count)) => *count += 1,
                None => handles.push((slot, 1)),
            }
        }
        database.database.session.keep_lease(slot);
        let (experiment_id, id) = database.database.session.ids_of(slot).unwrap_or_default();
        Self { database, slot, id, experiment_id }
    }

    /// The database.
    #[must_use]
    pub(in crate::browser) fn database(&self) -> &Rc<OpenDatabase> {
        self.database.database()
    }

    /// The run.
    #[must_use]
    pub(in crate::browser) fn slot(&self) -> RunSlot {
        self.slot
    }

    /// The run's id.
    #[must_use]
    pub(in crate::browser) fn id(&self) -> &str {
        &self.id
    }

    /// The id of the experiment it belongs to.
    #[must_use]
    pub(in crate::browser) fn experiment_id(&self) -> &str {
        &self.experiment_id
    }
}

impl Drop for RunHandle {
    fn drop(&mut self) {
        let database = Rc::clone(self.database());
        let mut is_last = false;
        for (slot, count) in
            database.run_handles.borrow_mut().iter_mut().filter(|(slot, _)| *slot == self.slot)
        {
            *count -= 1;
            is_last |= *count == 0 && *slot == self.slot;
        }
        if is_last {
            database.session.end_lease(self.slot);
        }
        let weak: Weak<OpenDatabase> = Rc::downgrade(&database);
        spawn(async move {
            if let Some(database) = weak.upgrade() {
                database.evict_unused();
            }
        });
    }
}
