//! Which session may write a run, and what the others see of it.

use entrenar::database::{Database, operations};
use entrenar::engine::{Change, RunOptions};
use entrenar::storage::{ExperimentStorage, RunEdit, RunStatus, StorageError, Tag};
use futures::executor::block_on;

use crate::reachability::Artifacts;
use crate::support::faulty_database::{Fault, SharedDatabase, broken};
use crate::tab::{Tab, catalog, steps, stored_steps};

#[test]
fn run_taken_over_is_not_written_by_its_old_owner() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (old, run) = Tab::with_run(&shared, "old").await;
        old.log(run, "loss", 0..10);
        old.flush().await;
        let new = Tab::open(&shared, "new").await;
        let resumed = new.session.resume_run("run-0").await.unwrap();
        old.log(run, "loss", 10..20);
        new.log(resumed, "loss", 100..110);
        old.flush().await;
        new.flush().await;
        let mut expected = steps(0..10);
        expected.extend(100..110);
        assert_eq!(stored_steps(&shared, "run-0", "loss").await, expected);
        let storage = old.session.storage();
        assert_eq!(storage.lost(run), Some(StorageError::RunTakenOver("run-0".into())));
        assert_eq!(storage.get_metrics("run-0", "loss").unwrap().len(), 20, "its own points are kept");
        assert!(old.changes().iter().any(|c| matches!(c, Change::RunLost { code: "RunTakenOver", .. })));
    });
}

#[test]
fn run_that_two_sessions_resume_at_once_goes_to_one_of_them() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (old, _) = Tab::with_run(&shared, "old").await;
        let record = catalog(&shared).await.runs.remove(0);
        let acquire = |owner| operations::acquire_run("run-0", &record.owner, owner, 0.0);
        let both = ["a", "b"].map(|owner| shared.memory.transact(acquire(owner)));
        let [first, second] = futures::future::join_all(both).await.try_into().unwrap();
        assert!(first.is_ok());
        assert_eq!(second, Err(StorageError::RunTakenOver("run-0".into())));
        drop(old);
    });
}

#[test]
fn ended_run_cannot_be_resumed() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, _) = Tab::with_run(&shared, "a").await;
        tab.session.storage_mut().complete_run("run-0", RunStatus::Success).unwrap();
        tab.flush().await;
        let other = Tab::open(&shared, "b").await;
        for tab in [&tab, &other] {
            let refused = tab.session.resume_run("run-0").await;
            assert!(matches!(refused, Err(StorageError::InvalidState(_))), "{refused:?}");
        }
        let unknown = other.session.resume_run("run-7").await;
        assert_eq!(unknown, Err(StorageError::RunNotFound("run-7".into())));
    });
}

#[test]
fn run_that_still_runs_is_resumed_rather_than_begun() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (old, run) = Tab::with_run(&shared, "old").await;
        old.log(run, "loss", 0..3);
        old.flush().await;
        let new = Tab::open(&shared, "new").await;
        let slot =
            new.session.resume_or_begin_run(Some("run-0"), "another", RunOptions::default()).await.unwrap();
        assert_eq!(new.session.ids_of(slot), Some(("exp-0".into(), "run-0".into())));
        new.log(slot, "loss", 3..5);
        new.flush().await;
        assert_eq!(stored_steps(&shared, "run-0", "loss").await, steps(0..5));
        assert_eq!(catalog(&shared).await.runs.len(), 1);
    });
}

#[test]
fn run_that_ended_or_was_deleted_or_never_was_is_begun_anew() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, _) = Tab::with_run(&shared, "a").await;
        let anew = async |tab: &Tab, id: Option<&str>| {
            let slot = tab.session.resume_or_begin_run(id, "again", RunOptions::default()).await.unwrap();
            tab.session.ids_of(slot).unwrap().1
        };
        tab.session.storage_mut().complete_run("run-0", RunStatus::Failed).unwrap();
        assert_eq!(anew(&tab, Some("run-0")).await, "run-1", "ended here, and not flushed");
        tab.flush().await;
        let other = Tab::open(&shared, "b").await;
        assert_eq!(anew(&other, Some("run-0")).await, "run-2", "ended elsewhere");
        other.session.delete_run("run-1").await.unwrap();
        assert_eq!(anew(&other, Some("run-1")).await, "run-3", "deleted");
        assert_eq!(anew(&tab, Some("run-77")).await, "run-4", "never there");
        assert_eq!(anew(&tab, None).await, "run-5", "no id");
    });
}

#[test]
fn failure_that_may_pass_begins_no_run() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (old, _) = Tab::with_run(&shared, "old").await;
        let new = Tab::open(&shared, "new").await;
        new.database().next_of("acquire_run", (0..3).map(|_| Fault::fails(broken())));
        drop(old);
        let refused = new.session.resume_or_begin_run(Some("run-0"), "x", RunOptions::default()).await;
        assert!(refused.is_err());
        assert_eq!(catalog(&shared).await.runs.len(), 1);
    });
}

