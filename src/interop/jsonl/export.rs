//! Writing JSON Lines.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::value::RawValue;

use super::VERSION;
use super::bytes::write_bytes;
use super::lines::{
    ArtifactLine, EndLine, ExperimentLine, FORMAT, Header, Line, RawFields, RunLine, RunWithUnknown,
};
use super::number::Number;
use crate::interop::{ExportedRun, Exporter, SeriesSlices};
use crate::storage::{ArtifactRef, ExperimentRecord, RawPoint, RunRecord};

/// How many points stand in one line at most: some 40 KB.
const POINTS_A_LINE: usize = 1_000;

/// Writes runs as JSON Lines.
#[derive(Debug, Default)]
pub struct JsonLinesExporter {
    has_header: bool,
    experiments: BTreeSet<String>,
    slices: SeriesSlices,
    runs: u64,
    points: u64,
}

impl JsonLinesExporter {
    fn write_header(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if std::mem::replace(&mut self.has_header, true) {
            return Ok(());
        }
        write_line(out, &Header { format: Cow::Borrowed(FORMAT), version: VERSION })
    }
}

impl Exporter for JsonLinesExporter {
    fn write_experiment(&mut self, experiment: &ExperimentRecord, out: &mut dyn Write) -> io::Result<()> {
        self.write_header(out)?;
        if !self.experiments.insert(experiment.experiment_id.clone()) {
            return Ok(());
        }
        let config = on_one_line(experiment.config_json.as_deref());
        let line = ExperimentLine {
            id: Cow::Borrowed(&experiment.experiment_id),
            name: Cow::Borrowed(&experiment.name),
            created_ms: experiment.created_ms,
            config: raw(config.as_deref()),
        };
        write_line(out, &Line::Experiment(line))
    }

    fn begin_run(&mut self, run: &ExportedRun, out: &mut dyn Write) -> io::Result<()> {
        self.write_experiment(&run.experiment, out)?;
        self.slices = SeriesSlices::default();
        self.runs += 1;
        let config = on_one_line(run.record.config_json.as_deref());
        let unknown = on_one_line(run.record.unknown_json.as_deref());
        let unknown: Option<RawFields<'_>> = unknown.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let run = run_line(&run.record, raw(config.as_deref()));
        write_line(out, &Line::Run(RunWithUnknown { run, unknown: unknown.unwrap_or_default() }))
    }

    fn write_points(&mut self, run: &ExportedRun, most: usize, out: &mut dyn Write) -> io::Result<usize> {
        let mut written = 0;
        while written < most {
            let Some((key, points)) = self.slices.next(run, (most - written).min(POINTS_A_LINE)) else { break };
            write_points_line(out, key, &points)?;
            written += points.len();
        }
        self.points += written as u64;
        Ok(written)
    }

    fn holds_artifacts(&self) -> bool {
        true
    }

    fn write_artifact(&mut self, artifact: &ArtifactRef, bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
        let line = ArtifactLine {
            key: Cow::Borrowed(&artifact.key),
            size: bytes.len() as u64,
            sha256: Cow::Borrowed(&artifact.hash),
        };
        write_line(out, &Line::Artifact(line))?;
        write_bytes(out, bytes)
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.write_header(out)?;
        write_line(out, &Line::End(EndLine { runs: self.runs, points: self.points }))
    }

    fn losses(&self) -> Vec<String> {
        Vec::new()
    }
}

/// JSON text without line ends: outside of its strings they are white space, and in them there are none.
fn on_one_line(json: Option<&str>) -> Option<String> {
    json.map(|json| json.replace(['\n', '\r'], " "))
}

/// A configuration as it stands. Every stored one is JSON, unless other code wrote the database.
fn raw(json: Option<&str>) -> Option<&RawValue> {
    serde_json::from_str(json?).ok()
}

fn run_line<'a>(record: &'a RunRecord, config: Option<&'a RawValue>) -> RunLine<'a> {
    RunLine {
        id: Cow::Borrowed(&record.run_id),
        experiment: Cow::Borrowed(&record.experiment_id),
        name: record.run_name.as_deref().map(Cow::Borrowed),
        status: record.status,
        created_ms: record.created_ms,
        started_ms: record.started_ms,
        ended_ms: record.ended_ms,
        config,
        tags: record.tags.clone(),
        span_id: record.span_id.as_deref().map(Cow::Borrowed),
        interruptions: record.interruptions.clone(),
    }
}

fn write_line(out: &mut dyn Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

/// By hand: the columns are not copied into lists of their own first.
fn write_points_line(out: &mut dyn Write, key: &str, points: &[RawPoint]) -> io::Result<()> {
    out.write_all(b"{\"line\":\"points\",\"key\":")?;
    serde_json::to_writer(&mut *out, key)?;
    out.write_all(b",\"step\":")?;
    write_column(out, points, |point| point.step)?;
    out.write_all(b",\"value\":")?;
    write_column(out, points, |point| Number(point.value))?;
    out.write_all(b",\"timestamp_ms\":")?;
    write_column(out, points, |point| point.timestamp_ms)?;
    out.write_all(b"}\n")
}

fn write_column<T: Serialize>(
    out: &mut dyn Write,
    points: &[RawPoint],
    column: impl Fn(&RawPoint) -> T,
) -> io::Result<()> {
    let mut separator: &[u8] = b"[";
    for point in points {
        out.write_all(separator)?;
        serde_json::to_writer(&mut *out, &column(point))?;
        separator = b",";
    }
    out.write_all(b"]")
}
