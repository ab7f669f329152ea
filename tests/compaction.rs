//! Compaction: rows become chunks, and nobody who missed it does any harm.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::cell::RefCell;
use std::rc::Rc;

use common::faulty_mirror::{Fault, FaultyMirror, broken, full};
use entrenar::storage::indexed_db::{
    RunEdit, BLOCK_BYTES, Change, FEWEST_ROWS, KEPT_ROWS, Mirror, Effect, RunOptions, Session,
};
use entrenar::storage::{ExperimentStorage, RawPoint, RunSlot, RunStatus, StorageError};
use futures::executor::block_on;

struct Tab {
    synced: Session<FaultyMirror>,
    notices: Rc<RefCell<Vec<Effect>>>,
}

impl Tab {
    async fn open(mirror: &FaultyMirror, owner: &str) -> Self {
        let notices = Rc::default();
        let heard: Rc<RefCell<Vec<Effect>>> = Rc::clone(&notices);
        let observer = move |notice| heard.borrow_mut().push(notice);
        Self { synced: Session::open(mirror.clone(), owner, observer).await.unwrap(), notices }
    }

    async fn with_run(mirror: &FaultyMirror, owner: &str) -> (Self, RunSlot) {
        let tab = Self::open(mirror, owner).await;
        let run = tab.synced.begin_run("compaction", RunOptions::default()).await.unwrap();
        (tab, run)
    }

    fn log(&self, run: RunSlot, key: &str, steps: std::ops::Range<u64>) {
        let mut storage = self.synced.storage_mut();
        let series = storage.series_slot(run, key).unwrap();
        for step in steps {
            let point = RawPoint { step, value: step as f64, timestamp_ms: 1_000 + step as i64 };
            storage.append(run, series, point).unwrap();
        }
    }

    /// Flushes so many rows, of one point of one metric and ten of another.
    async fn write_rows(&self, run: RunSlot, rows: std::ops::Range<u64>) {
        for row in rows {
            self.log(run, "loss", row..row + 1);
            self.log(run, "accuracy", 10 * row..10 * (row + 1));
            self.synced.flush().await.unwrap();
        }
    }

    fn end(&self) {
        self.synced.storage_mut().complete_run("run-0", RunStatus::Success).unwrap();
    }

    fn corrupt(&self) -> Vec<String> {
        let texts = self.notices.take().into_iter().filter_map(|notice| match notice {
            Effect::Change(Change::CorruptRecordOf(damage)) => Some(damage.to_string()),
            _ => None,
        });
        texts.collect()
    }
}

/// The steps of both metrics, as somebody finds them who opens the database now.
async fn stored(mirror: &FaultyMirror) -> [Vec<u64>; 2] {
    let reader = Tab::open(mirror, "reader").await;
    reader.synced.load_run("run-0").await.unwrap();
    ["loss", "accuracy"].map(|key| steps_in(&reader, key))
}

fn steps_in(tab: &Tab, key: &str) -> Vec<u64> {
    let points = tab.synced.storage().get_metrics("run-0", key).unwrap();
    points.iter().map(|point| point.step).collect()
}

fn rows(count: u64) -> [Vec<u64>; 2] {
    [(0..count).collect(), (0..10 * count).collect()]
}

#[test]
fn rows_become_chunks_and_read_the_same() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        tab.write_rows(run, 0..500).await;
        tab.synced.compact_run(run, FEWEST_ROWS).await.unwrap();
        assert_eq!(mirror.store.chunks("run-0").len(), 2);
        assert_eq!(mirror.store.rows("run-0").len() as u64, KEPT_ROWS + 1);
        assert_eq!(stored(&mirror).await, rows(500));
        tab.write_rows(run, 500..600).await;
        assert_eq!(stored(&mirror).await, rows(600));
        tab.write_rows(run, 600..1_500).await;
        tab.synced.compact_run(run, FEWEST_ROWS).await.unwrap();
        assert_eq!(mirror.store.chunks("run-0").len(), 3, "a chunk of 5 000 points grew into two");
        assert!(mirror.store.chunks("run-0").iter().all(|(_, _, block)| block.len() <= BLOCK_BYTES));
        assert_eq!(mirror.store.rows("run-0").len() as u64, KEPT_ROWS + 1);
        assert_eq!(stored(&mirror).await, rows(1_500));
    });
}

#[test]
fn few_rows_of_a_run_that_goes_on_are_left() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        tab.write_rows(run, 0..FEWEST_ROWS - 1).await;
        tab.synced.compact_run(run, FEWEST_ROWS).await.unwrap();
        assert!(mirror.store.chunks("run-0").is_empty());
        tab.write_rows(run, FEWEST_ROWS - 1..FEWEST_ROWS).await;
        tab.synced.compact_run(run, FEWEST_ROWS).await.unwrap();
        assert_eq!(mirror.store.chunks("run-0").len(), 2);
    });
}

