//! Points on their way into memory. A call from JavaScript into wasm costs several times what storing a point does, so the
//! JavaScript side writes points into these cells, and they are taken over some thousand at a time, metric by metric: a point of
//! one metric among a thousand finds its series in the processor's cache. Whoever writes a point links it to the one before it of
//! its metric, so that nothing needs to be sorted.
//!
//! Invariants: whoever looks at the storage takes over what is staged first. A run may be staged only in an epoch in which one
//! of its points was logged the checked way; every change but logging begins a new epoch, so that nothing staged can be refused.
//! Of the points that are taken over together, those of one metric are one chain.

use std::cell::{Cell, OnceCell, RefCell};

use crate::columns::{LoggedPoint, MAX_STEP};
use crate::storage::{RunSlot, SeriesSlot};

/// Points that are staged at most.
pub const STAGED_POINTS: usize = 32_768;
/// Metrics that points are staged of at most.
pub const STAGED_METRICS: usize = 4096;

const EPOCH: usize = 0;
const COUNT: usize = 1;
/// Until when points are staged, in milliseconds since the epoch: later ones are to wake the flush loop.
const LATEST: usize = 2;
/// Whether the run logged to last is admitted to this epoch.
const ADMITTED: usize = 3;
/// How often points were taken over.
const TAKES: usize = 4;
/// How many metrics there are points of.
const METRICS: usize = 5;
/// Where those metrics begin: place, and which of the points is its first.
const CHAINS: usize = 6;
const CHAIN_CELLS: usize = 2;
/// Where the points begin: which of them is the next of the metric, step or −1 for the next one, value, milliseconds since the epoch.
const POINTS: usize = CHAINS + CHAIN_CELLS * STAGED_METRICS;
const POINT_CELLS: usize = 4;

/// A place is the run's slot times this and the series' slot.
const PLACES: u64 = 1 << 26;

/// Steps up to here may be staged: the next steps of a whole epoch stay below the largest.
pub const MAX_STAGED_STEP: u64 = MAX_STEP / 2;

type Cells = &'static [Cell<f64>];

thread_local! {
    /// Cells that nobody has. What wrote into them has no say any more: its epoch is over.
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
    /// The cells, for whoever writes points. They stay where they are for ever: JavaScript may look at them after all else is gone.
    pub fn cells(&self) -> Cells {
        self.cells.get_or_init(|| {
            FREE.with_borrow_mut(Vec::pop).unwrap_or_else(|| {
                let cells = vec![Cell::new(0.0); POINTS + POINT_CELLS * STAGED_POINTS];
                Box::leak(cells.into_boxed_slice())
            })
        })
    }

    /// A metric's number for the writer.
    #[must_use]
    pub fn place(run: RunSlot, series: SeriesSlot) -> f64 {
        (u64::from(run.0) * PLACES + u64::from(series.0)) as f64
    }

    /// The metric of a place in its run.
    #[must_use]
    pub fn series(place: f64) -> SeriesSlot {
        SeriesSlot((place as u64 % PLACES) as u32)
    }

    /// Points that wait to be taken over.
    #[inline]
    #[must_use]
    pub fn waiting(&self) -> u32 {
        self.cells.get().map_or(0, |cells| cells[COUNT].get() as u32)
    }

    /// Nobody may stage until a point was logged the checked way.
    pub fn begin_epoch(&self) {
        if let Some(cells) = self.cells.get() {
            cells[EPOCH].set(cells[EPOCH].get() + 1.0);
            cells[ADMITTED].set(0.0);
        }
    }

    /// Lets the run that was logged to last stage points in this epoch, until `latest_ms`.
    pub fn admit(&self, latest_ms: f64) {
        if let Some(cells) = self.cells.get() {
            cells[ADMITTED].set(1.0);
            cells[LATEST].set(latest_ms);
        }
    }

    /// The next run that is logged to may not stage on that account.
    pub fn forget_admission(&self) {
        if let Some(cells) = self.cells.get() {
            cells[ADMITTED].set(0.0);
        }
    }

    /// Takes all points.
    pub fn take(&self) -> Taken {
        let Some(&cells) = self.cells.get() else { return Taken::default() };
        cells[TAKES].set(cells[TAKES].get() + 1.0);
        let metrics = cells[METRICS].replace(0.0) as usize;
        let points = cells[COUNT].replace(0.0) as usize;
        Taken {
            chains: &cells[CHAINS..POINTS].as_chunks().0[..metrics],
            points: &cells[POINTS..].as_chunks().0[..points],
        }
    }
}

/// Staged points on their way into memory.
#[derive(Debug, Default)]
pub struct Taken {
    chains: &'static [[Cell<f64>; CHAIN_CELLS]],
    points: &'static [[Cell<f64>; POINT_CELLS]],
}

impl Taken {
    /// The points, metric by metric: each metric's in the order they were staged in. Between metrics the order means nothing.
    pub fn metrics(&self) -> impl Iterator<Item = (RunSlot, SeriesSlot, impl Iterator<Item = LoggedPoint>)> {
        self.chains.iter().map(move |[place, first]| {
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
            (RunSlot((place.get() as u64 / PLACES) as u32), Staging::series(place.get()), points)
        })
    }

    /// When the last of them was logged, in milliseconds since the epoch.
    #[must_use]
    pub fn latest_ms(&self) -> f64 {
        self.points.last().map_or(f64::NEG_INFINITY, |point| point[3].get())
    }
}
