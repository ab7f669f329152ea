//! Reading for several at once: callers that want one run, as a dashboard that opens a chart of each of its metrics, and news of many runs.

use std::cell::RefCell;
use std::rc::Rc;

use entrenar::columns::RawPoint;
use entrenar::engine::Change;
use entrenar::storage::{Result, RunSlot, StorageError};
use futures::FutureExt;
use futures::channel::oneshot;
use futures::executor::{LocalPool, block_on};
use futures::task::LocalSpawnExt;

use crate::support::faulty_database::{Fault, SharedDatabase, broken};
use crate::tab::{Tab, steps};

/// A reader whose tasks run whenever the test lets them, and what its callers got.
struct Reader {
    tab: Rc<Tab>,
    pool: LocalPool,
    answers: Rc<RefCell<Vec<Result<RunSlot>>>>,
}

impl Reader {
    fn open(shared: &SharedDatabase) -> Self {
        let tab = Rc::new(block_on(Tab::open(shared, "reader")));
        Self { tab, pool: LocalPool::new(), answers: Rc::default() }
    }

    fn ask(&self, run_id: &'static str) {
        let (tab, answers) = (Rc::clone(&self.tab), Rc::clone(&self.answers));
        let asks = async move {
            let answer = tab.session.load_run(run_id).await;
            answers.borrow_mut().push(answer);
        };
        self.pool.spawner().spawn_local(asks).unwrap();
    }

    /// How many callers have an answer, and how often points were read.
    fn run(&mut self) -> (usize, usize) {
        self.pool.run_until_stalled();
        (self.answers.borrow().len(), self.tab.database().count_of("read_points"))
    }

    fn next_waits(&self) -> oneshot::Sender<()> {
        let (go, wait) = oneshot::channel();
        self.tab.database().next_of("read_points", [Fault::slow_until(wait)]);
        go
    }

    /// Reads the news of these runs, and does something else from when they were asked for until they come.
    fn refresh_while(&self, run_ids: &[String], meanwhile: impl FnOnce()) -> Result<()> {
        let (go, wait) = oneshot::channel();
        self.tab.database().next_of("read_news", [Fault::slow_until(wait)]);
        let mut refresh = Box::pin(self.tab.session.refresh(&[], run_ids));
        assert!(refresh.as_mut().now_or_never().is_none());
        meanwhile();
        go.send(()).unwrap();
        refresh.as_mut().now_or_never().unwrap()
    }
}

#[test]
fn callers_that_want_one_run_at_once_cost_two_reads_and_see_what_was_there_when_they_asked() {
    let shared = SharedDatabase::default();
    let (writer, run) = block_on(Tab::with_run(&shared, "writer"));
    writer.log(run, "loss", 0..10);
    block_on(writer.flush());
    let mut reader = Reader::open(&shared);
    let go = reader.next_waits();
    reader.ask("run-0");
    assert_eq!(reader.run(), (0, 1));
    // What is under way may not see it.
    writer.log(run, "loss", 10..20);
    block_on(writer.flush());
    (0..50).for_each(|_| reader.ask("run-0"));
    assert_eq!(reader.run(), (0, 1));
    go.send(()).unwrap();
    assert_eq!(reader.run(), (51, 2));
    assert!(reader.answers.borrow().iter().all(Result::is_ok));
    assert_eq!(reader.tab.steps("run-0", "loss").unwrap(), steps(0..20));
}

#[test]
fn runs_are_read_side_by_side() {
    let shared = SharedDatabase::default();
    let (writer, _) = block_on(Tab::with_run(&shared, "writer"));
    block_on(writer.begin("test"));
    let mut reader = Reader::open(&shared);
    let _waits = reader.next_waits();
    reader.ask("run-0");
    reader.ask("run-1");
    assert_eq!(reader.run(), (1, 2));
}

#[test]
fn callers_that_shared_a_read_that_failed_are_told_so_and_the_next_one_reads_again() {
    let shared = SharedDatabase::default();
    let (_writer, _) = block_on(Tab::with_run(&shared, "writer"));
    let mut reader = Reader::open(&shared);
    let go = reader.next_waits();
    reader.tab.database().next_of("read_points", [Fault::fails(broken())]);
    (0..3).for_each(|_| reader.ask("run-0"));
    assert_eq!(reader.run(), (0, 1));
    go.send(()).unwrap();
    assert_eq!(reader.run(), (3, 2));
    let answers: Vec<_> = reader.answers.take().into_iter().map(|answer| answer.map(drop)).collect();
    assert_eq!(answers, [Ok(()), Err(broken()), Err(broken())]);
    reader.ask("run-0");
    assert_eq!(reader.run(), (1, 3));
    assert!(reader.answers.borrow()[0].is_ok());
}

#[test]
fn caller_that_gives_up_while_it_reads_leaves_its_turn_to_the_next() {
    let shared = SharedDatabase::default();
    let (_writer, _) = block_on(Tab::with_run(&shared, "writer"));
    let mut reader = Reader::open(&shared);
    let _waits = reader.next_waits();
    let tab = Rc::clone(&reader.tab);
    let mut gives_up = Box::pin(tab.session.load_run("run-0"));
    assert!(gives_up.as_mut().now_or_never().is_none());
    reader.ask("run-0");
    assert_eq!(reader.run(), (0, 1));
    drop(gives_up);
    assert_eq!(reader.run(), (1, 2));
}