#[test]
fn reader_in_another_tab_reads_only_what_is_new() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (writer, run) = Tab::with_run(&shared, "a").await;
        writer.log(run, "loss", 0..10);
        writer.flush().await;
        let reader = Tab::open(&shared, "b").await;
        reader.session.load_run("run-0").await.unwrap();
        writer.log(run, "loss", 10..20);
        writer.log(run, "accuracy", 0..1);
        writer.flush().await;
        reader.changes();
        let runs = ["run-0".to_owned()];
        reader.session.refresh(&[], &runs).await.unwrap();
        reader.session.refresh(&[], &runs).await.unwrap();
        let keys = vec!["loss".to_owned(), "accuracy".to_owned()];
        let (experiment_id, run_id) = ("exp-0".to_owned(), "run-0".to_owned());
        assert_eq!(reader.changes(), [Change::Metrics { experiment_id, run_id, keys }]);
        let points = reader.session.storage().get_metrics("run-0", "loss").unwrap();
        assert_eq!(points.iter().map(|p| p.step).collect::<Vec<_>>(), steps(0..20));
    });
}

#[test]
fn run_renamed_and_deleted_unknown_to_its_owner_stays_deleted() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (owner, run) = Tab::with_run(&shared, "a").await;
        let other = Tab::open(&shared, "b").await;
        other.session.edit_run("run-0", RunEdit::name("renamed")).await.unwrap();
        other.session.delete_run("run-0").await.unwrap();
        owner.log(run, "loss", 0..10);
        owner.flush().await;
        assert!(catalog(&shared).await.runs.is_empty());
    });
}

#[test]
fn run_deleted_while_a_commit_is_in_doubt_stays_deleted() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (owner, run) = Tab::with_run(&shared, "a").await;
        let other = Tab::open(&shared, "b").await;
        owner.log(run, "loss", 0..10);
        owner.database().next_of("commit", [Fault::answer_lost()]);
        owner.database().next_of("read_records", (0..3).map(|_| Fault::fails(broken())));
        assert_eq!(owner.session.flush().await, Err(broken()));
        other.session.delete_run("run-0").await.unwrap();
        owner.flush().await;
        assert!(catalog(&shared).await.runs.is_empty());
    });
}

#[test]
fn edits_by_another_tab_do_not_undo_the_owners_own() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (owner, run) = Tab::with_run(&shared, "a").await;
        let other = Tab::open(&shared, "b").await;
        owner.session.storage_mut().change_run(run, |run| run.set_tag("stage", "warm-up")).unwrap();
        owner.flush().await;
        let tag = |key: &str, value: &str| Tag { key: key.into(), value: value.into() };
        other.session.edit_run("run-0", RunEdit::Tag(tag("verdict", "good"))).await.unwrap();
        other.session.edit_run("run-0", RunEdit::name("ada")).await.unwrap();
        owner.session.storage_mut().change_run(run, |run| run.set_tag("stage", "main")).unwrap();
        owner.flush().await;
        let stored = catalog(&shared).await.runs.remove(0);
        assert_eq!(stored.tags, [tag("stage", "main"), tag("verdict", "good")]);
        assert_eq!(stored.run_name.as_deref(), Some("ada"));
        assert_eq!(stored.edits, []);
    });
}

#[test]
fn tag_removed_by_another_tab_stays_away_and_the_owners_others_stay() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (owner, run) = Tab::with_run(&shared, "a").await;
        let set = |key: &str, value: &str| {
            owner.session.storage_mut().change_run(run, |run| run.set_tag(key, value)).unwrap();
        };
        set("stage", "warm-up");
        set("verdict", "bad");
        owner.flush().await;
        let other = Tab::open(&shared, "b").await;
        other.session.edit_run("run-0", RunEdit::RemoveTag { key: "verdict".into() }).await.unwrap();
        other.session.edit_run("run-0", RunEdit::RemoveTag { key: "never set".into() }).await.unwrap();
        set("stage", "main");
        owner.flush().await;
        let stage = Tag { key: "stage".into(), value: "main".into() };
        assert_eq!(catalog(&shared).await.runs.remove(0).tags, [stage]);
        owner.session.storage_mut().change_run(run, |run| run.remove_tag("stage")).unwrap();
        owner.flush().await;
        assert_eq!(catalog(&shared).await.runs.remove(0).tags, []);
    });
}

