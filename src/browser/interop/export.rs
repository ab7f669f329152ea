//! Exports of runs, of whole experiments, and of everything.

use std::mem;

use super::Turns;
use crate::browser::Tracker;
use crate::database::Database;
use crate::engine::{OutgoingRun, Session};
use crate::interop::{Exporter, SLICE_POINTS, SeriesSlices};
use crate::storage::{Result, StorageError};

/// How many slices of a run are in memory at a time, if the page does not have the run there anyway: a million points, some 13 MB.
const PORTION_SLICES: usize = 1_000_000 / SLICE_POINTS;
/// How many bytes are handed over at a time.
const PIECE_BYTES: usize = 1 << 20;

/// What is exported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportOptions {
    /// The runs, in this order.
    pub run_ids: Vec<String>,
    /// Experiments that are to be in the file though none of the runs may be theirs.
    pub experiment_ids: Vec<String>,
}

impl Tracker {
    /// Everything that this database holds.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn everything(&self) -> Result<ExportOptions> {
        self.refresh().await?;
        let experiment_ids = self.list_experiments();
        let mut run_ids = Vec::new();
        for experiment_id in &experiment_ids {
            run_ids.extend(self.list_runs(experiment_id)?);
        }
        Ok(ExportOptions { run_ids, experiment_ids })
    }

    /// Writes runs in the exporter's format: `write` gets the file piece by piece, `report` how many points are written, of how many. An
    /// error of either stops the export. Returns what is not in the file, a sentence each: what the format cannot hold, what was
    /// deleted while the file was written, and points that cannot be read.
    ///
    /// # Errors
    /// `ExperimentNotFound`, `RunNotFound`; those of the database, of `write` and of `report`.
    pub async fn export(
        &self,
        options: &ExportOptions,
        exporter: &mut dyn Exporter,
        write: impl AsyncFnMut(Vec<u8>) -> Result<()>,
        report: impl FnMut(f64, f64) -> Result<()>,
    ) -> Result<Vec<String>> {
        let session = self.database().session();
        let total = session.count_points(&options.run_ids)?;
        let mut output = Output { bytes: Vec::new(), done: 0.0, total, turns: Turns::new(), write, report };
        let mut missing = Vec::new();
        (output.report)(0.0, total)?;
        for experiment_id in &options.experiment_ids {
            let experiment = self.experiment(experiment_id)?;
            exporter.write_experiment(&experiment, &mut output.bytes).map_err(unwritten)?;
        }
        for run_id in &options.run_ids {
            match session.begin_export(run_id).await {
                Err(StorageError::RunNotFound(_)) => missing.push(deleted(run_id)),
                run => output.write_run(session, run?, exporter, &mut missing).await?,
            }
        }
        exporter.finish(&mut output.bytes).map_err(unwritten)?;
        (output.write)(output.bytes).await?;
        missing.extend(exporter.losses());
        Ok(missing)
    }
}

/// The file that is being written, piece by piece.
struct Output<W, R> {
    /// What was not handed over yet.
    bytes: Vec<u8>,
    /// How many points are written, of how many.
    done: f64,
    total: f64,
    turns: Turns,
    write: W,
    report: R,
}

impl<W: AsyncFnMut(Vec<u8>) -> Result<()>, R: FnMut(f64, f64) -> Result<()>> Output<W, R> {
    /// Writes a run. What is not in the file of it is `missing`, a sentence each.
    async fn write_run<D: Database>(
        &mut self,
        session: &Session<D>,
        mut run: OutgoingRun,
        exporter: &mut dyn Exporter,
        missing: &mut Vec<String>,
    ) -> Result<()> {
        let run_id = run.record.run_id.clone();
        exporter.begin_run(&run.experiment, &run.record, &mut self.bytes).map_err(unwritten)?;
        loop {
            let portion = match run.next_portion(session, PORTION_SLICES).await {
                Err(StorageError::RunNotFound(_)) => {
                    missing.push(format!("{}: the rest of its points is not in the file", deleted(&run_id)));
                    break;
                }
                portion => portion?,
            };
            let Some(portion) = portion else { break };
            let mut slices = SeriesSlices::default();
            while let Some((key, points)) = slices.next(&portion, SLICE_POINTS) {
                let written = exporter.write_points(&run.record, key, &points, &mut self.bytes);
                self.note_written(written.map_err(unwritten)?).await?;
            }
        }
        loop {
            let written = exporter.write_held_points(SLICE_POINTS, &mut self.bytes).map_err(unwritten)?;
            if written == 0 {
                break;
            }
            self.note_written(written).await?;
        }
        let unreadable = run.missing_points();
        if unreadable > 0.0 {
            missing
                .push(format!("{unreadable} points of run '{run_id}' cannot be read where they are stored"));
        }
        let artifacts = if exporter.holds_artifacts() { &run.record.artifacts[..] } else { &[] };
        for artifact in artifacts {
            let Some(content) = session.exported_artifact(artifact).await? else {
                missing.push(format!("artifact '{}' of run '{run_id}' is no longer stored", artifact.key));
                continue;
            };
            exporter.write_artifact(artifact, &content, &mut self.bytes).map_err(unwritten)?;
            self.note_written(0).await?;
        }
        exporter.end_run(&run.record, &mut self.bytes).map_err(unwritten)
    }

    /// Counts points that were written and tells of it, hands over what is a whole piece, and lets the page do other things.
    async fn note_written(&mut self, points: usize) -> Result<()> {
        self.done += points as f64;
        (self.report)(self.done, self.total.max(self.done))?;
        if self.bytes.len() >= PIECE_BYTES {
            (self.write)(mem::take(&mut self.bytes)).await?;
        }
        self.turns.give_way().await;
        Ok(())
    }
}

fn deleted(run_id: &str) -> String {
    format!("run '{run_id}' was deleted meanwhile")
}

/// Writing into memory does not fail; what a format cannot hold at all does.
#[expect(clippy::needless_pass_by_value, reason = "it is passed to map_err")]
fn unwritten(cause: std::io::Error) -> StorageError {
    StorageError::InvalidArgument(format!("the format cannot hold this run: {cause}"))
}
