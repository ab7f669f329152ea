//! Everything that can go wrong between memory and the database: nothing is lost, nothing is written twice.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::cell::RefCell;
use std::rc::Rc;

use common::faulty_mirror::{Fault, FaultyMirror, broken, full};
use entrenar::storage::indexed_db::{RunEdit, Change, Mirror, Effect, RunOptions, Session};
use entrenar::storage::{ExperimentStorage, RawPoint, RunSlot, RunStatus, StorageError, Tag};
use futures::channel::oneshot;
use futures::executor::block_on;
use futures::future::{join, poll_immediate};
use futures::pin_mut;

type Notices = Rc<RefCell<Vec<Effect>>>;

struct Tab {
    synced: Session<FaultyMirror>,
    notices: Notices,
}

impl Tab {
    async fn open(mirror: &FaultyMirror, owner: &str) -> Self {
        let notices = Notices::default();
        let heard = Rc::clone(&notices);
        let observer = move |notice| heard.borrow_mut().push(notice);
        let synced = Session::open(mirror.clone(), owner, observer).await.unwrap();
        Self { synced, notices }
    }

    async fn with_run(mirror: &FaultyMirror, owner: &str) -> (Self, RunSlot) {
        let tab = Self::open(mirror, owner).await;
        let run = tab.synced.begin_run("faults", RunOptions::default()).await.unwrap();
        (tab, run)
    }

    fn log(&self, run: RunSlot, key: &str, steps: std::ops::Range<u64>) {
        let mut storage = self.synced.storage_mut();
        let series = storage.series_slot(run, key).unwrap();
        for step in steps {
            let point = RawPoint { step, value: step as f64, timestamp_ms: 1_000 };
            storage.append(run, series, point).unwrap();
        }
    }

    fn pending(&self, run: RunSlot) -> u64 {
        self.synced.storage().pending_points(run)
    }

    fn changes(&self) -> Vec<Change> {
        let notices = self.notices.take();
        let changes = notices.into_iter().filter_map(|notice| match notice {
            Effect::Change(change) => Some(change),
            _ => None,
        });
        changes.collect()
    }
}

/// The steps stored of a metric, as somebody sees them who opens the database now.
async fn stored_steps(mirror: &FaultyMirror, key: &str) -> Vec<u64> {
    stored_steps_of(mirror, "run-0", key).await
}

async fn stored_steps_of(mirror: &FaultyMirror, run_id: &str, key: &str) -> Vec<u64> {
    let reader = Tab::open(mirror, "reader").await;
    reader.synced.load_run(run_id).await.unwrap();
    let points = reader.synced.storage().get_metrics(run_id, key).unwrap();
    points.iter().map(|point| point.step).collect()
}

fn steps(range: std::ops::Range<u64>) -> Vec<u64> {
    range.collect()
}

#[test]
fn open_failure_is_reported_and_the_next_try_works() {
    block_on(async {
        let mirror = FaultyMirror::default();
        mirror.opening.borrow_mut().push_back(Fault::Fails(broken()));
        assert!(Session::open(mirror.clone(), "a", |_| {}).await.is_err());
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        tab.log(run, "loss", 0..10);
        tab.synced.flush().await.unwrap();
        assert_eq!(stored_steps(&mirror, "loss").await, steps(0..10));
    });
}

#[test]
fn failed_commit_keeps_changes_and_the_next_flush_writes_them() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        tab.log(run, "loss", 0..10);
        mirror.next_commits([Fault::Fails(full())]);
        assert_eq!(tab.synced.flush().await, Err(full()));
        assert_eq!(tab.pending(run), 10);
        assert!(stored_steps(&mirror, "loss").await.is_empty());
        tab.log(run, "loss", 10..20);
        tab.synced.flush().await.unwrap();
        assert_eq!(tab.pending(run), 0);
        assert_eq!(stored_steps(&mirror, "loss").await, steps(0..20));
    });
}

#[test]
fn broken_connection_is_tried_again_within_one_flush() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        tab.log(run, "loss", 0..10);
        mirror.next_commits([Fault::Fails(broken()), Fault::Fails(broken())]);
        tab.synced.flush().await.unwrap();
        assert_eq!(stored_steps(&mirror, "loss").await, steps(0..10));
    });
}

