//! A run that was deleted stays deleted, whatever a page that closes leaves of a transaction.

use entrenar::database::operations::TOMBSTONE_LIFETIME_MS;
use entrenar::database::{Change, Key, Range, Table, Value};
use entrenar::storage::{RunEdit, RunSlot, StorageError};
use futures::FutureExt;
use futures::executor::block_on;
use futures::future::poll_immediate;
use futures::pin_mut;

use crate::reachability::{Artifacts, undeleted_runs};
use crate::support::faulty_database::{Fault, OnClose, SharedDatabase, broken};
use crate::tab::{Tab, catalog};

/// A tab in a browser that commits a part of a transaction when its page closes.
async fn cut_off_on_close(shared: &SharedDatabase, owner: &str) -> Tab {
    let mut database = shared.connect();
    database.on_close = OnClose::CommitsPart;
    Tab::open_over(database, owner).await.unwrap()
}

/// How many records of points `run-0` has: fences, if it was deleted.
fn point_records(shared: &SharedDatabase) -> usize {
    shared.memory.records(Table::Points, &Range::Run("run-0".to_owned())).len()
}

fn is_stored(shared: &SharedDatabase) -> bool {
    !shared.memory.records(Table::Runs, &Range::One(Key::text("run-0"))).is_empty()
}

/// Two points in two flushes, and an artifact.
async fn log_some(tab: &Tab, run: RunSlot) {
    tab.log(run, "loss", 0..1);
    tab.flush().await;
    tab.log(run, "loss", 1..2);
    tab.session.storage_mut().put_artifact(run, "weights", b"content").unwrap();
    tab.flush().await;
}

/// A run's record is there though it was deleted: its owner was committing a flush when another tab deleted it, and closed. Code from before
/// today's put the record first. Before it closed, it did `at_last`. Returns the other tab, and one that knows the run and was not told
/// that it was deleted.
async fn deleted_run_with_a_record(shared: &SharedDatabase, at_last: impl FnOnce(&Tab)) -> (Tab, Tab) {
    let owner = cut_off_on_close(shared, "a").await;
    let (run, _) = owner.begin("test").await;
    log_some(&owner, run).await;
    owner.log(run, "loss", 2..3);
    owner.database().next_of("commit", [Fault { before: 1, ..Fault::none() }]);
    let (other, untold) = (Tab::open(shared, "b").await, Tab::open(shared, "c").await);
    let record = catalog(shared).await.runs.remove(0);
    {
        let flush = owner.session.flush();
        pin_mut!(flush);
        assert!(poll_immediate(&mut flush).await.is_none());
        other.session.delete_run("run-0").await.unwrap();
        at_last(&owner);
        owner.database().close_page(2);
    }
    assert!(!is_stored(shared), "its entry comes before its record, and fails");
    let put = Change::Put(Table::Runs, Key::text("run-0"), Value::Run(Box::new(record)));
    shared.memory.apply(vec![put]).unwrap();
    (other, untold)
}

#[test]
fn deleted_run_whose_record_a_closing_page_put_is_not_found() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (_, untold) = deleted_run_with_a_record(&shared, |_| ()).await;
        let late = Tab::open(&shared, "d").await;
        assert!(catalog(&shared).await.runs.is_empty(), "the run came back");
        let missing = || StorageError::RunNotFound("run-0".into());
        assert_eq!(late.session.load_run("run-0").await, Err(missing()));
        assert_eq!(untold.session.resume_run("run-0").await, Err(missing()));
        assert_eq!(untold.session.edit_run("run-0", RunEdit::name("again")).await, Err(missing()));
        assert_eq!(late.begin("test").await.1, "run-1");
    });
}

#[test]
fn exit_log_of_a_deleted_run_whose_record_a_closing_page_put_is_dropped() {
    block_on(async {
        let shared = SharedDatabase::default();
        let write_exit_log = |owner: &Tab| {
            owner.session.begin_leaving();
            let exit = owner.session.flush_on_exit("token").unwrap();
            assert!(exit.now_or_never().is_some());
        };
        let (other, _) = deleted_run_with_a_record(&shared, write_exit_log).await;
        let _late = Tab::open(&shared, "d").await;
        other.session.sweep_tombstones().await.unwrap();
        assert!(!is_stored(&shared), "the run came back");
    });
}

