//! Exports of runs, of whole experiments, and of everything.

use std::mem;

use super::Turns;
use crate::browser::Tracker;
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
        mut write: impl AsyncFnMut(Vec<u8>) -> Result<()>,
        mut report: impl FnMut(f64, f64) -> Result<()>,
    ) -> Result<Vec<String>> {
        let session = self.database().session();
        let mut turns = Turns::new();
        let mut bytes = Vec::new();
        let total = session.count_points(&options.run_ids)?;
        let mut done = 0.0;
        let mut missing = Vec::new();
        report(done, total)?;
        for experiment_id in &options.experiment_ids {
            exporter.write_experiment(&self.experiment(experiment_id)?, &mut bytes).map_err(unwritten)?;
        }
        for run_id in &options.run_ids {
            let gone = || format!("run '{run_id}' was deleted meanwhile");
            let mut run = match session.begin_export(run_id).await {
                Err(StorageError::RunNotFound(_)) => {
                    missing.push(gone());
                    continue;
                }
                run => run?,
            };
            exporter.begin_run(&run.experiment, &run.record, &mut bytes).map_err(unwritten)?;
            loop {
                let portion = match run.next_portion(session, PORTION_SLICES).await {
                    Err(StorageError::RunNotFound(_)) => {
                        missing.push(format!("{}: the rest of its points is not in the file", gone()));
                        break;
                    }
                    portion => portion?,
                };
                let Some(portion) = portion else { break };
                let mut slices = SeriesSlices::default();
                while let Some((key, points)) = slices.next(&portion, SLICE_POINTS) {
                    let written = exporter.write_points(&run.record, key, &points, &mut bytes);
                    done += written.map_err(unwritten)? as f64;
                    report(done, total.max(done))?;
                    write_whole_pieces(&mut bytes, &mut write).await?;
                    turns.give_way().await;
                }
            }
            loop {
                let written = exporter.write_held_points(SLICE_POINTS, &mut bytes).map_err(unwritten)?;
                if written == 0 {
                    break;
                }
                done += written as f64;
                report(done, total.max(done))?;
                write_whole_pieces(&mut bytes, &mut write).await?;
                turns.give_way().await;
            }
            if run.missing_points() > 0.0 {
                missing.push(format!(
                    "{} points of run '{run_id}' cannot be read where they are stored",
                    run.missing_points()
                ));
            }
            let artifacts = if exporter.holds_artifacts() { &run.record.artifacts[..] } else { &[] };
            for artifact in artifacts {
                let Some(content) = session.exported_artifact(artifact).await? else {
                    missing
                        .push(format!("artifact '{}' of run '{run_id}' is no longer stored", artifact.key));
                    continue;
                };
                exporter.write_artifact(artifact, &content, &mut bytes).map_err(unwritten)?;
                report(done, total.max(done))?;
                write_whole_pieces(&mut bytes, &mut write).await?;
                turns.give_way().await;
            }
            exporter.end_run(&run.record, &mut bytes).map_err(unwritten)?;
        }
        exporter.finish(&mut bytes).map_err(unwritten)?;
        write(bytes).await?;
        missing.extend(exporter.losses());
        Ok(missing)
    }
}

async fn write_whole_pieces(
    bytes: &mut Vec<u8>,
    write: &mut impl AsyncFnMut(Vec<u8>) -> Result<()>,
) -> Result<()> {
    if bytes.len() < PIECE_BYTES { Ok(()) } else { write(mem::take(bytes)).await }
}

/// Writing into memory does not fail; what a format cannot hold at all does.
#[expect(clippy::needless_pass_by_value, reason = "it is passed to map_err")]
fn unwritten(cause: std::io::Error) -> StorageError {
    StorageError::InvalidArgument(format!("the format cannot hold this run: {cause}"))
}
