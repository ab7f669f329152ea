//! An edit that was confirmed is never put back by an older record: not by an owner that did not hear of it, in a commit, on leaving or
//! when its page is cut off, nor in the memory of the session that made it.

use std::sync::Arc;

use entrenar::database::LogEntry;
use entrenar::database::operations::merge_exit;
use entrenar::engine::{Session, VERIFY_AFTER_MS};
use entrenar::storage::{ExperimentStorage, RunEdit, RunRecord, RunState, RunStatus, StorageError};
use futures::channel::oneshot;
use futures::executor::block_on;
use futures::future::{join, poll_immediate};

use crate::support::faulty_database::{Fault, FaultyDatabase, OnClose, SharedDatabase, broken};
use crate::tab::{Tab, catalog, steps, stored_steps};

async fn rename(tab: &Tab, name: &str) {
    tab.session.edit_run("run-0", RunEdit::name(name)).await.unwrap();
}

async fn stored_name(shared: &SharedDatabase) -> Option<String> {
    catalog(shared).await.runs.remove(0).run_name
}

fn name_in(session: &Session<FaultyDatabase>) -> Option<String> {
    session.storage().memory().run("run-0").unwrap().record().run_name.clone()
}

/// Another session does something to the run, of which its owner does not hear: it logs, and its page is cut off in the commit, after so
/// many of its requests.
async fn cut_off(requests: usize, meanwhile: impl AsyncFn(&Tab)) -> SharedDatabase {
    let shared = SharedDatabase::default();
    let owner = Tab::open_in_firefox(&shared, "owner").await;
    let (run, _) = owner.begin("test").await;
    owner.log(run, "loss", 0..3);
    owner.flush().await;
    meanwhile(&Tab::open(&shared, "other").await).await;
    owner.log(run, "loss", 3..5);
    owner.close_in_commit(requests).await;
    shared
}

#[test]
fn edit_that_a_page_did_not_hear_of_survives_its_commit_cut_off_at_any_request() {
    block_on(async {
        for requests in 0..3 {
            let shared = cut_off(requests, async |other| rename(other, "renamed").await).await;
            assert_eq!(stored_name(&shared).await.as_deref(), Some("renamed"), "{requests}");
            assert_eq!(stored_steps(&shared, "run-0", "loss").await, steps(0..3), "{requests}");
        }
    });
}

#[test]
fn run_that_another_session_ended_stays_ended_after_the_cut_off_commit_of_its_former_owner() {
    block_on(async {
        for requests in 0..3 {
            let shared = cut_off(requests, async |other| {
                let run = other.session.resume_run("run-0").await.unwrap();
                other.log(run, "loss", 3..4);
                other.end("run-0");
                other.flush().await;
            })
            .await;
            let record = catalog(&shared).await.runs.remove(0);
            assert_eq!((&*record.owner, record.status), ("other", RunStatus::Success), "{requests}");
            assert_eq!(stored_steps(&shared, "run-0", "loss").await, steps(0..4), "{requests}");
        }
    });
}

#[test]
fn run_whose_owner_was_cut_off_at_any_request_of_a_commit_is_renamed_resumed_and_compacted() {
    block_on(async {
        for requests in 0..3 {
            let shared = cut_off(requests, async |_| {}).await;
            let next = Tab::open(&shared, "next").await;
            rename(&next, "renamed").await;
            let run = next.session.resume_run("run-0").await.unwrap();
            let cut_off = if requests == 0 { 3 } else { 5 };
            next.log(run, "loss", cut_off..9);
            next.flush().await;
            next.session.compact_run(run, 2).await.unwrap();
            next.log(run, "loss", 9..10);
            next.flush().await;
            assert_eq!(stored_name(&shared).await.as_deref(), Some("renamed"), "{requests}");
            let expected: Vec<u64> = (0..3).chain(3..cut_off).chain(cut_off..10).collect();
            assert_eq!(stored_steps(&shared, "run-0", "loss").await, expected, "{requests}");
        }
    });
}

