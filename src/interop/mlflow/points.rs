//! The points that are sent next: a portion of the run's, which is in memory, and no more of it than that.

use std::collections::BTreeMap;

use super::sync::RunSync;
use crate::storage::{NamedSeries, RawPoint, Series};

/// The next points of one series.
#[derive(Debug)]
pub(super) struct UnsentSeries {
    /// Which of the state's series it is.
    pub(super) position: usize,
    pub(super) points: Series,
    /// How many of them were sent.
    pub(super) sent: usize,
    /// The point before them, if it was sent by this sync.
    before: Option<RawPoint>,
}

/// The portion of a run that is sent now.
#[derive(Debug, Default)]
pub(super) struct Unsent {
    pub(super) series: Vec<UnsentSeries>,
    /// Positions of the state's series, and how many of their points cannot be read: they count as passed once the portion is sent.
    missing: Vec<(usize, u64)>,
    /// Whether there are no more points behind these.
    is_last: bool,
}

impl UnsentSeries {
    /// The next points, at most so many, and the one before them.
    pub(super) fn next(&self, most: usize) -> (Vec<RawPoint>, Option<RawPoint>) {
        let points = self.points.logged(self.sent..self.sent.saturating_add(most));
        let before = match self.sent.checked_sub(1) {
            Some(before) => self.points.point(before),
            None => self.before,
        };
        (points, before)
    }
}

impl RunSync {
    /// Begins to look for what is new of the run, which goes on.
    pub fn look_again(&mut self) {
        self.unsent.is_last = false;
    }

    /// Series of which points could not be read are sent again from their beginning, by the page that writes the run: it may have those points,
    /// or count without them. The server takes what it has for the same.
    pub fn send_unreadable_again(&mut self) {
        for series in self.state.series.iter_mut().filter(|series| series.unreadable > 0.0) {
            (series.sent, series.unreadable) = (0.0, 0.0);
        }
    }

    /// Takes the next points of the run, as [`Next::Points`](super::Next) asks for them: from where the state says that each series is sent
    /// to. `missing` says of which metrics points among or behind these cannot be read, and how many. Nothing: there are no more.
    pub fn take_points(&mut self, portion: Option<(Vec<NamedSeries>, BTreeMap<String, u64>)>) {
        let sent = std::mem::take(&mut self.unsent);
        for (position, count) in sent.missing {
            self.state.series[position].sent += count as f64;
            self.state.series[position].unreadable += count as f64;
        }
        let Some((series, missing)) = portion else {
            self.unsent.is_last = true;
            return;
        };
        self.name_series(series.iter().map(|named| &*named.key).chain(missing.keys().map(|key| &**key)));
        for NamedSeries { key, series: points } in series {
            let Some(&position) = self.positions.get(&key) else { continue };
            let earlier = sent.series.iter().find(|series| series.position == position);
            let before = earlier.and_then(|series| series.points.point(series.points.len().checked_sub(1)?));
            self.unsent.series.push(UnsentSeries { position, points, sent: 0, before });
        }
        for (key, count) in missing {
            self.losses.note("points that cannot be read where they are stored are not sent");
            self.unsent.missing.extend(self.positions.get(&key).map(|&position| (position, count)));
        }
    }

    /// Whether the points that are in memory are sent, and there may be more.
    pub(super) fn needs_points(&self) -> bool {
        let is_sent = |series: &UnsentSeries| series.sent == series.points.len();
        !self.unsent.is_last && self.unsent.series.iter().all(is_sent)
    }

    /// Notes that so many points of a series of the portion are there.
    pub(super) fn note_sent(&mut self, place: usize, count: usize) {
        let series = &mut self.unsent.series[place];
        series.sent += count;
        self.state.series[series.position].sent += count as f64;
    }
}
