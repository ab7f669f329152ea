//! Who opens a database can tell whether somebody may have been killed there in the middle of a write.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "tests")]

use entrenar::storage::indexed_db::{MemoryDatabase, Mirror, RunOptions, Session};
use entrenar::storage::{ExperimentStorage, RunSlot, RunStatus};
use futures::executor::block_on;

async fn running(mirror: &MemoryDatabase, owner: &str) -> (Session<MemoryDatabase>, RunSlot) {
    let tab = Session::open(mirror.clone(), owner, drop).await.unwrap();
    let run = tab.begin_run("unfinished", RunOptions::default()).await.unwrap();
    for step in 0..3 {
        let run_id = tab.storage().memory().get(run).unwrap().record().run_id.clone();
        tab.storage_mut().log_metric(&run_id, "loss", step, 0.5).unwrap();
        tab.flush().await.unwrap();
    }
    (tab, run)
}

async fn unfinished_ms(mirror: &MemoryDatabase) -> f64 {
    mirror.read_catalog().await.unwrap().unfinished_ms()
}

#[test]
fn a_run_is_unfinished_until_its_page_says_that_it_leaves() {
    block_on(async {
        let mirror = MemoryDatabase::new();
        assert_eq!(unfinished_ms(&mirror).await, 0.0);
        let (tab, _) = running(&mirror, "a").await;
        assert!(unfinished_ms(&mirror).await > 0.0);
        tab.flush_on_exit(true).unwrap().await;
        assert_eq!(unfinished_ms(&mirror).await, 0.0);
    });
}

#[test]
fn a_run_that_has_ended_is_unfinished_until_it_is_compacted() {
    block_on(async {
        let mirror = MemoryDatabase::new();
        let (tab, run) = running(&mirror, "a").await;
        tab.storage_mut().complete_run("run-0", RunStatus::Success).unwrap();
        tab.flush().await.unwrap();
        assert!(unfinished_ms(&mirror).await > 0.0);
        tab.compact_run(run, 0).await.unwrap();
        assert_eq!(unfinished_ms(&mirror).await, 0.0);
    });
}

#[test]
fn one_who_was_killed_is_told_from_the_next_one() {
    block_on(async {
        let mirror = MemoryDatabase::new();
        let _killed = running(&mirror, "a").await;
        let first = unfinished_ms(&mirror).await;
        assert_eq!(unfinished_ms(&mirror).await, first);
        let _killed_too = running(&mirror, "b").await;
        assert_ne!(unfinished_ms(&mirror).await, first);
    });
}
