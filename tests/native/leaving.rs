//! A page that leaves and comes back: what was in flight or in doubt, and could not be written on leaving, is stored once.

use entrenar::columns::read_block;
use entrenar::database::{Database, operations};
use entrenar::storage::StorageError;
use futures::executor::block_on;
use futures::future::poll_immediate;
use futures::pin_mut;

use crate::reachability::Artifacts;
use crate::support::faulty_database::{Fault, OnClose, SharedDatabase, broken, full};
use crate::tab::{Tab, catalog, steps, stored_steps};

/// How many points are in the run's records: what is there twice counts twice.
async fn stored_points(shared: &SharedDatabase) -> usize {
    let stored = shared.memory.transact(operations::read_points("run-0", 0)).await.unwrap();
    let blocks = stored.blocks.iter().flat_map(|block| read_block(block).unwrap());
    blocks.map(|block| block.points.len()).sum()
}

#[test]
fn batch_in_flight_is_stored_once_though_the_exit_flush_failed() {
    block_on(async {
        let shared = SharedDatabase::default();
        let database = shared.connect();
        let tab = Tab::open_over(database, "a").await.unwrap();
        let (run, _) = tab.begin("leaving").await;
        tab.log(run, "loss", 0..1);
        tab.database().next_of("commit", [Fault { before: 1, ..Fault::none() }]);
        tab.database().next_of("append_exit_log", [Fault::fails(full())]);
        {
            let flush = tab.session.flush();
            pin_mut!(flush);
            assert!(poll_immediate(&mut flush).await.is_none());
            tab.session.flush_on_exit("token").unwrap().await;
            flush.await.unwrap();
        }
        assert_eq!((stored_points(&shared).await, tab.pending(run)), (1, 0));
        tab.flush().await;
        assert_eq!(stored_points(&shared).await, 1);
    });
}

#[test]
fn batch_in_doubt_is_stored_once_though_the_exit_flush_failed() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..1);
        // It is committed, and the session that asks whether it was gets no answer.
        tab.database().next_of("commit", [Fault::answer_lost()]);
        tab.database().next_of("read_records", (0..3).map(|_| Fault::fails(broken())));
        assert_eq!(tab.session.flush().await, Err(broken()));
        assert_eq!((stored_points(&shared).await, tab.pending(run)), (1, 1));
        tab.database().next_of("append_exit_log", [Fault::fails(full())]);
        tab.session.flush_on_exit("token").unwrap().await;
        assert_eq!(tab.database().count_of("append_exit_log"), 1);
        tab.flush().await;
        assert_eq!((stored_points(&shared).await, tab.pending(run)), (1, 0));
    });
}

#[test]
fn exit_flush_behind_a_slow_flush_loses_and_repeats_nothing() {
    block_on(async {
        for first_fails in [false, true] {
            let shared = SharedDatabase::default();
            let (tab, run) = Tab::with_run(&shared, "a").await;
            let (go, slow) = futures::channel::oneshot::channel();
            let fails = first_fails.then(full);
            tab.database().next_of("commit", [Fault { fails, ..Fault::slow_until(slow) }]);
            tab.log(run, "loss", 0..10);
            let flush = tab.session.flush();
            pin_mut!(flush);
            assert!(poll_immediate(&mut flush).await.is_none());
            tab.log(run, "loss", 10..20);
            tab.session.begin_leaving();
            let exit = tab.session.flush_on_exit("token").unwrap();
            pin_mut!(exit);
            assert!(poll_immediate(&mut exit).await.is_some());
            go.send(()).unwrap();
            let _ = flush.await;
            tab.flush().await;
            assert_eq!(tab.pending(run), 0);
            assert_eq!(stored_steps(&shared, "run-0", "loss").await, (0..20).collect::<Vec<_>>());
        }
    });
}

#[test]
fn exit_flush_is_issued_by_its_first_poll_and_ends_the_lease() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..10);
        tab.session.begin_leaving();
        {
            let exit = tab.session.flush_on_exit("token").unwrap();
            pin_mut!(exit);
            assert!(poll_immediate(&mut exit).await.is_some());
        }
        assert_eq!(stored_steps(&shared, "run-0", "loss").await, (0..10).collect::<Vec<_>>());
        assert!(catalog(&shared).await.runs[0].clean_exit);
        tab.session.end_leaving();
        tab.log(run, "loss", 10..11);
        tab.flush().await;
        assert!(!catalog(&shared).await.runs[0].clean_exit, "the page lives on");
    });
}

