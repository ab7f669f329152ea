//! Everything that can go wrong between memory and the database: nothing is lost, nothing is written twice.

use entrenar::database::{Range, Table};
use entrenar::engine::Change;
use entrenar::storage::{ExperimentStorage, StorageError};
use futures::channel::oneshot;
use futures::executor::block_on;
use futures::future::{join, poll_immediate};
use futures::pin_mut;

use crate::support::faulty_database::{Fault, SharedDatabase, broken, full};
use crate::tab::{Tab, steps, stored_steps};

#[test]
fn flush_whose_caller_gave_up_is_found_out_about_by_the_next() {
    block_on(async {
        for is_committed in [false, true] {
            let shared = SharedDatabase::default();
            let (tab, run) = Tab::with_run(&shared, "a").await;
            tab.log(run, "loss", 0..10);
            tab.session.storage_mut().put_artifact(run, "weights", b"bytes").unwrap();
            // It goes through, and the caller gives up before the answer is there; or it had not yet.
            let fault = if is_committed {
                Fault { after: 3, ..Fault::none() }
            } else {
                Fault { before: 3, ..Fault::none() }
            };
            tab.database().next_of("commit", [fault]);
            {
                let flush = tab.session.flush_run(run);
                pin_mut!(flush);
                while tab.database().count_of("commit") == 0 {
                    assert!(poll_immediate(&mut flush).await.is_none());
                }
            }
            assert!(!tab.session.is_saved());
            tab.session.flush_run(run).await.unwrap();
            assert!(tab.session.is_saved() && tab.pending(run) == 0, "{is_committed}");
            assert_eq!(stored_steps(&shared, "run-0", "loss").await, (0..10).collect::<Vec<_>>());
        }
    });
}

#[test]
fn open_failure_is_reported_and_the_next_try_works() {
    block_on(async {
        let shared = SharedDatabase::default();
        let database = shared.connect();
        database.next_of("read_catalog", [Fault::fails(broken())]);
        assert!(Tab::open_over(database, "a").await.is_err());
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..10);
        tab.flush().await;
        assert_eq!(stored_steps(&shared, "run-0", "loss").await, steps(0..10));
    });
}

#[test]
fn failed_commit_keeps_changes_and_the_next_flush_writes_them() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..10);
        tab.database().next_of("commit", [Fault::fails(full())]);
        assert_eq!(tab.session.flush().await, Err(full()));
        assert_eq!(tab.pending(run), 10);
        assert!(stored_steps(&shared, "run-0", "loss").await.is_empty());
        tab.log(run, "loss", 10..20);
        tab.flush().await;
        assert_eq!(tab.pending(run), 0);
        assert_eq!(stored_steps(&shared, "run-0", "loss").await, steps(0..20));
    });
}

#[test]
fn broken_connection_is_tried_again_within_one_flush() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..10);
        tab.database().next_of("commit", [Fault::fails(broken()), Fault::fails(broken())]);
        tab.flush().await;
        assert_eq!(stored_steps(&shared, "run-0", "loss").await, steps(0..10));
    });
}

#[test]
fn commit_whose_answer_was_lost_is_not_written_twice() {
    block_on(async {
        for lost in 1..=6 {
            let shared = SharedDatabase::default();
            let (tab, run) = Tab::with_run(&shared, "a").await;
            tab.log(run, "loss", 0..10);
            tab.database().next_of("commit", [Fault::answer_lost()]);
            tab.database().next_of("read_records", (1..lost).map(|_| Fault::fails(broken())));
            let first = tab.session.flush().await;
            assert_eq!(first.is_err(), lost >= 4, "{lost}");
            tab.log(run, "loss", 10..15);
            tab.flush().await;
            assert_eq!(tab.pending(run), 0);
            assert_eq!(stored_steps(&shared, "run-0", "loss").await, steps(0..15), "{lost}");
        }
    });
}

#[test]
fn points_logged_during_a_slow_commit_are_in_the_next() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        let (go, slow) = oneshot::channel();
        tab.database().next_of("commit", [Fault::slow_until(slow)]);
        tab.log(run, "loss", 0..10);
        let flush = tab.session.flush();
        pin_mut!(flush);
        assert!(poll_immediate(&mut flush).await.is_none());
        tab.log(run, "loss", 10..20);
        tab.log(run, "accuracy", 0..3);
        assert_eq!(tab.pending(run), 23);
        go.send(()).unwrap();
        flush.await.unwrap();
        assert_eq!(tab.pending(run), 0);
        assert_eq!(stored_steps(&shared, "run-0", "loss").await, steps(0..20));
        assert_eq!(stored_steps(&shared, "run-0", "accuracy").await, steps(0..3));
    });
}

