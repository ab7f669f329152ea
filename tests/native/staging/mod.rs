//! Points that JavaScript writes ahead end up as if each had been logged by a call of its own.

mod page;

use std::rc::Rc;

use entrenar::columns::MAX_STEP;
use entrenar::engine::{Clock, STAGED_POINTS};
use entrenar::storage::{RunState, RunStatus};
use futures::executor::{LocalPool, block_on};
use futures::task::LocalSpawnExt;
use proptest::prelude::*;

use self::page::{Bits, KEYS, Page};

/// What happens in both pages, and what they answer.
fn happen(page: &mut Page, (op, run, key, bits): (u8, usize, usize, u64)) -> String {
    let (slot, now_ms) = (page.runs[run], page.clock.wall_ms());
    let log = |page: &mut Page, step, value| format!("{:?}", page.log(run, KEYS[key], step, value));
    match op {
        // Mostly points, in a row and at random; now and then one that nothing may follow.
        0..90 => log(page, None, f64::from_bits(bits)),
        90..120 => log(page, Some(bits % 50), -0.0),
        120 => log(page, Some(MAX_STEP - bits % 3), 1.0),
        121 => {
            let series = page.series(run, KEYS[key]);
            let appended = series.and_then(|series| {
                page.session.storage_mut().append_consecutive(
                    slot,
                    series,
                    bits % 90,
                    &[1.0, 2.0],
                    now_ms as i64,
                )
            });
            format!("{appended:?}")
        }
        122 => format!("{}", page.session.storage().pending_points(slot)),
        123 => format!("{:?}", block_on(page.session.flush())),
        124 => {
            drop(page.session.storage());
            format!("{:?}", page.session.flusher().due_ms())
        }
        125 => format!("{:?}", page.points(run)),
        126 if bits.is_multiple_of(8) => {
            let end = |state: &mut RunState| state.complete(RunStatus::Success, now_ms as i64);
            format!("{:?}", page.session.storage_mut().change_run(slot, end))
        }
        128.. => {
            let keys: Vec<&'static str> = KEYS
                .into_iter()
                .enumerate()
                .filter(|(index, _)| bits >> index & 1 == 1)
                .map(|(_, key)| key)
                .collect();
            // Mostly all at their next step; now and then at one of the caller's, or at one that nothing may follow.
            let step = match bits >> 3 & 7 {
                0 => Some(bits >> 6 & 63),
                1 => Some(MAX_STEP - (bits >> 6 & 63)).filter(|_| (bits >> 12).trailing_zeros() >= 4),
                _ => None,
            };
            format!("{:?}", page.log_all(run, &keys, step))
        }
        _ => format!("{:?}", page.session.storage().memory().get(slot).map(|run| run.record().status)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn staging_changes_nothing_that_can_be_seen(
        // Mostly one run in a row: its metrics are sorted when they are taken over, which two runs are not.
        steps in prop::collection::vec(
            (0u8..160, prop_oneof![9 => Just(0usize), 1 => Just(1)], 0..KEYS.len(), any::<u64>(), 0..40u32),
            1..900,
        )
    ) {
        let mut staged = Page::open(true);
        let mut direct = Page::open(false);
        for (op, run, key, bits, later) in steps {
            // Many points in a millisecond, as training logs them, and sometimes a pause.
            let later_ms = if later == 0 { 300.0 } else { f64::from(later / 30) };
            staged.clock.advance(later_ms);
            direct.clock.advance(later_ms);
            let step = (op, run, key, bits);
            prop_assert_eq!(happen(&mut staged, step), happen(&mut direct, step));
        }
        for run in 0..2 {
            prop_assert_eq!(staged.points(run), direct.points(run));
        }
    }
}

#[test]
fn most_points_take_the_short_cut() {
    let mut page = Page::open(true);
    let mut short = 0;
    for index in 0..10 * STAGED_POINTS {
        let waiting = page.session.staging().waiting();
        page.log(index % 2, "loss", None, 1.0).unwrap();
        short += usize::from(page.session.staging().waiting() > waiting);
    }
    assert!(short > 9 * STAGED_POINTS, "{short} points of {}", 10 * STAGED_POINTS);
}

#[test]
fn a_full_buffer_of_many_metrics_is_taken_over_in_order() {
    const KEYS: [&str; 5] = ["a", "b", "c", "d", "e"];
    let mut page = Page::open(true);
    let count = 3 * STAGED_POINTS + 7;
    // Now one metric, now another, some more often than others.
    let key = |index: usize| KEYS[index * index % 7 % KEYS.len()];
    (0..count).for_each(|index| page.log(0, key(index), None, index as f64).unwrap());
    for (name, points) in page.points(0) {
        let logged = (0..count).filter(|&index| key(index) == name).map(|index| (index as f64).to_bits());
        let expected: Vec<Bits> = logged
            .enumerate()
            .map(|(step, value)| (step as u64, value, page.clock.wall_ms() as i64))
            .collect();
        assert_eq!(points, expected, "{name}");
    }
}

#[test]
fn point_logged_after_a_flush_or_while_the_timer_is_late_is_flushed() {
    let mut page = Page::open(true);
    let mut pool = LocalPool::new();
    let session = Rc::clone(&page.session);
    pool.spawner().spawn_local(async move { session.flush_loop().await }).unwrap();
    let pending = |page: &Page| page.session.storage().pending_points(page.runs[0]);
    page.log(0, "loss", None, 1.0).unwrap();
    page.log(0, "loss", None, 2.0).unwrap();
    pool.run_until_stalled();
    assert_eq!(pending(&page), 2);
    page.clock.advance(100.0);
    pool.run_until_stalled();
    assert_eq!(pending(&page), 0);
    page.log(0, "loss", None, 3.0).unwrap();
    pool.run_until_stalled();
    assert_eq!(pending(&page), 1);
    // The timer is late, as in a tab in the background: a point that is logged then is flushed at once.
    page.clock.pass(400.0);
    pool.run_until_stalled();
    assert_eq!(pending(&page), 1);
    page.log(0, "loss", None, 4.0).unwrap();
    pool.run_until_stalled();
    assert_eq!(pending(&page), 0);
}

#[test]
fn nothing_is_staged_past_the_bound_on_unsaved_points() {
    let mut page = Page::open(true);
    page.session.storage_mut().set_most_unsaved(STAGED_POINTS as u64 * 2);
    let refused = (0..4 * STAGED_POINTS).find(|_| page.log(0, "loss", None, 1.0).is_err()).unwrap();
    assert_eq!(refused, STAGED_POINTS * 2);
    assert_eq!(page.session.storage().pending_points(page.runs[0]), STAGED_POINTS as u64 * 2);
}

#[test]
fn bound_on_unsaved_points_holds_when_they_are_read_meanwhile() {
    let mut page = Page::open(true);
    page.session.storage_mut().set_most_unsaved(STAGED_POINTS as u64 * 2);
    let mut logged = 0;
    for index in 0..4 * STAGED_POINTS {
        logged += u64::from(page.log(0, "loss", None, 1.0).is_ok());
        if index % (STAGED_POINTS / 2 + 1) == 0 {
            let _ = page.session.storage();
        }
    }
    assert_eq!(page.session.storage().pending_points(page.runs[0]), logged);
    assert_eq!(logged, STAGED_POINTS as u64 * 2);
}

#[test]
fn cells_of_a_dropped_session_are_used_again_in_a_new_epoch() {
    let mut gone = Page::open(true);
    (0..2).for_each(|_| gone.log(0, "loss", None, 1.0).unwrap());
    assert_eq!(gone.session.staging().waiting(), 1);
    let (cells, epoch) = (gone.cells.unwrap(), gone.epochs[0]);
    drop(gone);
    let page = Page::open(true);
    assert!(std::ptr::eq(cells, page.cells.unwrap()));
    assert_eq!(page.session.staging().waiting(), 0);
    assert!(cells[0].get() > epoch);
}

#[test]
fn most_points_of_several_metrics_at_once_are_staged() {
    let mut page = Page::open(true);
    let mut short = 0;
    for index in 0..2 * STAGED_POINTS {
        let waiting = page.session.staging().waiting();
        page.log_all(index % 2, &KEYS, None).unwrap();
        short += usize::from(page.session.staging().waiting() > waiting);
    }
    assert!(short > 19 * STAGED_POINTS / 10, "{short} calls of {}", 2 * STAGED_POINTS);
}

#[test]
fn call_that_logs_nothing_lets_no_run_stage() {
    let mut page = Page::open(true);
    page.log(0, "loss", None, 1.0).unwrap();
    page.log(1, "loss", None, 1.0).unwrap();
    // Past the last step: from here on run 0 is logged to by checked calls alone.
    page.log(0, "loss", Some(MAX_STEP), 1.0).unwrap();
    page.log(1, "loss", None, 1.0).unwrap();
    page.log_all(0, &[], None).unwrap();
    assert!(page.log(0, "loss", None, 1.0).is_err());
}

#[test]
fn staging_ends_at_its_deadline() {
    let mut page = Page::open(true);
    page.log(0, "loss", None, 1.0).unwrap();
    page.clock.pass(150.0);
    assert!(page.stage(0, "loss", None, 2.0));
    page.clock.pass(1.0);
    assert!(!page.stage(0, "loss", None, 3.0));
}