#[test]
fn a_point_is_written_at_most_three_times_while_a_run_goes_on() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        let mut written = 0;
        for row in 0..3_000 {
            tab.write_rows(run, row..row + 1).await;
            let before = mirror.store.chunks("run-0");
            tab.synced.compact_run(run, FEWEST_ROWS).await.unwrap();
            let changed = mirror.store.chunks("run-0").into_iter().filter(|chunk| !before.contains(chunk));
            written += changed.map(|(_, _, block)| block.len()).sum::<usize>();
        }
        let chunks = mirror.store.chunks("run-0");
        let kept: usize = chunks.iter().map(|(_, _, block)| block.len()).sum();
        assert!(written <= 2 * kept + 2 * BLOCK_BYTES, "{written} bytes of chunks were written for {kept}");
        assert_eq!(stored(&mirror).await, rows(3_000));
    });
}

#[test]
fn a_large_chunk_is_not_written_again_for_few_points() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        tab.log(run, "loss", 0..4_000);
        tab.synced.flush().await.unwrap();
        for row in 0..FEWEST_ROWS {
            tab.log(run, "loss", 4_000 + row..4_001 + row);
            tab.synced.flush().await.unwrap();
        }
        tab.synced.compact_run(run, FEWEST_ROWS).await.unwrap();
        let chunks = mirror.store.chunks("run-0");
        assert_eq!(chunks.len(), 1);
        for row in 0..2 * FEWEST_ROWS {
            tab.log(run, "loss", 5_000 + row..5_001 + row);
            tab.synced.flush().await.unwrap();
        }
        tab.synced.compact_run(run, FEWEST_ROWS).await.unwrap();
        assert_eq!(mirror.store.chunks("run-0"), chunks);
    });
}

#[test]
fn a_reader_that_follows_reads_all_again_where_rows_were_compacted() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        tab.write_rows(run, 0..40).await;
        let reader = Tab::open(&mirror, "b").await;
        reader.synced.load_run("run-0").await.unwrap();
        tab.write_rows(run, 40..200).await;
        tab.synced.compact_run(run, FEWEST_ROWS).await.unwrap();
        tab.write_rows(run, 200..201).await;
        reader.synced.refresh(&[], &["run-0".to_owned()]).await.unwrap();
        assert_eq!(["loss", "accuracy"].map(|key| steps_in(&reader, key)), rows(201));
    });
}

#[test]
fn a_compaction_that_fails_or_is_not_heard_of_loses_nothing() {
    block_on(async {
        for fault in [Fault::Fails(broken()), Fault::Fails(full()), Fault::AnswerLost] {
            let mirror = FaultyMirror::default();
            let (tab, run) = Tab::with_run(&mirror, "a").await;
            tab.write_rows(run, 0..200).await;
            mirror.compactions.borrow_mut().push_back(fault);
            assert!(tab.synced.compact_run(run, FEWEST_ROWS).await.is_err());
            assert_eq!(stored(&mirror).await, rows(200));
            tab.write_rows(run, 200..220).await;
            assert_eq!(stored(&mirror).await, rows(220));
            let record = mirror.read_catalog().await.unwrap().runs.remove(0);
            assert_eq!(record.compacted_sequence > 0.0, !mirror.store.chunks("run-0").is_empty());
        }
    });
}

#[test]
fn an_ended_run_is_compacted_by_who_reads_it_and_its_owner_looks_before_it_writes() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (owner, run) = Tab::with_run(&mirror, "a").await;
        owner.write_rows(run, 0..100).await;
        let reader = Tab::open(&mirror, "b").await;
        let slot = reader.synced.load_run("run-0").await.unwrap();
        reader.synced.compact_run(slot, FEWEST_ROWS).await.unwrap();
        assert!(mirror.store.chunks("run-0").is_empty(), "its owner goes on");
        owner.end();
        owner.synced.flush().await.unwrap();
        reader.synced.refresh(&[], &["run-0".to_owned()]).await.unwrap();
        reader.synced.compact_run(slot, FEWEST_ROWS).await.unwrap();
        assert_eq!(mirror.store.chunks("run-0").len(), 2);
        owner.synced.edit_run("run-0", RunEdit::Name("late".into())).await.unwrap();
        let record = mirror.read_catalog().await.unwrap().runs.remove(0);
        assert_eq!((record.run_name.as_deref(), record.compacted_sequence > 0.0), (Some("late"), true));
        assert_eq!(stored(&mirror).await, rows(100));
        reader.synced.compact_run(slot, FEWEST_ROWS).await.unwrap();
        let again = mirror.read_catalog().await.unwrap().runs.remove(0);
        assert_eq!(again, record, "there is nothing left to do");
    });
}

