//! Points on their way into memory. A call from JavaScript into wasm costs several times what storing a point does, so the
//! JavaScript side writes points into these cells, and they are taken over some thousand at a time, metric by metric: a point of
//! one metric among a thousand finds its series in the processor's cache.
//!
//! Invariants: whoever looks at the storage takes over what is staged first. A run may be staged only in an epoch in which one
//! of its points was logged the checked way; every change but logging begins a new epoch, so that nothing staged can be refused.

use std::cell::{Cell, OnceCell};

use crate::storage::memory::RunSlot;
use crate::storage::record::MAX_STEP;
use crate::storage::run_state::SeriesSlot;

/// Points that are staged at most.
pub const STAGED_POINTS: usize = 8192;

const EPOCH: usize = 0;
const COUNT: usize = 1;
/// Until when points are staged, in milliseconds since the epoch: later ones are to wake the flush loop.
const LATEST: usize = 2;
/// Whether the run logged to last is admitted to this epoch.
const ADMITTED: usize = 3;
/// Where the points begin: place, step or −1 for the next one, value, milliseconds since the epoch.
const POINTS: usize = 4;
const POINT_CELLS: usize = 4;

/// A place is the run's slot times this and the series' slot.
const PLACES: u64 = 1 << 26;

/// Places so far from each other are sorted into as many buckets; others, of several runs, are left as they are.
const MOST_BUCKETS: usize = 4 * STAGED_POINTS;

/// Steps up to here may be staged: the next steps of a whole epoch stay below the largest.
pub const MAX_STAGED_STEP: u64 = MAX_STEP / 2;

/// A staged point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StagedPoint {
    /// Its run.
    pub run: RunSlot,
    /// Its metric.
    pub series: SeriesSlot,
    /// Its step; nothing for the metric's next one.
    pub step: Option<u64>,
    /// Its value.
    pub value: f64,
    /// Milliseconds since the epoch.
    pub timestamp_ms: f64,
}

/// The cells of one storage, made when JavaScript first asks for them.
#[derive(Debug, Default)]
pub struct Staging {
    cells: OnceCell<&'static [Cell<f64>]>,
}

impl Staging {
    /// The cells, for whoever writes points. They stay where they are for ever: JavaScript may look at them after all else is gone.
    pub fn cells(&self) -> &'static [Cell<f64>] {
        self.cells.get_or_init(|| {
            let cells = vec![Cell::new(0.0); POINTS + POINT_CELLS * STAGED_POINTS];
            Box::leak(cells.into_boxed_slice())
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

    /// Takes all points, those of a metric in the order they were staged in. Between metrics the order means nothing.
    pub fn take(&self) -> impl Iterator<Item = StagedPoint> + use<> {
        let cells: &'static [Cell<f64>] = self.cells.get().copied().unwrap_or_default();
        let count = cells.get(COUNT).map_or(0, |count| count.replace(0.0) as usize);
        let points = cells.get(POINTS..).unwrap_or_default().as_chunks().0.get(..count).unwrap_or_default();
        metric_by_metric(points).into_iter().map(|index| staged(&points[index as usize]))
    }
}

fn staged([place, step, value, timestamp_ms]: &[Cell<f64>; POINT_CELLS]) -> StagedPoint {
    StagedPoint {
        run: RunSlot((place.get() as u64 / PLACES) as u32),
        series: Staging::series(place.get()),
        step: (step.get() >= 0.0).then_some(step.get() as u64),
        value: value.get(),
        timestamp_ms: timestamp_ms.get(),
    }
}

/// The order that brings points of one place together, in one go over places that are near each other.
fn metric_by_metric(points: &[[Cell<f64>; POINT_CELLS]]) -> Vec<u32> {
    let place = |point: &[Cell<f64>; POINT_CELLS]| point[0].get();
    let lowest = points.iter().map(place).fold(f64::INFINITY, f64::min);
    let highest = points.iter().map(place).fold(lowest, f64::max);
    let mut order: Vec<u32> = (0..points.len() as u32).collect();
    let buckets = (highest - lowest) as usize + 1;
    if buckets == 1 || buckets > MOST_BUCKETS {
        return order;
    }
    // Where the next point of each place goes.
    let mut next = vec![0u32; buckets + 1];
    let bucket = |point| (place(point) - lowest) as usize;
    points.iter().for_each(|point| next[bucket(point) + 1] += 1);
    (1..buckets).for_each(|bucket| next[bucket] += next[bucket - 1]);
    for (index, point) in points.iter().enumerate() {
        let next = &mut next[bucket(point)];
        order[*next as usize] = index as u32;
        *next += 1;
    }
    order
}