#[test]
fn exit_flush_of_unchanged_runs_writes_nothing() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..1);
        tab.flush().await;
        assert!(tab.session.flush_on_exit("token").is_none());
        tab.session.begin_leaving();
        assert!(tab.session.flush_on_exit("token").is_some(), "its lease ends");
        assert_eq!(tab.session.storage().lost(run).map(|cause: StorageError| cause.code()), None);
    });
}

const ON_CLOSE: [OnClose; 3] = [OnClose::Commits, OnClose::CommitsPart, OnClose::Drops];

/// A page logs, flushes, and closes while it commits a batch with `content` and logs on. Of what it had issued by then, its browser
/// commits what `part` says.
async fn closed_while_committing(
    shared: &SharedDatabase,
    on_close: OnClose,
    part: usize,
    content: Option<&[u8]>,
) {
    let mut database = shared.connect();
    database.on_close = on_close;
    let tab = Tab::open_over(database, "a").await.unwrap();
    let (run, _) = tab.begin("leaving").await;
    tab.log(run, "loss", 0..10);
    tab.flush().await;
    tab.log(run, "loss", 10..20);
    if let Some(content) = content {
        tab.session.storage_mut().put_artifact(run, "weights", content).unwrap();
    }
    tab.database().next_of("commit", [Fault { before: 1, ..Fault::none() }]);
    let flush = tab.session.flush();
    pin_mut!(flush);
    assert!(poll_immediate(&mut flush).await.is_none());
    tab.log(run, "loss", 20..30);
    tab.session.begin_leaving();
    let exit = tab.session.flush_on_exit("token").unwrap();
    pin_mut!(exit);
    // The page gets no second poll.
    let _ = poll_immediate(&mut exit).await;
    tab.database().close_page(part);
}

#[test]
fn page_that_closes_while_it_commits_loses_nothing() {
    block_on(async {
        for (on_close, part) in
            ON_CLOSE.into_iter().flat_map(|on_close| (0..4).map(move |part| (on_close, part)))
        {
            let shared = SharedDatabase::default();
            closed_while_committing(&shared, on_close, part, None).await;
            assert_eq!(stored_steps(&shared, "run-0", "loss").await, steps(0..30), "{on_close:?} {part}");
            assert!(catalog(&shared).await.runs[0].clean_exit);
        }
    });
}

#[test]
fn page_that_closes_while_it_commits_an_artifact_loses_neither_points_nor_content() {
    block_on(async {
        for (on_close, part) in
            ON_CLOSE.into_iter().flat_map(|on_close| (0..6).map(move |part| (on_close, part)))
        {
            let shared = SharedDatabase::default();
            // Such a batch reads before it writes: it is cut off between the two.
            closed_while_committing(&shared, on_close, part, Some(b"content")).await;
            assert_eq!(stored_steps(&shared, "run-0", "loss").await, steps(0..30), "{on_close:?} {part}");
            Artifacts::stored(&shared.memory).assert_readable();
            let reader = Tab::open(&shared, "b").await;
            assert_eq!(reader.session.get_artifact("run-0", "weights").await.as_deref(), Ok(&b"content"[..]));
        }
    });
}

#[test]
fn page_that_closes_while_it_asks_after_a_batch_in_doubt_loses_neither_points_nor_content() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..10);
        tab.session.storage_mut().put_artifact(run, "weights", b"content").unwrap();
        tab.database().next_of("commit", [Fault::fails(broken())]);
        tab.database().next_of("read_records", [Fault { before: 1, ..Fault::none() }]);
        {
            let flush = tab.session.flush();
            pin_mut!(flush);
            assert!(poll_immediate(&mut flush).await.is_none());
            tab.session.begin_leaving();
            let exit = tab.session.flush_on_exit("token").unwrap();
            pin_mut!(exit);
            let _ = poll_immediate(&mut exit).await;
            tab.database().close_page(0);
        }
        assert_eq!(stored_steps(&shared, "run-0", "loss").await, steps(0..10));
        Artifacts::stored(&shared.memory).assert_readable();
        assert_eq!(catalog(&shared).await.runs[0].artifacts.len(), 1);
    });
}

#[test]
fn batch_in_doubt_that_an_exit_flush_took_along_is_stored_once() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..1);
        tab.database().next_of("commit", [Fault::fails(broken())]);
        // The exit flush begins when it was read already that the batch is not there.
        tab.database().next_of("read_points", [Fault { after: 1, ..Fault::none() }]);
        {
            let flush = tab.session.flush();
            pin_mut!(flush);
            assert!(poll_immediate(&mut flush).await.is_none());
            tab.session.flush_on_exit("token").unwrap().await;
            flush.await.unwrap();
        }
        assert_eq!((stored_points(&shared).await, tab.pending(run)), (1, 0));
    });
}
