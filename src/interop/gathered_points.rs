//! Points on their way in, gathered per series: in a file that goes from metric to metric with every point, each would be a part of its own.

use std::collections::BTreeMap;
use std::mem;

use super::imported_run::ImportedPart;
use crate::storage::{MAX_STEP, RawPoint, check_key};

/// How many points wait at most.
const MOST_WAITING: usize = 16_384;
/// How much the names of runs and series may weigh together in memory: a file has far less.
const MOST_NAMES: usize = 128 << 20;
/// What a run or series weighs in memory besides its name, roughly.
const WEIGHT: usize = 256;

/// A series of a run, as [`GatheredPoints::series`] numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SeriesNumber(usize);

/// The points that are not yet given, and the series there are so far.
#[derive(Debug, Default)]
pub(super) struct GatheredPoints {
    series: Vec<Waiting>,
    /// For each run, the numbers of its series.
    by_key: Vec<BTreeMap<String, usize>>,
    /// The series of which points wait, in the order of their first.
    waiting: Vec<usize>,
    points: usize,
    names: usize,
}

#[derive(Debug)]
struct Waiting {
    run: usize,
    key: String,
    points: Vec<RawPoint>,
}

impl GatheredPoints {
    /// Counts what is kept in memory for as long as the file is read.
    ///
    /// # Errors
    /// A sentence, when it is more than any honest file has.
    pub(super) fn note_kept(&mut self, bytes: usize) -> Result<(), String> {
        self.names += bytes + WEIGHT;
        if self.names > MOST_NAMES {
            return Err(format!(
                "the names of runs and metrics up to here take over {} MB: split the file",
                MOST_NAMES >> 20
            ));
        }
        Ok(())
    }

    /// Takes back what was counted and is no longer kept.
    pub(super) fn note_freed(&mut self, bytes: usize) {
        self.names = self.names.saturating_sub(bytes + WEIGHT);
    }

    /// The number of a run's series.
    ///
    /// # Errors
    /// A sentence, if the key is not one that can be stored, or there are too many.
    pub(super) fn series(&mut self, run: usize, key: &str) -> Result<SeriesNumber, String> {
        if run >= self.by_key.len() {
            self.by_key.resize_with(run + 1, BTreeMap::new);
        }
        if let Some(&number) = self.by_key[run].get(key) {
            return Ok(SeriesNumber(number));
        }
        check_key("a metric key", key).map_err(|error| error.to_string())?;
        self.note_kept(2 * key.len())?;
        let number = self.series.len();
        self.series.push(Waiting { run, key: key.to_owned(), points: Vec::new() });
        self.by_key[run].insert(key.to_owned(), number);
        Ok(SeriesNumber(number))
    }

    /// Adds a point after the others of its series, which become parts when many wait.
    pub(super) fn add(
        &mut self,
        SeriesNumber(number): SeriesNumber,
        point: RawPoint,
        parts: &mut Vec<ImportedPart>,
    ) {
        let points = &mut self.series[number].points;
        if points.is_empty() {
            self.waiting.push(number);
        }
        points.push(point);
        self.points += 1;
        if self.points >= MOST_WAITING {
            self.give(parts);
        }
    }

    /// Makes parts of all that waits.
    pub(super) fn give(&mut self, parts: &mut Vec<ImportedPart>) {
        for number in mem::take(&mut self.waiting) {
            let Waiting { run, key, points } = &mut self.series[number];
            parts.push(ImportedPart::Points { run: *run, key: key.clone(), points: mem::take(points) });
        }
        self.points = 0;
    }
}

/// A step that a file gives as a floating-point number, if it is one that can be stored.
pub(super) fn whole_step(number: f64) -> Option<u64> {
    let is_step = number.fract() == 0.0 && (0.0..=MAX_STEP as f64).contains(&number);
    is_step.then_some(number as u64)
}
