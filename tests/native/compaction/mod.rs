//! Compaction: log entries become segments, and a session that missed it does no harm.

mod corrupt;

use std::rc::Rc;

use entrenar::columns::BLOCK_BYTES;
use entrenar::database::operations::{self, FEWEST_ENTRIES, KEPT_ENTRIES};
use entrenar::database::{Change, Database, Key, Range, Table, Value};
use entrenar::engine::{Change as Emitted, IDLE_MS};
use entrenar::storage::{RunEdit, RunSlot, StorageError};
use futures::executor::{LocalPool, block_on};
use futures::task::LocalSpawnExt;

use crate::support::faulty_database::{Fault, SharedDatabase, broken, full};
use crate::tab::{Tab, catalog, stored_steps};

/// Flushes so many log entries, of one point of one metric and ten of another.
async fn write_entries(tab: &Tab, run: RunSlot, entries: std::ops::Range<u64>) {
    for entry in entries {
        tab.log(run, "loss", entry..entry + 1);
        tab.log(run, "accuracy", 10 * entry..10 * (entry + 1));
        tab.flush().await;
    }
}

/// What is reported as corrupt since the last time.
fn corrupt(tab: &Tab) -> Vec<String> {
    let texts = tab.changes().into_iter().filter_map(|change| match change {
        Emitted::Corrupt(corrupt) => Some(corrupt.to_string()),
        _ => None,
    });
    texts.collect()
}

/// The steps of both metrics, as a session finds them that opens the database now.
async fn stored(shared: &SharedDatabase) -> [Vec<u64>; 2] {
    [stored_steps(shared, "run-0", "loss").await, stored_steps(shared, "run-0", "accuracy").await]
}

/// What both metrics hold after so many entries.
fn entries_up_to(count: u64) -> [Vec<u64>; 2] {
    [(0..count).collect(), (0..10 * count).collect()]
}

fn blocks(shared: &SharedDatabase, range: &Range) -> Vec<(Key, Vec<u8>)> {
    let records = shared.memory.records(Table::Points, range).into_iter();
    let bytes = |value| match value {
        Value::Block(bytes) => bytes.to_vec(),
        other => panic!("{other:?} is no block"),
    };
    records.map(|(key, value)| (key, bytes(value))).collect()
}

fn log_entries(shared: &SharedDatabase) -> Vec<(u64, Vec<u8>)> {
    let entries = blocks(shared, &Range::log_from("run-0", 0)).into_iter();
    entries.map(|(key, bytes)| (key.number(), bytes)).collect()
}

fn segments(shared: &SharedDatabase) -> Vec<(String, u64, Vec<u8>)> {
    let segments = blocks(shared, &Range::Segments("run-0".to_owned())).into_iter();
    let named = segments.map(|(key, bytes)| match key {
        Key::Points { series, number, .. } => (series, number, bytes),
        other => panic!("{other:?} is no key of a segment"),
    });
    named.collect()
}

fn put_entry(shared: &SharedDatabase, sequence: u64, bytes: Vec<u8>) {
    put_segment(shared, "", sequence, bytes);
}

fn put_segment(shared: &SharedDatabase, series: &str, first_index: u64, bytes: Vec<u8>) {
    let key = Key::segment("run-0", series, first_index);
    shared
        .memory
        .apply(vec![Change::Put(Table::Points, key, Value::Block(std::sync::Arc::from(bytes)))])
        .unwrap();
}

#[test]
fn entries_become_segments_and_read_the_same() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        write_entries(&tab, run, 0..500).await;
        tab.session.compact_run(run, FEWEST_ENTRIES).await.unwrap();
        assert_eq!(segments(&shared).len(), 2);
        assert_eq!(log_entries(&shared).len() as u64, KEPT_ENTRIES + 1);
        assert_eq!(stored(&shared).await, entries_up_to(500));
        write_entries(&tab, run, 500..600).await;
        assert_eq!(stored(&shared).await, entries_up_to(600));
        write_entries(&tab, run, 600..1_500).await;
        tab.session.compact_run(run, FEWEST_ENTRIES).await.unwrap();
        assert_eq!(segments(&shared).len(), 3, "a segment of 5 000 points grew into two");
        assert!(segments(&shared).iter().all(|(_, _, block)| block.len() <= BLOCK_BYTES));
        assert_eq!(log_entries(&shared).len() as u64, KEPT_ENTRIES + 1);
        assert_eq!(stored(&shared).await, entries_up_to(1_500));
    });
}

#[test]
fn few_entries_of_a_run_that_goes_on_are_not_compacted() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        write_entries(&tab, run, 0..FEWEST_ENTRIES - 1).await;
        tab.session.compact_run(run, FEWEST_ENTRIES).await.unwrap();
        assert!(segments(&shared).is_empty());
        write_entries(&tab, run, FEWEST_ENTRIES - 1..FEWEST_ENTRIES).await;
        tab.session.compact_run(run, FEWEST_ENTRIES).await.unwrap();
        assert_eq!(segments(&shared).len(), 2);
    });
}

