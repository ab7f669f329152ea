//! In which order the points of a series lie along an x axis.

use crate::columns::series::{Series, stable_order};

/// More times than this, going back in time means that points were logged out of order.
const MOST_SET_BACK: usize = 4;

/// The points along an axis.
#[derive(Debug, Clone, Default)]
pub(super) struct Arrangement {
    /// The place of each in the order of logging; nothing if that is their order.
    order: Option<Vec<u32>>,
    /// From which index on times lie how much later than the clock said.
    lags: Vec<(usize, i64)>,
}

impl Arrangement {
    pub(super) fn by_step(points: &Series) -> Self {
        let order = (!points.is_in_step_order())
            .then(|| stable_order((0..points.len()).map(|index| points.step_at(index))));
        Self { order, lags: Vec::new() }
    }

    /// Times that go back were either logged out of order, or the clock was set back in between: that happens rarely in a run. Then it
    /// goes on from where it was, so that later points stay to the right of earlier ones.
    pub(super) fn by_time(points: &Series, by_step: &Self) -> Self {
        let mut lags = Vec::new();
        let (mut lag, mut before) = (0_i64, i64::MIN);
        for index in 0..points.len() {
            let here = points.timestamp_at(by_step.place(index));
            if here < before {
                if lags.len() == MOST_SET_BACK {
                    return Self { order: Some(sorted_by_time(points, by_step)), lags: Vec::new() };
                }
                lag = lag.saturating_add(before.saturating_sub(here));
                lags.push((index, lag));
            }
            before = here;
        }
        Self { order: by_step.order.clone(), lags }
    }

    /// The place in the order of logging of the point at an index of the axis.
    #[inline(always)]
    pub(super) fn place(&self, index: usize) -> usize {
        let Some(order) = &self.order else { return index };
        order.get(index).map_or(usize::MAX, |&place| place as usize)
    }

    pub(super) fn order(&self) -> Option<&[u32]> {
        self.order.as_deref()
    }

    /// The time of the point at an index, by a clock that never went back.
    pub(super) fn time_ms(&self, points: &Series, index: usize) -> i64 {
        let lag = self.lags.iter().rev().find(|(from, _)| *from <= index).map_or(0, |(_, lag)| *lag);
        points.timestamp_at(self.place(index)).saturating_add(lag)
    }
}

fn sorted_by_time(points: &Series, by_step: &Arrangement) -> Vec<u32> {
    // Moved so that negative times sort as they should.
    let key = |index| points.timestamp_at(by_step.place(index)) as u64 ^ (1 << 63);
    let order = stable_order((0..points.len()).map(key));
    order.into_iter().map(|index| by_step.place(index as usize) as u32).collect()
}

/// Whether times rise with the steps, found out once for each point.
#[derive(Debug, Clone, Default)]
pub(super) struct TimeOrder {
    checked: usize,
    latest: i64,
    falls: bool,
}

impl TimeOrder {
    pub(super) fn rises(&mut self, points: &Series, by_step: &Arrangement) -> bool {
        for index in self.checked..points.len() {
            let time = points.timestamp_at(by_step.place(index));
            self.falls |= index > 0 && time < self.latest;
            self.latest = time;
        }
        self.checked = points.len();
        !self.falls
    }
}