#[test]
fn commit_whose_answer_was_lost_is_not_written_twice() {
    block_on(async {
        for lost in 1..=6 {
            let mirror = FaultyMirror::default();
            let (tab, run) = Tab::with_run(&mirror, "a").await;
            tab.log(run, "loss", 0..10);
            mirror.next_commits([Fault::AnswerLost]);
            mirror.reads.borrow_mut().extend((1..lost).map(|_| Fault::Fails(broken())));
            let first = tab.synced.flush().await;
            assert_eq!(first.is_err(), lost >= 4, "{lost}");
            tab.log(run, "loss", 10..15);
            tab.synced.flush().await.unwrap();
            assert_eq!(tab.pending(run), 0);
            assert_eq!(stored_steps(&mirror, "loss").await, steps(0..15), "{lost}");
        }
    });
}

#[test]
fn points_logged_during_a_slow_commit_are_in_the_next() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        let (go, slow) = oneshot::channel();
        mirror.next_commits([Fault::SlowUntil(slow)]);
        tab.log(run, "loss", 0..10);
        let flush = tab.synced.flush();
        pin_mut!(flush);
        assert!(poll_immediate(&mut flush).await.is_none());
        tab.log(run, "loss", 10..20);
        tab.log(run, "accuracy", 0..3);
        assert_eq!(tab.pending(run), 23);
        go.send(()).unwrap();
        flush.await.unwrap();
        assert_eq!(tab.pending(run), 0);
        assert_eq!(stored_steps(&mirror, "loss").await, steps(0..20));
        assert_eq!(stored_steps(&mirror, "accuracy").await, steps(0..3));
    });
}

#[test]
fn flush_resolves_only_after_what_was_logged_before_it_is_committed() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        let (go, slow) = oneshot::channel();
        mirror.next_commits([Fault::SlowFailure(slow)]);
        tab.log(run, "loss", 0..10);
        let first = tab.synced.flush();
        pin_mut!(first);
        assert!(poll_immediate(&mut first).await.is_none());
        tab.log(run, "loss", 10..20);
        let second = tab.synced.flush();
        go.send(()).unwrap();
        let (first, second) = join(first, second).await;
        assert_eq!((first, second), (Err(full()), Ok(())));
        assert_eq!(stored_steps(&mirror, "loss").await, steps(0..20));
    });
}

#[test]
fn last_flush_behind_a_slow_one_loses_and_repeats_nothing() {
    block_on(async {
        for first_fails in [false, true] {
            let mirror = FaultyMirror::default();
            let (tab, run) = Tab::with_run(&mirror, "a").await;
            let (go, slow) = oneshot::channel();
            let fault = if first_fails { Fault::SlowFailure(slow) } else { Fault::SlowUntil(slow) };
            mirror.next_commits([fault]);
            tab.log(run, "loss", 0..10);
            let flush = tab.synced.flush();
            pin_mut!(flush);
            assert!(poll_immediate(&mut flush).await.is_none());
            tab.log(run, "loss", 10..20);
            let exit = tab.synced.flush_on_exit(true).unwrap();
            pin_mut!(exit);
            assert!(poll_immediate(&mut exit).await.is_some());
            go.send(()).unwrap();
            let _ = flush.await;
            tab.synced.flush().await.unwrap();
            assert_eq!(tab.pending(run), 0);
            assert_eq!(stored_steps(&mirror, "loss").await, steps(0..20));
        }
    });
}

#[test]
fn last_flush_is_issued_by_the_first_poll_and_releases_the_run() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        tab.log(run, "loss", 0..10);
        let exit = tab.synced.flush_on_exit(true).unwrap();
        pin_mut!(exit);
        assert!(poll_immediate(&mut exit).await.is_some());
        assert_eq!(stored_steps(&mirror, "loss").await, steps(0..10));
        let catalog = mirror.read_catalog().await.unwrap();
        assert!(catalog.runs[0].clean_exit);
        tab.log(run, "loss", 10..11);
        tab.synced.flush().await.unwrap();
        assert!(!mirror.read_catalog().await.unwrap().runs[0].clean_exit, "it came back");
    });
}

#[test]
fn degraded_and_recovered_are_told_once() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        tab.changes();
        tab.log(run, "loss", 0..10);
        mirror.next_commits((0..3).map(|_| Fault::Fails(full())));
        for _ in 0..3 {
            assert!(tab.synced.flush().await.is_err());
        }
        let told = tab.changes();
        assert!(matches!(&told[..], [Change::Degraded { code: "QuotaExceeded", .. }]), "{told:?}");
        tab.synced.flush().await.unwrap();
        assert_eq!(tab.changes(), [Change::Recovered]);
        assert_eq!(stored_steps(&mirror, "loss").await, steps(0..10));
    });
}

