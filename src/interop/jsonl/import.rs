//! Reading JSON Lines.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::VERSION;
use super::bytes::OpenArtifact;
use super::lines::{
    ArtifactLine, BytesLine, EndLine, ExperimentLine, FORMAT, Header, Kind, PointsLine, RUN_FIELDS, RawFields,
    RunLine,
};
use super::split::LineSplitter;
use crate::interop::{FileError, FileErrorKind, ImportedExperiment, ImportedPart, ImportedRun, Importer, Position};
use crate::storage::{MAX_STEP, RawPoint, RunEdit, RunRecord, StorageError, check_key, check_text};

/// The latest time that JavaScript's `Date` knows, milliseconds since the epoch.
const MAX_TIME_MS: f64 = 8.64e15;
/// The most runs, and experiments: what is known of each is in memory until the file ends.
const MAX_RUNS: usize = 1_000_000;

/// Reads runs from JSON Lines.
#[derive(Debug, Default)]
pub struct JsonLinesImporter {
    splitter: LineSplitter,
    contents: Contents,
}

/// What the lines so far said.
#[derive(Debug, Default)]
struct Contents {
    has_header: bool,
    has_ended: bool,
    /// By the ids that they have in the file.
    experiments: BTreeMap<String, ImportedExperiment>,
    runs: Vec<ImportedRun>,
    points: u64,
    artifact: Option<OpenArtifact>,
}

/// What is wrong with a line.
struct LineError {
    kind: FileErrorKind,
    message: String,
}

impl From<String> for LineError {
    fn from(message: String) -> Self {
        Self { kind: FileErrorKind::Invalid, message }
    }
}

impl From<StorageError> for LineError {
    fn from(error: StorageError) -> Self {
        Self::from(error.to_string())
    }
}

impl From<&str> for LineError {
    fn from(message: &str) -> Self {
        Self::from(message.to_owned())
    }
}

impl Importer for JsonLinesImporter {
    fn push(&mut self, bytes: &[u8], parts: &mut Vec<ImportedPart>) -> Result<(), FileError> {
        let mut kind = FileErrorKind::Invalid;
        let contents = &mut self.contents;
        let visited = self.splitter.push(bytes, |line| {
            contents.read(line, parts).map_err(|error| {
                kind = error.kind;
                error.message
            })
        });
        visited.map_err(|message| FileError { kind, at: Position::Line(self.splitter.number()), message })
    }

    fn finish(&mut self, parts: &mut Vec<ImportedPart>) -> Result<Vec<ImportedRun>, FileError> {
        // The last line may lack its end.
        self.push(b"\n", parts)?;
        let at = Position::Line(self.splitter.number());
        if !self.contents.has_ended {
            return Err(FileError::invalid(at, "the file ends before its last line, {\"line\":\"end\",…}: it was cut off"));
        }
        Ok(std::mem::take(&mut self.contents.runs))
    }

    fn experiments(&self) -> Vec<ImportedExperiment> {
        self.contents.experiments.values().cloned().collect()
    }

    fn losses(&self) -> Vec<String> {
        Vec::new()
    }
}

fn parse<'a, T: Deserialize<'a>>(line: &'a [u8]) -> Result<T, LineError> {
    serde_json::from_slice(line).map_err(|cause| LineError::from(cause.to_string()))
}

impl Contents {
    fn read(&mut self, line: &[u8], parts: &mut Vec<ImportedPart>) -> Result<(), LineError> {
        if !self.has_header {
            return self.read_header(line);
        }
        if self.has_ended {
            return Err("something follows the line that ends the file".into());
        }
        let kind: Kind<'_> = parse(line)?;
        if self.artifact.is_some() && kind.line != "bytes" {
            return Err("the artifact above lacks bytes".into());
        }
        match &*kind.line {
            "experiment" => self.read_experiment(&parse(line)?),
            "run" => self.read_run(parse(line)?, &parse(line)?),
            "points" => self.read_points(&parse(line)?, parts),
            "artifact" => self.read_artifact(&parse(line)?, parts),
            "bytes" => self.read_bytes(&parse(line)?, parts),
            "end" => self.read_end(&parse(line)?),
            other => Err(LineError {
                kind: FileErrorKind::Newer,
                message: format!("there are no lines '{}' in version {VERSION} of the format", shortened(other)),
            }),
        }
    }

    fn read_header(&mut self, line: &[u8]) -> Result<(), LineError> {
        let header: Result<Header<'_>, _> = serde_json::from_slice(line);
        let header = header.ok().filter(|header| header.format == FORMAT);
        let Some(header) = header else {
            return Err("this is no file of entrenar's: it begins with {\"format\":\"entrenar\",…}".into());
        };
        if header.version > VERSION {
            let message = format!(
                "the file is of version {} of the format, and this code reads versions up to {VERSION}: update entrenar",
                header.version
            );
            return Err(LineError { kind: FileErrorKind::Newer, message });
        }
        self.has_header = true;
        Ok(())
    }

    fn read_experiment(&mut self, line: &ExperimentLine<'_>) -> Result<(), LineError> {
        check_text("an experiment's name", &line.name)?;
        check_time("created_ms", line.created_ms)?;
        let experiment = ImportedExperiment {
            name: line.name.to_string(),
            created_ms: line.created_ms,
            config_json: line.config.map(|config| config.get().to_owned()),
        };
        match self.experiments.insert(line.id.to_string(), experiment) {
            None if self.experiments.len() <= MAX_RUNS => Ok(()),
            None => Err(format!("there are more than {MAX_RUNS} experiments").into()),
            Some(_) => Err(format!("there are two experiments '{}'", shortened(&line.id)).into()),
        }
    }

