//! Points on their way into memory. A call from JavaScript into wasm costs several times what storing a point does, so JavaScript
//! writes points into these cells, and they are taken over some thousand at a time, metric by metric: a point of one metric among a
//! thousand finds its series in the processor's cache. The writer links each point to the one before it of its metric, so that
//! nothing needs to be sorted.
//!
//! Invariants:
//! - Every reader of the storage takes over what is staged first.
//! - A run may be staged only in an epoch in which one of its points was logged by a checked call. Every change but logging begins a
//!   new epoch, so that nothing staged can be refused.
//! - Within an epoch JavaScript knows the next steps of the metrics that it was told them of: a checked call that logs tells it, and
//!   every other change of a series begins a new epoch.
//! - Of the points that are taken over together, those of one metric are one chain.

use std::cell::{Cell, OnceCell, RefCell};

use crate::columns::{LoggedPoint, MAX_STEP};
use crate::storage::{RunSlot, SeriesSlot};

/// The most points that are staged at once.
pub const STAGED_POINTS: usize = 32_768;
/// The most metrics that points are staged of at once.
pub const STAGED_METRICS: usize = 4096;

// The cells of the header: JavaScript has them by the same numbers.
const EPOCH: usize = 0;
const COUNT: usize = 1;
/// Until when points are staged, by the page's monotonic clock in milliseconds: a later one is to wake the flush loop.
const DEADLINE: usize = 2;
/// Which run was allowed last to stage points in this epoch, by its number; 0 for none.
const ALLOWED: usize = 3;
/// How often points were taken over.
const TAKES: usize = 4;
/// Of how many metrics there are points.
const METRICS: usize = 5;
/// Where those metrics begin: its handle, and which of the points is its first.
const CHAINS: usize = 6;
const CHAIN_CELLS: usize = 2;
/// The cell in which the points begin: which of them is the metric's next, step or −1 for the next one, value, milliseconds since
/// the epoch.
pub const FIRST_STAGED_POINT: usize = CHAINS + CHAIN_CELLS * STAGED_METRICS;
const POINT_CELLS: usize = 4;

/// A handle is the run's slot times this and the series' slot.
const SERIES_OF_A_RUN: u64 = 1 << 26;

/// Steps up to here may be staged: the next steps of a whole epoch stay below the largest.
pub const MAX_STAGED_STEP: u64 = MAX_STEP / 2;

type Cells = &'static [Cell<f64>];

thread_local! {
    /// Cells that no storage has. What wrote into them may not any more: its epoch is over.
    static FREE: RefCell<Vec<Cells>> = const { RefCell::new(Vec::new()) };
}

/// The cells of one storage, a megabyte, made when JavaScript first asks for them.
#[derive(Debug, Default)]
pub struct Staging {
    cells: OnceCell<Cells>,
}

impl Drop for Staging {
    fn drop(&mut self) {
        self.take();
        self.begin_epoch();
        FREE.with_borrow_mut(|free| free.extend(self.cells.take()));
    }
}

impl Staging {
    /// The cells, for the writer of points. They stay where they are for ever: JavaScript may look at them after all else is gone.
    pub fn cells(&self) -> Cells {
        self.cells.get_or_init(|| {
            FREE.with_borrow_mut(Vec::pop).unwrap_or_else(|| {
                let cells = vec![Cell::new(0.0); FIRST_STAGED_POINT + POINT_CELLS * STAGED_POINTS];
                Box::leak(cells.into_boxed_slice())
            })
        })
    }

    /// A metric's number for the writer.
    #[must_use]
    pub fn handle(run: RunSlot, series: SeriesSlot) -> f64 {
        (u64::from(run.0) * SERIES_OF_A_RUN + u64::from(series.0)) as f64
    }

    /// The metric of a handle in its run.
    #[must_use]
    pub fn series(handle: f64) -> SeriesSlot {
        SeriesSlot((handle as u64 % SERIES_OF_A_RUN) as u32)
    }

    /// Points that wait to be taken over.
    #[inline]
    #[must_use]
    pub fn waiting(&self) -> u32 {
        self.cells.get().map_or(0, |cells| cells[COUNT].get() as u32)
    }

    /// No run may stage until one of its points was logged by a checked call.
    pub fn begin_epoch(&self) {
        if let Some(cells) = self.cells.get() {
            cells[EPOCH].set(cells[EPOCH].get() + 1.0);
            cells[ALLOWED].set(0.0);
        }
    }

    /// Lets a run stage points in this epoch, whose number is returned, until `deadline_ms` of the page's monotonic clock.
    pub fn allow(&self, run: RunSlot, deadline_ms: f64) -> Option<f64> {
        let cells = self.cells.get()?;
        cells[ALLOWED].set(Self::run_number(run));
        cells[DEADLINE].set(deadline_ms);
        Some(cells[EPOCH].get())
    }

    /// A run's number for the writer.
    #[must_use]
    pub fn run_number(run: RunSlot) -> f64 {
        f64::from(run.0) + 1.0
    }

    /// Takes all points.
    pub fn take(&self) -> StagedPoints {
        let Some(&cells) = self.cells.get() else { return StagedPoints::default() };
        cells[TAKES].set(cells[TAKES].get() + 1.0);
        let metrics = cells[METRICS].replace(0.0) as usize;
        let points = cells[COUNT].replace(0.0) as usize;
        StagedPoints {
            chains: &cells[CHAINS..FIRST_STAGED_POINT].as_chunks().0[..metrics],
            points: &cells[FIRST_STAGED_POINT..].as_chunks().0[..points],
        }
    }
}

/// Staged points on their way into memory.
#[derive(Debug, Default)]
pub struct StagedPoints {
    chains: &'static [[Cell<f64>; CHAIN_CELLS]],
    points: &'static [[Cell<f64>; POINT_CELLS]],
}

impl StagedPoints {
    /// The points, metric by metric: each metric's in the order they were staged in. Between metrics the order means nothing.
    pub fn metrics(&self) -> impl Iterator<Item = (RunSlot, SeriesSlot, impl Iterator<Item = LoggedPoint>)> {
        self.chains.iter().map(move |[handle, first]| {
            // A link to no point ends the chain.
            let mut link = first.get();
            let points = std::iter::from_fn(move || {
                let [next, step, value, timestamp_ms] = self.points.get(link as usize)?;
                link = next.get();
                Some(LoggedPoint {
                    step: (step.get() >= 0.0).then_some(step.get() as u64),
                    value: value.get(),
                    timestamp_ms: timestamp_ms.get() as i64,
                })
            });
            let run = RunSlot((handle.get() as u64 / SERIES_OF_A_RUN) as u32);
            (run, Staging::series(handle.get()), points)
        })
    }

    /// When the last of them was logged, in milliseconds since the epoch.
    #[must_use]
    pub fn latest_ms(&self) -> f64 {
        self.points.last().map_or(f64::NEG_INFINITY, |point| point[3].get())
    }
}
