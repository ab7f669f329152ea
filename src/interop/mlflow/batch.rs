//! Batches of points, params and tags that `runs/log-batch` takes.

use std::io::Write;

use serde::Serialize;

use crate::storage::RawPoint;

/// The most points, params and tags in one batch, together.
const MOST: usize = 1_000;
/// The most params, and the most tags.
const MOST_NAMED: usize = 100;
/// The most bytes, a little below MLflow's million.
const MOST_BYTES: usize = 950_000;

/// A batch that is being filled.
#[derive(Debug)]
pub(super) struct Batch {
    json: Vec<u8>,
    entries: usize,
    in_list: usize,
}

/// A list in a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Params,
    Tags,
    Metrics,
}

#[derive(Serialize)]
struct Named<'a> {
    key: &'a str,
    value: &'a str,
}

/// What becomes of points that MLflow cannot hold as they are.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Changed {
    pub(super) infinities: bool,
    pub(super) early_times: bool,
    pub(super) equal_points: bool,
}

impl Batch {
    pub(super) fn new(run_id: &str) -> Self {
        let mut json = br#"{"run_id":"#.to_vec();
        write_json(&mut json, run_id);
        Self { json, entries: 0, in_list: 0 }
    }

    pub(super) fn begin(&mut self, list: List) {
        self.json.extend_from_slice(match list {
            List::Params => br#","params":["#,
            List::Tags => br#","tags":["#,
            List::Metrics => br#","metrics":["#,
        });
        self.in_list = 0;
    }

    pub(super) fn end(&mut self) {
        self.json.push(b']');
    }

    /// Adds a param or a tag, if there is room for it.
    pub(super) fn add_named(&mut self, key: &str, value: &str) -> bool {
        if self.in_list == MOST_NAMED {
            return false;
        }
        let before = self.json.len();
        self.separate();
        write_json(&mut self.json, &Named { key, value });
        self.keep_if_it_fits(before)
    }

    /// How many more points can be added, by their number.
    pub(super) fn room(&self) -> usize {
        MOST - self.entries
    }

    /// Adds points of the metric of this name, no more than there is room for by their number, until there is none by their bytes. Returns
    /// how many. `last` is the point before them.
    pub(super) fn add_points(
        &mut self,
        name: &str,
        points: &[RawPoint],
        mut last: Option<RawPoint>,
        changed: &mut Changed,
    ) -> usize {
        let mut head = br#"{"key":"#.to_vec();
        write_json(&mut head, name);
        head.extend_from_slice(br#","value":"#);
        let mut added = 0;
        for point in points {
            let before = self.json.len();
            self.separate();
            self.json.extend_from_slice(&head);
            match point.value {
                value if value.is_nan() => self.json.extend_from_slice(br#""NaN""#),
                f64::INFINITY => self.json.extend_from_slice(br#""Infinity""#),
                f64::NEG_INFINITY => self.json.extend_from_slice(br#""-Infinity""#),
                value => write_json(&mut self.json, &value),
            }
            // Both are whole: of a request with a fraction in either, MLflow drops what follows, and says nothing.
            let timestamp = point.timestamp_ms.max(0);
            let _ = write!(self.json, r#","timestamp":{timestamp},"step":{}}}"#, point.step);
            if !self.keep_if_it_fits(before) {
                break;
            }
            changed.infinities |= point.value.is_infinite();
            changed.early_times |= point.timestamp_ms < 0;
            changed.equal_points |= last.is_some_and(|last| is_one_point(&last, point));
            last = Some(*point);
            added += 1;
        }
        added
    }

    fn separate(&mut self) {
        if self.in_list > 0 {
            self.json.push(b',');
        }
    }

    fn keep_if_it_fits(&mut self, before: usize) -> bool {
        if self.json.len() > MOST_BYTES {
            self.json.truncate(before);
            return false;
        }
        self.entries += 1;
        self.in_list += 1;
        true
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries == 0
    }

    pub(super) fn finish(mut self) -> String {
        self.json.push(b'}');
        String::from_utf8(self.json).unwrap_or_default()
    }
}

/// Whether MLflow counts both as one.
fn is_one_point(one: &RawPoint, other: &RawPoint) -> bool {
    let is_one_value = one.value == other.value || (one.value.is_nan() && other.value.is_nan());
    one.step == other.step && one.timestamp_ms.max(0) == other.timestamp_ms.max(0) && is_one_value
}

/// Writing into memory does not fail.
fn write_json(into: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    let _ = serde_json::to_writer(into, value);
}
