//! The points of files that belong to one run, in the order of the files' names: that in which a training wrote them. A zip file may have
//! them in any order.

use std::collections::BTreeMap;
use std::mem;

use crate::interop::ImportedPart;
use crate::interop::gathered_points::{GatheredPoints, SeriesNumber};
use crate::storage::RawPoint;

/// How many points wait for files that may come before theirs, at most.
const MOST_WAITING: usize = 1_000_000;

/// Puts points in order as long as they are not too many, and gives them as they come from then on.
#[derive(Debug)]
pub(super) struct PointsInOrder {
    gathered: GatheredPoints,
    /// The points of each file so far; nothing where files come in order.
    waiting: Option<Vec<File>>,
    count: usize,
    most: usize,
    /// The last file of each run, once points no longer wait.
    last: Vec<Option<String>>,
    /// Files of one run came in another order, and their points did.
    pub(super) is_out_of_order: bool,
}

#[derive(Debug)]
struct File {
    run: usize,
    name: String,
    points: Vec<(SeriesNumber, RawPoint)>,
}

impl PointsInOrder {
    /// `waits` says whether files may come in another order than that of their names.
    pub(super) fn new(waits: bool) -> Self {
        Self {
            gathered: GatheredPoints::default(),
            waiting: waits.then(Vec::new),
            count: 0,
            most: MOST_WAITING,
            last: Vec::new(),
            is_out_of_order: false,
        }
    }

    /// The series and names that are held in memory.
    pub(super) fn names(&mut self) -> &mut GatheredPoints {
        &mut self.gathered
    }

    /// The points that follow are of this file.
    pub(super) fn begin_file(&mut self, run: usize, name: &str) {
        match &mut self.waiting {
            Some(files) => files.push(File { run, name: name.to_owned(), points: Vec::new() }),
            None => self.note_order(run, name),
        }
    }

    pub(super) fn add(&mut self, series: SeriesNumber, point: RawPoint, parts: &mut Vec<ImportedPart>) {
        let Some(file) = self.waiting.as_mut().and_then(|files| files.last_mut()) else {
            return self.gathered.add(series, point, parts);
        };
        file.points.push((series, point));
        self.count += 1;
        if self.count >= self.most {
            self.release(parts);
        }
    }

    /// Makes parts of all points.
    pub(super) fn finish(&mut self, parts: &mut Vec<ImportedPart>) {
        self.release(parts);
        self.gathered.give(parts);
    }

    fn release(&mut self, parts: &mut Vec<ImportedPart>) {
        let mut files = self.waiting.take().unwrap_or_default();
        // By run, then by name, then as they came.
        let mut order = BTreeMap::new();
        for (number, File { run, name, .. }) in files.iter().enumerate() {
            order.insert(format!("{run:08x}{name}\0{number:08x}"), number);
        }
        for number in order.into_values() {
            let File { run, name, points } = &mut files[number];
            let (run, name, points) = (*run, mem::take(name), mem::take(points));
            self.note_order(run, &name);
            for (series, point) in points {
                self.gathered.add(series, point, parts);
            }
        }
    }

    fn note_order(&mut self, run: usize, name: &str) {
        if run >= self.last.len() {
            self.last.resize(run + 1, None);
        }
        let last = &mut self.last[run];
        self.is_out_of_order |= last.as_deref().is_some_and(|last| name < last);
        *last = Some(name.to_owned());
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn steps_of(most: usize, files: &[(&str, u64)]) -> (Vec<u64>, bool) {
        let mut points = PointsInOrder { most, ..PointsInOrder::new(true) };
        let mut parts = Vec::new();
        for (name, step) in files {
            points.begin_file(0, name);
            let series = points.names().series(0, "loss").unwrap_or_else(|message| unreachable!("{message}"));
            points.add(series, RawPoint { step: *step, value: 0.0, timestamp_ms: 0 }, &mut parts);
        }
        points.finish(&mut parts);
        let steps = parts.into_iter().flat_map(|part| match part {
            ImportedPart::Points { points, .. } => points,
            ImportedPart::Artifact { .. } => Vec::new(),
        });
        (steps.map(|point| point.step).collect(), points.is_out_of_order)
    }

    #[test]
    fn points_come_in_the_order_of_their_files_names() {
        assert_eq!(steps_of(10, &[("b", 2), ("c", 3), ("a", 1)]), (vec![1, 2, 3], false));
        assert_eq!(steps_of(10, &[("a.v2", 2), ("a", 1), ("b", 3), ("b", 4)]), (vec![1, 2, 3, 4], false));
    }

    #[test]
    fn points_beyond_what_may_wait_come_as_they_are_and_it_is_said() {
        assert_eq!(steps_of(2, &[("b", 2), ("c", 3), ("a", 1)]), (vec![2, 3, 1], true));
        assert_eq!(steps_of(2, &[("b", 2), ("a", 1), ("c", 3)]), (vec![1, 2, 3], false));
    }
}
