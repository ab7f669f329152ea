//! What a backup writes: what is new, and no more.

use entrenar::engine::BackupRequest;
use entrenar::interop::Importer;
use entrenar::interop::jsonl::JsonLinesImporter;
use entrenar::storage::{RunEdit, StorageError};
use futures::executor::block_on;

use super::{back_up, database, manifest, restored_state, state};
use crate::support::faulty_database::{Fault, full};
use crate::support::memory_folder::MemoryFolder;
use crate::tab::Tab;

#[test]
fn second_backup_writes_only_what_is_new_whether_or_not_the_tab_writes_the_run() {
    block_on(async {
        let shared = database("one");
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..50_000);
        let folder = MemoryFolder::default();
        assert_eq!(back_up(&tab, &folder).await.unwrap().points, 50_000.0);
        let reader = Tab::open(&shared, "b").await;
        for (number, from) in [&tab, &reader].into_iter().zip([50_000, 50_010]) {
            tab.log(run, "loss", from..from + 10);
            tab.log(run, "accuracy", from..from + 1);
            tab.flush().await;
            let before = folder.bytes();
            let summary = back_up(number, &folder).await.unwrap();
            assert_eq!((summary.points, summary.runs), (11.0, 1));
            assert!(folder.bytes() - before < 2_000, "{}", folder.bytes() - before);
            assert_eq!(restored_state(&folder).await, state(&tab).await);
        }
        // A backup without news writes nothing.
        let before = folder.files.borrow().clone();
        reader.clock.advance(1_000.0);
        assert_eq!(back_up(&reader, &folder).await.unwrap().points, 0.0);
        assert_eq!(*folder.files.borrow(), before);
    });
}

#[test]
fn new_points_of_a_run_that_another_tab_writes_are_read_without_those_before() {
    block_on(async {
        let shared = database("one");
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..50_000);
        let folder = MemoryFolder::default();
        back_up(&tab, &folder).await.unwrap();
        let reader = Tab::open(&shared, "b").await;
        tab.log(run, "loss", 50_000..50_010);
        tab.flush().await;
        back_up(&reader, &folder).await.unwrap();
        assert!(!reader.is_resident(reader.session.storage().memory().run_slot("run-0").unwrap()));
    });
}

#[test]
fn changed_name_or_tag_or_artifact_is_news() {
    block_on(async {
        let shared = database("one");
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..10);
        let folder = MemoryFolder::default();
        back_up(&tab, &folder).await.unwrap();
        tab.session.edit_run("run-0", RunEdit::name("renamed")).await.unwrap();
        back_up(&tab, &folder).await.unwrap();
        assert_eq!(restored_state(&folder).await, state(&tab).await);
        tab.session.storage_mut().put_artifact(run, "weights", &vec![1; 50_000]).unwrap();
        back_up(&tab, &folder).await.unwrap();
        let bytes = folder.bytes();
        tab.end("run-0");
        back_up(&tab, &folder).await.unwrap();
        assert!(folder.bytes() - bytes < 2_000, "an artifact is written once");
        assert_eq!(restored_state(&folder).await, state(&tab).await);
    });
}

#[test]
fn points_that_were_backed_up_and_then_lost_are_not_mixed_with_those_logged_in_their_place() {
    block_on(async {
        let shared = database("one");
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..10);
        tab.flush().await;
        // These are never committed: the disk is full, and then the tab is gone.
        tab.log(run, "loss", 10..20);
        let folder = MemoryFolder::default();
        tab.database().next_of("commit", [Fault::fails(full())]);
        back_up(&tab, &folder).await.unwrap();
        assert_eq!(manifest(&folder).runs[0].series[0].count, 20);
        drop(tab);
        let again = Tab::open(&shared, "b").await;
        let resumed = again.session.resume_run("run-0").await.unwrap();
        again.log(resumed, "loss", 100..200);
        back_up(&again, &folder).await.unwrap();
        assert_eq!(restored_state(&folder).await, state(&again).await);
    });
}

#[test]
fn thousand_small_backups_become_few_files_with_the_same_contents() {
    block_on(async {
        let shared = database("one");
        let (tab, run) = Tab::with_run(&shared, "a").await;
        let (other, _) = tab.begin("other").await;
        let folder = MemoryFolder::default();
        for number in 0..1_000 {
            tab.log(if number % 3 == 0 { other } else { run }, "loss", number..number + 1);
            if number % 100 == 0 {
                tab.session.storage_mut().put_artifact(run, "weights", &[number as u8; 100]).unwrap();
            }
            back_up(&tab, &folder).await.unwrap();
        }
        let files = folder.names_now().len();
        assert!(files < 40, "{files} files");
        assert_eq!(restored_state(&folder).await, state(&tab).await);
    });
}

#[test]
fn each_file_can_be_imported_by_itself() {
    block_on(async {
        let shared = database("one");
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..900_000);
        let folder = MemoryFolder::default();
        back_up(&tab, &folder).await.unwrap();
        let names = folder.names_now();
        let mut points = 0;
        for name in names.iter().filter(|name| name.ends_with(".jsonl.gz")) {
            let mut importer = JsonLinesImporter::default();
            let mut parts = Vec::new();
            importer.push(&folder.files.borrow()[name], &mut parts).unwrap();
            assert_eq!(importer.finish(&mut parts).unwrap().len(), 1, "{name}");
            points += parts.len();
        }
        assert!(names.len() >= 4, "a large run lies in several files");
        assert_eq!(points, 900);
        assert_eq!(restored_state(&folder).await, state(&tab).await);
    });
}

#[test]
fn folder_with_the_backup_of_another_database_is_refused_and_stays() {
    block_on(async {
        let (tab, run) = Tab::with_run(&database("one"), "a").await;
        tab.log(run, "loss", 0..10);
        let folder = MemoryFolder::default();
        back_up(&tab, &folder).await.unwrap();
        let before = folder.files.borrow().clone();
        let (other, _) = Tab::with_run(&database("two"), "b").await;
        let refused = back_up(&other, &folder).await.unwrap_err();
        assert!(matches!(&refused, StorageError::InvalidState(_)), "{refused}");
        assert_eq!(*folder.files.borrow(), before);
    });
}

#[test]
fn progress_never_tells_of_more_points_than_there_are_even_while_files_are_put_together() {
    block_on(async {
        let shared = database("one");
        let (tab, run) = Tab::with_run(&shared, "a").await;
        let (other, _) = tab.begin("test").await;
        let folder = MemoryFolder::default();
        let asked = BackupRequest { database: "entrenar".to_owned(), token: "token".to_owned() };
        for round in 0..20 {
            tab.log(run, "loss", round..round + 1);
            tab.log(other, "loss", round * 10..round * 10 + 1);
            let mut is_first = true;
            let report = async |done: f64, total: f64| {
                assert!(done <= total, "{done} of {total}");
                if std::mem::take(&mut is_first) {
                    // Training goes on while the first of the runs is written.
                    tab.log(other, "loss", round * 10 + 1..round * 10 + 5);
                }
                Ok(())
            };
            tab.session.back_up(&asked, &mut folder.clone(), report).await.unwrap();
        }
        assert!(manifest(&folder).files.len() < 20, "no files were put together");
        assert_eq!(restored_state(&folder).await, state(&tab).await);
    });
}
