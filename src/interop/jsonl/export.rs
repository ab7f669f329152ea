//! Writing JSON Lines.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::bytes::write_bytes;
use super::line::Line;
use super::number::Number;
use super::unknown::unknown_of_series;
use super::{FORMAT, VERSION};
use crate::interop::Exporter;
use crate::storage::{ArtifactRef, ExperimentRecord, RawPoint, RunRecord};

/// How many points stand in one line at most: some 40 KB.
const POINTS_A_LINE: usize = 1_000;

/// Writes runs as JSON Lines.
#[derive(Debug, Default)]
pub struct JsonLinesExporter {
    has_header: bool,
    experiments: BTreeSet<String>,
    /// The series that was written last of the run.
    series: Option<String>,
    runs: u64,
    points: u64,
}

impl JsonLinesExporter {
    fn write_header(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if std::mem::replace(&mut self.has_header, true) {
            return Ok(());
        }
        Line::first(out).field("format", FORMAT)?.field("version", &VERSION)?.end()
    }

    /// Writes lines without points that say what else is known of each series, whose points are written some other way.
    pub(in crate::interop) fn describe_series(record: &RunRecord, out: &mut dyn Write) -> io::Result<()> {
        for unknown in &record.unknown_of_series {
            let none: &[u8] = &[];
            Line::begin(out, "points")?
                .field("key", &unknown.key)?
                .field("step", none)?
                .field("value", none)?
                .field("timestamp_ms", none)?
                .fields_of(Some(&unknown.json))?
                .end()?;
        }
        Ok(())
    }

    /// Counts points that are written some other way.
    pub(in crate::interop) fn note_points(&mut self, count: u64) {
        self.points += count;
    }
}

impl Exporter for JsonLinesExporter {
    fn write_experiment(&mut self, experiment: &ExperimentRecord, out: &mut dyn Write) -> io::Result<()> {
        self.write_header(out)?;
        if !self.experiments.insert(experiment.experiment_id.clone()) {
            return Ok(());
        }
        Line::begin(out, "experiment")?
            .field("id", &experiment.experiment_id)?
            .field("name", &experiment.name)?
            .field("created_ms", &Number(experiment.created_ms))?
            .json("config", experiment.config_json.as_deref())?
            .fields_of(experiment.unknown_json.as_deref())?
            .end()
    }

    fn begin_run(
        &mut self,
        experiment: &ExperimentRecord,
        record: &RunRecord,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.write_experiment(experiment, out)?;
        self.series = None;
        self.runs += 1;
        let interruptions: Vec<_> = record.interruptions.iter().map(|times| times.map(Number)).collect();
        Line::begin(out, "run")?
            .field("id", &record.run_id)?
            .field("experiment", &record.experiment_id)?
            .some_field("name", record.run_name.as_ref())?
            .field("status", record.status.as_str())?
            .field("created_ms", &Number(record.created_ms))?
            .some_field("started_ms", record.started_ms.map(Number).as_ref())?
            .some_field("ended_ms", record.ended_ms.map(Number).as_ref())?
            .json("config", record.config_json.as_deref())?
            .list("tags", &record.tags)?
            .some_field("span_id", record.span_id.as_ref())?
            .list("interruptions", &interruptions)?
            .fields_of(record.unknown_json.as_deref())?
            .end()
    }

    fn write_points(
        &mut self,
        record: &RunRecord,
        key: &str,
        points: &[RawPoint],
        out: &mut dyn Write,
    ) -> io::Result<usize> {
        for points in points.chunks(POINTS_A_LINE) {
            // The first line of a series says what is known of all of it.
            let is_first = self.series.as_deref() != Some(key);
            if is_first {
                self.series = Some(key.to_owned());
            }
            let unknown = if is_first { unknown_of_series(record, key) } else { None };
            Line::begin(out, "points")?
                .field("key", key)?
                .column("step", points.iter().map(|point| point.step))?
                .column("value", points.iter().map(|point| Number(point.value)))?
                .column("timestamp_ms", points.iter().map(|point| point.timestamp_ms))?
                .fields_of(unknown)?
                .end()?;
        }
        self.points += points.len() as u64;
        Ok(points.len())
    }

    fn holds_artifacts(&self) -> bool {
        true
    }

    fn write_artifact(
        &mut self,
        artifact: &ArtifactRef,
        bytes: &[u8],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        Line::begin(out, "artifact")?
            .field("key", &artifact.key)?
            .field("size", &bytes.len())?
            .field("sha256", &artifact.hash)?
            .fields_of(artifact.unknown_json.as_deref())?
            .end()?;
        write_bytes(out, bytes)
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.write_header(out)?;
        Line::begin(out, "end")?.field("runs", &self.runs)?.field("points", &self.points)?.end()
    }

    fn losses(&self) -> Vec<String> {
        Vec::new()
    }
}