/// A reader that has read these runs, to which points were logged since.
fn with_news(shared: &SharedDatabase, run_ids: &[String]) -> Reader {
    let writer = block_on(Tab::open(shared, "writer"));
    let begun: Vec<_> = run_ids.iter().map(|_| block_on(writer.begin("test")).0).collect();
    begun.iter().for_each(|&run| writer.log(run, "loss", 0..10));
    block_on(writer.flush());
    let reader = Reader::open(shared);
    for run_id in run_ids {
        block_on(reader.tab.session.load_run(run_id)).unwrap();
    }
    reader.tab.changes();
    begun.iter().for_each(|&run| writer.log(run, "loss", 10..20));
    block_on(writer.flush());
    reader
}

/// The runs of which the tab's subscribers are told that they have new points.
fn announced(tab: &Tab) -> Vec<String> {
    let changes = tab.changes().into_iter();
    let metrics = changes.filter_map(|change| match change {
        Change::Metrics { run_id, .. } => Some(run_id),
        _ => None,
    });
    metrics.collect()
}

#[test]
fn news_of_many_runs_are_read_in_one_transaction_and_announced_together() {
    let shared = SharedDatabase::default();
    let run_ids: Vec<_> = (0..50).map(|number| format!("run-{number}")).collect();
    let reader = with_news(&shared, &run_ids);
    let asked_before = reader.tab.database().asked.borrow().len();
    block_on(reader.tab.session.refresh(&[], &run_ids)).unwrap();
    assert_eq!(reader.tab.database().asked.borrow()[asked_before..], ["read_records", "read_news"]);
    assert_eq!(announced(&reader.tab), run_ids);
    for run_id in &run_ids {
        assert_eq!(reader.tab.steps(run_id, "loss").unwrap(), steps(0..20));
    }
}

#[test]
fn news_of_a_run_that_was_compacted_meanwhile_are_read_as_a_whole() {
    let shared = SharedDatabase::default();
    let run_ids = ["run-0", "run-1"].map(str::to_owned);
    let reader = with_news(&shared, &run_ids);
    let owner = block_on(Tab::open(&shared, "owner"));
    let run = block_on(owner.session.resume_run("run-0")).unwrap();
    owner.log(run, "loss", 20..30);
    block_on(owner.flush());
    block_on(owner.session.compact_run(run, 2)).unwrap();
    block_on(reader.tab.session.refresh(&[], &run_ids)).unwrap();
    assert_eq!(reader.tab.database().count_of("read_points"), 2 + 1);
    assert_eq!(announced(&reader.tab), run_ids);
    assert_eq!(reader.tab.steps("run-0", "loss").unwrap(), steps(0..30));
    assert_eq!(reader.tab.steps("run-1", "loss").unwrap(), steps(0..20));
}

#[test]
fn run_that_another_caller_read_while_its_news_were_read_has_each_point_once() {
    let shared = SharedDatabase::default();
    let run_ids = ["run-0", "run-1"].map(str::to_owned);
    let reader = with_news(&shared, &run_ids);
    let refreshed = reader.refresh_while(&run_ids, || {
        block_on(reader.tab.session.load_run("run-0")).unwrap();
    });
    assert_eq!(refreshed, Ok(()));
    for run_id in &run_ids {
        assert_eq!(reader.tab.steps(run_id, "loss").unwrap(), steps(0..20));
    }
}

#[test]
fn news_that_cannot_be_read_are_announced_and_read_when_a_caller_asks() {
    let shared = SharedDatabase::default();
    let run_ids = ["run-0", "run-1"].map(str::to_owned);
    let reader = with_news(&shared, &run_ids);
    reader.tab.database().next_of("read_news", [Fault::fails(broken())]);
    assert_eq!(block_on(reader.tab.session.refresh(&[], &run_ids)), Err(broken()));
    assert_eq!(announced(&reader.tab), run_ids);
    block_on(reader.tab.session.load_run("run-0")).unwrap();
    assert_eq!(reader.tab.steps("run-0", "loss").unwrap(), steps(0..20));
}

#[test]
fn run_that_was_deleted_while_its_news_were_read_is_announced_as_deleted_and_no_more() {
    let shared = SharedDatabase::default();
    let run_ids = ["run-0", "run-1"].map(str::to_owned);
    let reader = with_news(&shared, &run_ids);
    let refreshed = reader.refresh_while(&run_ids, || {
        block_on(block_on(Tab::open(&shared, "other")).session.delete_run("run-0")).unwrap();
    });
    assert_eq!(refreshed, Err(StorageError::RunNotFound("run-0".to_owned())));
    let changes = reader.tab.changes();
    let of_deleted: Vec<_> =
        changes.iter().filter(|change| format!("{change:?}").contains("run-0")).collect();
    assert!(matches!(of_deleted[..], [Change::RunDeleted { .. }]), "{changes:?}");
    assert_eq!(reader.tab.steps("run-1", "loss").unwrap(), steps(0..20));
}

#[test]
fn points_that_are_like_those_before_are_read_by_another_tab_as_they_come() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        let reader = Tab::open(&shared, "b").await;
        let mut logged = 0;
        for count in [1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512] {
            let mut storage = tab.session.storage_mut();
            let series = storage.series_slot(run, "loss").unwrap();
            for _ in 0..count {
                // A page that logs one step again and again, within a millisecond.
                storage.append(run, series, RawPoint { step: 3, value: 0.5, timestamp_ms: 1_000 }).unwrap();
            }
            drop(storage);
            tab.flush().await;
            logged += count;
            reader.session.load_run("run-0").await.unwrap();
            assert_eq!(reader.steps("run-0", "loss").unwrap().len(), logged);
        }
    });
}
