//! Points that JavaScript writes ahead end up as if each had been logged by a call of its own.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use entrenar::columns::{MAX_STEP, RawPoint, Series};
use entrenar::database::MemoryDatabase;
use entrenar::engine::{
    Clock, FIRST_STAGED_POINT, MAX_STAGED_STEP, RunOptions, STAGED_POINTS, Session, Staging,
};
use entrenar::storage::{RunSlot, RunState, RunStatus, SeriesSlot, StorageError};
use futures::executor::{LocalPool, block_on};
use futures::task::LocalSpawnExt;
use proptest::prelude::*;

use crate::support::test_clock::TestClock;

const KEYS: [&str; 3] = ["loss", "accuracy", "lr"];

/// A point's step, the bits of its value, and its time.
type Bits = (u64, u64, i64);

/// A run's number and a metric's key.
type Metric = (usize, &'static str);

/// A page with two runs.
struct Page {
    session: Rc<Session<MemoryDatabase>>,
    clock: TestClock,
    runs: [RunSlot; 2],
    /// What `staging.js` keeps: where points go, the metrics' handles, and the epoch in which each run may stage.
    cells: Option<&'static [Cell<f64>]>,
    handles: BTreeMap<Metric, f64>,
    /// Of each metric that points are staged of: since which take, and where the last one is.
    chains: RefCell<BTreeMap<Metric, (f64, usize)>>,
    epochs: [f64; 2],
    /// The metrics' next steps, and the epoch in which they hold.
    next_steps: RefCell<BTreeMap<Metric, (f64, u64)>>,
}

impl Page {
    fn open(stages: bool) -> Self {
        let clock = TestClock::new();
        let opened = block_on(Session::open(MemoryDatabase::default(), "page", clock.shared()));
        let session = Rc::new(opened.unwrap());
        let begin = || block_on(session.begin_run("staging", RunOptions::default())).unwrap();
        let runs = [begin(), begin()];
        let cells = stages.then(|| session.staging().cells());
        Self {
            session,
            clock,
            runs,
            cells,
            handles: BTreeMap::new(),
            chains: RefCell::default(),
            epochs: [-1.0; 2],
            next_steps: RefCell::default(),
        }
    }

    fn series(&mut self, run: usize, key: &'static str) -> Result<SeriesSlot, StorageError> {
        if let Some(handle) = self.handles.get(&(run, key)) {
            return Ok(Staging::series(*handle));
        }
        let series = self.session.storage_mut().series_slot(self.runs[run], key)?;
        self.handles.insert((run, key), Staging::handle(self.runs[run], series));
        Ok(series)
    }

    /// Whether so many points of the run may be staged now.
    fn may_stage(&self, run: usize, points: usize, step: Option<u64>) -> bool {
        let Some(cells) = self.cells else { return false };
        let room = cells.len() - FIRST_STAGED_POINT - 4 * cells[1].get() as usize;
        cells[0].get() == self.epochs[run]
            && self.clock.monotonic_ms() <= cells[2].get()
            && 4 * points <= room
            && step.is_none_or(|step| step <= MAX_STAGED_STEP)
    }

    fn write(&self, run: usize, key: &'static str, step: Option<u64>, value: f64) {
        let Some(cells) = self.cells else { return };
        let count = cells[1].get();
        let at = FIRST_STAGED_POINT + 4 * count as usize;
        let take = cells[4].get();
        match self.chains.borrow_mut().insert((run, key), (take, at)) {
            Some((since, last)) if since == take => cells[last].set(count),
            // There are far fewer metrics here than have room.
            _ => {
                let chain = 6 + 2 * cells[5].get() as usize;
                cells[chain].set(self.handles[&(run, key)]);
                cells[chain + 1].set(count);
                cells[5].set(cells[5].get() + 1.0);
            }
        }
        cells[at].set(f64::INFINITY);
        cells[at + 1].set(step.map_or(-1.0, |step| step as f64));
        cells[at + 2].set(value);
        cells[at + 3].set(self.clock.wall_ms());
        cells[1].set(cells[1].get() + 1.0);
        if let Some((epoch, next)) = self.next_steps.borrow_mut().get_mut(&(run, key))
            && *epoch == self.epochs[run]
        {
            *next = step.map_or(*next + 1, |step| (*next).max(step + 1));
        }
    }

    /// Whether the point was staged.
    fn stage(&self, run: usize, key: &'static str, step: Option<u64>, value: f64) -> bool {
        if !self.handles.contains_key(&(run, key)) || !self.may_stage(run, 1, step) {
            return false;
        }
        self.write(run, key, step, value);
        true
    }

    /// Whether a point of each metric was staged, all at one step.
    fn stage_all(&self, run: usize, keys: &[&'static str], step: Option<u64>) -> bool {
        if keys.is_empty() || !self.may_stage(run, keys.len(), step) {
            return false;
        }
        let next_steps = self.next_steps.borrow();
        let known = keys.iter().map(|key| {
            let (epoch, next) = next_steps.get(&(run, *key))?;
            (*epoch == self.epochs[run]).then_some(*next)
        });
        let Some(known) = known.collect::<Option<Vec<u64>>>() else { return false };
        drop(next_steps);
        let step = step.or(known.into_iter().max());
        keys.iter().for_each(|key| self.write(run, key, step, 0.5));
        true
    }

    fn log(
        &mut self,
        run: usize,
        key: &'static str,
        step: Option<u64>,
        value: f64,
    ) -> Result<(), StorageError> {
        if self.stage(run, key, step, value) {
            return Ok(());
        }
        let series = self.series(run, key)?;
        self.store(run, key, series, step, value)?;
        self.look(run);
        Ok(())
    }

    /// What `log_metrics` does: all or none, at a common step.
    fn log_all(&mut self, run: usize, keys: &[&'static str], step: Option<u64>) -> Result<(), StorageError> {
        if self.stage_all(run, keys, step) {
            return Ok(());
        }
        let mut points = Vec::new();
        for key in keys {
            points.push((*key, self.series(run, key)?));
        }
        let next = points.iter().map(|(_, series)| self.next_step(run, *series)).max();
        self.session.storage().check_room(self.runs[run], keys.len() as u64)?;
        for (key, series) in points {
            self.store(run, key, series, step.or(next), 0.5)?;
        }
        self.look(run);
        Ok(())
    }

    /// A checked call.
    fn store(
        &mut self,
        run: usize,
        key: &'static str,
        series: SeriesSlot,
        step: Option<u64>,
        value: f64,
    ) -> Result<(), StorageError> {
        self.session.log(self.runs[run], series, step, value, self.clock.wall_ms() as i64)?;
        if let Some(epoch) = self.session.allow_staging(self.runs[run]) {
            let next = self.next_step(run, series);
            self.next_steps.borrow_mut().insert((run, key), (epoch, next));
        }
        Ok(())
    }

    fn look(&mut self, run: usize) {
        if let Some(cells) = self.cells {
            let is_allowed = cells[3].get() == Staging::run_number(self.runs[run]);
            self.epochs[run] = if is_allowed { cells[0].get() } else { -1.0 };
        }
    }

    fn next_step(&self, run: usize, series: SeriesSlot) -> u64 {
        let storage = self.session.storage();
        storage.memory().get(self.runs[run]).unwrap().series_at(series).series.next_step()
    }

    fn points(&self, run: usize) -> Vec<(String, Vec<Bits>)> {
        let storage = self.session.storage();
        let all = storage.memory().get(self.runs[run]).unwrap().all_series().unwrap();
        let bits = |point: RawPoint| (point.step, point.value.to_bits(), point.timestamp_ms);
        let columns = |series: &Series| series.logged(0..series.len()).into_iter().map(bits).collect();
        all.iter().map(|named| (named.key.clone(), columns(&named.series))).collect()
    }
}

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