#[test]
fn a_batch_in_doubt_is_found_in_chunks() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (owner, run) = Tab::with_run(&mirror, "a").await;
        owner.write_rows(run, 0..10).await;
        owner.log(run, "loss", 10..11);
        owner.log(run, "accuracy", 100..110);
        owner.end();
        mirror.next_commits([Fault::AnswerLost]);
        mirror.reads.borrow_mut().extend((0..3).map(|_| Fault::Fails(broken())));
        assert_eq!(owner.synced.flush().await, Err(broken()));
        let reader = Tab::open(&mirror, "b").await;
        let slot = reader.synced.load_run("run-0").await.unwrap();
        reader.synced.compact_run(slot, FEWEST_ROWS).await.unwrap();
        assert_eq!(mirror.store.chunks("run-0").len(), 2);
        owner.synced.flush().await.unwrap();
        assert_eq!(owner.synced.storage().pending_points(run), 0);
        assert_eq!(stored(&mirror).await, rows(11));
    });
}

#[test]
fn who_lost_a_run_still_runs_into_its_claim_after_a_compaction() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (old, run) = Tab::with_run(&mirror, "old").await;
        old.write_rows(run, 0..100).await;
        let new = Tab::open(&mirror, "new").await;
        let resumed = new.synced.resume_run("run-0").await.unwrap();
        new.write_rows(resumed, 100..400).await;
        new.synced.compact_run(resumed, FEWEST_ROWS).await.unwrap();
        assert!(mirror.store.rows("run-0").len() as u64 <= 2 * KEPT_ROWS + 2);
        old.log(run, "loss", 1_000..1_001);
        old.synced.flush().await.unwrap();
        let lost = old.synced.storage().lost(run);
        assert_eq!(lost, Some(StorageError::RunTakenOver("run-0".into())));
        let record = mirror.read_catalog().await.unwrap().runs.remove(0);
        assert_eq!(record.owner, "new");
        assert_eq!(stored(&mirror).await, rows(400));
    });
}

#[test]
fn idle_runs_are_compacted_when_it_is_time() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        tab.write_rows(run, 0..FEWEST_ROWS + 1).await;
        assert!(tab.notices.take().contains(&Effect::WakeAfter(2_000.0)));
        let now_ms = entrenar::storage::clock::now_ms() as f64;
        tab.synced.compact_idle(now_ms).await;
        assert!(mirror.store.chunks("run-0").is_empty(), "it was flushed just now");
        assert!(tab.notices.take().contains(&Effect::WakeAfter(2_000.0)), "it is to be asked again");
        tab.synced.compact_idle(now_ms + 2_000.0).await;
        assert_eq!(mirror.store.chunks("run-0").len(), 2);
        tab.synced.compact_idle(now_ms + 9_000.0).await;
        assert!(tab.notices.take().is_empty(), "there is no more to do");
    });
}

#[test]
fn a_deleted_run_leaves_no_chunks() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        tab.write_rows(run, 0..50).await;
        tab.synced.compact_run(run, FEWEST_ROWS).await.unwrap();
        tab.synced.delete_run("run-0").await.unwrap();
        assert!(mirror.store.chunks("run-0").is_empty());
        assert!(mirror.load_points("run-0", 0).await.unwrap().record.is_none());
    });
}

#[test]
fn rows_that_cannot_be_read_are_named_and_left_with_all_behind_them() {
    block_on(async {
        for damage in [|row: &mut Vec<u8>| row.truncate(row.len() - 3), |row: &mut Vec<u8>| row[0] = 9] {
            let mirror = FaultyMirror::default();
            let (tab, run) = Tab::with_run(&mirror, "a").await;
            tab.write_rows(run, 0..100).await;
            tab.end();
            tab.synced.flush().await.unwrap();
            let (sequence, mut row) = mirror.store.rows("run-0")[80].clone();
            damage(&mut row);
            mirror.store.put_row("run-0", sequence, row);
            let before = mirror.store.rows("run-0");
            let reader = Tab::open(&mirror, "b").await;
            assert_eq!(reader.synced.storage().list_runs("exp-0"), ["run-0"]);
            let slot = reader.synced.load_run("run-0").await.unwrap();
            let told = reader.corrupt();
            assert!(matches!(&told[..], [text] if text.contains("run-0")), "{told:?}");
            assert_eq!(steps_in(&reader, "loss").len(), 99, "the rest is there");
            reader.synced.compact_run(slot, FEWEST_ROWS).await.unwrap();
            assert!(!mirror.store.chunks("run-0").is_empty());
            let after = mirror.store.rows("run-0");
            assert!(before[80..].iter().all(|row| after.contains(row)), "what is behind stays");
            let again = Tab::open(&mirror, "c").await;
            again.synced.load_run("run-0").await.unwrap();
            assert_eq!(steps_in(&again, "loss").len(), 99);
            assert_eq!(again.corrupt().len(), 1);
        }
    });
}

