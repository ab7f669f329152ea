//! What an import has taken of its runs and not written yet. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::columns::{BlockWriter, RawPoint, Series, series_blocks};
use crate::database::operations::fills_segments;
use crate::database::{ArtifactReference, ImportBatch};
use crate::storage::{ArtifactRef, RECORD_FORMAT, RunRecord, SeriesHeaders, content_hash};

/// A series is written whenever so many of its points wait.
const SEGMENT_POINTS: usize = 8_000;
/// The most points that wait, of all series together: some megabytes.
const MOST_WAITING_POINTS: usize = 250_000;
/// A batch is written when it has so many bytes.
const BATCH_BYTES: usize = 4 << 20;

/// What is known of runs, series and artifacts is in memory until the import is published, and it weighs no more than this.
const MOST_KNOWN_BYTES: usize = 192 << 20;
/// What a run, a series or an artifact weighs besides its name, roughly.
const WEIGHT: usize = 400;

/// The runs of an import: what waits of them, and the batch that is written next.
#[derive(Debug, Default)]
pub(super) struct UnwrittenRuns {
    runs: Vec<OpenRun>,
    /// What is kept of them until the import ends, in bytes.
    known_bytes: usize,
    waiting_points: usize,
    batch: ImportBatch,
    batch_bytes: usize,
    /// The contents in the batch.
    batch_hashes: BTreeSet<String>,
}

/// A run of an import.
#[derive(Debug)]
struct OpenRun {
    run_id: String,
    series: Vec<OpenSeries>,
    /// Where each series is in `series`, by its key.
    positions: BTreeMap<String, usize>,
    artifacts: Vec<ArtifactRef>,
    /// Where each artifact is in `artifacts`, by its key.
    artifact_positions: BTreeMap<String, usize>,
    /// The contents that it has a reference to.
    referred: BTreeSet<String>,
    next_sequence: u64,
}

/// A series of such a run.
#[derive(Debug)]
struct OpenSeries {
    key: String,
    /// How many of its points are in a batch.
    written: u64,
    /// Those that wait.
    waiting: Series,
    highest: Option<RawPoint>,
}

impl OpenSeries {
    fn count(&self) -> u64 {
        self.written + self.waiting.len() as u64
    }

    fn push(&mut self, points: &[RawPoint]) {
        for &point in points {
            self.waiting.push(point);
            if self.highest.is_none_or(|highest| point.step >= highest.step) {
                self.highest = Some(point);
            }
        }
    }
}

impl UnwrittenRuns {
    /// How many runs there are.
    pub(super) fn len(&self) -> usize {
        self.runs.len()
    }

    /// Adds a run.
    pub(super) fn add_run(&mut self, run_id: String) {
        self.known_bytes += run_id.len() + 2 * WEIGHT;
        self.runs.push(OpenRun {
            run_id,
            series: Vec::new(),
            positions: BTreeMap::new(),
            artifacts: Vec::new(),
            artifact_positions: BTreeMap::new(),
            referred: BTreeSet::new(),
            next_sequence: 0,
        });
    }

    /// Whether there is more than any honest file has.
    pub(super) fn is_too_much(&self) -> bool {
        self.known_bytes > MOST_KNOWN_BYTES
    }

    /// The ids of all runs.
    pub(super) fn run_ids(&self) -> Vec<String> {
        self.runs.iter().map(|run| run.run_id.clone()).collect()
    }

    /// Takes points of a run.
    pub(super) fn add_points(&mut self, run: usize, key: String, points: &[RawPoint]) {
        let position = self.position(run, key);
        let series = &mut self.runs[run].series[position];
        series.push(points);
        let is_long = series.waiting.len() >= SEGMENT_POINTS;
        self.waiting_points += points.len();
        if is_long && self.runs[run].next_sequence > 0 {
            self.write_entries(run);
        } else if is_long {
            self.write_segments(run, position);
        } else if self.waiting_points >= MOST_WAITING_POINTS {
            self.write_waiting();
        }
    }

    /// Where the series is in its run.
    fn position(&mut self, run: usize, key: String) -> usize {
        let OpenRun { series, positions, .. } = &mut self.runs[run];
        if let Some(&position) = positions.get(&key) {
            return position;
        }
        self.known_bytes += 2 * key.len() + WEIGHT;
        positions.insert(key.clone(), series.len());
        series.push(OpenSeries { key, written: 0, waiting: Series::default(), highest: None });
        series.len() - 1
    }