#[test]
fn cleared_database_is_written_again_whole() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        tab.log(run, "loss", 0..10);
        tab.synced.storage_mut().put_artifact(run, "weights", b"abc").unwrap();
        tab.synced.flush().await.unwrap();
        mirror.store.clear();
        mirror.next_commits([Fault::Fails(StorageError::Cleared("injected".into()))]);
        tab.log(run, "loss", 10..20);
        tab.synced.flush().await.unwrap();
        assert_eq!(stored_steps(&mirror, "loss").await, steps(0..20));
        let reader = Tab::open(&mirror, "reader").await;
        assert_eq!(&*reader.synced.get_artifact("run-0", "weights").await.unwrap(), b"abc");
        assert_eq!(reader.synced.storage().list_experiments(), ["exp-0"]);
    });
}

#[test]
fn run_taken_over_is_not_written_by_its_old_owner() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (old, run) = Tab::with_run(&mirror, "old").await;
        old.log(run, "loss", 0..10);
        old.synced.flush().await.unwrap();
        let new = Tab::open(&mirror, "new").await;
        let resumed = new.synced.resume_run("run-0").await.unwrap();
        old.log(run, "loss", 10..20);
        new.log(resumed, "loss", 100..110);
        old.synced.flush().await.unwrap();
        new.synced.flush().await.unwrap();
        let mut expected = steps(0..10);
        expected.extend(100..110);
        assert_eq!(stored_steps(&mirror, "loss").await, expected);
        let storage = old.synced.storage();
        assert_eq!(storage.lost(run), Some(StorageError::RunTakenOver("run-0".into())));
        assert_eq!(storage.get_metrics("run-0", "loss").unwrap().len(), 20, "its own points are kept");
        assert!(old.changes().iter().any(|c| matches!(c, Change::RunLost { code: "RunTakenOver", .. })));
    });
}

#[test]
fn one_of_two_who_resume_gets_the_run() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (old, _) = Tab::with_run(&mirror, "old").await;
        let record = mirror.read_catalog().await.unwrap().runs.remove(0);
        let ownership_fences = ["a", "b"].map(|owner| mirror.acquire_run("run-0", &record.owner, owner, 0));
        let [first, second] = futures::future::join_all(ownership_fences).await.try_into().unwrap();
        assert!(first.is_ok());
        assert_eq!(second, Err(StorageError::RunTakenOver("run-0".into())));
        drop(old);
    });
}

#[test]
fn ended_run_cannot_be_resumed() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, _) = Tab::with_run(&mirror, "a").await;
        tab.synced.storage_mut().complete_run("run-0", RunStatus::Success).unwrap();
        tab.synced.flush().await.unwrap();
        let other = Tab::open(&mirror, "b").await;
        for tab in [&tab, &other] {
            let refused = tab.synced.resume_run("run-0").await;
            assert!(matches!(refused, Err(StorageError::InvalidState(_))), "{refused:?}");
        }
        let unknown = other.synced.resume_run("run-7").await;
        assert_eq!(unknown, Err(StorageError::RunNotFound("run-7".into())));
    });
}

#[test]
fn another_tab_reads_just_what_is_new() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (writer, run) = Tab::with_run(&mirror, "a").await;
        writer.log(run, "loss", 0..10);
        writer.synced.flush().await.unwrap();
        let reader = Tab::open(&mirror, "b").await;
        reader.synced.load_run("run-0").await.unwrap();
        writer.log(run, "loss", 10..20);
        writer.log(run, "accuracy", 0..1);
        writer.synced.flush().await.unwrap();
        reader.changes();
        let runs = ["run-0".to_owned()];
        reader.synced.refresh(&[], &runs).await.unwrap();
        reader.synced.refresh(&[], &runs).await.unwrap();
        let keys = vec!["loss".to_owned(), "accuracy".to_owned()];
        let (experiment_id, run_id) = ("exp-0".to_owned(), "run-0".to_owned());
        assert_eq!(reader.changes(), [Change::Metrics { experiment_id, run_id, keys }]);
        let points = reader.synced.storage().get_metrics("run-0", "loss").unwrap();
        assert_eq!(points.iter().map(|p| p.step).collect::<Vec<_>>(), steps(0..20));
    });
}

#[test]
fn a_flush_writes_few_rows() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        for key in 0..100 {
            tab.log(run, &format!("metric {key}"), 0..1_000);
        }
        tab.synced.flush().await.unwrap();
        let rows: usize = mirror.sizes.borrow().iter().sum();
        assert!(rows <= 30, "{rows} rows for 100 000 points");
    });
}

#[test]
fn cleared_data_that_a_reading_hears_of_is_written_again() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        tab.log(run, "loss", 0..10);
        tab.synced.flush().await.unwrap();
        mirror.store.clear();
        mirror.reads.borrow_mut().push_back(Fault::Fails(StorageError::Cleared("injected".into())));
        assert!(tab.synced.refresh(&[], &[]).await.is_err());
        tab.synced.flush().await.unwrap();
        assert_eq!(stored_steps(&mirror, "loss").await, steps(0..10));
    });
}

