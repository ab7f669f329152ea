//! Points on their way into memory. A call from JavaScript into wasm costs several times what storing a point does, so the
//! JavaScript side writes points into these cells, and they are taken over some thousand at a time, metric by metric: a point of
//! one metric among a thousand finds its series in the processor's cache.
//!
//! Invariants: whoever looks at the storage takes over what is staged first. A run may be staged only in an epoch in which one
//! of its points was logged the checked way; every change but logging begins a new epoch, so that nothing staged can be refused.

use std::cell::{Cell, OnceCell};

use crate::storage::chunk::LoggedPoint;
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

/// Steps up to here may be staged: the next steps of a whole epoch stay below the largest.
pub const MAX_STAGED_STEP: u64 = MAX_STEP / 2;

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

    /// Takes all points.
    pub fn take(&self) -> Taken {
        let cells: &'static [Cell<f64>] = self.cells.get().copied().unwrap_or_default();
        let count = cells.get(COUNT).map_or(0, |count| count.replace(0.0) as usize);
        let points = cells.get(POINTS..).unwrap_or_default().as_chunks().0.get(..count).unwrap_or_default();
        Taken::of(points)
    }
}

type Cells = [Cell<f64>; POINT_CELLS];

/// Staged points on their way into memory.
#[derive(Debug)]
pub struct Taken {
    points: &'static [Cells],
    /// The points' indexes, metric by metric.
    order: Vec<u32>,
    /// The place of each metric, and where its points end in that order. Of several runs, metrics can be here more than once.
    metrics: Vec<(u64, u32)>,
}

impl Taken {
    /// Brings the points of each metric together, in one go over the metrics of a run. Points of several runs stay in turn.
    fn of(points: &'static [Cells]) -> Self {
        let first = points.first().map_or(0.0, |point| point[0].get());
        let is_one = points.iter().all(|point| point[0].get() == first);
        let sorted = if is_one { None } else { sorted(points, first as u64 / PLACES * PLACES) };
        sorted.unwrap_or_else(|| {
            let ends = points.chunk_by(|one, other| place(one) == place(other)).scan(0, |end, metric| {
                *end += metric.len() as u32;
                metric.first().map(|point| (place(point), *end))
            });
            Self { points, order: (0..points.len() as u32).collect(), metrics: ends.collect() }
        })
    }

    /// The points, metric by metric: each metric's in the order they were staged in. Between metrics the order means nothing.
    pub fn metrics(
        &self,
    ) -> impl Iterator<Item = (RunSlot, SeriesSlot, impl ExactSizeIterator<Item = LoggedPoint>)> {
        let mut start = 0;
        self.metrics.iter().map(move |&(place, end)| {
            let indexes = &self.order[start as usize..end as usize];
            start = end;
            let points = indexes.iter().map(|&index| staged(&self.points[index as usize]));
            (RunSlot((place / PLACES) as u32), Staging::series(place as f64), points)
        })
    }

    /// When the last of them was logged, in milliseconds since the epoch.
    #[must_use]
    pub fn latest_ms(&self) -> f64 {
        self.points.last().map_or(f64::NEG_INFINITY, |point| point[3].get())
    }
}

/// The points of each metric together, in one go over the metrics of the run whose places begin at `base`. Nothing if there are points
/// of other runs, or so many metrics that it would cost more than it saves.
fn sorted(points: &'static [Cells], base: u64) -> Option<Taken> {
    let most = 8 * points.len() as u64;
    // How many points each metric has; then where its next one goes, and in the end where they end.
    let mut next: Vec<u32> = Vec::new();
    let mut buckets = Vec::with_capacity(points.len());
    for point in points {
        let bucket = place(point).wrapping_sub(base);
        if bucket >= most {
            return None;
        }
        let bucket = bucket as usize;
        if bucket >= next.len() {
            next.resize(bucket + 1, 0);
        }
        next[bucket] += 1;
        buckets.push(bucket as u32);
    }
    let mut before = 0;
    for next in &mut next {
        before += std::mem::replace(next, before);
    }
    let mut order = vec![0; points.len()];
    for (index, &bucket) in buckets.iter().enumerate() {
        let next = &mut next[bucket as usize];
        order[*next as usize] = index as u32;
        *next += 1;
    }
    Some(Taken { points, order, metrics: (base..).zip(next).collect() })
}

/// Through a signed number, which a processor makes of a float in one instruction.
fn place([place, ..]: &Cells) -> u64 {
    place.get() as i64 as u64
}

fn staged([_, step, value, timestamp_ms]: &Cells) -> LoggedPoint {
    LoggedPoint {
        step: (step.get() >= 0.0).then_some(step.get() as u64),
        value: value.get(),
        timestamp_ms: timestamp_ms.get() as i64,
    }
}
