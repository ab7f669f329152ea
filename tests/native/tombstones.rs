//! The fences of deleted runs: how long they stay, and what holds once they are gone.

use entrenar::database::operations::TOMBSTONE_LIFETIME_MS;
use entrenar::database::{Key, Range, Table};
use entrenar::engine::VERIFY_AFTER_MS;
use entrenar::storage::StorageError;
use futures::executor::block_on;

use crate::support::faulty_database::SharedDatabase;
use crate::tab::{Tab, catalog};

fn fences(shared: &SharedDatabase) -> usize {
    shared.memory.records(Table::Points, &Range::Run("run-0".to_owned())).len()
}

/// An owner with a run of ten points, and another tab that deleted it. The owner has not learned of that.
async fn deleted(shared: &SharedDatabase) -> (Tab, entrenar::storage::RunSlot, Tab) {
    let (owner, run) = Tab::with_run(shared, "a").await;
    owner.log(run, "loss", 0..10);
    owner.flush().await;
    let other = Tab::open(shared, "b").await;
    other.session.delete_run("run-0").await.unwrap();
    assert!(fences(shared) > 0);
    (owner, run, other)
}

#[test]
fn fences_stay_for_their_lifetime_and_no_longer() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (_owner, _, other) = deleted(&shared).await;
        let before = fences(&shared);
        other.clock.advance(TOMBSTONE_LIFETIME_MS);
        assert_eq!(other.session.sweep_tombstones().await, Ok(0));
        assert_eq!(fences(&shared), before);
        other.clock.advance(1.0);
        assert_eq!(other.session.sweep_tombstones().await, Ok(1));
        assert_eq!(fences(&shared), 0);
        assert_eq!(other.session.sweep_tombstones().await, Ok(0));
    });
}

#[test]
fn fences_stay_while_the_exit_log_holds_anything() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (owner, run, other) = deleted(&shared).await;
        owner.log(run, "loss", 10..20);
        owner.session.flush_on_exit("token").unwrap().await;
        other.clock.advance(TOMBSTONE_LIFETIME_MS + 1.0);
        assert_eq!(other.session.sweep_tombstones().await, Ok(0));
        other.session.recover_exit_log().await.unwrap();
        assert!(catalog(&shared).await.runs.is_empty(), "the run came back");
        assert_eq!(other.session.sweep_tombstones().await, Ok(1));
    });
}

#[test]
fn stale_writer_runs_into_the_fences_while_they_are_there() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (owner, run, _other) = deleted(&shared).await;
        owner.log(run, "loss", 10..20);
        owner.flush().await;
        assert_eq!(owner.session.storage().lost(run), Some(StorageError::RunDeleted("run-0".into())));
        assert!(catalog(&shared).await.runs.is_empty());
    });
}

#[test]
fn session_that_slept_longer_than_the_fences_stay_reads_its_runs_before_it_writes() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (owner, run, other) = deleted(&shared).await;
        other.clock.advance(TOMBSTONE_LIFETIME_MS + 1.0);
        other.session.sweep_tombstones().await.unwrap();
        owner.clock.pass(TOMBSTONE_LIFETIME_MS + 1.0);
        owner.log(run, "loss", 10..20);
        owner.flush().await;
        assert_eq!(owner.session.storage().lost(run), Some(StorageError::RunDeleted("run-0".into())));
        assert!(catalog(&shared).await.runs.is_empty(), "the run came back");
        assert_eq!(fences(&shared), 0);
    });
}

#[test]
fn session_that_leaves_after_such_a_sleep_brings_no_run_back() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (owner, run, other) = deleted(&shared).await;
        other.clock.advance(TOMBSTONE_LIFETIME_MS + 1.0);
        other.session.sweep_tombstones().await.unwrap();
        owner.clock.pass(TOMBSTONE_LIFETIME_MS + 1.0);
        owner.log(run, "loss", 10..20);
        owner.session.begin_leaving();
        owner.session.flush_on_exit("token").unwrap().await;
        let _next = Tab::open(&shared, "c").await;
        assert!(catalog(&shared).await.runs.is_empty(), "the run came back");
    });
}

#[test]
fn session_verifies_its_runs_only_after_so_long_a_time() {
    block_on(async {
        for (slept_ms, is_read) in [(VERIFY_AFTER_MS, false), (VERIFY_AFTER_MS + 1.0, true)] {
            for is_wall_frozen in [false, true] {
                let shared = SharedDatabase::default();
                let (tab, run) = Tab::with_run(&shared, "a").await;
                tab.log(run, "loss", 0..1);
                if is_wall_frozen {
                    tab.clock.advance_monotonic(slept_ms);
                } else {
                    tab.clock.pass(slept_ms);
                }
                tab.flush().await;
                assert_eq!(tab.database().count_of("read_records") > 0, is_read, "{slept_ms}");
            }
        }
    });
}

#[test]
fn id_of_a_deleted_run_is_not_given_again_once_its_fences_are_gone() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (_owner, _, other) = deleted(&shared).await;
        other.clock.advance(TOMBSTONE_LIFETIME_MS + 1.0);
        other.session.sweep_tombstones().await.unwrap();
        let (_, id) = other.begin("again").await;
        assert_eq!(id, "run-1");
        let key = Range::One(Key::text("run-0"));
        assert!(shared.memory.records(Table::Runs, &key).is_empty());
    });
}
