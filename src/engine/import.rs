//! Bringing runs of other origin into the database: as a whole or not at all.
//!
//! Points and artifacts are written as they come, under ids that no run has yet. Its last transaction stores the records of all runs, so that
//! they can be seen from one moment to the next. What an import that was cut off left behind is swept by a later page.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::session::Session;
use crate::columns::{BlockWriter, RawPoint, Series};
use crate::database::operations::{self, fills_segments};
use crate::database::{ArtifactReference, Catalog, Database, ImportBatch, Publication};
use crate::interop::{ImportedExperiment, ImportedPart, ImportedRun};
use crate::storage::{
    ArtifactRef, ExperimentRecord, RECORD_FORMAT, Result, RunRecord, SeriesHeaders, StorageError,
    content_hash,
};

/// A series is written whenever so many of its points wait.
const SEGMENT_POINTS: usize = 8_000;
/// The most points that wait, of all series together: some megabytes.
const MOST_WAITING_POINTS: usize = 250_000;
/// A batch is written when it has so many bytes.
const BATCH_BYTES: usize = 4 << 20;
/// How many ids are reserved at a time: so many, or as many as there are runs. Those that are left over are gaps, which do no harm.
const RESERVED_RUNS: usize = 16;
/// How often publishing is tried where the connection breaks.
const PUBLISH_TRIES: usize = 3;

/// An import that is under way. It is to be ended by [`Import::publish`] or [`Import::discard`]; if it is neither, a later page sweeps it.
#[derive(Debug)]
pub struct Import<'a, D: Database> {
    session: &'a Session<D>,
    token: String,
    reserved: Vec<String>,
    runs: Vec<OpenRun>,
    waiting_points: usize,
    batch: ImportBatch,
    batch_bytes: usize,
}

/// A run of an import.
#[derive(Debug)]
struct OpenRun {
    run_id: String,
    series: Vec<OpenSeries>,
    /// Where each series is in `series`, by its key.
    positions: BTreeMap<String, usize>,
    artifacts: Vec<ArtifactRef>,
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

impl<'a, D: Database> Import<'a, D> {
    /// Begins an import. `token` must be unique.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn begin(session: &'a Session<D>, token: &str) -> Result<Self> {
        // What is in the exit log has ids too, and names of experiments look free until everything is written again.
        session.flush_if_rebuilding().await?;
        session.recover_exit_log().await?;
        // From here on it is on the list, with or without runs.
        session.transact(operations::reserve_import_runs(token, 0, 0, session.clock().wall_ms())).await?;
        Ok(Self {
            session,
            token: token.to_owned(),
            reserved: Vec::new(),
            runs: Vec::new(),
            waiting_points: 0,
            batch: ImportBatch::default(),
            batch_bytes: 0,
        })
    }

