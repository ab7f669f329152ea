//! Edits of a run by a session that does not own it.

use entrenar::storage::{ExperimentStorage, RunEdit, RunStatus};
use futures::executor::block_on;

use crate::reachability::Artifacts;
use crate::support::faulty_database::{Fault, SharedDatabase};
use crate::tab::{Tab, catalog, stored_steps};

/// The owner logs, and leaves; meanwhile another session renames its run so many times.
async fn renamed_while_its_owner_left(shared: &SharedDatabase, times: usize) -> Tab {
    let (owner, run) = Tab::with_run(shared, "a").await;
    owner.log(run, "loss", 0..1);
    owner.flush().await;
    let other = Tab::open(shared, "b").await;
    for time in 0..times {
        other.session.edit_run("run-0", RunEdit::name(format!("name {time}"))).await.unwrap();
    }
    owner.log(run, "loss", 1..3);
    owner.session.storage_mut().put_artifact(run, "weights", b"content").unwrap();
    owner.session.storage_mut().complete_run("run-0", RunStatus::Success).unwrap();
    owner.session.begin_leaving();
    owner.session.flush_on_exit("token").unwrap().await;
    owner
}

#[test]
fn exit_log_of_a_run_that_was_edited_meanwhile_keeps_both() {
    block_on(async {
        for times in 0..4 {
            let shared = SharedDatabase::default();
            let owner = renamed_while_its_owner_left(&shared, times).await;
            drop(owner);
            assert_eq!(stored_steps(&shared, "run-0", "loss").await, [0, 1, 2]);
            let record = catalog(&shared).await.runs.remove(0);
            let last_name = times.checked_sub(1).map(|time| format!("name {time}"));
            assert_eq!((record.run_name, record.status), (last_name, RunStatus::Success), "{times}");
            assert_eq!(record.artifacts.len(), 1, "{times}");
            Artifacts::stored(&shared.memory).assert_readable();
        }
    });
}

#[test]
fn owner_that_lives_on_after_its_exit_flush_has_its_artifact_and_the_edits() {
    block_on(async {
        for times in 0..4 {
            let shared = SharedDatabase::default();
            let owner = renamed_while_its_owner_left(&shared, times).await;
            // Another session recovers the exit log first.
            let _reader = Tab::open(&shared, "c").await;
            owner.session.end_leaving();
            owner.flush().await;
            let record = catalog(&shared).await.runs.remove(0);
            let last_name = times.checked_sub(1).map(|time| format!("name {time}"));
            assert_eq!((record.run_name, record.artifacts.len()), (last_name, 1), "{times}");
            Artifacts::stored(&shared.memory).assert_readable();
        }
    });
}

#[test]
fn owner_that_knows_an_edit_and_changes_the_name_again_keeps_its_own_on_leaving() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (owner, run) = Tab::with_run(&shared, "a").await;
        let other = Tab::open(&shared, "b").await;
        other.session.edit_run("run-0", RunEdit::name("theirs")).await.unwrap();
        owner.session.refresh(&[], &["run-0".to_owned()]).await.unwrap();
        owner
            .session
            .storage_mut()
            .change_run(run, |run| {
                run.record_mut().apply(&RunEdit::name("ours"));
                Ok(())
            })
            .unwrap();
        owner.session.flush_on_exit("token").unwrap().await;
        let _reader = Tab::open(&shared, "c").await;
        assert_eq!(catalog(&shared).await.runs[0].run_name.as_deref(), Some("ours"));
    });
}

#[test]
fn artifact_of_an_exit_flush_in_doubt_is_released_when_it_is_replaced_after_an_edit() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (owner, run) = Tab::with_run(&shared, "a").await;
        let other = Tab::open(&shared, "b").await;
        owner.log(run, "loss", 0..1);
        owner.session.storage_mut().put_artifact(run, "weights", b"old").unwrap();
        owner.database().next_of("append_exit_log", [Fault::answer_lost()]);
        owner.session.flush_on_exit("token").unwrap().await;
        other.session.edit_run("run-0", RunEdit::name("renamed")).await.unwrap();
        owner.session.storage_mut().put_artifact(run, "weights", b"new").unwrap();
        owner.flush().await;
        Artifacts::stored(&shared.memory).assert_no_garbage();
    });
}