#[test]
fn run_renamed_and_deleted_unknown_to_its_owner_stays_deleted() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (owner, run) = Tab::with_run(&mirror, "a").await;
        let other = Tab::open(&mirror, "b").await;
        other.synced.edit_run("run-0", RunEdit::Name("renamed".into())).await.unwrap();
        other.synced.delete_run("run-0").await.unwrap();
        owner.log(run, "loss", 0..10);
        owner.synced.flush().await.unwrap();
        assert!(mirror.read_catalog().await.unwrap().runs.is_empty());
    });
}

#[test]
fn run_deleted_while_a_commit_is_in_doubt_stays_deleted() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (owner, run) = Tab::with_run(&mirror, "a").await;
        let other = Tab::open(&mirror, "b").await;
        owner.log(run, "loss", 0..10);
        mirror.next_commits([Fault::AnswerLost]);
        mirror.reads.borrow_mut().extend((0..3).map(|_| Fault::Fails(broken())));
        assert_eq!(owner.synced.flush().await, Err(broken()));
        other.synced.delete_run("run-0").await.unwrap();
        owner.synced.flush().await.unwrap();
        assert!(mirror.read_catalog().await.unwrap().runs.is_empty());
    });
}

#[test]
fn amendments_of_another_tab_do_not_undo_the_owners_own() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (owner, run) = Tab::with_run(&mirror, "a").await;
        let other = Tab::open(&mirror, "b").await;
        owner.synced.storage_mut().change_run(run, |run| run.set_tag("stage", "warm-up")).unwrap();
        owner.synced.flush().await.unwrap();
        let tag = |key: &str, value: &str| Tag { key: key.into(), value: value.into() };
        other.synced.edit_run("run-0", RunEdit::Tag(tag("verdict", "good"))).await.unwrap();
        other.synced.edit_run("run-0", RunEdit::Name("ada".into())).await.unwrap();
        owner.synced.storage_mut().change_run(run, |run| run.set_tag("stage", "main")).unwrap();
        owner.synced.flush().await.unwrap();
        let stored = mirror.read_catalog().await.unwrap().runs.remove(0);
        assert_eq!(stored.tags, [tag("stage", "main"), tag("verdict", "good")]);
        assert_eq!(stored.run_name.as_deref(), Some("ada"));
        assert_eq!(stored.edits, []);
    });
}

#[test]
fn too_many_unsaved_points_are_refused_until_they_are_flushed() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        let other = tab.synced.begin_run("faults", RunOptions::default()).await.unwrap();
        tab.synced.storage_mut().set_most_unsaved(20);
        tab.log(run, "loss", 0..12);
        tab.log(other, "loss", 0..5);
        let room = |points| tab.synced.storage().check_room(run, points).map_err(|cause| cause.code());
        assert_eq!((room(3), room(4)), (Ok(()), Err("MemoryFull")));
        tab.log(run, "loss", 12..15);
        mirror.next_commits([Fault::Fails(full())]);
        assert!(tab.synced.flush().await.is_err());
        let refused = tab.synced.storage_mut().log_metric("run-0", "loss", 15, 1.0);
        assert!(matches!(refused, Err(StorageError::MemoryFull(_))), "{refused:?}");
        assert_eq!(tab.pending(run) + tab.pending(other), 20);
        tab.synced.flush().await.unwrap();
        assert_eq!(room(20), Ok(()));
        tab.log(run, "loss", 15..30);
        tab.synced.delete_run("run-0").await.unwrap();
        assert_eq!(tab.synced.storage().check_room(other, 20), Ok(()), "a deleted run counts no more");
        assert_eq!(stored_steps_of(&mirror, "run-1", "loss").await, steps(0..5));
    });
}

#[test]
fn values_past_the_budget_are_refused_all_together() {
    block_on(async {
        let mirror = FaultyMirror::default();
        let (tab, run) = Tab::with_run(&mirror, "a").await;
        let mut storage = tab.synced.storage_mut();
        storage.set_most_unsaved(10);
        let series = storage.series_slot(run, "loss").unwrap();
        let refused = storage.append_consecutive(run, series, 0, &[0.5; 11], 7);
        assert!(matches!(refused, Err(StorageError::MemoryFull(_))));
        assert_eq!(storage.get_metrics("run-0", "loss").unwrap(), []);
        storage.append_consecutive(run, series, 0, &[0.5; 10], 7).unwrap();
        assert_eq!(storage.get_metrics("run-0", "loss").unwrap().len(), 10);
    });
}
