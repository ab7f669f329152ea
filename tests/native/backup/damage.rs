//! Files that are gone, damaged or hostile.

use entrenar::engine::RestoreRequest;
use entrenar::storage::StorageError;
use futures::executor::block_on;

use super::{back_up, database, manifest, request, restore, restored_state, state};
use crate::support::faulty_database::SharedDatabase;
use crate::support::memory_folder::MemoryFolder;
use crate::tab::Tab;

/// Two runs, each in a file of its own.
async fn two_files() -> (SharedDatabase, Tab, MemoryFolder) {
    let shared = database("one");
    let (tab, run) = Tab::with_run(&shared, "a").await;
    tab.log(run, "loss", 0..3_000);
    let folder = MemoryFolder::default();
    back_up(&tab, &folder).await.unwrap();
    let (second, _) = tab.begin("test").await;
    tab.log(second, "loss", 0..10);
    back_up(&tab, &folder).await.unwrap();
    (shared, tab, folder)
}

fn first_file(folder: &MemoryFolder) -> String {
    manifest(folder).files[0].name.clone()
}

async fn assert_refused(folder: &MemoryFolder, name: &str) {
    let empty = Tab::open(&database("two"), "b").await;
    let refused = restore(&empty, folder, &request()).await.unwrap_err();
    assert!(matches!(&refused, StorageError::InvalidFile(text) if text.contains(name)), "{refused}");
    assert!(state(&empty).await.is_empty());
    let whole = RestoreRequest { skip_damaged: true, ..request() };
    let restored = restore(&empty, folder, &whole).await.unwrap();
    assert_eq!(restored.run_ids.len(), 1);
    assert!(
        restored.losses[0].contains(name) && restored.losses[0].contains("run-0"),
        "{:?}",
        restored.losses
    );
    assert_eq!(state(&empty).await.keys().collect::<Vec<_>>(), ["run-1"]);
}

#[test]
fn file_that_is_gone_is_named_and_the_next_backup_writes_it_anew() {
    block_on(async {
        let (_shared, tab, folder) = two_files().await;
        let name = first_file(&folder);
        folder.files.borrow_mut().remove(&name);
        assert_refused(&folder, &name).await;
        let summary = back_up(&tab, &folder).await.unwrap();
        assert!(summary.losses[0].contains(&name), "{:?}", summary.losses);
        assert_eq!(restored_state(&folder).await, state(&tab).await);
    });
}

#[test]
fn file_of_which_any_byte_was_changed_or_cut_off_is_named() {
    block_on(async {
        let (_shared, _tab, folder) = two_files().await;
        let name = first_file(&folder);
        let whole = folder.files.borrow()[&name].clone();
        for position in (0..whole.len()).step_by(7_919).chain([whole.len() - 1]) {
            let mut bytes = whole.clone();
            bytes[position] ^= 1;
            folder.files.borrow_mut().insert(name.clone(), bytes);
            assert_refused(&folder, &name).await;
            folder.files.borrow_mut().insert(name.clone(), whole[..position].to_vec());
            assert_refused(&folder, &name).await;
        }
        // Longer than it was: no more of it is read than there was.
        folder.files.borrow_mut().insert(name.clone(), [&whole[..], &whole[..]].concat());
        assert_refused(&folder, &name).await;
    });
}

#[test]
fn damaged_file_that_is_to_be_put_together_with_others_is_written_anew() {
    block_on(async {
        let (_shared, tab, folder) = two_files().await;
        let name = first_file(&folder);
        folder.files.borrow_mut().insert(name.clone(), b"nothing".to_vec());
        let run = tab.session.storage().memory().run_slot("run-1").unwrap();
        let mut losses = Vec::new();
        for step in 10..40 {
            tab.log(run, "loss", step..step + 1);
            losses.extend(back_up(&tab, &folder).await.unwrap().losses);
        }
        assert!(losses[0].contains(&name), "{losses:?}");
        assert_eq!(restored_state(&folder).await, state(&tab).await);
    });
}

#[test]
fn manifest_that_cannot_be_read_is_never_replaced() {
    block_on(async {
        let (_shared, tab, folder) = two_files().await;
        let newer = String::from_utf8(folder.files.borrow()["manifest.json"].clone()).unwrap();
        let newer = newer.replace(r#""version":1"#, r#""version":2"#);
        for (bytes, code) in [(b"{".to_vec(), "InvalidFile"), (newer.into_bytes(), "NewerFile")] {
            folder.files.borrow_mut().insert("manifest.json".to_owned(), bytes);
            let before = folder.files.borrow().clone();
            assert_eq!(back_up(&tab, &folder).await.unwrap_err().code(), code);
            assert_eq!(restore(&tab, &folder, &request()).await.unwrap_err().code(), code);
            assert_eq!(*folder.files.borrow(), before);
        }
    });
}

#[test]
fn manifest_that_claims_more_than_its_files_hold_restores_nothing() {
    block_on(async {
        let (_shared, _tab, folder) = two_files().await;
        let text = String::from_utf8(folder.files.borrow()["manifest.json"].clone()).unwrap();
        let claims = text.replace(r#"["loss",3000,"#, r#"["loss",1000000000,"#);
        assert_ne!(claims, text);
        folder.files.borrow_mut().insert("manifest.json".to_owned(), claims.into_bytes());
        let empty = Tab::open(&database("two"), "b").await;
        let refused = restore(&empty, &folder, &request()).await.unwrap_err();
        assert!(matches!(&refused, StorageError::InvalidFile(text) if text.contains("run-0")), "{refused}");
        assert!(state(&empty).await.is_empty());
    });
}