#[test]
fn run_that_is_not_stored_yet_has_its_record_before_its_first_entry() {
    block_on(async {
        let shared = SharedDatabase::default();
        let mut database = shared.connect();
        database.on_close = OnClose::CommitsPart;
        let owner = Tab::open_over(database, "owner").await.unwrap();
        owner.session.reserve_ids(1, 1).await.unwrap();
        let run_id = {
            let mut storage = owner.session.storage_mut();
            let experiment_id = storage.create_experiment("test", None).unwrap();
            storage.create_run(&experiment_id).unwrap()
        };
        let (_go, wait) = oneshot::channel();
        owner.database().next_of("commit", [Fault::slow_until(wait)]);
        let mut flush = std::pin::pin!(owner.session.flush());
        assert!(poll_immediate(&mut flush).await.is_none());
        // The experiment's record, and one request more.
        owner.database().close_page(2);
        let runs = catalog(&shared).await.runs;
        assert_eq!(runs.iter().map(|run| &run.run_id).collect::<Vec<_>>(), [&run_id]);
    });
}

#[test]
fn entry_that_a_page_left_behind_the_end_of_the_log_is_not_replaced_by_one_of_the_exit_log() {
    let record = |owner: &str| RunRecord {
        owner: owner.into(),
        next_sequence: 1.0,
        ..RunRecord::new("run-0".into(), "exp-0".into(), 0)
    };
    let log: [(u64, Arc<[u8]>); 2] = [(0, Arc::from(*b"acquired")), (1, Arc::from(*b"left"))];
    let entry = LogEntry { sequence: 0, bytes: Arc::from(*b"of the former owner") };
    let merged = merge_exit(Some(record("a")), record("b"), 0, vec![entry.clone()], &log, &[]);
    assert_eq!(merged.entries, [LogEntry { sequence: 2, ..entry }]);
    assert_eq!(merged.record.next_sequence, 3.0);
}

#[test]
fn edit_by_an_owner_that_was_taken_over_unheard_is_made_all_the_same() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (old, run) = Tab::with_run(&shared, "old").await;
        let new = Tab::open(&shared, "new").await;
        let resumed = new.session.resume_run("run-0").await.unwrap();
        rename(&old, "renamed").await;
        assert!(matches!(old.session.storage().lost(run), Some(StorageError::RunTakenOver(_))));
        assert_eq!(stored_name(&shared).await.as_deref(), Some("renamed"));
        assert_eq!(name_in(&old.session).as_deref(), Some("renamed"));
        new.log(resumed, "loss", 0..1);
        new.flush().await;
        assert_eq!(stored_name(&shared).await.as_deref(), Some("renamed"));
    });
}

#[test]
fn edit_survives_a_second_record_in_the_exit_log_of_an_owner_that_did_not_hear_of_it() {
    block_on(async {
        for is_recovered_between in [false, true] {
            let shared = SharedDatabase::default();
            let (owner, run) = Tab::with_run(&shared, "owner").await;
            rename(&Tab::open(&shared, "other").await, "renamed").await;
            owner.session.renew_leases();
            owner.session.flush_on_exit("first").unwrap().await;
            if is_recovered_between {
                Tab::open(&shared, "reader").await;
            }
            owner.log(run, "loss", 0..2);
            owner.session.flush_on_exit("second").unwrap().await;
            Tab::open(&shared, "reader").await;
            assert_eq!(stored_name(&shared).await.as_deref(), Some("renamed"), "{is_recovered_between}");
            owner.log(run, "loss", 2..3);
            owner.flush().await;
            assert_eq!(stored_name(&shared).await.as_deref(), Some("renamed"), "{is_recovered_between}");
            assert_eq!(name_in(&owner.session).as_deref(), Some("renamed"), "{is_recovered_between}");
            assert_eq!(stored_steps(&shared, "run-0", "loss").await, steps(0..3));
        }
    });
}

#[test]
fn edit_survives_an_exit_log_whose_first_record_could_not_be_written() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (owner, run) = Tab::with_run(&shared, "owner").await;
        rename(&Tab::open(&shared, "other").await, "renamed").await;
        owner.database().next_of("append_exit_log", [Fault::fails(StorageError::Backend("injected".into()))]);
        owner.log(run, "loss", 0..1);
        let first = owner.session.flush_on_exit("first").unwrap();
        owner.log(run, "loss", 1..2);
        let second = owner.session.flush_on_exit("second").unwrap();
        join(first, second).await;
        Tab::open(&shared, "reader").await;
        assert_eq!(stored_name(&shared).await.as_deref(), Some("renamed"));
        owner.flush().await;
        assert_eq!(stored_name(&shared).await.as_deref(), Some("renamed"));
    });
}

