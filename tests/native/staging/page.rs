//! A page that stages points as `src/wasm/js/staging.js` does.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use entrenar::columns::{RawPoint, Series};
use entrenar::database::MemoryDatabase;
use entrenar::engine::{Clock, FIRST_STAGED_POINT, MAX_STAGED_STEP, RunOptions, Session, Staging};
use entrenar::storage::{RunSlot, SeriesSlot, StorageError};
use futures::executor::block_on;

use crate::support::test_clock::TestClock;

pub const KEYS: [&str; 3] = ["loss", "accuracy", "lr"];

/// A point's step, the bits of its value, and its time.
pub type Bits = (u64, u64, i64);

/// A run's number and a metric's key.
pub type Metric = (usize, &'static str);

/// A page with two runs.
pub struct Page {
    pub session: Rc<Session<MemoryDatabase>>,
    pub clock: TestClock,
    pub runs: [RunSlot; 2],
    /// What `staging.js` keeps: where points go, the metrics' handles, and the epoch in which each run may stage.
    pub cells: Option<&'static [Cell<f64>]>,
    pub handles: BTreeMap<Metric, f64>,
    /// Of each metric that points are staged of: since which take, and where the last one is.
    pub chains: RefCell<BTreeMap<Metric, (f64, usize)>>,
    pub epochs: [f64; 2],
    /// The metrics' next steps, and the epoch in which they hold.
    pub next_steps: RefCell<BTreeMap<Metric, (f64, u64)>>,
}

impl Page {
    pub fn open(stages: bool) -> Self {
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

    pub fn series(&mut self, run: usize, key: &'static str) -> Result<SeriesSlot, StorageError> {
        if let Some(handle) = self.handles.get(&(run, key)) {
            return Ok(Staging::series(*handle));
        }
        let series = self.session.storage_mut().series_slot(self.runs[run], key)?;
        self.handles.insert((run, key), Staging::handle(self.runs[run], series));
        Ok(series)
    }

    /// Whether so many points of the run may be staged now.
    pub fn may_stage(&self, run: usize, points: usize, step: Option<u64>) -> bool {
        let Some(cells) = self.cells else { return false };
        let room = cells.len() - FIRST_STAGED_POINT - 4 * cells[1].get() as usize;
        cells[0].get() == self.epochs[run]
            && self.clock.monotonic_ms() <= cells[2].get()
            && 4 * points <= room
            && step.is_none_or(|step| step <= MAX_STAGED_STEP)
    }

    pub fn write(&self, run: usize, key: &'static str, step: Option<u64>, value: f64) {
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
    pub fn stage(&self, run: usize, key: &'static str, step: Option<u64>, value: f64) -> bool {
        if !self.handles.contains_key(&(run, key)) || !self.may_stage(run, 1, step) {
            return false;
        }
        self.write(run, key, step, value);
        true
    }

    /// Whether a point of each metric was staged, all at one step.
    pub fn stage_all(&self, run: usize, keys: &[&'static str], step: Option<u64>) -> bool {
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

    pub fn log(
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
    pub fn log_all(
        &mut self,
        run: usize,
        keys: &[&'static str],
        step: Option<u64>,
    ) -> Result<(), StorageError> {
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
    pub fn store(
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

    pub fn look(&mut self, run: usize) {
        if let Some(cells) = self.cells {
            let is_allowed = cells[3].get() == Staging::run_number(self.runs[run]);
            self.epochs[run] = if is_allowed { cells[0].get() } else { -1.0 };
        }
    }

    pub fn next_step(&self, run: usize, series: SeriesSlot) -> u64 {
        let storage = self.session.storage();
        storage.memory().get(self.runs[run]).unwrap().series_at(series).series.next_step()
    }

    pub fn points(&self, run: usize) -> Vec<(String, Vec<Bits>)> {
        let storage = self.session.storage();
        let all = storage.memory().get(self.runs[run]).unwrap().all_series().unwrap();
        let bits = |point: RawPoint| (point.step, point.value.to_bits(), point.timestamp_ms);
        let columns = |series: &Series| series.logged(0..series.len()).into_iter().map(bits).collect();
        all.iter().map(|named| (named.key.clone(), columns(&named.series))).collect()
    }
}