#[test]
fn points_that_are_in_a_chunk_and_in_their_rows_are_read_once() {
    block_on(async {
        for (chunk, kept_rows) in [(0, 0..100), (1, 0..100), (1, 40..100), (0, 3..4)] {
            let mirror = FaultyMirror::default();
            let (tab, run) = Tab::with_run(&mirror, "a").await;
            tab.write_rows(run, 0..100).await;
            let rows = mirror.store.rows("run-0");
            tab.synced.compact_run(run, FEWEST_ROWS).await.unwrap();
            let chunks = mirror.store.chunks("run-0");
            // The other chunk was not written, and rows were not deleted.
            mirror.store.clear_points("run-0");
            let (key, first_index, block) = chunks[chunk].clone();
            mirror.store.put_chunk("run-0", &key, first_index, block);
            for (sequence, row) in &rows[kept_rows.clone()] {
                mirror.store.put_row("run-0", *sequence, row.clone());
            }
            let whole = chunks[chunk].0.clone();
            let [loss, accuracy] = stored(&mirror).await;
            let found = if whole == "loss" { &loss } else { &accuracy };
            assert_eq!(*found, self::rows(100)[usize::from(whole != "loss")], "{whole}, rows {kept_rows:?}");
            if kept_rows == (0..100) {
                assert_eq!([loss, accuracy], self::rows(100));
            }
        }
    });
}

#[test]
fn a_chunk_that_cannot_be_read_is_left_and_rows_with_it() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        tab.write_rows(run, 0..100).await;
        tab.synced.compact_run(run, FEWEST_ROWS).await.unwrap();
        tab.write_rows(run, 100..200).await;
        let (key, first_index, mut block) = mirror.store.chunks("run-0").remove(1);
        block.truncate(100);
        mirror.store.put_chunk("run-0", &key, first_index, block);
        let before = (mirror.store.chunks("run-0"), mirror.store.rows("run-0"));
        tab.synced.compact_run(run, FEWEST_ROWS).await.unwrap();
        assert_eq!((mirror.store.chunks("run-0"), mirror.store.rows("run-0")), before);
        let reader = Tab::open(&mirror, "b").await;
        reader.synced.load_run("run-0").await.unwrap();
        assert_eq!(reader.corrupt().len(), 1);
        assert_eq!(steps_in(&reader, "accuracy"), (0..2_000).collect::<Vec<_>>());
    });
}

#[test]
fn many_metrics_are_compacted_once_a_record_of_each_is_worth_it() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "tab").await;
        let round = async |step| {
            for metric in 0..100 {
                tab.log(run, &format!("layer {metric}"), step..step + 1);
            }
            tab.synced.flush().await.unwrap();
        };
        for step in 0..7 {
            round(step).await;
        }
        // A hundred records of seven points each: no transaction is begun, nor would it do anything.
        mirror.compactions.borrow_mut().push_back(Fault::Fails(broken()));
        tab.synced.compact_run(run, 2).await.unwrap();
        mirror.compactions.take();
        assert_eq!(mirror.compact_run("run-0", "tab", 2).await, Ok(None));
        assert!(mirror.store.chunks("run-0").is_empty());
        round(7).await;
        tab.synced.compact_run(run, 2).await.unwrap();
        assert_eq!(mirror.store.chunks("run-0").len(), 100);
        let reader = Tab::open(&mirror, "reader").await;
        reader.synced.load_run("run-0").await.unwrap();
        for metric in 0..100 {
            assert_eq!(steps_in(&reader, &format!("layer {metric}")), (0..8).collect::<Vec<u64>>());
        }
    });
}

#[test]
fn an_ended_run_that_was_let_go_of_meanwhile_is_compacted() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        tab.write_rows(run, 0..10).await;
        tab.end();
        tab.synced.flush().await.unwrap();
        tab.synced.announce();
        assert!(tab.synced.release_run(run));
        tab.synced.compact_run(run, FEWEST_ROWS).await.unwrap();
        assert_eq!(mirror.store.chunks("run-0").len(), 2);
        assert_eq!(stored(&mirror).await, rows(10));
    });
}