#[test]
fn sweeping_deletes_such_a_run_again_and_keeps_its_fences_for_their_lifetime() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (other, _) = deleted_run_with_a_record(&shared, |_| ()).await;
        other.clock.advance(TOMBSTONE_LIFETIME_MS + 1.0);
        assert_eq!(other.session.sweep_tombstones().await, Ok(0));
        assert!(undeleted_runs(&shared.memory).is_empty());
        assert!(point_records(&shared) > 0);
        Artifacts::stored(&shared.memory).assert_no_garbage();
        other.clock.advance(TOMBSTONE_LIFETIME_MS);
        assert_eq!(other.session.sweep_tombstones().await, Ok(0));
        other.clock.advance(1.0);
        assert_eq!(other.session.sweep_tombstones().await, Ok(1));
        assert_eq!(point_records(&shared), 0);
    });
}

#[test]
fn deletion_cut_off_after_any_request_is_finished_by_the_next_sweep() {
    block_on(async {
        for requests in 0.. {
            let shared = SharedDatabase::default();
            let (owner, run) = Tab::with_run(&shared, "a").await;
            log_some(&owner, run).await;
            let closing = cut_off_on_close(&shared, "b").await;
            closing.database().next_of("delete_runs", [Fault { before: 1, ..Fault::none() }]);
            {
                let delete = closing.session.delete_run("run-0");
                pin_mut!(delete);
                assert!(poll_immediate(&mut delete).await.is_none());
                if !closing.database().close_page(requests) && requests > 0 {
                    break;
                }
            }
            assert_eq!(catalog(&shared).await.runs.is_empty(), requests > 0, "{requests}");
            if requests == 0 {
                continue;
            }
            let late = Tab::open(&shared, "c").await;
            late.session.sweep_tombstones().await.unwrap();
            assert!(!is_stored(&shared), "{requests}");
            Artifacts::stored(&shared.memory).assert_no_garbage();
            owner.log(run, "loss", 2..3);
            owner.flush().await;
            assert_eq!(owner.session.storage().lost(run), Some(StorageError::RunDeleted("run-0".into())));
            assert!(catalog(&shared).await.runs.is_empty(), "{requests}");
        }
    });
}

#[test]
fn owner_that_writes_past_the_fences_of_a_deleted_run_learns_of_the_deletion_after_a_sweep() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (first, run) = Tab::with_run(&shared, "a").await;
        first.log(run, "loss", 0..1);
        first.flush().await;
        // Another session takes the run over, writes on, and deletes it: its fences are far from where the first one goes on.
        let second = Tab::open(&shared, "b").await;
        let taken = second.session.resume_run("run-0").await.unwrap();
        for step in 1..40 {
            second.log(taken, "loss", step..step + 1);
            second.flush().await;
        }
        second.session.delete_run("run-0").await.unwrap();
        first.log(run, "loss", 1..2);
        first.flush().await;
        assert!(catalog(&shared).await.runs.is_empty(), "the run came back");
        second.session.sweep_tombstones().await.unwrap();
        first.log(run, "loss", 2..3);
        first.flush().await;
        assert_eq!(first.session.storage().lost(run), Some(StorageError::RunDeleted("run-0".into())));
        assert!(catalog(&shared).await.runs.is_empty(), "the run came back");
    });
}

#[test]
fn batch_in_doubt_of_a_deleted_run_does_not_bring_it_back_on_leaving() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (owner, run) = Tab::with_run(&shared, "a").await;
        owner.log(run, "loss", 0..1);
        owner.database().next_of("commit", [Fault::fails(broken())]);
        owner.database().next_of("read_records", (0..3).map(|_| Fault::fails(broken())));
        assert_eq!(owner.session.flush().await, Err(broken()));
        owner.session.delete_run("run-0").await.unwrap();
        let other = Tab::open(&shared, "b").await;
        other.clock.advance(TOMBSTONE_LIFETIME_MS + 1.0);
        assert_eq!(other.session.sweep_tombstones().await, Ok(1));
        owner.session.flush_on_exit("token").unwrap().await;
        let _late = Tab::open(&shared, "c").await;
        assert!(!is_stored(&shared), "the run came back");
    });
}