    /// Takes an artifact of a run.
    pub(super) fn add_artifact(
        &mut self,
        run: usize,
        key: String,
        bytes: Vec<u8>,
        unknown_json: Option<String>,
    ) {
        let hash = content_hash(&bytes);
        let OpenRun { run_id, artifacts, artifact_positions, referred, .. } = &mut self.runs[run];
        let (size, unknown_bytes) = (bytes.len() as u32, unknown_json.as_ref().map_or(0, String::len));
        self.known_bytes += unknown_bytes;
        let artifact = ArtifactRef { key: key.clone(), hash: hash.clone(), size, unknown_json };
        if let Some(&position) = artifact_positions.get(&key) {
            artifacts[position] = artifact;
        } else {
            self.known_bytes += 2 * key.len() + hash.len() + WEIGHT;
            artifact_positions.insert(key, artifacts.len());
            artifacts.push(artifact);
        }
        if referred.insert(hash.clone()) {
            self.known_bytes += hash.len() + WEIGHT;
            self.batch_bytes += WEIGHT;
            self.batch.references.push(ArtifactReference { hash: hash.clone(), run_id: run_id.clone() });
        }
        if self.batch_hashes.insert(hash.clone()) {
            self.batch_bytes += bytes.len();
            self.batch.contents.push((hash, bytes.into()));
        }
    }

    /// Puts what waits of one series into the batch, as segments.
    fn write_segments(&mut self, run: usize, position: usize) {
        let OpenRun { run_id, series, .. } = &mut self.runs[run];
        let series = &mut series[position];
        let waiting = std::mem::take(&mut series.waiting);
        self.waiting_points -= waiting.len();
        for (first_index, block) in series_blocks(&series.key, series.written, &waiting) {
            self.batch_bytes += block.len();
            self.batch.segments.push((run_id.clone(), series.key.clone(), first_index, block.into()));
        }
        series.written += waiting.len() as u64;
    }

    /// Puts everything that waits into the batch: series with few points, where a run has many of them, share an entry of the log.
    pub(super) fn write_waiting(&mut self) {
        for run in 0..self.runs.len() {
            let counts: Vec<f64> = self.runs[run].series.iter().map(|series| series.count() as f64).collect();
            // Segments of a series join up from its first point on: they do not come behind an entry.
            if self.runs[run].next_sequence == 0 && fills_segments(&counts) {
                for position in 0..counts.len() {
                    self.write_segments(run, position);
                }
            } else {
                self.write_entries(run);
            }
        }
    }

    /// Puts everything that waits of a run into the batch, as entries of its log.
    fn write_entries(&mut self, run: usize) {
        let OpenRun { run_id, series, next_sequence, .. } = &mut self.runs[run];
        let mut writer = BlockWriter::default();
        let mut is_empty = true;
        for series in series.iter_mut().filter(|series| !series.waiting.is_empty()) {
            let waiting = std::mem::take(&mut series.waiting);
            self.waiting_points -= waiting.len();
            writer.add_behind(series.written, &series.key, &waiting, 0..waiting.len());
            series.written += waiting.len() as u64;
            is_empty = false;
        }
        for block in writer.finish().into_iter().filter(|_| !is_empty) {
            self.batch_bytes += block.len();
            self.batch.entries.push((run_id.clone(), *next_sequence, block.into()));
            *next_sequence += 1;
        }
    }

    /// Whether it is time to write the batch.
    pub(super) fn is_batch_full(&self) -> bool {
        self.batch_bytes >= BATCH_BYTES
    }

    /// The batch, to be written now.
    pub(super) fn take_batch(&mut self) -> ImportBatch {
        self.batch_bytes = 0;
        self.batch_hashes.clear();
        std::mem::take(&mut self.batch)
    }

    /// The records of the runs as they are stored, given what the file says of each.
    pub(super) fn stored_records(&self, records: Vec<RunRecord>) -> Vec<RunRecord> {
        records.into_iter().zip(&self.runs).map(|(record, open)| stored_record(record, open)).collect()
    }
}

/// An imported run's record as it is stored: no session owns the run, and its log has been compacted as far as it is worth it.
fn stored_record(record: RunRecord, open: &OpenRun) -> RunRecord {
    let mut series = SeriesHeaders::default();
    for of_run in &open.series {
        let Some(highest) = of_run.highest else { continue };
        series.keys.push(of_run.key.clone());
        series.counts.push(of_run.count() as f64);
        series.last_steps.push(highest.step as f64);
        series.last_values.push(highest.value);
    }
    RunRecord {
        format: RECORD_FORMAT,
        run_id: open.run_id.clone(),
        artifacts: open.artifacts.clone(),
        series,
        owner: String::new(),
        clean_exit: true,
        heartbeat_ms: last_heard_ms(&record, open),
        next_sequence: open.next_sequence as f64,
        compacted_sequence: 0.0,
        ownership_fences: Vec::new(),
        edits: Vec::new(),
        ..record
    }
}

/// When the run last did something, as far as the file says.
fn last_heard_ms(record: &RunRecord, open: &OpenRun) -> f64 {
    let logged =
        open.series.iter().filter_map(|series| series.highest).map(|point| point.timestamp_ms as f64);
    record.ended_ms.unwrap_or_else(|| logged.fold(record.started_ms.unwrap_or(record.created_ms), f64::max))
}