    /// Takes a part of a run. Parts of a series come in logging order.
    ///
    /// # Errors
    /// `Conflict` if another page gave the import up; those of the database.
    pub async fn add(&mut self, part: ImportedPart) -> Result<()> {
        match part {
            ImportedPart::Points { run, key, points } => {
                self.open_run(run).await?;
                let position = self.position(run, key);
                let series = &mut self.runs[run].series[position];
                series.push(&points);
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
            ImportedPart::Artifact { run, key, bytes } => {
                self.open_run(run).await?;
                self.add_artifact(run, key, bytes);
            }
        }
        if self.batch_bytes >= BATCH_BYTES { self.commit().await } else { Ok(()) }
    }

    async fn open_run(&mut self, run: usize) -> Result<()> {
        while self.runs.len() <= run {
            if self.reserved.is_empty() {
                let (_, first_run) = self.session.storage().memory().next_numbers();
                let reserve = operations::reserve_import_runs(
                    &self.token,
                    RESERVED_RUNS.max(self.runs.len()),
                    first_run,
                    self.session.clock().wall_ms(),
                );
                self.reserved = self.session.transact(reserve).await?;
                self.reserved.reverse();
            }
            let Some(run_id) = self.reserved.pop() else { continue };
            self.runs.push(OpenRun {
                run_id,
                series: Vec::new(),
                positions: BTreeMap::new(),
                artifacts: Vec::new(),
                next_sequence: 0,
            });
        }
        Ok(())
    }

    /// Where the series is in its run.
    fn position(&mut self, run: usize, key: String) -> usize {
        let OpenRun { series, positions, .. } = &mut self.runs[run];
        if let Some(&position) = positions.get(&key) {
            return position;
        }
        positions.insert(key.clone(), series.len());
        series.push(OpenSeries { key, written: 0, waiting: Series::default(), highest: None });
        series.len() - 1
    }

    fn add_artifact(&mut self, run: usize, key: String, bytes: Vec<u8>) {
        let hash = content_hash(&bytes);
        let OpenRun { run_id, artifacts, .. } = &mut self.runs[run];
        let artifact = ArtifactRef { key, hash: hash.clone(), size: bytes.len() as u32 };
        artifacts.retain(|other| other.key != artifact.key);
        artifacts.push(artifact);
        self.batch.references.push(ArtifactReference { hash: hash.clone(), run_id: run_id.clone() });
        self.batch_bytes += bytes.len();
        if !self.batch.contents.iter().any(|(known, _)| *known == hash) {
            self.batch.contents.push((hash, bytes.into()));
        }
    }

    /// Puts what waits of one series into the batch, as segments.
    fn write_segments(&mut self, run: usize, position: usize) {
        let OpenRun { run_id, series, .. } = &mut self.runs[run];
        let series = &mut series[position];
        let waiting = std::mem::take(&mut series.waiting);
        self.waiting_points -= waiting.len();
        let mut from = 0;
        while from < waiting.len() {
            let until = waiting.len().min(from + SEGMENT_POINTS);
            let mut writer = BlockWriter::default();
            writer.add_behind(series.written, &series.key, &waiting, from..until);
            let mut first_index = series.written + from as u64;
            for block in writer.finish() {
                self.batch_bytes += block.len();
                let points = crate::columns::read_block(&block).map_or(0, |read| read[0].points.len());
                self.batch.segments.push((run_id.clone(), series.key.clone(), first_index, block.into()));
                first_index += points as u64;
            }
            from = until;
        }
        series.written += waiting.len() as u64;
    }

    /// Puts everything that waits into the batch: series with few points, where a run has many of them, share an entry of the log.
    fn write_waiting(&mut self) {
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

    /// Writes what is in the batch.
    ///
    /// # Errors
    /// `Conflict` if another page gave the import up; those of the database.
    pub async fn commit(&mut self) -> Result<()> {
        self.batch_bytes = 0;
        let batch = Rc::new(std::mem::take(&mut self.batch));
        let write = operations::write_import(&self.token, batch, self.session.clock().wall_ms());
        self.session.transact(write).await
    }

    /// Ends the import: from here on every page sees its runs. Returns their ids, in the order of the file.
    ///
    /// # Errors
    /// `Conflict` if another page gave the import up; those of the database. Nothing is imported then.
    pub async fn publish(
        mut self,
        experiments: Vec<ImportedExperiment>,
        runs: Vec<ImportedRun>,
    ) -> Result<Vec<String>> {
        if runs.is_empty() && experiments.is_empty() {
            self.session.discard_import(&self.token).await?;
            return Ok(Vec::new());
        }
        if let Some(last) = runs.len().checked_sub(1) {
            self.open_run(last).await?;
        }
        self.write_waiting();
        self.commit().await?;
        let run_ids: Vec<String> = self.runs.iter().map(|run| run.run_id.clone()).collect();
        let publication = self.publication(experiments, runs);
        let (experiments, runs) = self.publish_records(publication, &run_ids).await?;
        let experiment_ids: Vec<String> =
            experiments.iter().map(|experiment| experiment.experiment_id.clone()).collect();
        self.session.absorb_import(Catalog { experiments, runs, corrupt: Vec::new() });
        self.session.effects.broadcast(&experiment_ids, &run_ids);
        Ok(run_ids)
    }

    fn publication(&mut self, experiments: Vec<ImportedExperiment>, runs: Vec<ImportedRun>) -> Publication {
        let (first_experiment, _) = self.session.storage().memory().next_numbers();
        let mut publication = Publication { first_experiment, ..Publication::default() };
        for ImportedExperiment { name, created_ms, config_json } in experiments {
            // Runs name their experiments: those of one name become one.
            if publication.experiments.iter().all(|experiment| experiment.name != name) {
                publication.experiments.push(new_experiment(name, created_ms, config_json));
            }
        }
        for (imported, open) in runs.into_iter().zip(&mut self.runs) {
            let ImportedRun { experiment_name, experiment_config_json, record } = imported;
            let name = experiment_name.unwrap_or_default();
            if publication.experiments.iter().all(|experiment| experiment.name != name) {
                publication.experiments.push(new_experiment(
                    name.clone(),
                    record.created_ms,
                    experiment_config_json,
                ));
            }
            publication.runs.push((name, stored_record(record, open)));
        }
        publication
    }

    async fn publish_records(
        &self,
        publication: Publication,
        run_ids: &[String],
    ) -> Result<(Vec<ExperimentRecord>, Vec<RunRecord>)> {
        let mut tries = 1;
        loop {
            let publish = operations::publish_import(&self.token, publication.clone());
            let lost = match self.session.transact(publish).await {
                Err(lost @ StorageError::ConnectionLost(_)) => lost,
                // There is no run by which to tell: it was published, for it is off the list.
                Err(StorageError::Conflict(_)) if tries > 1 && run_ids.is_empty() => {
                    return Ok(Default::default());
                }
                published => return published,
            };
            // It may have been published before the connection broke.
            let stored = self.session.transact(operations::read_records(&[], run_ids)).await?;
            if !run_ids.is_empty() && run_ids.iter().all(|run_id| stored.holds_run(run_id)) {
                let experiment_ids: Vec<String> =
                    stored.runs.iter().map(|run| run.experiment_id.clone()).collect();
                let stored =
                    self.session.transact(operations::read_records(&experiment_ids, run_ids)).await?;
                return Ok((stored.experiments, stored.runs));
            }
            if tries == PUBLISH_TRIES {
                return Err(lost);
            }
            tries += 1;
        }
    }

    /// Gives the import up: nothing of it stays.
    ///
    /// # Errors
    /// Those of the database; a later page sweeps it then.
    pub async fn discard(self) -> Result<()> {
        self.session.discard_import(&self.token).await
    }
}

fn new_experiment(name: String, created_ms: f64, config_json: Option<String>) -> ExperimentRecord {
    ExperimentRecord { format: RECORD_FORMAT, experiment_id: String::new(), name, created_ms, config_json }
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

impl<D: Database> Session<D> {
    /// Ends imports that were cut off: what readers could not see of them goes, and what was being published is.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sweep_imports(&self) -> Result<()> {
        let swept = self.transact(operations::sweep_imports(self.clock.wall_ms())).await?;
        if swept.run_ids.is_empty() && swept.experiment_ids.is_empty() {
            return Ok(());
        }
        self.refresh(&swept.experiment_ids, &swept.run_ids).await?;
        self.effects.broadcast(&swept.experiment_ids, &swept.run_ids);
        Ok(())
    }

    /// Ends an import that failed: nothing of it stays.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn discard_import(&self, token: &str) -> Result<()> {
        self.transact(operations::discard_import(token)).await.map(drop)
    }

    fn absorb_import(&self, catalog: Catalog) {
        for change in self.absorb(catalog) {
            self.effects.emit(change);
        }
    }

    async fn flush_if_rebuilding(&self) -> Result<()> {
        if self.flusher.is_rebuilding() { self.flush().await } else { Ok(()) }
    }
}