#[test]
fn edit_of_an_ended_run_survives_its_owner_that_got_no_answer_to_the_end() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (owner, _) = Tab::with_run(&shared, "owner").await;
        owner.database().next_of("commit", [Fault::answer_lost()]);
        owner.database().next_of("read_records", (0..4).map(|_| Fault::fails(broken())));
        owner.end("run-0");
        owner.session.flush().await.unwrap_err();
        let other = Tab::open(&shared, "other").await;
        for name in ["first", "second"] {
            rename(&other, name).await;
        }
        let edits = catalog(&shared).await.runs.remove(0).edits;
        owner.flush().await;
        let record = catalog(&shared).await.runs.remove(0);
        assert_eq!((record.run_name.as_deref(), record.status), (Some("second"), RunStatus::Success));
        assert_eq!(
            edits,
            [RunEdit::name("second")],
            "the list does not grow by each change of the same thing"
        );
    });
}

#[test]
fn owner_that_knows_an_edit_is_not_given_it_again_over_a_later_one_of_its_own() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (owner, run) = Tab::with_run(&shared, "owner").await;
        rename(&Tab::open(&shared, "other").await, "theirs").await;
        owner.session.refresh(&[], &["run-0".to_owned()]).await.unwrap();
        let ours = |run: &mut RunState| {
            run.record_mut().apply(&RunEdit::name("ours"));
            Ok(())
        };
        owner.session.storage_mut().change_run(run, ours).unwrap();
        // It has slept, and compares its runs with what is stored before it writes.
        owner.clock.advance(2.0 * VERIFY_AFTER_MS);
        owner.flush().await;
        assert_eq!(stored_name(&shared).await.as_deref(), Some("ours"));
    });
}

#[test]
fn edit_while_its_own_session_acquires_the_run_is_in_memory_when_both_are_over() {
    block_on(async {
        for held in ["read_records", "read_points"] {
            let shared = SharedDatabase::default();
            let _owner = Tab::with_run(&shared, "owner").await;
            let tab = Tab::open(&shared, "tab").await;
            let (go, wait) = oneshot::channel();
            let before = usize::from(held == "read_records");
            let faults = (0..before).map(|_| Fault::none()).chain([Fault::slow_until(wait)]);
            tab.database().next_of(held, faults);
            let mut resume = std::pin::pin!(tab.session.resume_run("run-0"));
            assert!(poll_immediate(&mut resume).await.is_none(), "{held}");
            assert_eq!(catalog(&shared).await.runs[0].owner, "tab", "{held}");
            rename(&tab, "renamed").await;
            go.send(()).unwrap();
            let run = resume.await.unwrap();
            assert_eq!(name_in(&tab.session).as_deref(), Some("renamed"), "{held}");
            tab.log(run, "loss", 0..1);
            tab.flush().await;
            assert_eq!(stored_name(&shared).await.as_deref(), Some("renamed"), "{held}");
        }
    });
}

#[test]
fn edit_begun_while_its_own_session_acquires_the_run_is_in_memory_when_it_goes_through_after_that() {
    block_on(async {
        let shared = SharedDatabase::default();
        let _owner = Tab::with_run(&shared, "owner").await;
        let tab = Tab::open(&shared, "tab").await;
        let ((read, until_read), (write, until_written)) = (oneshot::channel(), oneshot::channel());
        tab.database().next_of("read_points", [Fault::slow_until(until_read)]);
        tab.database().next_of("edit_run", [Fault::slow_until(until_written)]);
        let mut resume = std::pin::pin!(tab.session.resume_run("run-0"));
        assert!(poll_immediate(&mut resume).await.is_none());
        let mut edit = std::pin::pin!(tab.session.edit_run("run-0", RunEdit::name("renamed")));
        assert!(poll_immediate(&mut edit).await.is_none());
        read.send(()).unwrap();
        resume.await.unwrap();
        write.send(()).unwrap();
        edit.await.unwrap();
        assert_eq!(name_in(&tab.session).as_deref(), Some("renamed"));
        assert_eq!(stored_name(&shared).await.as_deref(), Some("renamed"));
    });
}
