//! Exports that hold a portion of a run at a time: what comes of one is what all of the run at once would give.

use entrenar::columns::RawPoint;
use entrenar::database::{Change, Key, Range, Table, Value};
use entrenar::engine::{Change as Emitted, OutgoingRun};
use entrenar::interop::SLICE_POINTS;
use entrenar::storage::{NamedSeries, Result, StorageError};
use futures::FutureExt;
use futures::channel::oneshot;
use futures::executor::block_on;

use crate::support::faulty_database::{Fault, SharedDatabase};
use crate::tab::{Tab, steps};

const SLICE: u64 = SLICE_POINTS as u64;

/// Points with the key of their series.
type Points = Vec<(String, Vec<RawPoint>)>;

/// The points of series, those that go on put together.
fn add(all: &mut Points, portion: &[NamedSeries]) {
    for NamedSeries { key, series } in portion {
        let points = series.logged(0..series.len());
        match all.last_mut() {
            Some((last, known)) if last == key => {
                assert_eq!(known.len() % SLICE_POINTS, 0, "'{key}' goes on within a slice");
                known.extend(points);
            }
            _ => all.push((key.clone(), points)),
        }
    }
}

async fn export(tab: &Tab, run: &mut OutgoingRun, most_slices: usize) -> Result<Points> {
    let mut all = Points::new();
    while let Some(portion) = run.next_portion(&tab.session, most_slices).await? {
        let held: usize = portion.iter().map(|named| named.series.len()).sum();
        assert!(held <= most_slices * SLICE_POINTS, "a portion of {held} points");
        add(&mut all, &portion);
    }
    Ok(all)
}

/// All points that the tab finds of the run, at once.
async fn at_once(tab: &Tab, run_id: &str) -> Points {
    let mut all = Points::new();
    add(&mut all, &tab.session.exported_run(run_id).await.unwrap().series);
    all
}

fn counts(points: &Points) -> Vec<(&str, usize)> {
    points.iter().map(|(key, points)| (&**key, points.len())).collect()
}

#[test]
fn run_in_portions_of_any_size_has_every_point_once_and_in_order() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "short", 0..3);
        for part in 0..6 {
            tab.log(run, "loss", part * 4_000..(part + 1) * 4_000);
            tab.log(run, "accuracy", part * 1_000..part * 1_000 + 833);
            tab.flush().await;
        }
        tab.log(run, "whole", 0..SLICE);
        tab.flush().await;
        let expected = at_once(&tab, "run-0").await;
        let expected_counts = [("short", 3), ("loss", 24_000), ("accuracy", 4_998), ("whole", SLICE_POINTS)];
        assert_eq!(counts(&expected), expected_counts);
        for is_compacted in [false, true] {
            let reader = Tab::open(&shared, "b").await;
            for most_slices in [1, 2, 3, 100] {
                let mut run = reader.session.begin_export("run-0").await.unwrap();
                assert_eq!(export(&reader, &mut run, most_slices).await.unwrap(), expected);
                assert_eq!((run.record.series.points(), run.missing_points()), (34_001.0, 0.0));
            }
            assert!(!reader.session.is_resident("run-0"), "memory keeps what was exported");
            if !is_compacted {
                tab.end("run-0");
                tab.flush().await;
                tab.session.compact_run(run, 2).await.unwrap();
                let entries = shared.memory.records(Table::Points, &Range::log_from("run-0", 0));
                let is_empty = |value: &Value| matches!(value, Value::Block(bytes) if bytes.len() <= 8);
                assert!(entries.iter().all(|(_, value)| is_empty(value)), "the log is to be compacted");
            }
        }
    });
}

#[test]
fn points_that_the_tab_has_in_memory_are_exported_from_there_before_they_are_stored() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..20);
        let mut outgoing = tab.session.begin_export("run-0").await.unwrap();
        assert_eq!(counts(&export(&tab, &mut outgoing, 1).await.unwrap()), [("loss", 20)]);
        assert_eq!(outgoing.record.series.points(), 20.0);
    });
}

#[test]
fn points_logged_after_an_export_began_are_not_in_it() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..SLICE + 10);
        tab.flush().await;
        let reader = Tab::open(&shared, "b").await;
        let mut outgoing = reader.session.begin_export("run-0").await.unwrap();
        tab.log(run, "loss", SLICE + 10..2 * SLICE);
        tab.log(run, "later", 0..10);
        tab.flush().await;
        let exported = export(&reader, &mut outgoing, 1).await.unwrap();
        assert_eq!(counts(&exported), [("loss", SLICE_POINTS + 10)]);
    });
}

#[test]
fn run_compacted_while_a_portion_is_read_loses_and_doubles_no_point() {
    let shared = SharedDatabase::default();
    let (tab, run) = block_on(Tab::with_run(&shared, "a"));
    for entry in 0..100 {
        tab.log(run, "loss", entry * 10..(entry + 1) * 10);
        block_on(tab.flush());
    }
    let reader = block_on(Tab::open(&shared, "b"));
    let mut outgoing = block_on(reader.session.begin_export("run-0")).unwrap();
    let (go, wait) = oneshot::channel();
    // Some entries are read already when the owner tab moves all others into a segment.
    reader.database().next_of("read_some_points", [Fault::none(), Fault::slow_until(wait)]);
    let mut exporting = Box::pin(export(&reader, &mut outgoing, 1));
    assert!(exporting.as_mut().now_or_never().is_none(), "it is to wait");
    block_on(tab.session.compact_run(run, 2)).unwrap();
    go.send(()).unwrap();
    let exported = exporting.as_mut().now_or_never().unwrap().unwrap();
    assert_eq!(exported.len(), 1);
    assert_eq!(exported[0].1.iter().map(|point| point.step).collect::<Vec<_>>(), steps(0..1_000));
}

