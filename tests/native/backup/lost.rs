//! What was backed up from memory and never committed, and points that cannot be read: the backup has what the database has.

use std::sync::Arc;

use entrenar::columns::RawPoint;
use entrenar::database::{Change, Range, Table, Value};
use futures::executor::block_on;

use super::{back_up, database, manifest, restored_state, state};
use crate::support::faulty_database::{Fault, SharedDatabase, full};
use crate::support::memory_folder::MemoryFolder;
use crate::tab::Tab;

/// A folder with a run of ten points of "loss", and with what else was logged: that is never committed, because the disk is full, and then
/// the tab is gone.
pub(super) async fn backed_up_and_lost(
    shared: &SharedDatabase,
    key: &str,
    steps: std::ops::Range<u64>,
) -> MemoryFolder {
    let (tab, run) = Tab::with_run(shared, "a").await;
    tab.log(run, "loss", 0..10);
    tab.flush().await;
    tab.log(run, key, steps);
    let folder = MemoryFolder::default();
    tab.database().next_of("commit", [Fault::fails(full())]);
    assert_eq!(back_up(&tab, &folder).await.unwrap().points, 20.0);
    folder
}

#[test]
fn points_that_were_lost_are_not_taken_for_those_that_another_tab_logged_in_their_place() {
    block_on(async {
        let shared = database("one");
        let folder = backed_up_and_lost(&shared, "loss", 10..20).await;
        let again = Tab::open(&shared, "b").await;
        let resumed = again.session.resume_run("run-0").await.unwrap();
        again.log(resumed, "loss", 100..200);
        again.flush().await;
        // A tab that does not write the run knows what is stored, and no more.
        let reader = Tab::open(&shared, "c").await;
        back_up(&reader, &folder).await.unwrap();
        assert_eq!(restored_state(&folder).await, state(&again).await);
    });
}

#[test]
fn points_that_were_lost_and_logged_again_by_the_same_training_are_backed_up_with_their_own_times() {
    block_on(async {
        let shared = database("one");
        let folder = backed_up_and_lost(&shared, "loss", 10..20).await;
        let again = Tab::open(&shared, "b").await;
        let resumed = again.session.resume_run("run-0").await.unwrap();
        {
            // The same steps and values, later.
            let mut storage = again.session.storage_mut();
            let series = storage.series_slot(resumed, "loss").unwrap();
            for step in 10..20 {
                let point = RawPoint { step, value: step as f64, timestamp_ms: 9_000 };
                storage.append(resumed, series, point).unwrap();
            }
        }
        back_up(&again, &folder).await.unwrap();
        assert_eq!(restored_state(&folder).await, state(&again).await);
    });
}

#[test]
fn metric_that_was_lost_is_not_restored_beside_what_the_run_has_now() {
    block_on(async {
        let shared = database("one");
        let folder = backed_up_and_lost(&shared, "accuracy", 0..10).await;
        let again = Tab::open(&shared, "b").await;
        let resumed = again.session.resume_run("run-0").await.unwrap();
        again.log(resumed, "loss", 10..15);
        back_up(&again, &folder).await.unwrap();
        let keys: Vec<_> = manifest(&folder).runs.remove(0).series.into_iter().map(|head| head.key).collect();
        assert_eq!(keys, ["loss"]);
        assert_eq!(restored_state(&folder).await, state(&again).await);
    });
}

#[test]
fn run_of_which_points_cannot_be_read_is_not_written_again_by_each_backup() {
    block_on(async {
        let shared = database("one");
        let (tab, run) = Tab::with_run(&shared, "a").await;
        for from in [0, 10] {
            tab.log(run, "loss", from..from + 10);
            tab.flush().await;
        }
        tab.end("run-0");
        tab.flush().await;
        let mut entries = shared.memory.records(Table::Points, &Range::Run("run-0".into()));
        let (last, _) = entries.remove(1);
        let corrupt = Value::Block(Arc::from(&b"no block"[..]));
        shared.memory.apply(vec![Change::Put(Table::Points, last, corrupt)]).unwrap();
        let reader = Tab::open(&shared, "b").await;
        let folder = MemoryFolder::default();
        assert_eq!(back_up(&reader, &folder).await.unwrap().points, 10.0);
        let before = folder.files.borrow().clone();
        reader.clock.advance(1_000.0);
        assert_eq!(back_up(&reader, &folder).await.unwrap().points, 0.0);
        assert_eq!(*folder.files.borrow(), before);
    });
}
