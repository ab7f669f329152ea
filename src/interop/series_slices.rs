//! The points of series, slice by slice.

use crate::storage::{NamedSeries, RawPoint};

/// How many points are written at a time. Portions of runs end at a multiple of it, so that a file has the same lines however its runs were
/// read.
pub const SLICE_POINTS: usize = 5_000;

/// How far points were written: series after series, each in logging order.
#[derive(Debug, Default)]
pub struct SeriesSlices {
    series: usize,
    point: usize,
}

impl SeriesSlices {
    /// The next points of one series, at most so many, with the metric's key; nothing when all were given.
    pub fn next<'a>(&mut self, all: &'a [NamedSeries], most: usize) -> Option<(&'a str, Vec<RawPoint>)> {
        loop {
            let named = all.get(self.series)?;
            let points = named.series.logged(self.point..self.point.saturating_add(most.max(1)));
            if points.is_empty() {
                self.series += 1;
                self.point = 0;
                continue;
            }
            self.point += points.len();
            return Some((&named.key, points));
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::storage::Series;

    fn series(key: &str, length: u64) -> NamedSeries {
        let mut series = Series::default();
        (0..length).for_each(|step| series.push(RawPoint { step, value: 0.5, timestamp_ms: 7 }));
        NamedSeries { key: key.to_owned(), series }
    }

    #[test]
    fn slices_of_series_have_every_point_once_and_in_order() {
        let all = [series("a", 5), series("b", 0), series("c", 2)];
        let mut slices = SeriesSlices::default();
        let mut seen = Vec::new();
        while let Some((key, points)) = slices.next(&all, 3) {
            seen.push((key.to_owned(), points.iter().map(|point| point.step).collect::<Vec<_>>()));
        }
        let expected = [("a", vec![0, 1, 2]), ("a", vec![3, 4]), ("c", vec![0, 1])];
        assert_eq!(seen, expected.map(|(key, steps)| (key.to_owned(), steps)));
    }
}
