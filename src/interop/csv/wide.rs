//! One row a step, a column a metric.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::io;

use super::cells::{push_text, push_value, push_whole};
use super::long::push_run;
use super::time::TimeWriter;
use crate::columns::stable_order;
use crate::interop::ExportedRun;
use crate::storage::{RawPoint, Series};

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
    merge: Merge,
    /// A row's values.
    values: Vec<Option<f64>>,
    /// Points at one step were logged at different times.
    pub(super) merged_times: bool,
    /// Points were logged in another order than that of steps.
    pub(super) reordered: bool,
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

    pub(super) fn begin_run(&mut self, run: &ExportedRun) -> io::Result<()> {
        self.run.clear();
        push_run(&mut self.run, run);
        self.merge = Merge::default();
        for (number, named) in run.series.iter().enumerate() {
            let Some(&column) = self.columns.get(&named.key) else {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidInput,
                    "a run has a metric that was not named when the export began",
                ));
            };
            self.reordered |= !named.series.is_in_step_order();
            self.merge.begin(Source::new(number, column, &named.series), run);
        }
        Ok(())
    }

    /// Appends rows of at least so many points, and says of how many; 0 when there are no more.
    pub(super) fn push(&mut self, run: &ExportedRun, most: usize, rows: &mut Vec<u8>) -> usize {
        let mut count = 0;
        while count < most.max(1) {
            self.values.fill(None);
            let Some(row) = self.merge.next_row(run, &mut self.values) else { break };
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
}

impl Merge {
    fn begin(&mut self, source: Source, run: &ExportedRun) {
        self.sources.push(source);
        self.expect(self.sources.len() - 1, run);
    }

    /// Notes the next point of a source.
    fn expect(&mut self, number: usize, run: &ExportedRun) {
        if let Some(point) = self.sources[number].point(run) {
            self.next.push(Reverse((point.step, number)));
        }
    }

    fn next_row(&mut self, run: &ExportedRun, values: &mut [Option<f64>]) -> Option<Row> {
        let &Reverse((step, _)) = self.next.peek()?;
        let mut row = Row { step, earliest_ms: i64::MAX, latest_ms: i64::MIN, points: 0 };
        while let Some(&Reverse((next, number))) = self.next.peek()
            && next == step
        {
            self.next.pop();
            self.taken.push(number);
            let source = &mut self.sources[number];
            if let Some(point) = source.point(run) {
                values[source.column] = Some(point.value);
                row.earliest_ms = row.earliest_ms.min(point.timestamp_ms);
                row.latest_ms = row.latest_ms.max(point.timestamp_ms);
                row.points += 1;
            }
            source.index += 1;
        }
        // Only now: a further point at this step belongs on the next row.
        while let Some(number) = self.taken.pop() {
            self.expect(number, run);
        }
        Some(row)
    }
}

/// A series, and how far it was written.
#[derive(Debug)]
struct Source {
    series: usize,
    column: usize,
    index: usize,
    /// The points in the order of steps, where that is not the order of logging.
    order: Option<Vec<u32>>,
}

impl Source {
    fn new(number: usize, column: usize, series: &Series) -> Self {
        let steps = (0..series.len()).map(|index| series.step_at(index));
        let order = (!series.is_in_step_order()).then(|| stable_order(steps));
        Self { series: number, column, index: 0, order }
    }

    fn point(&self, run: &ExportedRun) -> Option<RawPoint> {
        let index = match &self.order {
            Some(order) => *order.get(self.index)? as usize,
            None => self.index,
        };
        run.series.get(self.series)?.series.point(index)
    }
}
