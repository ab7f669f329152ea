//! What must hold in the end.

use std::collections::BTreeSet;
use std::rc::Rc;

use entrenar::engine::Session;
use entrenar::storage::{InMemoryStorage, StorageError};

use super::operations::flush;
use super::world::{POLLS, Tab, World, complete, owned};
use crate::reachability::{Artifacts, undeleted_runs};

impl World {
    /// Faults are over: every tab writes what it has, and a session that opens the database finds what must be there.
    pub fn check(&mut self) {
        self.quiesce();
        let ids: Vec<String> = self.facts.borrow().runs.keys().cloned().collect();
        let reader = self.reader(&ids);
        {
            let storage = reader.storage();
            self.facts.borrow().check_stored(storage.memory());
            self.check_names(storage.memory());
            for tab in self.live() {
                ids.iter().for_each(|run_id| self.check_run(tab, run_id, storage.memory()));
            }
        }
        self.check_artifacts();
        self.resume_lost(&ids);
        let reader = self.reader(&ids);
        self.facts.borrow().check_stored(reader.storage().memory());
        self.check_artifacts();
    }

    /// A session that knows nothing but what is stored.
    fn reader(&self, ids: &[String]) -> Session<crate::support::faulty_database::FaultyDatabase> {
        let reader = complete(Session::open(self.shared.connect(), "reader", self.clock.shared())).unwrap();
        for run_id in ids {
            let _ = complete(reader.load_run(run_id));
        }
        reader
    }

    fn quiesce(&mut self) {
        for index in 0..3 {
            if let Some(tab) = &self.tabs[index] {
                tab.session.database().faults.borrow_mut().clear();
            }
            for _ in 0..POLLS {
                self.poll_tasks(index);
            }
            assert!(self.tabs[index].as_ref().is_none_or(|tab| tab.tasks.is_empty()), "something hangs");
        }
        // The first pass tells tabs which runs they lost, the second writes what that left.
        for tab in self.live().chain(self.live()) {
            tab.session.renew_leases();
            self.flush(tab);
            // A tab with nothing to write learns from the messages of those that wrote, also that site data was cleared.
            let mut told: Vec<String> = self.facts.borrow().runs.keys().cloned().collect();
            told.extend(owned(&tab.session, &self.facts.borrow()).into_iter().map(|(id, _)| id));
            let _ = complete(tab.session.refresh(&[], &told));
        }
        for tab in self.live() {
            self.flush(tab);
            assert!(tab.session.is_saved(), "{} is not saved", tab.session.owner());
        }
        complete(self.reader(&[]).sweep_tombstones()).unwrap();
        assert_eq!(undeleted_runs(&self.shared.memory), Vec::<String>::new(), "deleted runs have records");
    }

    fn flush(&self, tab: &Tab) {
        // Contents that did not fit are tried again after a while.
        self.clock.advance(20_000.0);
        let flush = || flush(Rc::clone(&tab.session), Rc::clone(&self.facts), Rc::clone(&tab.written));
        let is_flushed = (0..12).any(|_| complete(flush()));
        assert!(is_flushed, "{} cannot flush", tab.session.owner());
    }

    fn check_artifacts(&self) {
        let artifacts = Artifacts::stored(&self.shared.memory);
        artifacts.assert_readable();
        if !self.has_partial_commits {
            artifacts.assert_no_garbage();
        }
    }

    /// A run that was lost comes back with what its former owner could not save.
    fn resume_lost(&self, ids: &[String]) {
        for tab in self.live() {
            for run_id in ids {
                let Ok(slot) = tab.session.storage().memory().run_slot(run_id) else { continue };
                let lost = tab.session.storage().lost(slot);
                if !matches!(lost, Some(StorageError::RunTakenOver(_))) {
                    continue;
                }
                let unsaved = tab.session.storage().pending_points(slot);
                if complete(tab.session.resume_run(run_id)).is_err() {
                    continue;
                }
                assert!(tab.session.storage().pending_points(slot) <= unsaved);
                self.flush(tab);
                let facts = self.facts.borrow();
                let kept = facts.check_read(tab.session.storage().memory(), run_id);
                let own = facts.logged_by(tab.session.owner(), run_id);
                assert!(facts.clears > 0 || own.is_subset(&kept), "{run_id} came back without points");
            }
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
        let (here, facts) = (tab.session.storage(), self.facts.borrow());
        let Ok(slot) = here.memory().run_slot(run_id) else { return };
        if here.owns(slot) {
            let stored = stored.run(run_id).map(|run| run.record().owner.as_str());
            assert_eq!(stored, Ok(tab.session.owner()), "{run_id} has two writers");
            assert_eq!(here.pending_points(slot), 0);
        }
        let kept = facts.check_read(here.memory(), run_id);
        if here.owns(slot) {
            let own = facts.logged_by(tab.session.owner(), run_id);
            assert!(own.is_subset(&kept), "{run_id} lost points of its own in memory");
        }
        match here.lost(slot) {
            None | Some(StorageError::RunTakenOver(_) | StorageError::RunDeleted(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}
