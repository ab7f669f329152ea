//! Runs that a backup reads from the database: portion by portion, and no more of them than is new.

use std::sync::Arc;

use entrenar::database::{Change, Range, Table, Value};
use entrenar::engine::{BackupRequest, BackupSummary, Change as Emitted};
use entrenar::storage::RunSlot;
use futures::executor::block_on;

use super::lost::backed_up_and_lost;
use super::{back_up, database, manifest, request, restored_state, state};
use crate::support::faulty_database::SharedDatabase;
use crate::support::memory_folder::MemoryFolder;
use crate::tab::Tab;

/// More points than lie in one file.
const LONG: u64 = 450_000;

/// The run is over, and all of its points are in segments.
async fn end_and_compact(tab: &Tab, run: RunSlot) {
    tab.end("run-0");
    tab.flush().await;
    tab.session.compact_run(run, 1).await.unwrap();
}

/// The record of the run's points at this place cannot be read any more.
fn damage(shared: &SharedDatabase, place: usize) {
    let (key, _) = shared.memory.records(Table::Points, &Range::Run("run-0".into())).remove(place);
    let damaged = Value::Block(Arc::from(&b"no block"[..]));
    shared.memory.apply(vec![Change::Put(Table::Points, key, damaged)]).unwrap();
}

/// A run of thirty points, which lie in three records.
async fn in_three_records() -> (SharedDatabase, Tab, RunSlot) {
    let shared = database("one");
    let (tab, run) = Tab::with_run(&shared, "a").await;
    for part in 0..3 {
        tab.log(run, "loss", part * 10..(part + 1) * 10);
        tab.flush().await;
    }
    (shared, tab, run)
}

fn is_told_of_damage(tab: &Tab) -> bool {
    tab.changes().iter().any(|change| matches!(change, Emitted::Corrupt(_)))
}

#[test]
fn long_run_of_another_tab_is_backed_up_in_pieces_and_not_kept_in_memory() {
    block_on(async {
        let shared = database("one");
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..LONG);
        tab.log(run, "accuracy", 0..7);
        tab.flush().await;
        let reader = Tab::open(&shared, "b").await;
        let folder = MemoryFolder::default();
        let summary = back_up(&reader, &folder).await.unwrap();
        assert_eq!((summary.points, summary.files), (LONG as f64 + 7.0, 2));
        assert!(!reader.session.is_resident("run-0"), "memory keeps what was backed up");
        assert_eq!(restored_state(&folder).await, state(&tab).await);
    });
}

#[test]
fn run_that_was_compacted_since_is_backed_up_without_reading_what_was_before() {
    block_on(async {
        let shared = database("one");
        let (tab, run) = Tab::with_run(&shared, "a").await;
        // A segment has 200 000 points.
        tab.log(run, "loss", 0..LONG);
        tab.flush().await;
        let reader = Tab::open(&shared, "b").await;
        let folder = MemoryFolder::default();
        back_up(&reader, &folder).await.unwrap();
        tab.log(run, "loss", LONG..LONG + 10);
        tab.log(run, "later", 0..5);
        end_and_compact(&tab, run).await;
        assert!(shared.memory.records(Table::Points, &Range::Segments("run-0".into())).len() >= 4);
        // The first of the segments is not even looked at.
        let first = 1 + shared.memory.records(Table::Points, &Range::log_from("run-0", 0)).len();
        damage(&shared, first);
        let before = folder.bytes();
        let summary = back_up(&reader, &folder).await.unwrap();
        assert_eq!((summary.points, summary.losses), (15.0, vec![]));
        assert!(folder.bytes() - before < 3_000, "{}", folder.bytes() - before);
        assert!(!is_told_of_damage(&reader));
        assert_eq!(restored_state(&folder).await, state(&tab).await);
    });
}

#[test]
fn log_that_goes_on_is_read_from_where_the_last_backup_ended() {
    block_on(async {
        let shared = database("one");
        let (tab, run) = Tab::with_run(&shared, "a").await;
        for part in 0..20 {
            tab.log(run, "loss", part * 10..(part + 1) * 10);
            tab.flush().await;
        }
        let reader = Tab::open(&shared, "b").await;
        let folder = MemoryFolder::default();
        back_up(&reader, &folder).await.unwrap();
        damage(&shared, 1);
        tab.log(run, "loss", 200..210);
        tab.flush().await;
        let before = reader.database().count_of("read_some_points");
        assert_eq!(back_up(&reader, &folder).await.unwrap().points, 10.0);
        assert!(!is_told_of_damage(&reader), "entries that were backed up are read again");
        assert!(reader.database().count_of("read_some_points") - before <= 3);
        assert_eq!(restored_state(&folder).await, state(&tab).await);
    });
}