#[test]
fn point_is_written_at_most_three_times_while_its_run_goes_on() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        let mut written = 0;
        for entry in 0..3_000 {
            write_entries(&tab, run, entry..entry + 1).await;
            let before = segments(&shared);
            tab.session.compact_run(run, FEWEST_ENTRIES).await.unwrap();
            let changed = segments(&shared).into_iter().filter(|segment| !before.contains(segment));
            written += changed.map(|(_, _, block)| block.len()).sum::<usize>();
        }
        let segments_now = segments(&shared);
        let kept: usize = segments_now.iter().map(|(_, _, block)| block.len()).sum();
        assert!(written <= 2 * kept + 2 * BLOCK_BYTES, "{written} bytes of segments were written for {kept}");
        assert_eq!(stored(&shared).await, entries_up_to(3_000));
    });
}

#[test]
fn large_segment_is_not_written_again_for_few_points() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        tab.log(run, "loss", 0..4_000);
        tab.flush().await;
        for entry in 0..FEWEST_ENTRIES {
            tab.log(run, "loss", 4_000 + entry..4_001 + entry);
            tab.flush().await;
        }
        tab.session.compact_run(run, FEWEST_ENTRIES).await.unwrap();
        let segments_now = segments(&shared);
        assert_eq!(segments_now.len(), 1);
        for entry in 0..2 * FEWEST_ENTRIES {
            tab.log(run, "loss", 5_000 + entry..5_001 + entry);
            tab.flush().await;
        }
        tab.session.compact_run(run, FEWEST_ENTRIES).await.unwrap();
        assert_eq!(segments(&shared), segments_now);
    });
}

#[test]
fn reader_that_follows_reads_all_again_where_entries_were_compacted() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        write_entries(&tab, run, 0..40).await;
        let reader = Tab::open(&shared, "b").await;
        reader.session.load_run("run-0").await.unwrap();
        write_entries(&tab, run, 40..200).await;
        tab.session.compact_run(run, FEWEST_ENTRIES).await.unwrap();
        write_entries(&tab, run, 200..201).await;
        reader.session.refresh(&[], &["run-0".to_owned()]).await.unwrap();
        assert_eq!(["loss", "accuracy"].map(|key| reader.steps("run-0", key).unwrap()), entries_up_to(201));
    });
}

#[test]
fn compaction_that_fails_or_loses_its_answer_loses_no_points() {
    block_on(async {
        for fault in [Fault::fails(broken()), Fault::fails(full()), Fault::answer_lost()] {
            let shared = SharedDatabase::default();
            let (tab, run) = Tab::with_run(&shared, "a").await;
            write_entries(&tab, run, 0..200).await;
            tab.database().next_of("compact_run", [fault]);
            assert!(tab.session.compact_run(run, FEWEST_ENTRIES).await.is_err());
            assert_eq!(stored(&shared).await, entries_up_to(200));
            write_entries(&tab, run, 200..220).await;
            assert_eq!(stored(&shared).await, entries_up_to(220));
            let record = catalog(&shared).await.runs.remove(0);
            assert_eq!(record.compacted_sequence > 0.0, !segments(&shared).is_empty());
        }
    });
}

#[test]
fn ended_run_compacted_by_a_reader_is_read_by_its_owner_before_it_writes() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (owner, run) = Tab::with_run(&shared, "a").await;
        write_entries(&owner, run, 0..100).await;
        let reader = Tab::open(&shared, "b").await;
        let slot = reader.session.load_run("run-0").await.unwrap();
        reader.session.compact_run(slot, FEWEST_ENTRIES).await.unwrap();
        assert!(segments(&shared).is_empty(), "its owner goes on");
        owner.end("run-0");
        owner.flush().await;
        reader.session.refresh(&[], &["run-0".to_owned()]).await.unwrap();
        reader.session.compact_run(slot, FEWEST_ENTRIES).await.unwrap();
        assert_eq!(segments(&shared).len(), 2);
        owner.session.edit_run("run-0", RunEdit::name("late")).await.unwrap();
        let record = catalog(&shared).await.runs.remove(0);
        assert_eq!((record.run_name.as_deref(), record.compacted_sequence > 0.0), (Some("late"), true));
        assert_eq!(stored(&shared).await, entries_up_to(100));
        reader.session.compact_run(slot, FEWEST_ENTRIES).await.unwrap();
        let again = catalog(&shared).await.runs.remove(0);
        assert_eq!(again, record, "there is nothing left to do");
    });
}

