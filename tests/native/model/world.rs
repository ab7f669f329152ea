//! The world of a case: tabs on one database, opened, killed, and their site data cleared, with what is known of all that.

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::Future;
use std::rc::Rc;

use entrenar::engine::Session;
use futures::FutureExt;
use futures::future::LocalBoxFuture;

use super::facts::Facts;
use crate::support::faulty_database::{FaultyDatabase, OnClose, SharedDatabase};
use crate::support::test_clock::TestClock;

pub type TabSession = Session<FaultyDatabase>;
pub type Shared<T> = Rc<RefCell<T>>;

/// More polls than anything takes.
pub const POLLS: usize = 2_000;

pub struct Tab {
    pub session: Rc<TabSession>,
    pub tasks: Vec<LocalBoxFuture<'static, ()>>,
    /// How often site data had been cleared when all that was here was written.
    pub written: Rc<Cell<u32>>,
    /// How many runs it is about to begin.
    pub beginning: Rc<Cell<u32>>,
}

#[derive(Default)]
pub struct World {
    pub shared: SharedDatabase,
    pub clock: TestClock,
    pub facts: Shared<Facts>,
    pub tabs: [Option<Tab>; 3],
    opened: usize,
    /// How many tokens exit flushes were given.
    tokens: Cell<u32>,
    /// Whether a browser committed a part of a transaction when a page closed: garbage may be left.
    pub has_partial_commits: bool,
}

pub fn complete<T>(future: impl Future<Output = T>) -> T {
    let future = std::pin::pin!(future);
    let mut future = future;
    (0..POLLS).find_map(|_| future.as_mut().now_or_never()).unwrap_or_else(|| panic!("it hangs"))
}

/// What was logged here to runs that may be written from here.
pub fn owned(session: &TabSession, facts: &Facts) -> Vec<(String, BTreeSet<usize>)> {
    let storage = session.storage();
    let runs = storage.memory().slots().into_iter().filter(|slot| storage.owns(*slot));
    let ids = runs.filter_map(|slot| session.ids_of(slot));
    ids.map(|(_, id)| {
        let logged = facts.logged_by(session.owner(), &id);
        (id, logged)
    })
    .collect()
}

impl World {
    pub fn open(&mut self, index: usize) {
        let mut database = self.shared.connect();
        self.opened += 1;
        database.on_close = [OnClose::CommitsPart, OnClose::Commits, OnClose::Drops][self.opened % 3];
        let owner = format!("tab-{}", self.opened);
        let session = complete(Session::open(database, &owner, self.clock.shared()));
        let written = Rc::new(Cell::new(self.facts.borrow().clears));
        self.tabs[index] = Some(Tab {
            session: Rc::new(session.unwrap()),
            tasks: Vec::new(),
            written,
            beginning: Rc::default(),
        });
    }

    /// A token for an exit flush.
    pub fn token(&self) -> String {
        self.tokens.set(self.tokens.get() + 1);
        format!("exit-{}", self.tokens.get())
    }

    pub fn live(&self) -> impl Iterator<Item = &Tab> {
        self.tabs.iter().flatten()
    }

    pub fn poll_tasks(&mut self, index: usize) {
        if let Some(tab) = &mut self.tabs[index] {
            let tasks = std::mem::take(&mut tab.tasks);
            tab.tasks = tasks
                .into_iter()
                .filter_map(|mut task| task.as_mut().now_or_never().is_none().then_some(task))
                .collect();
        }
    }

    /// The page is killed, or closed if `closes`: then it still writes to the exit log.
    pub fn kill(&mut self, index: usize, closes: bool, part: usize) {
        let Some(tab) = self.tabs[index].take() else { return };
        let database = tab.session.database();
        if closes {
            database.faults.borrow_mut().clear();
            tab.session.begin_leaving();
            if let Some(exit) = tab.session.flush_on_exit(&self.token()) {
                let _ = exit.now_or_never();
            }
            self.has_partial_commits |= database.close_page(part);
        }
        if tab.written.get() != self.facts.borrow().clears {
            // Site data was cleared, and it did not live to write its runs again.
            let lost = owned(&tab.session, &self.facts.borrow());
            for (run_id, _) in lost {
                self.facts.borrow_mut().keep(&run_id, &BTreeSet::new());
            }
        }
    }

    pub fn clear(&mut self) {
        self.shared.clear();
        let facts = &mut *self.facts.borrow_mut();
        facts.clears += 1;
        let ids: Vec<String> = facts.runs.keys().cloned().collect();
        for run_id in ids {
            let writers: Vec<&Tab> = self
                .tabs
                .iter()
                .flatten()
                .filter(|tab| {
                    let storage = tab.session.storage();
                    storage.memory().run_slot(&run_id).is_ok_and(|slot| storage.owns(slot))
                })
                .collect();
            // Of two that believe to own it, one wins; one that was about to acquire it may win too.
            let kept = match writers[..] {
                [tab] if !facts.resuming.contains(&run_id) => {
                    facts.check_read(tab.session.storage().memory(), &run_id)
                }
                _ => {
                    facts.contest(&run_id);
                    BTreeSet::new()
                }
            };
            facts.keep(&run_id, &kept);
            facts.forget_tags(&run_id);
            if writers.is_empty() && !facts.resuming.contains(&run_id) {
                facts.runs.remove(&run_id);
            } else if let Some(run) = facts.runs.get_mut(&run_id) {
                // The fence is gone too.
                run.is_gone = false;
            }
        }
    }

    /// Whether a tab is about to begin a run while another one writes some.
    ///
    /// Not covered: site data is cleared then, or was and is not yet written again. The tab that begins the run may not know the ids of
    /// those that the other has in memory, and be given one of them. Of two runs of one id one is lost; its tab is told so, and keeps
    /// its points in memory. It cannot be helped while ids are counted in the store, from zero when it is empty, and runs that are open
    /// keep theirs.
    pub fn may_collide(&self) -> bool {
        let writes = |tab: &&Tab| !owned(&tab.session, &self.facts.borrow()).is_empty();
        self.live().any(|tab| {
            let mut others = self.live().filter(|other| !Rc::ptr_eq(&other.session, &tab.session));
            tab.beginning.get() > 0 && others.any(|other| writes(&other))
        })
    }

    /// Whether all tabs, except perhaps one, have written again what was there when site data was cleared.
    pub fn is_whole(&self, but: Option<usize>) -> bool {
        let clears = self.facts.borrow().clears;
        let whole = |tab: &Option<Tab>| tab.as_ref().is_none_or(|tab| tab.written.get() == clears);
        self.tabs.iter().enumerate().all(|(index, tab)| Some(index) == but || whole(tab))
    }

    pub fn poll_last(&mut self, index: usize) {
        let tasks = &mut self.tabs[index].as_mut().unwrap().tasks;
        if let Some(mut task) = tasks.pop()
            && task.as_mut().now_or_never().is_none()
        {
            tasks.push(task);
        }
    }
}