#[test]
fn points_that_were_backed_up_and_cannot_be_read_any_more_stay_in_the_backup_which_goes_on() {
    block_on(async {
        let shared = database("one");
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..100);
        tab.flush().await;
        let folder = MemoryFolder::default();
        let reader = Tab::open(&shared, "b").await;
        back_up(&reader, &folder).await.unwrap();
        tab.log(run, "loss", 100..130);
        end_and_compact(&tab, run).await;
        let expected = state(&tab).await;
        drop(tab);
        // The segment with all of its points.
        let last = shared.memory.records(Table::Points, &Range::Run("run-0".into())).len() - 1;
        let (_, segment) = shared.memory.records(Table::Points, &Range::Run("run-0".into())).remove(last);
        damage(&shared, last);
        let summary = back_up(&reader, &folder).await.unwrap();
        assert_eq!(summary.points, 0.0);
        let said = summary.losses.join(" ");
        assert!(said.contains("the backup keeps them"), "{said}");
        assert!(said.contains("30 points of run 'run-0' cannot be read"), "{said}");
        let kept = restored_state(&folder).await;
        assert_eq!(kept["run-0"].matches(r#""step":["#).count(), 1, "{kept:?}");
        assert_eq!(manifest(&folder).runs[0].series[0].count, 100);
        // A backup into an empty folder has what can be read, by comparison.
        let (key, _) = shared.memory.records(Table::Points, &Range::Run("run-0".into())).remove(last);
        shared.memory.apply(vec![Change::Put(Table::Points, key, segment)]).unwrap();
        let other = MemoryFolder::default();
        back_up(&Tab::open(&shared, "c").await, &other).await.unwrap();
        assert_eq!(restored_state(&other).await, expected);
    });
}

#[test]
fn points_behind_some_that_cannot_be_read_are_backed_up_and_each_loss_is_told_once() {
    block_on(async {
        let (shared, tab, run) = in_three_records().await;
        damage(&shared, 2);
        let reader = Tab::open(&shared, "b").await;
        let folder = MemoryFolder::default();
        let summary = back_up(&reader, &folder).await.unwrap();
        assert_eq!(summary.points, 20.0);
        assert_eq!(summary.losses, ["10 points of run 'run-0' cannot be read where they are stored"]);
        for (from, compacts) in [(30, false), (40, true)] {
            tab.log(run, "loss", from..from + 10);
            if compacts {
                end_and_compact(&tab, run).await;
                damage(&shared, 2);
            } else {
                tab.flush().await;
            }
            let summary = back_up(&reader, &folder).await.unwrap();
            assert_eq!((summary.points, summary.losses), (10.0, vec![]), "{from}");
        }
        let head = manifest(&folder).runs.remove(0).series.remove(0);
        assert_eq!((head.count, head.last.0), (40, 49));
        assert_eq!(back_up(&reader, &folder).await.unwrap().points, 0.0);
        restored_state(&folder).await;
    });
}

/// Backs up, and deletes the run in another tab when the first points of it are written.
async fn back_up_and_delete(reader: &Tab, tab: &Tab, folder: &MemoryFolder) -> BackupSummary {
    let asked = BackupRequest { database: request().database, token: "token".to_owned() };
    let mut is_deleted = false;
    let report = async |done, _| {
        if done > 0.0 && !std::mem::replace(&mut is_deleted, true) {
            tab.session.delete_run("run-0").await?;
        }
        Ok(())
    };
    reader.session.back_up(&asked, &mut folder.clone(), report).await.unwrap()
}

#[test]
fn run_that_is_deleted_while_its_first_backup_is_written_is_not_in_it_and_the_others_are() {
    block_on(async {
        let shared = database("one");
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..LONG);
        let (other, _) = tab.begin("test").await;
        tab.log(other, "loss", 0..10);
        tab.flush().await;
        let reader = Tab::open(&shared, "b").await;
        let folder = MemoryFolder::default();
        let summary = back_up_and_delete(&reader, &tab, &folder).await;
        assert_eq!((summary.runs, summary.files), (1, 1));
        assert_eq!(restored_state(&folder).await, state(&tab).await);
        assert_eq!(folder.names_now().len(), 2, "files of which nothing counts are swept");
    });
}

#[test]
fn run_that_is_deleted_while_it_is_written_anew_stays_in_the_backup_as_it_was() {
    block_on(async {
        let shared = database("one");
        let folder = backed_up_and_lost(&shared, "loss", 10..20).await;
        let before = restored_state(&folder).await;
        let again = Tab::open(&shared, "b").await;
        let resumed = again.session.resume_run("run-0").await.unwrap();
        again.log(resumed, "other", 0..LONG);
        again.flush().await;
        let reader = Tab::open(&shared, "c").await;
        back_up_and_delete(&reader, &again, &folder).await;
        assert_eq!(restored_state(&folder).await, before);
        assert!(manifest(&folder).files.iter().all(|file| !file.runs.is_empty()));
        // The next one knows of the deletion.
        back_up(&reader, &folder).await.unwrap();
        assert!(manifest(&folder).runs[0].deleted_ms.is_some());
        assert_eq!(restored_state(&folder).await, before);
    });
}

#[test]
fn points_that_a_reader_could_not_read_are_backed_up_by_the_tab_that_has_them() {
    block_on(async {
        let (shared, tab, run) = in_three_records().await;
        damage(&shared, 1);
        let folder = MemoryFolder::default();
        back_up(&Tab::open(&shared, "b").await, &folder).await.unwrap();
        tab.log(run, "loss", 30..35);
        back_up(&tab, &folder).await.unwrap();
        assert_eq!(restored_state(&folder).await, state(&tab).await);
        tab.log(run, "loss", 35..40);
        tab.flush().await;
        // What was backed up before is in the backup; the reader goes on behind it.
        assert_eq!(back_up(&Tab::open(&shared, "c").await, &folder).await.unwrap().points, 5.0);
        assert_eq!(restored_state(&folder).await, state(&tab).await);
    });
}

#[test]
fn points_logged_by_a_tab_that_resumed_a_run_without_some_are_all_backed_up() {
    block_on(async {
        for is_owner in [true, false] {
            let (shared, tab, _) = in_three_records().await;
            drop(tab);
            damage(&shared, 1);
            let reader = Tab::open(&shared, "b").await;
            let folder = MemoryFolder::default();
            back_up(&reader, &folder).await.unwrap();
            let again = Tab::open(&shared, "again").await;
            let resumed = again.session.resume_run("run-0").await.unwrap();
            again.log(resumed, "loss", 40..60);
            again.flush().await;
            back_up(if is_owner { &again } else { &reader }, &folder).await.unwrap();
            assert_eq!(restored_state(&folder).await, state(&again).await, "{is_owner}");
        }
    });
}
