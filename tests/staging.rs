//! Points that JavaScript writes ahead end up as if each had been logged by a call of its own.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use entrenar::storage::indexed_db::{
    MAX_STAGED_STEP, MemoryDatabase, Effect, RunOptions, STAGED_METRICS, STAGED_POINTS, Staging, Session,
};
use entrenar::storage::{MAX_STEP, RawPoint, RunSlot, RunStatus, SeriesSlot, StorageError};
use futures::executor::block_on;
use proptest::prelude::*;

const KEYS: [&str; 3] = ["loss", "accuracy", "lr"];
/// The cell in which the points begin.
const FIRST_POINT: usize = 6 + 2 * STAGED_METRICS;
const START_MS: f64 = 1_700_000_000_000.0;

/// A point's step, the bits of its value, and its time.
type Bits = (u64, u64, i64);

/// A run's number and a metric's key.
type Metric = (usize, &'static str);

/// A page with two runs.
struct Page {
    synced: Session<MemoryDatabase>,
    runs: [RunSlot; 2],
    /// What `surface.js` keeps: where points go, the metrics' places, and the epoch that each run was admitted to.
    cells: Option<&'static [Cell<f64>]>,
    places: BTreeMap<Metric, f64>,
    /// Of each metric that points are staged of: since which take, and where the last one is.
    chains: RefCell<BTreeMap<Metric, (f64, usize)>>,
    epochs: [f64; 2],
}

impl Page {
    fn open(stages: bool) -> Self {
        Self::watched(stages, |_| {})
    }

    fn watched(stages: bool, observer: impl Fn(Effect) + 'static) -> Self {
        let synced = block_on(Session::open(MemoryDatabase::default(), "page", observer)).unwrap();
        let begin = || block_on(synced.begin_run("staging", RunOptions::default())).unwrap();
        let runs = [begin(), begin()];
        let cells = stages.then(|| synced.staging().cells());
        Self { synced, runs, cells, places: BTreeMap::new(), chains: RefCell::default(), epochs: [-1.0; 2] }
    }

    fn series(&mut self, run: usize, key: &'static str) -> Result<SeriesSlot, StorageError> {
        if let Some(place) = self.places.get(&(run, key)) {
            return Ok(Staging::series(*place));
        }
        let series = self.synced.storage_mut().series_slot(self.runs[run], key)?;
        self.places.insert((run, key), Staging::place(self.runs[run], series));
        Ok(series)
    }

    /// Whether the point took the short cut.
    fn stage(&self, run: usize, key: &'static str, step: Option<u64>, value: f64, now_ms: f64) -> bool {
        let (Some(cells), Some(&place)) = (self.cells, self.places.get(&(run, key))) else { return false };
        let count = cells[1].get();
        let at = FIRST_POINT + 4 * count as usize;
        let is_admitted = cells[0].get() == self.epochs[run] && now_ms <= cells[2].get();
        if !is_admitted || at >= cells.len() || step.is_some_and(|step| step > MAX_STAGED_STEP) {
            return false;
        }
        let take = cells[4].get();
        match self.chains.borrow_mut().insert((run, key), (take, at)) {
            Some((since, last)) if since == take => cells[last].set(count),
            // There are far fewer metrics here than have room.
            _ => {
                let chain = 6 + 2 * cells[5].get() as usize;
                cells[chain].set(place);
                cells[chain + 1].set(count);
                cells[5].set(cells[5].get() + 1.0);
            }
        }
        cells[at].set(f64::INFINITY);
        cells[at + 1].set(step.map_or(-1.0, |step| step as f64));
        cells[at + 2].set(value);
        cells[at + 3].set(now_ms);
        cells[1].set(cells[1].get() + 1.0);
        true
    }

    fn log(
        &mut self,
        run: usize,
        key: &'static str,
        step: Option<u64>,
        value: f64,
        now_ms: f64,
    ) -> Result<(), StorageError> {
        if self.stage(run, key, step, value, now_ms) {
            return Ok(());
        }
        let series = self.series(run, key)?;
        self.synced.log(self.runs[run], series, step, value, now_ms)?;
        self.synced.admit(self.runs[run]);
        if let Some(cells) = self.cells {
            self.epochs[run] = if cells[3].get() == 1.0 { cells[0].get() } else { -1.0 };
        }
        Ok(())
    }

    fn points(&self, run: usize) -> Vec<(String, Vec<Bits>)> {
        let storage = self.synced.storage();
        let all = storage.memory().get(self.runs[run]).unwrap().all_series().unwrap();
        let bits = |point: RawPoint| (point.step, point.value.to_bits(), point.timestamp_ms);
        let columns = |series: &entrenar::storage::Series| {
            series.logged(0..series.len()).into_iter().map(bits).collect()
        };
        all.iter().map(|named| (named.key.clone(), columns(&named.series))).collect()
    }
}

/// What happens in both pages, and what they answer.
fn happen(page: &mut Page, (op, run, key, bits): (u8, usize, usize, u64), now_ms: f64) -> String {
    let slot = page.runs[run];
    let log = |page: &mut Page, step, value| format!("{:?}", page.log(run, KEYS[key], step, value, now_ms));
    match op {
        // Mostly points, in a row and at random; now and then one that nothing may follow.
        0..90 => log(page, None, f64::from_bits(bits)),
        90..120 => log(page, Some(bits % 50), -0.0),
        120 => log(page, Some(MAX_STEP - bits % 3), 1.0),
        121 => {
            let series = page.series(run, KEYS[key]);
            let appended = series.and_then(|series| {
                page.synced.storage_mut().append_consecutive(
                    slot,
                    series,
                    bits % 90,
                    &[1.0, 2.0],
                    now_ms as i64,
                )
            });
            format!("{appended:?}")
        }
        122 => format!("{}", page.synced.storage().pending_points(slot)),
        123 => format!("{:?}", block_on(page.synced.flush())),
        124 => format!("{}", page.synced.tick(now_ms)),
        125 => format!("{:?}", page.points(run)),
        126 if bits.is_multiple_of(8) => {
            let end =
                |state: &mut entrenar::storage::RunState| state.complete(RunStatus::Success, now_ms as i64);
            format!("{:?}", page.synced.storage_mut().change_run(slot, end))
        }
        _ => format!("{:?}", page.synced.storage().memory().get(slot).map(|run| run.record().status)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn staging_changes_nothing_that_can_be_seen(
        // Mostly one run in a row: its metrics are sorted when they are taken over, which two runs are not.
        steps in prop::collection::vec(
            (0u8..128, prop_oneof![9 => Just(0usize), 1 => Just(1)], 0..KEYS.len(), any::<u64>(), 0..40u32),
            1..900,
        )
    ) {
        let mut staged = Page::open(true);
        let mut direct = Page::open(false);
        let mut now_ms = START_MS;
        for (op, run, key, bits, later) in steps {
            // Many points in a millisecond, as training logs them, and sometimes a pause.
            now_ms += if later == 0 { 300.0 } else { f64::from(later / 30) };
            let step = (op, run, key, bits);
            prop_assert_eq!(happen(&mut staged, step, now_ms), happen(&mut direct, step, now_ms));
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
        let waiting = page.synced.staging().waiting();
        page.log(index % 2, "loss", None, 1.0, START_MS).unwrap();
        short += usize::from(page.synced.staging().waiting() > waiting);
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
    (0..count).for_each(|index| page.log(0, key(index), None, index as f64, START_MS).unwrap());
    for (name, points) in page.points(0) {
        let logged = (0..count).filter(|&index| key(index) == name).map(|index| (index as f64).to_bits());
        let expected: Vec<Bits> =
            logged.enumerate().map(|(step, value)| (step as u64, value, START_MS as i64)).collect();
        assert_eq!(points, expected, "{name}");
    }
}

#[test]
fn whoever_logs_again_after_a_wake_asks_for_the_next_one() {
    let wakes: Rc<RefCell<u32>> = Rc::default();
    let heard = Rc::clone(&wakes);
    let mut page = Page::watched(true, move |notice| {
        *heard.borrow_mut() += u32::from(matches!(notice, Effect::WakeAfter(_) | Effect::WakeNow));
    });
    page.log(0, "loss", None, 1.0, START_MS).unwrap();
    page.log(0, "loss", None, 2.0, START_MS).unwrap();
    assert_eq!(*wakes.borrow(), 1);
    let _ = page.synced.tick(START_MS + 100.0);
    page.log(0, "loss", None, 3.0, START_MS + 101.0).unwrap();
    assert_eq!(*wakes.borrow(), 2, "the second wake was not asked for");
    // The timer is late, as in a tab in the background: a point that comes then wakes at once.
    page.log(0, "loss", None, 4.0, START_MS + 400.0).unwrap();
    assert_eq!(*wakes.borrow(), 3, "the late timer was not noticed");
}

#[test]
fn nothing_is_staged_past_the_bound_on_unsaved_points() {
    let mut page = Page::open(true);
    page.synced.storage_mut().set_most_unsaved(STAGED_POINTS as u64 * 2);
    let refused = (0..4 * STAGED_POINTS).find(|_| page.log(0, "loss", None, 1.0, START_MS).is_err()).unwrap();
    assert_eq!(refused, STAGED_POINTS * 2);
    assert_eq!(page.synced.storage().pending_points(page.runs[0]), STAGED_POINTS as u64 * 2);
}

#[test]
fn at_that_bound_nothing_is_lost_and_no_more_is_taken_if_somebody_reads_meanwhile() {
    let mut page = Page::open(true);
    page.synced.storage_mut().set_most_unsaved(STAGED_POINTS as u64 * 2);
    let mut logged = 0;
    for index in 0..4 * STAGED_POINTS {
        logged += u64::from(page.log(0, "loss", None, 1.0, START_MS).is_ok());
        if index % (STAGED_POINTS / 2 + 1) == 0 {
            let _ = page.synced.storage();
        }
    }
    assert_eq!(page.synced.storage().pending_points(page.runs[0]), logged);
    assert_eq!(logged, STAGED_POINTS as u64 * 2);
}

#[test]
fn cells_of_a_storage_that_is_gone_are_used_again_and_its_runs_cannot_write_there_any_more() {
    let mut gone = Page::open(true);
    (0..2).for_each(|_| gone.log(0, "loss", None, 1.0, START_MS).unwrap());
    assert_eq!(gone.synced.staging().waiting(), 1);
    let (cells, epoch) = (gone.cells.unwrap(), gone.epochs[0]);
    drop(gone);
    let page = Page::open(true);
    assert!(std::ptr::eq(cells, page.cells.unwrap()));
    assert_eq!(page.synced.staging().waiting(), 0);
    assert!(cells[0].get() > epoch);
}
