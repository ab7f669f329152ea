//! One row a step, a column a metric: the points of a run are put together, so all of them are held until its last one is there.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::cells::{push_text, push_value, push_whole};
use super::long::push_run;
use super::time::TimeWriter;
use crate::columns::stable_order;
use crate::storage::{ExperimentRecord, RawPoint, RunRecord, Series};

/// Writes rows of `experiment,run_id,run_name,step,timestamp` and a value for each metric that has one at that step, in the order of steps.
/// Where a metric has several points at a step, the second and later are on rows that follow.
#[derive(Debug, Default)]
pub(super) struct WideRows {
    /// The columns of the metrics.
    columns: BTreeMap<String, usize>,
    keys: Vec<String>,
    time: TimeWriter,
    /// The run's cells.
    run: Vec<u8>,
    /// The series of the run, each with its column, in the order in which they came.
    held: Vec<(usize, Series)>,
    /// What becomes of them when the first row is written: there are no more points then.
    merge: Option<Merge>,
    /// A row's values.
    values: Vec<Option<f64>>,
    /// Points at one step were logged at different times.
    pub(super) merged_times: bool,
    /// Points were logged in another order than that of steps.
    pub(super) reordered: bool,
    /// There were metrics without a column: the header was written before they were logged.
    pub(super) left_out: bool,
}

impl WideRows {
    pub(super) fn new(keys: impl IntoIterator<Item = String>) -> Self {
        let mut rows = Self::default();
        for key in keys {
            if !rows.columns.contains_key(&key) {
                rows.columns.insert(key.clone(), rows.keys.len());
                rows.keys.push(key);
            }
        }
        rows.values = vec![None; rows.keys.len()];
        rows
    }

    pub(super) fn begin_run(&mut self, experiment: &ExperimentRecord, record: &RunRecord) {
        self.run.clear();
        push_run(&mut self.run, experiment, record);
        self.held.clear();
        self.merge = None;
    }

    /// Holds the next points of a series.
    pub(super) fn hold(&mut self, key: &str, points: &[RawPoint]) {
        let Some(&column) = self.columns.get(key) else {
            self.left_out = true;
            return;
        };
        if self.held.last().is_none_or(|(last, _)| *last != column) {
            self.held.push((column, Series::default()));
        }
        if let Some((_, series)) = self.held.last_mut() {
            points.iter().for_each(|&point| series.push(point));
        }
    }

    /// Appends rows of at least so many points, and says of how many; 0 when there are no more.
    pub(super) fn push(&mut self, most: usize, rows: &mut Vec<u8>) -> usize {
        let merge = self.merge.get_or_insert_with(|| Merge::of(std::mem::take(&mut self.held)));
        self.reordered |= merge.reordered;
        let mut count = 0;
        while count < most.max(1) {
            self.values.fill(None);
            let Some(row) = merge.next_row(&mut self.values) else { break };
            self.merged_times |= row.earliest_ms != row.latest_ms;
            count += row.points;
            rows.extend_from_slice(&self.run);
            push_whole(rows, row.step);
            rows.push(b',');
            self.time.push(rows, row.latest_ms);
            for value in &self.values {
                rows.push(b',');
                if let Some(value) = value {
                    push_value(rows, *value);
                }
            }
            rows.extend_from_slice(b"\r\n");
        }
        count
    }

    /// Appends the metrics' part of the header.
    pub(super) fn push_header(&self, row: &mut Vec<u8>) {
        for key in &self.keys {
            row.push(b',');
            push_text(row, key);
        }
    }
}

struct Row {
    step: u64,
    earliest_ms: i64,
    latest_ms: i64,
    points: usize,
}

/// The next point of each series of a run, the lowest steps first.
#[derive(Debug, Default)]
struct Merge {
    sources: Vec<Source>,
    /// Steps with the numbers of the sources whose next points have them.
    next: BinaryHeap<Reverse<(u64, usize)>>,
    /// The sources of the row at hand.
    taken: Vec<usize>,
    /// A series was logged in another order than that of steps.
    reordered: bool,
}

impl Merge {
    fn of(all: Vec<(usize, Series)>) -> Self {
        let mut merge = Self::default();
        for (column, series) in all {
            merge.reordered |= !series.is_in_step_order();
            merge.sources.push(Source::new(column, series));
            merge.expect(merge.sources.len() - 1);
        }
        merge
    }

    /// Notes the next point of a source.
    fn expect(&mut self, number: usize) {
        if let Some(point) = self.sources[number].point() {
            self.next.push(Reverse((point.step, number)));
        }
    }

    fn next_row(&mut self, values: &mut [Option<f64>]) -> Option<Row> {
        let &Reverse((step, _)) = self.next.peek()?;
        let mut row = Row { step, earliest_ms: i64::MAX, latest_ms: i64::MIN, points: 0 };
        while let Some(&Reverse((next, number))) = self.next.peek()
            && next == step
        {
            self.next.pop();
            self.taken.push(number);
            let source = &mut self.sources[number];
            if let Some(point) = source.point() {
                values[source.column] = Some(point.value);
                row.earliest_ms = row.earliest_ms.min(point.timestamp_ms);
                row.latest_ms = row.latest_ms.max(point.timestamp_ms);
                row.points += 1;
            }
            source.index += 1;
        }
        // Only now: a further point at this step belongs on the next row.
        while let Some(number) = self.taken.pop() {
            self.expect(number);
        }
        Some(row)
    }
}

/// A series, and how far it was written.
#[derive(Debug)]
struct Source {
    series: Series,
    column: usize,
    index: usize,
    /// The points in the order of steps, where that is not the order of logging.
    order: Option<Vec<u32>>,
}

impl Source {
    fn new(column: usize, series: Series) -> Self {
        let steps = (0..series.len()).map(|index| series.step_at(index));
        let order = (!series.is_in_step_order()).then(|| stable_order(steps));
        Self { series, column, index: 0, order }
    }

    fn point(&self) -> Option<RawPoint> {
        let index = match &self.order {
            Some(order) => *order.get(self.index)? as usize,
            None => self.index,
        };
        self.series.point(index)
    }
}
