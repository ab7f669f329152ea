//! A page that leaves and comes back: what it had on its way or in doubt, and could not store on leaving, is stored once.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::faulty_mirror::{broken, full};
use common::tab_mirror::{Hitch, SharedStore, TabMirror};
use entrenar::storage::indexed_db::{Mirror, RunOptions, Session, read_block};
use entrenar::storage::{RawPoint, RunSlot};
use futures::executor::block_on;
use futures::future::poll_immediate;
use futures::pin_mut;

/// A tab that has a run with one point which is not committed yet.
async fn with_a_point(mirror: TabMirror) -> (Session<TabMirror>, RunSlot) {
    let synced = Session::open(mirror, "a", |_| {}).await.unwrap();
    let run = synced.begin_run("leaving", RunOptions::default()).await.unwrap();
    {
        let mut storage = synced.storage_mut();
        let series = storage.series_slot(run, "loss").unwrap();
        storage.append(run, series, RawPoint { step: 0, value: 0.5, timestamp_ms: 1_000 }).unwrap();
    }
    (synced, run)
}

/// How many points lie in the run's rows: what is there twice counts twice.
async fn stored(store: &SharedStore) -> usize {
    let blocks = store.connect().load_points("run-0", 0).await.unwrap().blocks;
    let slices = blocks.iter().flat_map(|block| read_block(block).unwrap());
    slices.map(|slice| slice.points.len()).sum()
}

#[test]
fn what_is_on_its_way_is_stored_once_though_leaving_failed() {
    block_on(async {
        let store = SharedStore::default();
        let mut mirror = store.connect();
        mirror.mortal = true;
        let hitches = mirror.hitches.clone();
        let (synced, run) = with_a_point(mirror).await;
        let slow = Hitch { before: 1, ..Hitch::default() };
        hitches.borrow_mut().extend([slow, Hitch { fails: Some(full()), ..Hitch::default() }]);
        {
            let flush = synced.flush();
            pin_mut!(flush);
            assert!(poll_immediate(&mut flush).await.is_none());
            synced.flush_on_exit(false).unwrap().await;
            flush.await.unwrap();
        }
        assert_eq!((stored(&store).await, synced.storage().pending_points(run)), (1, 0));
        synced.flush().await.unwrap();
        assert_eq!(stored(&store).await, 1);
    });
}

#[test]
fn what_is_in_doubt_is_stored_once_though_leaving_failed() {
    block_on(async {
        let store = SharedStore::default();
        let mirror = store.connect();
        let hitches = mirror.hitches.clone();
        let (synced, run) = with_a_point(mirror).await;
        // It is committed, and whoever wants to know that gets no answer.
        hitches.borrow_mut().push_back(Hitch { answer_lost: true, ..Hitch::default() });
        let fails = |cause| Hitch { fails: Some(cause), ..Hitch::default() };
        hitches.borrow_mut().extend([fails(broken()), fails(broken()), fails(broken())]);
        assert_eq!(synced.flush().await, Err(broken()));
        assert_eq!((stored(&store).await, synced.storage().pending_points(run)), (1, 1));
        hitches.borrow_mut().push_back(fails(full()));
        synced.flush_on_exit(false).unwrap().await;
        assert!(hitches.borrow().is_empty());
        synced.flush().await.unwrap();
        assert_eq!((stored(&store).await, synced.storage().pending_points(run)), (1, 0));
    });
}
