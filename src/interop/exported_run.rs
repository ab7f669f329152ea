//! A run on its way out, and what writes it.

use std::io::{self, Write};

use crate::storage::{ArtifactRef, ExperimentRecord, NamedSeries, RunRecord};

/// A run as it was when its export began: later points are not in it.
#[derive(Debug, Clone)]
pub struct ExportedRun {
    /// The experiment it belongs to.
    pub experiment: ExperimentRecord,
    /// Everything about it but its points.
    pub record: RunRecord,
    /// All its series, in the order of first logging.
    pub series: Vec<NamedSeries>,
}

impl ExportedRun {
    /// How many points it has.
    #[must_use]
    pub fn points(&self) -> usize {
        self.series.iter().map(|named| named.series.len()).sum()
    }
}

/// Writes runs in one format, one run after the other: for each [`Exporter::begin_run`], then [`Exporter::write_points`] until it has no
/// more, then [`Exporter::write_artifact`] for each artifact, then [`Exporter::end_run`]; at last [`Exporter::finish`].
///
/// Points are written in slices, so that a page can do other things in between.
pub trait Exporter {
    /// Writes an experiment, for its own sake: it may have no runs.
    ///
    /// # Errors
    /// Those of `out`.
    fn write_experiment(&mut self, experiment: &ExperimentRecord, out: &mut dyn Write) -> io::Result<()> {
        let _ = (experiment, out);
        Ok(())
    }

    /// Begins a run.
    ///
    /// # Errors
    /// Those of `out`.
    fn begin_run(&mut self, run: &ExportedRun, out: &mut dyn Write) -> io::Result<()>;

    /// Writes about `most` more points of the run that was begun. Returns how many; 0 when there are no more.
    ///
    /// # Errors
    /// Those of `out`.
    fn write_points(&mut self, run: &ExportedRun, most: usize, out: &mut dyn Write) -> io::Result<usize>;

    /// Whether the format has artifacts in it: if not, their contents need not be read.
    fn holds_artifacts(&self) -> bool {
        false
    }

    /// Writes an artifact of the run that was begun.
    ///
    /// # Errors
    /// Those of `out`.
    fn write_artifact(
        &mut self,
        artifact: &ArtifactRef,
        bytes: &[u8],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let _ = (artifact, bytes, out);
        Ok(())
    }

    /// Ends the run that was begun.
    ///
    /// # Errors
    /// Those of `out`.
    fn end_run(&mut self, run: &ExportedRun, out: &mut dyn Write) -> io::Result<()> {
        let _ = (run, out);
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// Those of `out`.
    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()>;

    /// What of the runs written so far the format cannot hold, a sentence each: "artifacts are not in CSV files". Each is said once.
    fn losses(&self) -> Vec<String>;
}
