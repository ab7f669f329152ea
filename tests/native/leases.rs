//! Whether a run's owner lives, judged by other sessions, and what ends a lease.

use entrenar::engine::HEARTBEAT_MS;
use entrenar::storage::{RunRecord, RunSlot, StorageError};
use futures::executor::block_on;

use crate::support::faulty_database::SharedDatabase;
use crate::tab::{Tab, catalog, steps, stored_steps};

/// An owner with a run of ten points that are not flushed.
async fn owner(shared: &SharedDatabase) -> (Tab, RunSlot) {
    let (tab, run) = Tab::with_run(shared, "a").await;
    tab.log(run, "loss", 0..10);
    (tab, run)
}

#[test]
fn run_whose_last_handle_was_dropped_is_flushed_and_interrupted_and_can_be_resumed() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = owner(&shared).await;
        assert!(!tab.session.is_interrupted(run));
        tab.session.end_lease(run);
        assert!(tab.session.flusher().due_ms().is_some(), "it is to be flushed");
        tab.flush().await;
        assert!(tab.session.is_interrupted(run));
        assert!(catalog(&shared).await.runs[0].clean_exit);
        assert_eq!(stored_steps(&shared, "run-0", "loss").await, steps(0..10));
        let other = Tab::open(&shared, "b").await;
        let found = other.session.load_run("run-0").await.unwrap();
        assert!(other.session.is_interrupted(found));
        tab.session.resume_run("run-0").await.unwrap();
        tab.flush().await;
        assert!(!tab.session.is_interrupted(run));
        assert!(!catalog(&shared).await.runs[0].clean_exit);
    });
}

#[test]
fn run_that_is_resumed_knows_when_it_was_interrupted() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = owner(&shared).await;
        tab.flush().await;
        let heartbeat_ms = catalog(&shared).await.runs[0].heartbeat_ms;
        tab.clock.advance(60_000.0);
        let other = Tab::open(&shared, "b").await;
        other.clock.set_wall_ms(heartbeat_ms + 70_000.0);
        let taken = other.session.resume_run("run-0").await.unwrap();
        other.log(taken, "loss", 10..12);
        other.flush().await;
        let expected = vec![[heartbeat_ms, heartbeat_ms + 70_000.0]];
        assert_eq!(catalog(&shared).await.runs[0].interruptions, expected);
        // A clock that was set back says nothing of how long it was.
        tab.flush().await;
        tab.clock.set_wall_ms(0.0);
        assert_eq!(tab.session.resume_run("run-0").await, Ok(run));
        assert_eq!(catalog(&shared).await.runs[0].interruptions, expected);
    });
}

#[test]
fn run_whose_lease_ended_is_evicted_and_comes_back_when_it_is_resumed() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = owner(&shared).await;
        tab.session.end_lease(run);
        assert!(!tab.session.evict_run(run), "it is not stored yet");
        tab.flush().await;
        tab.session.announce();
        assert!(tab.session.evict_run(run));
        assert!(tab.session.is_interrupted(run));
        assert_eq!(tab.steps("run-0", "loss"), Err(StorageError::NotLoaded("run-0".into())));
        assert_eq!(tab.session.resume_run("run-0").await, Ok(run));
        assert!(!tab.session.is_interrupted(run));
        tab.log(run, "loss", 10..12);
        tab.flush().await;
        assert_eq!(stored_steps(&shared, "run-0", "loss").await, steps(0..12));
    });
}

#[test]
fn handle_that_comes_back_keeps_the_lease() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = owner(&shared).await;
        tab.session.end_lease(run);
        tab.session.keep_lease(run);
        tab.flush().await;
        assert!(!tab.session.is_interrupted(run));
        assert!(!catalog(&shared).await.runs[0].clean_exit);
    });
}

#[test]
fn lease_of_an_ended_run_does_not_make_it_interrupted() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = owner(&shared).await;
        tab.end("run-0");
        tab.session.end_lease(run);
        tab.flush().await;
        assert!(!tab.session.is_interrupted(run));
        assert!(!catalog(&shared).await.runs[0].clean_exit);
    });
}

/// The reader reads the run's record after so many milliseconds of its own.
async fn is_interrupted_for(reader: &Tab, after_ms: f64) -> bool {
    reader.clock.advance(after_ms);
    reader.session.refresh(&[], &["run-0".to_owned()]).await.unwrap();
    let run = reader.session.storage().memory().run_slot("run-0").unwrap();
    reader.session.is_interrupted(run)
}

#[test]
fn owner_whose_heartbeat_changes_lives_whatever_its_wall_clock_says() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, _) = owner(&shared).await;
        tab.flush().await;
        let reader = Tab::open(&shared, "b").await;
        for wall_ms in [0.0, 5e12, 5e12, -1e12, f64::NAN, f64::NAN] {
            tab.clock.set_wall_ms(wall_ms);
            tab.session.renew_leases();
            tab.flush().await;
            assert!(!is_interrupted_for(&reader, RunRecord::LEASE_MS - 1.0).await, "{wall_ms}");
        }
    });
}

#[test]
fn owner_whose_heartbeat_stays_the_same_is_interrupted_after_its_lease() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, _) = owner(&shared).await;
        tab.flush().await;
        let reader = Tab::open(&shared, "b").await;
        assert!(!is_interrupted_for(&reader, RunRecord::LEASE_MS).await);
        assert!(is_interrupted_for(&reader, HEARTBEAT_MS).await);
        tab.session.renew_leases();
        tab.flush().await;
        assert!(!is_interrupted_for(&reader, 0.0).await, "it lives again");
    });
}

#[test]
fn heartbeat_from_the_future_counts_as_old_when_a_database_is_opened() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, _) = owner(&shared).await;
        tab.clock.set_wall_ms(9e12);
        tab.flush().await;
        let reader = Tab::open(&shared, "b").await;
        assert!(is_interrupted_for(&reader, 0.0).await);
        tab.session.renew_leases();
        tab.flush().await;
        assert!(!is_interrupted_for(&reader, 0.0).await, "it is seen to live");
    });
}

#[test]
fn owner_whose_clock_stands_still_writes_a_new_heartbeat_each_time_and_lives_for_new_pages() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = owner(&shared).await;
        let mut last_ms = f64::NAN;
        for step in 10..14 {
            tab.log(run, "loss", step..step + 1);
            tab.flush().await;
            let heartbeat_ms = catalog(&shared).await.runs[0].heartbeat_ms;
            assert_ne!(heartbeat_ms, last_ms, "at step {step}");
            last_ms = heartbeat_ms;
            // Its clock shows the same time.
            let reader = Tab::open(&shared, "b").await;
            assert!(!is_interrupted_for(&reader, 0.0).await, "at step {step}");
        }
    });
}