#[test]
fn flush_resolves_only_after_what_was_logged_before_it_is_committed() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        let (go, slow) = oneshot::channel();
        tab.database().next_of("commit", [Fault { fails: Some(full()), ..Fault::slow_until(slow) }]);
        tab.log(run, "loss", 0..10);
        let first = tab.session.flush();
        pin_mut!(first);
        assert!(poll_immediate(&mut first).await.is_none());
        tab.log(run, "loss", 10..20);
        let second = tab.session.flush();
        go.send(()).unwrap();
        let (first, second) = join(first, second).await;
        assert_eq!((first, second), (Err(full()), Ok(())));
        assert_eq!(stored_steps(&shared, "run-0", "loss").await, steps(0..20));
    });
}

#[test]
fn degraded_and_recovered_are_emitted_once() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.changes();
        tab.log(run, "loss", 0..10);
        tab.database().next_of("commit", (0..3).map(|_| Fault::fails(full())));
        for _ in 0..3 {
            assert!(tab.session.flush().await.is_err());
        }
        let emitted = tab.changes();
        assert!(matches!(&emitted[..], [Change::Degraded { code: "QuotaExceeded", .. }]), "{emitted:?}");
        tab.flush().await;
        assert_eq!(tab.changes(), [Change::Recovered]);
        assert_eq!(stored_steps(&shared, "run-0", "loss").await, steps(0..10));
    });
}

#[test]
fn cleared_database_is_written_again_whole() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..10);
        tab.session.storage_mut().put_artifact(run, "weights", b"abc").unwrap();
        tab.flush().await;
        shared.clear();
        tab.log(run, "loss", 10..20);
        tab.flush().await;
        assert_eq!(stored_steps(&shared, "run-0", "loss").await, steps(0..20));
        let reader = Tab::open(&shared, "reader").await;
        assert_eq!(&*reader.session.get_artifact("run-0", "weights").await.unwrap(), b"abc");
        assert_eq!(reader.session.storage().list_experiments(), ["exp-0"]);
    });
}

#[test]
fn flush_of_many_points_writes_few_records() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        for key in 0..100 {
            tab.log(run, &format!("metric {key}"), 0..1_000);
        }
        tab.flush().await;
        let entries = shared.memory.records(Table::Points, &Range::Run("run-0".to_owned())).len();
        assert!(entries <= 30, "{entries} records for 100 000 points");
    });
}

#[test]
fn clear_that_a_read_finds_out_is_followed_by_writing_all_again() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..10);
        tab.flush().await;
        shared.clear();
        assert!(tab.session.refresh(&[], &[]).await.is_err());
        tab.flush().await;
        assert_eq!(stored_steps(&shared, "run-0", "loss").await, steps(0..10));
    });
}

#[test]
fn too_many_unsaved_points_are_refused_until_they_are_flushed() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        let (other, _) = tab.begin("faults").await;
        tab.session.storage_mut().set_most_unsaved(20);
        tab.log(run, "loss", 0..12);
        tab.log(other, "loss", 0..5);
        let room = |points| tab.session.storage().check_room(run, points).map_err(|cause| cause.code());
        assert_eq!((room(3), room(4)), (Ok(()), Err("MemoryFull")));
        tab.log(run, "loss", 12..15);
        tab.database().next_of("commit", [Fault::fails(full())]);
        assert!(tab.session.flush().await.is_err());
        let refused = tab.session.storage_mut().log_metric("run-0", "loss", 15, 1.0);
        assert!(matches!(refused, Err(StorageError::MemoryFull(_))), "{refused:?}");
        assert_eq!(tab.pending(run) + tab.pending(other), 20);
        tab.flush().await;
        assert_eq!(room(20), Ok(()));
        tab.log(run, "loss", 15..30);
        tab.session.delete_run("run-0").await.unwrap();
        assert_eq!(tab.session.storage().check_room(other, 20), Ok(()), "a deleted run counts no more");
        assert_eq!(stored_steps(&shared, "run-1", "loss").await, steps(0..5));
    });
}

#[test]
fn values_past_the_budget_are_refused_all_together() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        let mut storage = tab.session.storage_mut();
        storage.set_most_unsaved(10);
        let series = storage.series_slot(run, "loss").unwrap();
        let refused = storage.append_consecutive(run, series, 0, &[0.5; 11], 7);
        assert!(matches!(refused, Err(StorageError::MemoryFull(_))));
        assert_eq!(storage.get_metrics("run-0", "loss").unwrap(), []);
        storage.append_consecutive(run, series, 0, &[0.5; 10], 7).unwrap();
        assert_eq!(storage.get_metrics("run-0", "loss").unwrap().len(), 10);
    });
}
