//! What a backup and a restore leave alone, what they tell, and which of several folders counts.

use entrenar::database::{Change, Key, Table};
use entrenar::engine::{BackupRequest, RestoreRequest};
use entrenar::storage::StorageError;
use futures::executor::block_on;

use super::{back_up, database, manifest, request, restored_state, state};
use crate::support::memory_folder::MemoryFolder;
use crate::tab::Tab;

#[test]
fn files_of_others_in_the_folder_stay() {
    block_on(async {
        let (tab, run) = Tab::with_run(&database("one"), "a").await;
        tab.log(run, "loss", 0..10);
        let folder = MemoryFolder::default();
        let others = ["holiday.jpg", "runs.jsonl.gz", "000001-a-copy.jsonl.gz"];
        for name in others {
            folder.files.borrow_mut().insert(name.to_owned(), b"mine".to_vec());
        }
        folder
            .files
            .borrow_mut()
            .insert("000009-left.jsonl.gz".to_owned(), b"of a backup that was cut off".to_vec());
        back_up(&tab, &folder).await.unwrap();
        let names = folder.names_now();
        assert!(others.iter().all(|name| names.iter().any(|there| there == name)), "{names:?}");
        assert_eq!(names.len(), others.len() + 2, "{names:?}");
    });
}

#[test]
fn newest_of_several_folders_counts_in_whatever_order_they_are_given() {
    block_on(async {
        let (tab, run) = Tab::with_run(&database("one"), "a").await;
        let (old, new) = (MemoryFolder::default(), MemoryFolder::default());
        tab.log(run, "loss", 0..10);
        back_up(&tab, &old).await.unwrap();
        tab.log(run, "loss", 10..20);
        tab.clock.advance(60_000.0);
        back_up(&tab, &new).await.unwrap();
        for folders in [[&old, &new], [&new, &old]] {
            let empty = Tab::open(&database("two"), "b").await;
            let folders = &mut folders.map(Clone::clone);
            empty.session.restore(&request(), folders, async |_, _| Ok(())).await.unwrap();
            assert_eq!(state(&empty).await, state(&tab).await);
        }
    });
}

#[test]
fn folder_whose_manifest_is_damaged_is_left_out_beside_a_whole_one_when_that_is_asked_for() {
    block_on(async {
        let (tab, run) = Tab::with_run(&database("one"), "a").await;
        tab.log(run, "loss", 0..10);
        let (damaged, whole) = (MemoryFolder::default(), MemoryFolder::default());
        back_up(&tab, &whole).await.unwrap();
        damaged.files.borrow_mut().insert("manifest.json".to_owned(), b"{".to_vec());
        let empty = Tab::open(&database("two"), "b").await;
        let folders = &mut [damaged, whole];
        let refused = empty.session.restore(&request(), folders, async |_, _| Ok(())).await.unwrap_err();
        assert_eq!(refused.code(), "InvalidFile");
        let skip = RestoreRequest { skip_damaged: true, ..request() };
        let restored = empty.session.restore(&skip, folders, async |_, _| Ok(())).await.unwrap();
        assert_eq!((restored.run_ids.len(), restored.losses.len()), (1, 1));
        assert!(restored.losses[0].contains("manifest.json"), "{:?}", restored.losses);
    });
}

#[test]
fn backup_that_is_stopped_ends_by_that_and_leaves_the_one_before() {
    block_on(async {
        let (tab, run) = Tab::with_run(&database("one"), "a").await;
        tab.log(run, "loss", 0..10);
        let folder = MemoryFolder::default();
        back_up(&tab, &folder).await.unwrap();
        let before = (manifest(&folder), restored_state(&folder).await);
        tab.log(run, "loss", 10..50_000);
        let request = BackupRequest { database: "entrenar".to_owned(), token: "another".to_owned() };
        let stopped = async |done: f64, total: f64| {
            assert!(done <= total);
            if done > 20_000.0 { Err(StorageError::Aborted("stopped".into())) } else { Ok(()) }
        };
        let ended = tab.session.back_up(&request, &mut folder.clone(), stopped).await.unwrap_err();
        assert_eq!(ended.code(), "Aborted");
        assert_eq!((manifest(&folder), restored_state(&folder).await), before);
    });
}

#[test]
fn run_that_another_tab_began_unheard_is_backed_up() {
    block_on(async {
        let shared = database("one");
        let reader = Tab::open(&shared, "b").await;
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..10);
        tab.flush().await;
        let folder = MemoryFolder::default();
        assert_eq!(back_up(&reader, &folder).await.unwrap().points, 10.0);
        assert_eq!(restored_state(&folder).await, state(&tab).await);
    });
}

#[test]
fn runs_that_were_in_a_lost_file_alone_are_named() {
    block_on(async {
        let (tab, run) = Tab::with_run(&database("one"), "a").await;
        tab.log(run, "loss", 0..10);
        let folder = MemoryFolder::default();
        back_up(&tab, &folder).await.unwrap();
        tab.session.delete_run("run-0").await.unwrap();
        let name = manifest(&folder).files[0].name.clone();
        folder.files.borrow_mut().remove(&name);
        let losses = back_up(&tab, &folder).await.unwrap().losses;
        assert!(losses[1].contains("run-0 are not here any more"), "{losses:?}");
    });
}

#[test]
fn artifact_that_is_no_longer_stored_is_said_to_be_and_is_written_if_it_comes_back() {
    block_on(async {
        let shared = database("one");
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.session.storage_mut().put_artifact(run, "weights", b"abc").unwrap();
        tab.flush().await;
        let hash = tab.session.exported_run("run-0").await.unwrap().record.artifacts[0].hash.clone();
        let stored =
            shared.memory.records(Table::Artifacts, &entrenar::database::Range::One(Key::text(&hash)));
        shared.memory.apply(vec![Change::delete(Table::Artifacts, Key::text(&hash))]).unwrap();
        let reader = Tab::open(&shared, "b").await;
        let folder = MemoryFolder::default();
        let losses = back_up(&reader, &folder).await.unwrap().losses;
        assert_eq!(losses, ["artifact 'weights' of run 'run-0' is no longer stored"]);
        assert_eq!(manifest(&folder).runs[0].artifacts, []);
        let puts = stored.into_iter().map(|(key, value)| Change::Put(Table::Artifacts, key, value));
        shared.memory.apply(puts.collect()).unwrap();
        let again = Tab::open(&shared, "c").await;
        assert_eq!(back_up(&again, &folder).await.unwrap().losses, [""; 0]);
        assert_eq!(restored_state(&folder).await, state(&tab).await);
    });
}