#[test]
fn run_deleted_between_two_portions_is_told_as_gone() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..2 * SLICE);
        tab.flush().await;
        let reader = Tab::open(&shared, "b").await;
        let mut outgoing = reader.session.begin_export("run-0").await.unwrap();
        assert!(outgoing.next_portion(&reader.session, 1).await.unwrap().is_some());
        tab.session.delete_run("run-0").await.unwrap();
        let gone = StorageError::RunNotFound("run-0".to_owned());
        assert_eq!(outgoing.next_portion(&reader.session, 1).await.unwrap_err(), gone);
        assert_eq!(reader.session.begin_export("run-0").await.unwrap_err(), gone);
    });
}

#[test]
fn points_whose_record_cannot_be_read_are_counted_and_the_others_exported() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        for part in 0..3 {
            tab.log(run, "loss", part * 4_000..(part + 1) * 4_000);
            tab.flush().await;
        }
        let corrupt = Value::Block(b"no block".to_vec().into());
        let second = shared.memory.records(Table::Points, &Range::Run("run-0".into()))[1].0.clone();
        shared.memory.apply(vec![Change::Put(Table::Points, second, corrupt)]).unwrap();
        let reader = Tab::open(&shared, "b").await;
        let mut outgoing = reader.session.begin_export("run-0").await.unwrap();
        let mut exported = Vec::new();
        while let Some(portion) = outgoing.next_portion(&reader.session, 1).await.unwrap() {
            for named in portion {
                exported.extend(named.series.logged(0..named.series.len()).iter().map(|point| point.step));
            }
        }
        assert_eq!(exported, [steps(0..4_000), steps(8_000..12_000)].concat());
        assert_eq!(outgoing.missing_points(), 4_000.0);
        let said = reader.changes().into_iter().filter(|change| matches!(change, Emitted::Corrupt(_)));
        assert_eq!(said.count(), 1, "each cause is said once");
    });
}

#[test]
fn points_behind_a_record_that_cannot_be_read_are_there_once_though_in_an_entry_and_in_a_segment() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        for part in 0..3 {
            tab.log(run, "loss", part * 10..(part + 1) * 10);
            tab.flush().await;
        }
        let records = shared.memory.records(Table::Points, &Range::Run("run-0".into()));
        let corrupt = Value::Block(b"no block".to_vec().into());
        // As Firefox leaves them that was closed in the middle of a compaction.
        let segment = Change::Put(Table::Points, Key::segment("run-0", "loss", 20), records[2].1.clone());
        shared
            .memory
            .apply(vec![segment, Change::Put(Table::Points, records[1].0.clone(), corrupt)])
            .unwrap();
        let reader = Tab::open(&shared, "b").await;
        let expected = [steps(0..10), steps(20..30)].concat();
        let mut outgoing = reader.session.begin_export("run-0").await.unwrap();
        for points in [export(&reader, &mut outgoing, 1).await.unwrap(), at_once(&reader, "run-0").await] {
            assert_eq!(points[0].1.iter().map(|point| point.step).collect::<Vec<_>>(), expected);
        }
    });
}

#[test]
fn run_that_has_ended_and_was_not_compacted_is_compacted_before_its_log_is_read_again_and_again() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        for part in 0..100 {
            tab.log(run, "loss", part * 100..(part + 1) * 100);
            tab.flush().await;
        }
        tab.end("run-0");
        tab.flush().await;
        let reader = Tab::open(&shared, "b").await;
        let mut outgoing = reader.session.begin_export("run-0").await.unwrap();
        assert_eq!(counts(&export(&reader, &mut outgoing, 1).await.unwrap()), [("loss", 10_000)]);
        assert!(shared.memory.records(Table::Points, &Range::Segments("run-0".into())).len() >= 2);
        assert!(!reader.session.is_resident("run-0"));
    });
}

#[test]
fn artifact_of_an_exported_run_is_the_one_that_it_had_then() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        let (other, _) = tab.begin("test").await;
        for run in [run, other] {
            tab.session.storage_mut().put_artifact(run, "model", b"before").unwrap();
        }
        tab.flush().await;
        let exported = tab.session.exported_run("run-0").await.unwrap();
        tab.session.storage_mut().put_artifact(run, "model", b"after").unwrap();
        tab.flush().await;
        let before = &exported.record.artifacts[0];
        let content = tab.session.exported_artifact(before).await.unwrap();
        assert_eq!(content.as_deref(), Some(&b"before"[..]));
        tab.session.storage_mut().put_artifact(other, "model", b"after").unwrap();
        tab.flush().await;
        assert_eq!(tab.session.exported_artifact(before).await.unwrap(), None, "no run has it any more");
    });
}
