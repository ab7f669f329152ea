//! Runs that were deleted and are back, and a restore that has nothing to bring.

use entrenar::database::{Change, Range, Table};
use entrenar::engine::{BackupFolder, RestoreRequest};
use entrenar::storage::{Result, StorageError};
use futures::executor::block_on;

use super::{back_up, database, manifest, request, restore, restored_state, state};
use crate::support::faulty_database::{Fault, SharedDatabase, full};
use crate::support::memory_folder::MemoryFolder;
use crate::tab::Tab;

/// The database as it is now.
fn copy(shared: &SharedDatabase) -> SharedDatabase {
    let copy = SharedDatabase::default();
    for table in Table::ALL {
        let records = shared.memory.records(table, &Range::All).into_iter();
        copy.memory.apply(records.map(|(key, value)| Change::Put(table, key, value)).collect()).unwrap();
    }
    copy
}

#[test]
fn run_that_is_back_with_an_older_copy_of_the_database_is_restored_unasked() {
    block_on(async {
        let shared = database("one");
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..10);
        let folder = MemoryFolder::default();
        back_up(&tab, &folder).await.unwrap();
        let older = copy(&shared);
        tab.session.delete_run("run-0").await.unwrap();
        back_up(&tab, &folder).await.unwrap();
        assert!(manifest(&folder).runs[0].deleted_ms.is_some());
        // The browser's profile is brought back from a copy, and the folder stays as it is.
        let back = Tab::open(&older, "b").await;
        back_up(&back, &folder).await.unwrap();
        let empty = Tab::open(&database("two"), "c").await;
        let restored = restore(&empty, &folder, &request()).await.unwrap();
        assert_eq!((restored.run_ids.len(), restored.losses), (1, vec![]));
        assert_eq!(state(&empty).await, state(&back).await);
    });
}

#[test]
fn run_that_went_on_after_it_was_deleted_and_restored_is_restored_as_it_is_now() {
    block_on(async {
        let (tab, run) = Tab::with_run(&database("one"), "a").await;
        tab.log(run, "loss", 0..10);
        let folder = MemoryFolder::default();
        back_up(&tab, &folder).await.unwrap();
        tab.session.delete_run("run-0").await.unwrap();
        back_up(&tab, &folder).await.unwrap();
        let asked = RestoreRequest { with_deleted: true, ..request() };
        let run_ids = restore(&tab, &folder, &asked).await.unwrap().run_ids;
        let run = tab.session.resume_run(&run_ids[0]).await.unwrap();
        tab.log(run, "loss", 10..30);
        back_up(&tab, &folder).await.unwrap();
        assert_eq!(manifest(&folder).runs.len(), 2, "the one that was deleted is in the backup, too");
        assert_eq!(restored_state(&folder).await, state(&tab).await);
    });
}

#[test]
fn restore_of_what_is_here_already_needs_no_room_on_the_disk() {
    block_on(async {
        let (tab, run) = Tab::with_run(&database("one"), "a").await;
        tab.log(run, "loss", 0..10);
        let folder = MemoryFolder::default();
        back_up(&tab, &folder).await.unwrap();
        tab.database().next_of("reserve_import_runs", [Fault::fails(full())]);
        let restored = restore(&tab, &folder, &request()).await.unwrap();
        assert_eq!((restored.run_ids.len(), restored.losses), (0, vec![]));
    });
}

/// A folder whose manifest goes on and on; how much of it was read, in megabytes.
#[derive(Default)]
struct EndlessManifest(usize);

impl BackupFolder for EndlessManifest {
    async fn names(&mut self) -> Result<Vec<String>> {
        Ok(vec!["manifest.json".to_owned()])
    }

    async fn open(&mut self, _: &str) -> Result<bool> {
        Ok(true)
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        self.0 += 1;
        Ok((self.0 <= 200).then(|| vec![b' '; 1 << 20]))
    }

    async fn create(&mut self, _: &str) -> Result<()> {
        Err(full())
    }

    async fn write(&mut self, _: &[u8]) -> Result<()> {
        Err(full())
    }

    async fn complete(&mut self) -> Result<()> {
        Err(full())
    }

    async fn remove(&mut self, _: &str) -> Result<()> {
        Err(full())
    }
}

#[test]
fn manifest_that_is_too_long_is_refused_before_it_fills_memory() {
    block_on(async {
        let tab = Tab::open(&database("one"), "a").await;
        let folders = &mut [EndlessManifest::default()];
        let refused = tab.session.restore(&request(), folders, async |_, _| Ok(())).await.unwrap_err();
        assert!(
            matches!(&refused, StorageError::InvalidFile(text) if text.contains("manifest.json")),
            "{refused}"
        );
        assert!(folders[0].0 <= 66, "{} megabytes were read", folders[0].0);
    });
}
