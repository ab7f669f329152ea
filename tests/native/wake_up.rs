//! Whenever something is pending, a wake-up is armed that will flush it, whatever happened before.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

use entrenar::database::MemoryDatabase;
use entrenar::engine::{Clock, Pace, RunOptions, Session};
use entrenar::storage::{RunEdit, RunSlot, RunStatus};
use futures::FutureExt;
use futures::executor::{LocalPool, block_on};
use futures::task::LocalSpawnExt;
use proptest::prelude::*;

use crate::support::test_clock::TestClock;

/// What is unsaved is no older than this where timers fire in time.
const SAVED_WITHIN_MS: f64 = 250.0;

/// A page with two runs, whose loops run whenever its task ends.
struct Page {
    session: Rc<Session<MemoryDatabase>>,
    clock: TestClock,
    pool: LocalPool,
    runs: Vec<RunSlot>,
    pace: Pace,
    exits: Rc<Cell<u32>>,
}

impl Page {
    fn open() -> Self {
        let clock = TestClock::new();
        let session = block_on(Session::open(MemoryDatabase::default(), "page", clock.shared())).unwrap();
        let mut page = Self {
            session: Rc::new(session),
            clock,
            pool: LocalPool::new(),
            runs: Vec::new(),
            pace: Pace::Interval,
            exits: Rc::default(),
        };
        let session = Rc::clone(&page.session);
        page.spawn(async move { session.flush_loop().await });
        let (session, exits) = (Rc::clone(&page.session), Rc::clone(&page.exits));
        page.spawn(async move { session.exit_loop(|| exit_flush(&session, &exits)).await });
        page.begin();
        page.begin();
        page
    }

    fn begin(&mut self) {
        self.runs.push(block_on(self.session.begin_run("wake-up", RunOptions::default())).unwrap());
    }

    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.pool.spawner().spawn_local(task).unwrap();
    }

    fn exit_flush(&self) {
        exit_flush(&self.session, &self.exits);
    }

    fn log(&self, run: RunSlot, step: Option<u64>) {
        let series = self.session.storage_mut().series_slot(run, "loss");
        let logged = series.and_then(|series| self.session.log(run, series, step, 0.5, 7));
        if logged.is_ok() {
            let _ = self.session.allow_staging(run);
        }
    }

    /// Writes a point as the JavaScript side does: without a call.
    fn stage(&self, run: RunSlot) {
        let Ok(series) = self.session.storage_mut().series_slot(run, "loss") else { return };
        self.log(run, None);
        let cells = self.session.staging().cells();
        let is_allowed = cells[3].get() == entrenar::engine::Staging::run_number(run)
            && self.clock.monotonic_ms() <= cells[2].get();
        if !is_allowed || cells[1].get() > 0.0 {
            return;
        }
        let first_point = 6 + 2 * entrenar::engine::STAGED_METRICS;
        cells[6].set(entrenar::engine::Staging::handle(run, series));
        cells[7].set(0.0);
        cells[5].set(1.0);
        let point = [f64::INFINITY, -1.0, 1.5, 8.0];
        point.iter().zip(&cells[first_point..]).for_each(|(value, cell)| cell.set(*value));
        cells[1].set(1.0);
    }

    fn act(&mut self, op: u8, bits: u16) {
        let run = self.runs[usize::from(bits) % self.runs.len()];
        let session = Rc::clone(&self.session);
        match op % 24 {
            0..=3 => self.log(run, None),
            4 => self.log(run, Some(u64::from(bits))),
            5..=7 => self.stage(run),
            // While the page may be leaving, these wait.
            8 | 9 => self.spawn(async move { drop(session.flush().await) }),
            10 => self.spawn(async move { drop(session.flush_run(run).await) }),
            11 => {
                let ended = session.storage_mut().change_run(run, |run| run.complete(RunStatus::Success, 9));
                drop(ended);
                if self.runs.len() < 8 {
                    self.begin();
                }
            }
            12 => drop(session.storage_mut().change_run(run, |run| run.set_tag("tag", &bits.to_string()))),
            13 => drop(session.storage_mut().put_artifact(run, "weights", &bits.to_le_bytes())),
            14 => {
                let run_id = session.ids_of(run).unwrap().1;
                self.spawn(async move { drop(session.edit_run(&run_id, RunEdit::name("named")).await) });
            }
            15 => {
                self.pace =
                    [Pace::Interval, Pace::LeadingEdge, Pace::EachTask, Pace::ExitLog][usize::from(bits) % 4];
                session.set_pace(self.pace);
            }
            16 => {
                session.begin_leaving();
                self.exit_flush();
                session.end_leaving();
            }
            17 => self.exit_flush(),
            18 => self.clock.advance(f64::from(bits % 300)),
            // Late, early, and faked.
            19 => self.clock.pass(f64::from(bits % 300)),
            20 => self.clock.fire_early(),
            21 => self.clock.set_wall_ms([f64::NAN, 0.0, -1e15, 4e12][usize::from(bits) % 4]),
            22 => self.clock.advance_monotonic(f64::from(bits % 300)),
            _ => session.renew_leases(),
        }
    }

    /// The task ends, and what waits for that goes on.
    fn end_task(&mut self) {
        self.pool.run_until_stalled();
    }

    fn assert_saved(&self, when: &str) {
        let pending: Vec<u64> =
            self.runs.iter().map(|run| self.session.storage().pending_points(*run)).collect();
        assert!(pending.iter().all(|points| *points == 0), "{pending:?} points are unsaved {when}");
        assert!(self.session.is_saved(), "something is unsaved {when}");
    }
}

/// Writes what is unsaved to the exit log, under a token of its own.
fn exit_flush(session: &Session<MemoryDatabase>, exits: &Cell<u32>) {
    exits.set(exits.get() + 1);
    if let Some(exit) = session.flush_on_exit(&format!("token-{}", exits.get())) {
        exit.now_or_never().expect("memory answers at once");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pending_changes_are_saved_soon_whatever_happened_before(
        steps in prop::collection::vec((any::<u8>(), any::<u16>(), any::<bool>()), 1..40)
    ) {
        let mut page = Page::open();
        for (op, bits, waits) in steps {
            page.act(op, bits);
            page.end_task();
            if matches!(page.pace, Pace::EachTask | Pace::ExitLog) {
                page.assert_saved("at the end of the task");
            }
            // Mostly the next thing happens at once, while the wake-up of the one before is armed.
            if waits {
                page.clock.advance_monotonic(SAVED_WITHIN_MS);
                page.end_task();
                page.assert_saved("after an interval");
            }
        }
        page.clock.advance_monotonic(SAVED_WITHIN_MS);
        page.end_task();
        page.assert_saved("in the end");
    }
}
