//! What a restore brings, and what it leaves alone.

use entrenar::engine::{RestoreRequest, RunOptions};
use entrenar::interop::backup::{RunLeft, WhyLeft};
use entrenar::storage::{ExperimentStorage, StorageError};
use futures::executor::block_on;

use super::{back_up, database, request, restore, state};
use crate::support::memory_folder::MemoryFolder;
use crate::tab::Tab;

#[test]
fn restoring_twice_brings_each_run_once_and_a_deleted_one_only_when_asked_for() {
    block_on(async {
        let shared = database("one");
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..10);
        tab.session.begin_run("second", RunOptions::default()).await.unwrap();
        let (_, third) = tab.begin("third").await;
        let folder = MemoryFolder::default();
        back_up(&tab, &folder).await.unwrap();
        let before = state(&tab).await;
        // Of the database that it was made of nothing is missing.
        assert_eq!(restore(&tab, &folder, &request()).await.unwrap().run_ids, [""; 0]);

        let empty = Tab::open(&database("two"), "b").await;
        assert_eq!(restore(&empty, &folder, &request()).await.unwrap().run_ids, ["run-0", "run-1", "run-2"]);
        assert_eq!(state(&empty).await, before);
        assert_eq!(restore(&empty, &folder, &request()).await.unwrap().run_ids, [""; 0]);

        tab.session.delete_run(&third).await.unwrap();
        let untold = restore(&tab, &folder, &request()).await.unwrap();
        assert_eq!(untold.run_ids.len(), 1, "the backup does not know yet that it was deleted on purpose");
        tab.session.delete_run(&untold.run_ids[0]).await.unwrap();
        back_up(&tab, &folder).await.unwrap();
        let left_out = restore(&tab, &folder, &request()).await.unwrap();
        assert_eq!(left_out.run_ids, [""; 0]);
        assert!(left_out.losses[0].contains("deleted on purpose"), "{:?}", left_out.losses);
        let asked = RestoreRequest { with_deleted: true, ..request() };
        assert_eq!(restore(&tab, &folder, &asked).await.unwrap().run_ids.len(), 1);
        assert_eq!(state(&tab).await, before);
        assert_eq!(restore(&tab, &folder, &asked).await.unwrap().run_ids, [""; 0]);
    });
}

#[test]
fn restored_database_is_backed_up_beside_the_old_one_and_both_restore_to_one() {
    block_on(async {
        let (tab, run) = Tab::with_run(&database("one"), "a").await;
        tab.log(run, "loss", 0..10);
        tab.begin("test").await;
        let old = MemoryFolder::default();
        back_up(&tab, &old).await.unwrap();
        let second = Tab::open(&database("two"), "b").await;
        restore(&second, &old, &request()).await.unwrap();
        let (new_run, _) = second.begin("later").await;
        second.log(new_run, "loss", 0..5);
        let new = MemoryFolder::default();
        back_up(&second, &new).await.unwrap();
        let third = Tab::open(&database("three"), "c").await;
        let folders = &mut [old.clone(), new.clone()];
        let restored = third.session.restore(&request(), folders, async |_, _| Ok(())).await.unwrap();
        assert_eq!(restored.run_ids.len(), 3);
        assert_eq!(
            state(&third).await.values().collect::<Vec<_>>(),
            state(&second).await.values().collect::<Vec<_>>()
        );
    });
}