    fn read_run(&mut self, line: RunLine<'_>, fields: &RawFields<'_>) -> Result<(), LineError> {
        let Some(experiment) = self.experiments.get(&*line.experiment) else {
            return Err(format!("no experiment '{}' stands above", shortened(&line.experiment)).into());
        };
        if self.runs.len() == MAX_RUNS {
            return Err(format!("there are more than {MAX_RUNS} runs").into());
        }
        let mut record = RunRecord::new(String::new(), String::new(), 0);
        check_time("created_ms", line.created_ms)?;
        check_time("started_ms", line.started_ms.unwrap_or_default())?;
        check_time("ended_ms", line.ended_ms.unwrap_or_default())?;
        line.interruptions.iter().flatten().try_for_each(|&time| check_time("interruptions", time))?;
        check_text("a run's name", line.name.as_deref().unwrap_or_default())?;
        check_text("a span id", line.span_id.as_deref().unwrap_or_default())?;
        for tag in line.tags {
            check_key("a tag's name", &tag.key)?;
            check_text("a tag's value", &tag.value)?;
            record.apply(&RunEdit::Tag(tag));
        }
        record.status = line.status;
        record.created_ms = line.created_ms;
        record.started_ms = line.started_ms;
        record.ended_ms = line.ended_ms;
        record.run_name = line.name.map(|name| name.into_owned());
        record.span_id = line.span_id.map(|span_id| span_id.into_owned());
        record.config_json = line.config.map(|config| config.get().to_owned());
        record.interruptions = line.interruptions;
        record.unknown_json = unknown_json(fields);
        self.runs.push(ImportedRun { experiment_name: Some(experiment.name.clone()), record });
        Ok(())
    }

    fn last_run(&self) -> Result<usize, LineError> {
        self.runs.len().checked_sub(1).ok_or_else(|| "no run stands above".into())
    }

    fn read_points(&mut self, line: &PointsLine<'_>, parts: &mut Vec<ImportedPart>) -> Result<(), LineError> {
        let run = self.last_run()?;
        check_key("a metric key", &line.key)?;
        let length = line.value.len();
        if line.step.len() != length || line.timestamp_ms.len() != length {
            return Err("the columns step, value and timestamp_ms differ in length".into());
        }
        if let Some(step) = line.step.iter().find(|&&step| step > MAX_STEP) {
            return Err(format!("step {step} is over the largest, {MAX_STEP}").into());
        }
        let mut points = Vec::with_capacity(length);
        for ((&step, value), &timestamp_ms) in line.step.iter().zip(&line.value).zip(&line.timestamp_ms) {
            check_time("timestamp_ms", timestamp_ms as f64)?;
            points.push(RawPoint { step, value: value.0, timestamp_ms });
        }
        self.points += length as u64;
        parts.push(ImportedPart::Points { run, key: line.key.to_string(), points });
        Ok(())
    }

    fn read_artifact(&mut self, line: &ArtifactLine<'_>, parts: &mut Vec<ImportedPart>) -> Result<(), LineError> {
        let run = self.last_run()?;
        check_key("an artifact's key", &line.key)?;
        self.artifact = Some(OpenArtifact::new(run, line)?);
        self.close_artifact(parts)
    }

    fn read_bytes(&mut self, line: &BytesLine<'_>, parts: &mut Vec<ImportedPart>) -> Result<(), LineError> {
        self.artifact.as_mut().ok_or("no artifact stands above")?.push(&line.base64)?;
        self.close_artifact(parts)
    }

    fn close_artifact(&mut self, parts: &mut Vec<ImportedPart>) -> Result<(), LineError> {
        if let Some(artifact) = self.artifact.take_if(|artifact| artifact.is_whole()) {
            let (run, key) = (artifact.run, artifact.key.clone());
            parts.push(ImportedPart::Artifact { run, key, bytes: artifact.into_bytes()? });
        }
        Ok(())
    }

    fn read_end(&mut self, line: &EndLine) -> Result<(), LineError> {
        let there = EndLine { runs: self.runs.len() as u64, points: self.points };
        if line.runs != there.runs || line.points != there.points {
            return Err(format!(
                "the file had {} runs and {} points when it was written, and has {} and {} now",
                line.runs, line.points, there.runs, there.points
            )
            .into());
        }
        self.has_ended = true;
        Ok(())
    }
}

/// The fields of a run's line that this code does not know, as the text of one object; nothing if there are none.
fn unknown_json(fields: &RawFields<'_>) -> Option<String> {
    let mut unknown = fields.clone();
    unknown.retain(|name, _| !RUN_FIELDS.contains(&&**name));
    if unknown.is_empty() { None } else { serde_json::to_string(&unknown).ok() }
}

fn check_time(field: &str, time_ms: f64) -> Result<(), LineError> {
    if time_ms.abs() <= MAX_TIME_MS {
        Ok(())
    } else {
        Err(format!("{field} is {time_ms}: no time that a calendar has").into())
    }
}

/// As much of a text as a message quotes.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
