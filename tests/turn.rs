//! One at a time, and nobody is forgotten.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use entrenar::storage::indexed_db::Turn;
use futures::executor::LocalPool;
use futures::task::LocalSpawnExt;

/// Takes a turn, lets everybody else run, and counts itself in.
async fn take_one(turn: Rc<Turn>, inside: Rc<Cell<u32>>, done: Rc<Cell<u32>>) {
    let taken = turn.take().await;
    inside.set(inside.get() + 1);
    let mut is_first = true;
    poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    assert_eq!(inside.replace(0), 1, "somebody else has the turn");
    done.set(done.get() + 1);
    drop(taken);
}

#[test]
fn turns_are_taken_one_at_a_time_and_by_everybody() {
    let (turn, inside, done) = <(Rc<Turn>, Rc<Cell<u32>>, Rc<Cell<u32>>)>::default();
    let mut pool = LocalPool::new();
    for _ in 0..20 {
        let task = take_one(Rc::clone(&turn), Rc::clone(&inside), Rc::clone(&done));
        pool.spawner().spawn_local(task).unwrap();
    }
    pool.run_until_stalled();
    assert_eq!(done.get(), 20);
}

#[test]
fn who_gives_up_holds_nobody_up() {
    let (turn, inside, done) = <(Rc<Turn>, Rc<Cell<u32>>, Rc<Cell<u32>>)>::default();
    let mut nobody = Context::from_waker(Waker::noop());
    let taken = pin!(turn.take()).poll(&mut nobody);
    assert!(taken.is_ready());
    let mut gives_up = Box::pin(turn.take());
    assert!(gives_up.as_mut().poll(&mut nobody).is_pending());
    let mut pool = LocalPool::new();
    let waits = take_one(Rc::clone(&turn), inside, Rc::clone(&done));
    pool.spawner().spawn_local(waits).unwrap();
    pool.run_until_stalled();
    drop(taken);
    // It was woken, and does not take its turn.
    drop(gives_up);
    pool.run_until_stalled();
    assert_eq!(done.get(), 1);
}
