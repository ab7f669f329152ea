//! Log entries whose points the run's record did not tell of when it was backed up: they become a part of the run later.

use entrenar::storage::RunEdit;
use futures::channel::oneshot;
use futures::executor::block_on;
use futures::future::poll_immediate;

use super::{back_up, database, restored_state, state};
use crate::support::faulty_database::{Fault, SharedDatabase};
use crate::support::memory_folder::MemoryFolder;
use crate::tab::Tab;

/// A run of three stored points, and two more in an entry behind its log's end: its page was cut off in the commit.
async fn cut_off() -> SharedDatabase {
    let shared = database("one");
    let owner = Tab::open_in_firefox(&shared, "owner").await;
    let (run, _) = owner.begin("test").await;
    owner.log(run, "loss", 0..3);
    owner.flush().await;
    owner.log(run, "loss", 3..5);
    owner.close_in_commit(1).await;
    shared
}

#[test]
fn points_of_an_entry_behind_the_logs_end_are_backed_up_when_the_run_has_them_later() {
    block_on(async {
        let shared = cut_off().await;
        let reader = Tab::open(&shared, "reader").await;
        let folder = MemoryFolder::default();
        // The fence of the edit is behind that entry.
        reader.session.edit_run("run-0", RunEdit::name("renamed")).await.unwrap();
        assert_eq!(back_up(&reader, &folder).await.unwrap().points, 3.0);
        let again = Tab::open(&shared, "again").await;
        let run = again.session.resume_run("run-0").await.unwrap();
        again.log(run, "loss", 5..9);
        again.flush().await;
        let summary = back_up(&reader, &folder).await.unwrap();
        assert_eq!((summary.points, summary.losses), (6.0, vec![]));
        assert_eq!(restored_state(&folder).await, state(&again).await);
    });
}

#[test]
fn points_that_a_former_owner_left_in_the_exit_log_are_backed_up_with_those_logged_since() {
    block_on(async {
        for backs_up_between in [false, true] {
            let shared = database("one");
            let (former, run) = Tab::with_run(&shared, "former").await;
            former.log(run, "loss", 0..3);
            former.flush().await;
            let next = Tab::open(&shared, "next").await;
            let resumed = next.session.resume_run("run-0").await.unwrap();
            next.log(resumed, "loss", 100..105);
            next.flush().await;
            let reader = Tab::open(&shared, "reader").await;
            let folder = MemoryFolder::default();
            if backs_up_between {
                back_up(&reader, &folder).await.unwrap();
            }
            // It has not heard of that.
            former.log(run, "loss", 3..6);
            former.session.flush_on_exit("token").unwrap().await;
            drop(former);
            drop(next);
            let third = Tab::open(&shared, "third").await;
            let resumed = third.session.resume_run("run-0").await.unwrap();
            third.log(resumed, "loss", 200..203);
            third.flush().await;
            let summary = back_up(&reader, &folder).await.unwrap();
            assert_eq!(summary.losses, [""; 0], "{backs_up_between}");
            assert_eq!(restored_state(&folder).await, state(&third).await, "{backs_up_between}");
        }
    });
}

#[test]
fn points_that_are_still_to_be_committed_are_backed_up_when_they_are() {
    block_on(async {
        let shared = database("one");
        let (tab, run) = Tab::with_run(&shared, "a").await;
        // A batch takes 200 000 of them.
        tab.log(run, "loss", 0..250_000);
        tab.log(run, "later", 0..3);
        let (go, wait) = oneshot::channel();
        tab.database().next_of("commit", [Fault::none(), Fault::slow_until(wait)]);
        let mut flush = std::pin::pin!(tab.session.flush());
        assert!(poll_immediate(&mut flush).await.is_none());
        let reader = Tab::open(&shared, "reader").await;
        let folder = MemoryFolder::default();
        let summary = back_up(&reader, &folder).await.unwrap();
        assert_eq!((summary.points, summary.losses), (200_000.0, vec![]));
        go.send(()).unwrap();
        flush.await.unwrap();
        let summary = back_up(&reader, &folder).await.unwrap();
        assert_eq!((summary.points, summary.losses), (50_003.0, vec![]));
        assert_eq!(restored_state(&folder).await, state(&tab).await);
    });
}
