//! Opening a database that is open in this page already: what other sessions committed before is there, and costs one read for many.

use std::cell::Cell;
use std::rc::Rc;

use entrenar::engine::CATCH_UP_MS;
use futures::channel::oneshot;
use futures::executor::{LocalPool, block_on};
use futures::task::LocalSpawnExt;

use crate::support::faulty_database::{Fault, SharedDatabase, broken};
use crate::tab::Tab;

/// A tab whose loop runs whenever its task ends, and the callers of `catch_up` that got their answer.
struct Page {
    tab: Rc<Tab>,
    pool: LocalPool,
    answered: Rc<Cell<usize>>,
}

impl Page {
    fn open(shared: &SharedDatabase) -> Self {
        let tab = Rc::new(block_on(Tab::open(shared, "page")));
        let page = Self { tab, pool: LocalPool::new(), answered: Rc::default() };
        let tab = Rc::clone(&page.tab);
        page.pool.spawner().spawn_local(async move { tab.session.catch_up_loop().await }).unwrap();
        page
    }

    fn ask(&self) {
        let (tab, answered) = (Rc::clone(&self.tab), Rc::clone(&self.answered));
        let asks = async move {
            tab.session.catch_up().await;
            answered.set(answered.get() + 1);
        };
        self.pool.spawner().spawn_local(asks).unwrap();
    }

    fn run(&mut self) -> usize {
        self.pool.run_until_stalled();
        self.answered.get()
    }

    fn reads(&self) -> usize {
        self.tab.database().count_of("read_catalog")
    }

    fn runs(&self) -> Vec<String> {
        self.tab.session.storage().list_runs("exp-0")
    }
}

#[test]
fn caller_that_asks_sees_what_was_committed_before_though_no_message_came() {
    let shared = SharedDatabase::default();
    let mut page = Page::open(&shared);
    let _other = block_on(Tab::with_run(&shared, "other"));
    assert!(page.runs().is_empty());
    page.ask();
    assert_eq!((page.run(), page.runs()), (1, vec!["run-0".to_owned()]));
}

#[test]
fn callers_that_ask_during_a_read_share_the_next_one() {
    let shared = SharedDatabase::default();
    let mut page = Page::open(&shared);
    let reads_before = page.reads();
    let (go, wait) = oneshot::channel();
    page.tab.database().next_of("read_catalog", [Fault::slow_until(wait)]);
    page.ask();
    assert_eq!(page.run(), 0);
    // What is under way may not see it.
    let _other = block_on(Tab::with_run(&shared, "other"));
    (0..50).for_each(|_| page.ask());
    assert_eq!(page.run(), 0);
    go.send(()).unwrap();
    assert_eq!((page.run(), page.reads() - reads_before), (51, 2));
    assert_eq!(page.runs(), ["run-0"]);
}

#[test]
fn caller_gets_an_answer_from_a_database_that_fails_or_does_not_answer() {
    let shared = SharedDatabase::default();
    let mut page = Page::open(&shared);
    page.tab.database().next_of("read_catalog", [Fault::fails(broken())]);
    page.ask();
    assert_eq!(page.run(), 1);
    let (go, wait) = oneshot::channel();
    page.tab.database().next_of("read_catalog", [Fault::slow_until(wait)]);
    page.ask();
    assert_eq!(page.run(), 1);
    page.tab.clock.advance(CATCH_UP_MS - 1.0);
    assert_eq!(page.run(), 1);
    page.tab.clock.advance(1.0);
    assert_eq!(page.run(), 2);
    // The one that was given up is no reason not to read again.
    let _other = block_on(Tab::with_run(&shared, "other"));
    go.send(()).unwrap();
    page.ask();
    assert_eq!((page.run(), page.runs().len()), (3, 1));
}
