//! A session that opens a database can tell whether a page may have been killed there in the middle of a write.

use futures::executor::block_on;

use crate::support::faulty_database::SharedDatabase;
use crate::tab::{Tab, catalog};

/// A tab with a run of three flushes.
async fn running(shared: &SharedDatabase, owner: &str) -> (Tab, entrenar::storage::RunSlot) {
    let (tab, run) = Tab::with_run(shared, owner).await;
    for step in 0..3 {
        tab.log(run, "loss", step..step + 1);
        tab.flush().await;
    }
    (tab, run)
}

async fn unclean_shutdown(shared: &SharedDatabase) -> Option<f64> {
    catalog(shared).await.unclean_shutdown()
}

#[test]
fn run_is_unclean_until_its_page_says_that_it_leaves() {
    block_on(async {
        let shared = SharedDatabase::default();
        assert_eq!(unclean_shutdown(&shared).await, None);
        let (tab, _) = running(&shared, "a").await;
        assert!(unclean_shutdown(&shared).await.is_some());
        tab.session.begin_leaving();
        tab.session.flush_on_exit("token").unwrap().await;
        // The next session recovers the exit log when it opens the database.
        let _next = Tab::open(&shared, "b").await;
        assert_eq!(unclean_shutdown(&shared).await, None);
    });
}

#[test]
fn run_that_has_ended_is_unclean_until_it_is_compacted() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = running(&shared, "a").await;
        tab.end("run-0");
        tab.flush().await;
        assert!(unclean_shutdown(&shared).await.is_some());
        tab.session.compact_run(run, 0).await.unwrap();
        assert_eq!(unclean_shutdown(&shared).await, None);
    });
}

#[test]
fn fingerprint_stays_the_same_until_another_page_is_killed() {
    block_on(async {
        let shared = SharedDatabase::default();
        let _killed = running(&shared, "a").await;
        let first = unclean_shutdown(&shared).await;
        assert_eq!(unclean_shutdown(&shared).await, first);
        let _killed_too = running(&shared, "b").await;
        assert_ne!(unclean_shutdown(&shared).await, first);
    });
}
