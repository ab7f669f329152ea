//! What must hold in the end.

use std::collections::BTreeSet;
use std::rc::Rc;

use entrenar::storage::indexed_db::Session;
use entrenar::storage::{InMemoryStorage, StorageError};

use crate::operations::flush;
use crate::world::{POLLS, Tab, World, complete, owned};

impl World {
    /// Faults are over: every tab writes what it has, and somebody who opens the database finds what must be there.
    pub fn check(&mut self) {
        self.quiesce();
        let reader = complete(Session::open(self.store.connect(), "reader", |_| {})).unwrap();
        let ids: Vec<String> = self.facts.borrow().runs.keys().cloned().collect();
        for run_id in &ids {
            let _ = complete(reader.load_run(run_id));
        }
        let storage = reader.storage();
        self.facts.borrow().check_stored(storage.memory());
        self.check_names(storage.memory());
        for tab in self.live() {
            ids.iter().for_each(|run_id| self.check_run(tab, run_id, storage.memory()));
        }
    }

    fn quiesce(&mut self) {
        for place in 0..3 {
            if let Some(tab) = &self.tabs[place] {
                tab.mirror.hitches.borrow_mut().clear();
            }
            for _ in 0..POLLS {
                self.poll_tasks(place);
            }
            assert!(self.tabs[place].as_ref().is_none_or(|tab| tab.tasks.is_empty()), "something hangs");
        }
        // The first pass tells who lost a run, the second writes what that left.
        for tab in self.live().chain(self.live()) {
            tab.synced.renew_leases();
            let flushed = (0..12).any(|_| {
                complete(flush(Rc::clone(&tab.synced), Rc::clone(&self.facts), Rc::clone(&tab.written)))
            });
            assert!(flushed, "{} cannot flush", tab.synced.owner());
            // An owner with nothing to write hears of it from other tabs.
            let own: Vec<String> =
                owned(&tab.synced, &self.facts.borrow()).into_iter().map(|(id, _)| id).collect();
            let _ = complete(tab.synced.refresh(&[], &own));
        }
    }

    fn check_names(&self, stored: &InMemoryStorage) {
        let experiments = stored.list_experiments();
        let names = experiments.iter().map(|id| stored.experiment(id).unwrap().name.as_str());
        // Writing again what was deleted just before site data was cleared may bring a name back.
        let different = names.collect::<BTreeSet<_>>().len();
        assert!(
            self.facts.borrow().clears > 0 || different == experiments.len(),
            "two experiments of one name"
        );
    }

    /// A run as a tab has it, against what is stored.
    fn check_run(&self, tab: &Tab, run_id: &str, stored: &InMemoryStorage) {
        let (here, facts) = (tab.synced.storage(), self.facts.borrow());
        let Ok(slot) = here.memory().run_slot(run_id) else { return };
        if here.owns(slot) {
            let stored = stored.run(run_id).map(|run| run.record().owner.as_str());
            assert_eq!(stored, Ok(tab.synced.owner()), "{run_id} has two writers");
            assert_eq!(here.pending_points(slot), 0);
        }
        if here.is_own(slot) {
            let own = facts.logged_by(tab.synced.owner(), run_id);
            let kept = facts.check_read(here.memory(), run_id);
            assert!(own.is_subset(&kept), "{run_id} lost points of its own in memory");
        }
        match here.lost(slot) {
            None | Some(StorageError::RunTakenOver(_) | StorageError::RunDeleted(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}
