//! What a restore brings, and what it leaves alone.

use entrenar::engine::{RestoreRequest, RunOptions};
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