#[test]
fn experiment_without_runs_is_restored_with_its_configuration() {
    block_on(async {
        let tab = Tab::open(&database("one"), "a").await;
        tab.session.reserve_ids(1, 1).await.unwrap();
        tab.session.storage_mut().create_experiment("empty", Some(serde_json::json!({ "a": 1 }))).unwrap();
        let folder = MemoryFolder::default();
        back_up(&tab, &folder).await.unwrap();
        let empty = Tab::open(&database("two"), "b").await;
        restore(&empty, &folder, &request()).await.unwrap();
        let storage = empty.session.storage();
        let experiment = storage.memory().experiment_named("empty").unwrap();
        assert_eq!(experiment.config_json.as_deref(), Some(r#"{"a":1}"#));
    });
}

#[test]
fn restore_from_a_folder_without_a_backup_of_this_database_says_so() {
    block_on(async {
        let (tab, _) = Tab::with_run(&database("one"), "a").await;
        let folder = MemoryFolder::default();
        let refused = restore(&tab, &folder, &request()).await.unwrap_err();
        assert!(
            matches!(&refused, StorageError::InvalidFile(text) if text.contains("no backup")),
            "{refused}"
        );
        back_up(&tab, &folder).await.unwrap();
        let other = RestoreRequest { database: "other".to_owned(), ..request() };
        let refused = restore(&tab, &folder, &other).await.unwrap_err();
        assert!(
            matches!(&refused, StorageError::InvalidFile(text) if text.contains("'entrenar'")),
            "{refused}"
        );
    });
}

#[test]
fn restore_that_is_stopped_leaves_nothing() {
    block_on(async {
        let (tab, run) = Tab::with_run(&database("one"), "a").await;
        tab.log(run, "loss", 0..50_000);
        let folder = MemoryFolder::default();
        back_up(&tab, &folder).await.unwrap();
        let empty = Tab::open(&database("two"), "b").await;
        let stopped = async |done: f64, _| {
            if done > 20_000.0 { Err(StorageError::Aborted("stopped".into())) } else { Ok(()) }
        };
        let error = empty.session.restore(&request(), &mut [folder], stopped).await.unwrap_err();
        assert_eq!(error.code(), "Aborted");
        assert!(state(&empty).await.is_empty());
    });
}

/// A tab of which the run was restored in another database when it had ten points of one metric, and its folder of now.
async fn restored_before_the_run_went_on() -> (Tab, Tab, MemoryFolder) {
    let (tab, run) = Tab::with_run(&database("one"), "a").await;
    tab.log(run, "loss", 0..10);
    let folder = MemoryFolder::default();
    back_up(&tab, &folder).await.unwrap();
    let second = Tab::open(&database("two"), "b").await;
    restore(&second, &folder, &request()).await.unwrap();
    tab.log(run, "loss", 10..25);
    tab.log(run, "accuracy", 0..5);
    tab.session.storage_mut().log_artifact("run-0", "notes", b"hello").unwrap();
    back_up(&tab, &folder).await.unwrap();
    (tab, second, folder)
}

fn left(why: WhyLeft, points: f64, artifacts: usize) -> RunLeft {
    RunLeft { run_id: "run-0".to_owned(), why, points, artifacts }
}

#[test]
fn run_that_is_here_and_shorter_is_left_as_it_is_and_comes_whole_once_it_is_deleted() {
    block_on(async {
        let (tab, second, folder) = restored_before_the_run_went_on().await;
        let before = state(&second).await;
        let restored = restore(&second, &folder, &request()).await.unwrap();
        assert_eq!((restored.run_ids.len(), &*restored.left), (0, &[left(WhyLeft::Shorter, 20.0, 1)][..]));
        assert!(restored.losses[0].contains("run-0: 20 points and 1 artifact"), "{:?}", restored.losses);
        assert_eq!(state(&second).await, before);
        second.session.delete_run("run-0").await.unwrap();
        let restored = restore(&second, &folder, &request()).await.unwrap();
        assert_eq!((restored.run_ids.len(), restored.left.len(), restored.losses.len()), (1, 0, 0));
        assert_eq!(state(&second).await, state(&tab).await);
    });
}

#[test]
fn run_that_went_on_here_too_is_left_as_it_is_and_so_is_one_that_a_page_writes() {
    block_on(async {
        let (_tab, second, folder) = restored_before_the_run_went_on().await;
        let run = second.session.resume_run("run-0").await.unwrap();
        second.log(run, "loss", 10..11);
        let before = state(&second).await;
        let restored = restore(&second, &folder, &request()).await.unwrap();
        assert_eq!(restored.left, [left(WhyLeft::Running, 19.0, 1)]);
        assert!(restored.losses[0].contains("a page is writing it"), "{:?}", restored.losses);
        // Another tab knows it too, by the lease.
        second.flush().await;
        let shared = second.database().shared.clone();
        let third = Tab::open(&shared, "c").await;
        assert_eq!(restore(&third, &folder, &request()).await.unwrap().left, restored.left);
        second.log(run, "mine", 0..1);
        second.end("run-0");
        second.flush().await;
        let restored = restore(&second, &folder, &request()).await.unwrap();
        assert_eq!(restored.left, [left(WhyLeft::Different, 19.0, 1)]);
        assert_ne!(state(&second).await, before);
        assert_eq!(second.pending(run), 0);
    });
}

#[test]
fn runs_of_which_the_backup_has_nothing_more_are_told_as_whole_and_not_as_losses() {
    block_on(async {
        let (tab, run) = Tab::with_run(&database("one"), "a").await;
        tab.log(run, "loss", 0..10);
        let old = MemoryFolder::default();
        back_up(&tab, &old).await.unwrap();
        tab.log(run, "loss", 10..20);
        let new = MemoryFolder::default();
        back_up(&tab, &new).await.unwrap();
        tab.log(run, "loss", 20..30);
        let folders = &mut [old, new];
        let restored = tab.session.restore(&request(), folders, async |_, _| Ok(())).await.unwrap();
        assert_eq!((&*restored.left, restored.losses.len()), (&[left(WhyLeft::Whole, 0.0, 0)][..], 0));
    });
}
