//! A run on its way out, and what writes it.

use std::io::{self, Write};

use super::series_slices::SeriesSlices;
use crate::storage::{ArtifactRef, ExperimentRecord, NamedSeries, RawPoint, RunRecord, SeriesHeaders};

/// A run with all its points, as it was at one moment: later points are not in it.
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
    /// A run whose record tells of these series.
    #[must_use]
    pub fn new(experiment: ExperimentRecord, mut record: RunRecord, series: Vec<NamedSeries>) -> Self {
        record.series = SeriesHeaders::of(&series);
        Self { experiment, record, series }
    }

    /// Writes all points of the run that was begun, so many at a time.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_points(
        &self,
        exporter: &mut dyn Exporter,
        most: usize,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut slices = SeriesSlices::default();
        while let Some((key, points)) = slices.next(&self.series, most) {
            exporter.write_points(&self.record, key, &points, out)?;
        }
        while exporter.write_held_points(most, out)? > 0 {}
        Ok(())
    }

    /// How many points it has.
    #[must_use]
    pub fn points(&self) -> usize {
        self.series.iter().map(|named| named.series.len()).sum()
    }
}

/// Writes runs in one format, one run after the other: for each [`Exporter::begin_run`], then [`Exporter::write_points`] with all its
/// points, [`Exporter::write_held_points`] until there are no more, [`Exporter::write_artifact`] for each artifact, and
/// [`Exporter::end_run`]; at last [`Exporter::finish`].
///
/// Points come in slices, so that a page can do other things in between and holds no more of a run in memory than it must.
pub trait Exporter {
    /// Writes an experiment, for its own sake: it may have no runs.
    ///
    /// # Errors
    /// Those of `out`.
    fn write_experiment(&mut self, experiment: &ExperimentRecord, out: &mut dyn Write) -> io::Result<()> {
        let _ = (experiment, out);
        Ok(())
    }

    /// Begins a run. Its record says which metrics it has and how many points are to come of each.
    ///
    /// # Errors
    /// Those of `out`.
    fn begin_run(
        &mut self,
        experiment: &ExperimentRecord,
        record: &RunRecord,
        out: &mut dyn Write,
    ) -> io::Result<()>;

    /// Takes the next points of the run that was begun: series after series, each in logging order. Returns how many were written by this;
    /// a format whose rows need all points of a run holds them until [`Exporter::write_held_points`].
    ///
    /// # Errors
    /// Those of `out`.
    fn write_points(
        &mut self,
        record: &RunRecord,
        key: &str,
        points: &[RawPoint],
        out: &mut dyn Write,
    ) -> io::Result<usize>;

    /// Writes about `most` more of the points that were held, once all of the run were given. Returns how many; 0 when there are no more.
    ///
    /// # Errors
    /// Those of `out`.
    fn write_held_points(&mut self, most: usize, out: &mut dyn Write) -> io::Result<usize> {
        let _ = (most, out);
        Ok(0)
    }

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
    fn end_run(&mut self, record: &RunRecord, out: &mut dyn Write) -> io::Result<()> {
        let _ = (record, out);
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