#[test]
fn batch_in_doubt_is_found_in_segments() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (owner, run) = Tab::with_run(&shared, "a").await;
        write_entries(&owner, run, 0..10).await;
        owner.log(run, "loss", 10..11);
        owner.log(run, "accuracy", 100..110);
        owner.end("run-0");
        owner.database().next_of("commit", [Fault::answer_lost()]);
        owner.database().next_of("read_records", (0..3).map(|_| Fault::fails(broken())));
        assert_eq!(owner.session.flush().await, Err(broken()));
        let reader = Tab::open(&shared, "b").await;
        let slot = reader.session.load_run("run-0").await.unwrap();
        reader.session.compact_run(slot, FEWEST_ENTRIES).await.unwrap();
        assert_eq!(segments(&shared).len(), 2);
        owner.flush().await;
        assert_eq!(owner.session.storage().pending_points(run), 0);
        assert_eq!(stored(&shared).await, entries_up_to(11));
    });
}

#[test]
fn former_owner_runs_into_the_fence_after_a_compaction() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (old, run) = Tab::with_run(&shared, "old").await;
        write_entries(&old, run, 0..100).await;
        let new = Tab::open(&shared, "new").await;
        let resumed = new.session.resume_run("run-0").await.unwrap();
        write_entries(&new, resumed, 100..400).await;
        new.session.compact_run(resumed, FEWEST_ENTRIES).await.unwrap();
        assert!(log_entries(&shared).len() as u64 <= 2 * KEPT_ENTRIES + 2);
        old.log(run, "loss", 1_000..1_001);
        old.flush().await;
        let lost = old.session.storage().lost(run);
        assert_eq!(lost, Some(StorageError::RunTakenOver("run-0".into())));
        let record = catalog(&shared).await.runs.remove(0);
        assert_eq!(record.owner, "new");
        assert_eq!(stored(&shared).await, entries_up_to(400));
    });
}

#[test]
fn idle_run_is_compacted_when_nothing_was_flushed_for_a_while() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        write_entries(&tab, run, 0..FEWEST_ENTRIES + 1).await;
        tab.session.compact_idle().await;
        assert!(segments(&shared).is_empty(), "it was flushed just now");
        tab.clock.advance(IDLE_MS);
        tab.session.compact_idle().await;
        assert_eq!(segments(&shared).len(), 2);
        let asked = tab.database().count_of("compact_run");
        tab.clock.advance(IDLE_MS);
        tab.session.compact_idle().await;
        assert_eq!(tab.database().count_of("compact_run"), asked, "there is no more to do");
    });
}

#[test]
fn compact_loop_compacts_an_idle_run_by_itself() {
    let shared = SharedDatabase::default();
    let (tab, run) = block_on(Tab::with_run(&shared, "a"));
    let tab = Rc::new(tab);
    let mut pool = LocalPool::new();
    let looping = Rc::clone(&tab);
    pool.spawner().spawn_local(async move { looping.session.compact_loop().await }).unwrap();
    block_on(write_entries(&tab, run, 0..FEWEST_ENTRIES + 1));
    pool.run_until_stalled();
    assert!(segments(&shared).is_empty(), "it was flushed just now");
    tab.clock.advance(IDLE_MS);
    pool.run_until_stalled();
    assert_eq!(segments(&shared).len(), 2);
}

#[test]
fn deleted_run_leaves_no_segments() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        write_entries(&tab, run, 0..50).await;
        tab.session.compact_run(run, FEWEST_ENTRIES).await.unwrap();
        tab.session.delete_run("run-0").await.unwrap();
        assert!(segments(&shared).is_empty());
        assert!(catalog(&shared).await.runs.is_empty());
    });
}

#[test]
fn many_metrics_are_compacted_once_a_segment_of_each_is_worth_it() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "tab").await;
        let round = async |step| {
            for metric in 0..100 {
                tab.log(run, &format!("layer {metric}"), step..step + 1);
            }
            tab.flush().await;
        };
        for step in 0..7 {
            round(step).await;
        }
        // A hundred records of seven points each: no transaction is begun, nor would it do anything.
        tab.session.compact_run(run, 2).await.unwrap();
        assert_eq!(tab.database().count_of("compact_run"), 0);
        assert_eq!(shared.memory.transact(operations::compact_run("run-0", "tab", 2)).await, Ok(None));
        assert!(segments(&shared).is_empty());
        round(7).await;
        tab.session.compact_run(run, 2).await.unwrap();
        assert_eq!(segments(&shared).len(), 100);
        let reader = Tab::open(&shared, "reader").await;
        reader.session.load_run("run-0").await.unwrap();
        for metric in 0..100 {
            assert_eq!(
                reader.steps("run-0", &format!("layer {metric}")).unwrap(),
                (0..8).collect::<Vec<u64>>()
            );
        }
    });
}

#[test]
fn ended_run_that_was_evicted_meanwhile_is_compacted() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        write_entries(&tab, run, 0..10).await;
        tab.end("run-0");
        tab.flush().await;
        tab.session.announce();
        assert!(tab.session.evict_run(run));
        tab.session.compact_run(run, FEWEST_ENTRIES).await.unwrap();
        assert_eq!(segments(&shared).len(), 2);
        assert_eq!(stored(&shared).await, entries_up_to(10));
    });
}