#[test]
fn lost_run_is_read_as_its_new_owner_writes_it() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (old, run) = Tab::with_run(&shared, "old").await;
        old.log(run, "loss", 0..1);
        old.flush().await;
        let new = Tab::open(&shared, "new").await;
        let resumed = new.session.resume_run("run-0").await.unwrap();
        new.log(resumed, "loss", 1..10);
        new.flush().await;
        old.session.refresh(&[], &["run-0".to_owned()]).await.unwrap();
        assert_eq!(old.session.storage().lost(run), Some(StorageError::RunTakenOver("run-0".into())));
        assert_eq!(old.steps("run-0", "loss").unwrap(), steps(0..10));
        new.log(resumed, "loss", 10..12);
        new.end("run-0");
        new.flush().await;
        old.changes();
        old.session.refresh(&[], &["run-0".to_owned()]).await.unwrap();
        assert_eq!(old.session.storage().get_run_status("run-0"), Ok(RunStatus::Success));
        assert_eq!(old.steps("run-0", "loss").unwrap(), steps(0..12));
        assert!(old.changes().iter().any(|change| matches!(change, Change::Metrics { .. })));
    });
}

#[test]
fn lost_run_keeps_what_is_unsaved_and_writes_it_when_it_is_resumed() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (old, run) = Tab::with_run(&shared, "old").await;
        old.log(run, "loss", 0..10);
        old.flush().await;
        let new = Tab::open(&shared, "new").await;
        let resumed = new.session.resume_run("run-0").await.unwrap();
        old.log(run, "loss", 10..20);
        old.session.storage_mut().put_artifact(run, "weights", b"abc").unwrap();
        old.flush().await;
        assert_eq!(old.pending(run), 10, "they are kept");
        assert!(Artifacts::stored(&shared.memory).contents().is_empty(), "not without the run");
        new.log(resumed, "loss", 100..110);
        new.flush().await;
        old.session.load_run("run-0").await.unwrap();
        let theirs = [steps(0..10), steps(100..110)].concat();
        assert_eq!(old.steps("run-0", "loss").unwrap(), theirs, "it is read as it is stored");
        assert_eq!(old.session.resume_run("run-0").await, Ok(run));
        assert_eq!(old.pending(run), 10);
        old.flush().await;
        assert_eq!(old.pending(run), 0);
        let all = [steps(0..20), steps(100..110)].concat();
        assert_eq!(stored_steps(&shared, "run-0", "loss").await, all);
        assert_eq!(&*old.session.get_artifact("run-0", "weights").await.unwrap(), b"abc");
        Artifacts::stored(&shared.memory).assert_readable();
    });
}

#[test]
fn point_that_was_never_sent_is_kept_though_the_new_owner_logged_the_same() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (old, run) = Tab::with_run(&shared, "a").await;
        old.flush().await;
        let new = Tab::open(&shared, "b").await;
        let taken = new.session.resume_run("run-0").await.unwrap();
        // One step, one value, one time: as two tabs log that begin alike, under a clock that stands still.
        old.log(run, "loss", 0..1);
        new.log(taken, "loss", 0..1);
        new.flush().await;
        // It learns of that by a message, before it flushes.
        old.session.refresh(&[], &["run-0".to_owned()]).await.unwrap();
        assert_eq!(old.session.resume_run("run-0").await.unwrap(), run);
        assert_eq!(old.pending(run), 1);
        old.flush().await;
        assert_eq!(stored_steps(&shared, "run-0", "loss").await, [0, 0]);
    });
}

#[test]
fn artifact_of_a_resumed_run_that_does_not_fit_is_in_no_stored_record() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (old, run) = Tab::with_run(&shared, "old").await;
        let new = Tab::open(&shared, "new").await;
        new.session.resume_run("run-0").await.unwrap();
        old.session.storage_mut().put_artifact(run, "weights", &[1; 2_000]).unwrap();
        old.flush().await;
        old.session.resume_run("run-0").await.unwrap();
        old.database().most_content_bytes.set(Some(1_000));
        old.flush().await;
        Artifacts::stored(&shared.memory).assert_readable();
        old.database().most_content_bytes.set(None);
        old.session.flush_run(run).await.unwrap();
        assert_eq!(catalog(&shared).await.runs[0].artifacts.len(), 1);
        Artifacts::stored(&shared.memory).assert_readable();
    });
}

#[test]
fn run_that_a_flush_finds_taken_over_shows_the_record_of_its_new_owner() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (old, run) = Tab::with_run(&shared, "old").await;
        old.log(run, "loss", 0..1);
        old.flush().await;
        let new = Tab::open(&shared, "new").await;
        let resumed = new.session.resume_run("run-0").await.unwrap();
        new.log(resumed, "loss", 1..10);
        new.end("run-0");
        new.flush().await;
        old.log(run, "loss", 20..21);
        old.flush().await;
        assert_eq!(old.session.storage().get_run_status("run-0"), Ok(RunStatus::Success));
        old.session.load_run("run-0").await.unwrap();
        assert_eq!(old.steps("run-0", "loss").unwrap(), steps(0..10));
        assert_eq!(old.pending(run), 1, "what is unsaved is kept");
    });
}
