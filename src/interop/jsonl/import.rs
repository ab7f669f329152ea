//! Reading JSON Lines.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::bytes::OpenArtifact;
use super::fields::Fields;
use super::number::Number;
use super::split::LineSplitter;
use super::unknown::{UnknownOfFile, UnknownOfRun};
use super::{FORMAT, VERSION};
use crate::interop::calendar::checked_time;
use crate::interop::{
    FileError, FileErrorKind, ImportedExperiment, ImportedPart, ImportedRun, Importer, Position,
};
use crate::storage::{MAX_STEP, RawPoint, RunRecord, StorageError, Tag, check_key, check_text};

/// The most runs, and experiments: what is known of each is in memory until the file ends.
const MAX_RUNS: usize = 1_000_000;

/// The most bytes that describe experiments and runs: they are in memory until the file ends.
const MAX_DESCRIBED_BYTES: usize = 128 << 20;

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
    experiment_ids: BTreeMap<String, usize>,
    experiments: Vec<ImportedExperiment>,
    /// The bytes of the lines that describe experiments and runs.
    described_bytes: usize,
    runs: Vec<ImportedRun>,
    /// The ids that they have in the file.
    run_ids: Vec<String>,
    points: u64,
    artifact: Option<OpenArtifact>,
    /// What the lines of points of the last run say besides.
    unknown_of_run: UnknownOfRun,
    unknown_of_file: UnknownOfFile,
}

/// What is wrong with a line.
pub(in crate::interop) struct LineError {
    pub(in crate::interop) kind: FileErrorKind,
    pub(in crate::interop) message: String,
}

impl JsonLinesImporter {
    /// Reads a line that comes whole, without its end.
    pub(in crate::interop) fn push_line(
        &mut self,
        line: &[u8],
        parts: &mut Vec<ImportedPart>,
    ) -> Result<(), LineError> {
        self.contents.read(line, parts)
    }

    /// Counts points that come some other way. Returns the run whose they are: the last one.
    pub(in crate::interop) fn note_points(&mut self, count: u64) -> Result<usize, String> {
        self.contents.points += count;
        self.contents.last_run().map_err(|error| error.message)
    }
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

impl JsonLinesImporter {
    /// The ids that the runs so far have in the file: to its reader alone they mean something.
    pub(in crate::interop) fn run_ids(&self) -> &[String] {
        &self.contents.run_ids
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
            return Err(FileError::invalid(
                at,
                "the file ends before its last line, {\"line\":\"end\",…}: it was cut off",
            ));
        }
        self.contents.end_run();
        Ok(std::mem::take(&mut self.contents.runs))
    }

    fn experiments(&self) -> Vec<ImportedExperiment> {
        self.contents.experiments.clone()
    }

    fn losses(&self) -> Vec<String> {
        self.contents.unknown_of_file.losses()
    }
}

impl Contents {
    fn read(&mut self, line: &[u8], parts: &mut Vec<ImportedPart>) -> Result<(), LineError> {
        let line = str::from_utf8(line).map_err(|_| "the line is no UTF-8")?;
        let line = if self.has_header { line } else { line.trim_start_matches('\u{feff}') };
        let mut fields = Fields::of(line)?;
        if !self.has_header {
            return self.read_header(fields);
        }
        if self.has_ended {
            return Err("something follows the line that ends the file".into());
        }
        let kind = fields.text("line")?;
        if self.artifact.is_some() && kind != "bytes" {
            return Err("the artifact above lacks bytes".into());
        }
        if matches!(&*kind, "experiment" | "run") {
            self.note_described(line.len() + size_of::<ImportedRun>())?;
        }
        match &*kind {
            "experiment" => self.read_experiment(fields),
            "run" => self.read_run(fields),
            "points" => self.read_points(fields, parts),
            "artifact" => self.read_artifact(fields, parts),
            "bytes" => self.read_bytes(fields, parts),
            "end" => self.read_end(fields),
            other => Err(LineError {
                kind: FileErrorKind::Newer,
                message: format!(
                    "there are no lines '{}' in version {VERSION} of the format",
                    shortened(other)
                ),
            }),
        }
    }

    /// Counts what is in memory until the file ends.
    fn note_described(&mut self, bytes: usize) -> Result<(), String> {
        self.described_bytes += bytes;
        if self.described_bytes > MAX_DESCRIBED_BYTES {
            return Err(format!(
                "the descriptions of experiments and runs are more than {MAX_DESCRIBED_BYTES} bytes together"
            ));
        }
        Ok(())
    }

    fn read_header(&mut self, mut fields: Fields<'_>) -> Result<(), LineError> {
        if fields.text("format").ok().as_deref() != Some(FORMAT) {
            return Err("this is no file of entrenar's: it begins with {\"format\":\"entrenar\",…}".into());
        }
        let version: u32 = fields.take("version")?;
        if version > VERSION {
            let message = format!(
                "the file is of version {version} of the format, and this code reads versions up to {VERSION}: update entrenar"
            );
            return Err(LineError { kind: FileErrorKind::Newer, message });
        }
        self.has_header = true;
        self.unknown_of_file.note_dropped("first", &fields);
        Ok(())
    }

    fn read_experiment(&mut self, mut fields: Fields<'_>) -> Result<(), LineError> {
        let (id, name) = (fields.text("id")?, fields.text("name")?);
        check_text("an experiment's name", &name)?;
        let created_ms = fields.time("created_ms")?.unwrap_or_default();
        let config_json = fields.take_shallow("config")?;
        if self.experiments.len() == MAX_RUNS {
            return Err(format!("there are more than {MAX_RUNS} experiments").into());
        }
        match self.experiment_ids.entry(id) {
            Entry::Vacant(entry) => drop(entry.insert(self.experiments.len())),
            Entry::Occupied(entry) => {
                return Err(format!("there are two experiments '{}'", shortened(entry.key())).into());
            }
        }
        let unknown_json = fields.rest()?;
        self.experiments.push(ImportedExperiment { name, created_ms, config_json, unknown_json });
        Ok(())
    }

    fn read_run(&mut self, mut fields: Fields<'_>) -> Result<(), LineError> {
        let run_id = fields.text("id")?;
        let experiment = fields.text("experiment")?;
        let known = self.experiment_ids.get(&experiment).and_then(|&position| self.experiments.get(position));
        let Some(experiment) = known else {
            return Err(format!("no experiment '{}' stands above", shortened(&experiment)).into());
        };
        if self.runs.len() == MAX_RUNS {
            return Err(format!("there are more than {MAX_RUNS} runs").into());
        }
        let mut record = RunRecord::new(run_id.clone(), String::new(), 0);
        record.run_name = fields.take_some("name")?;
        check_text("a run's name", record.run_name.as_deref().unwrap_or_default())?;
        record.status = fields.take("status")?;
        record.created_ms = fields.time("created_ms")?.unwrap_or_default();
        record.started_ms = fields.time("started_ms")?;
        record.ended_ms = fields.time("ended_ms")?;
        record.config_json = fields.take_shallow("config")?;
        record.tags = distinct_tags(fields.take_some("tags")?.unwrap_or_default())?;
        record.span_id = fields.take_some("span_id")?;
        check_text("a span id", record.span_id.as_deref().unwrap_or_default())?;
        record.interruptions = fields.take_some("interruptions")?.unwrap_or_default();
        for &time_ms in record.interruptions.iter().flatten() {
            checked_time(time_ms)?;
        }
        record.unknown_json = fields.rest()?;
        let experiment_name = Some(experiment.name.clone());
        self.end_run();
        self.runs.push(ImportedRun { experiment_name, experiment_config_json: None, record });
        self.run_ids.push(run_id);
        Ok(())
    }

    /// The run that was read last has no more lines.
    fn end_run(&mut self) {
        if let Some(run) = self.runs.last_mut() {
            run.record.unknown_of_series = std::mem::take(&mut self.unknown_of_run).into_fields();
        }
    }

    fn last_run(&self) -> Result<usize, LineError> {
        self.runs.len().checked_sub(1).ok_or_else(|| "no run stands above".into())
    }

    fn read_points(
        &mut self,
        mut fields: Fields<'_>,
        parts: &mut Vec<ImportedPart>,
    ) -> Result<(), LineError> {
        let run = self.last_run()?;
        let key = fields.text("key")?;
        check_key("a metric key", &key)?;
        let steps: Vec<u64> = fields.take("step")?;
        let values: Vec<Number> = fields.take("value")?;
        let times: Vec<i64> = fields.take("timestamp_ms")?;
        if steps.len() != values.len() || times.len() != values.len() {
            return Err("the columns step, value and timestamp_ms differ in length".into());
        }
        if let Some(step) = steps.iter().find(|&&step| step > MAX_STEP) {
            return Err(format!("step {step} is over the largest, {MAX_STEP}").into());
        }
        let mut points = Vec::with_capacity(values.len());
        for ((step, Number(value)), timestamp_ms) in steps.into_iter().zip(values).zip(times) {
            checked_time(timestamp_ms as f64)?;
            points.push(RawPoint { step, value, timestamp_ms });
        }
        self.points += points.len() as u64;
        let kept = self.unknown_of_run.add(&key, &fields, &mut self.unknown_of_file)?;
        self.note_described(kept)?;
        parts.push(ImportedPart::Points { run, key, points });
        Ok(())
    }

    fn read_artifact(
        &mut self,
        mut fields: Fields<'_>,
        parts: &mut Vec<ImportedPart>,
    ) -> Result<(), LineError> {
        let run = self.last_run()?;
        let key = fields.text("key")?;
        check_key("an artifact's key", &key)?;
        let mut artifact = OpenArtifact::new(run, key, fields.take("size")?, fields.text("sha256")?)?;
        artifact.unknown_json = fields.rest()?;
        self.note_described(artifact.unknown_json.as_ref().map_or(0, String::len))?;
        self.artifact = Some(artifact);
        self.close_artifact(parts)
    }

    fn read_bytes(&mut self, mut fields: Fields<'_>, parts: &mut Vec<ImportedPart>) -> Result<(), LineError> {
        self.artifact.as_mut().ok_or("no artifact stands above")?.push(&fields.text("base64")?)?;
        self.unknown_of_file.note_dropped("bytes", &fields);
        self.close_artifact(parts)
    }

    fn close_artifact(&mut self, parts: &mut Vec<ImportedPart>) -> Result<(), LineError> {
        if let Some(artifact) = self.artifact.take_if(|artifact| artifact.is_whole()) {
            let (run, key, unknown_json) =
                (artifact.run, artifact.key.clone(), artifact.unknown_json.clone());
            parts.push(ImportedPart::Artifact { run, key, bytes: artifact.into_bytes()?, unknown_json });
        }
        Ok(())
    }

    fn read_end(&mut self, mut fields: Fields<'_>) -> Result<(), LineError> {
        let said: (u64, u64) = (fields.take("runs")?, fields.take("points")?);
        let found = (self.runs.len() as u64, self.points);
        if said != found {
            return Err(format!(
                "the file had {} runs and {} points when it was written, and has {} and {} now",
                said.0, said.1, found.0, found.1
            )
            .into());
        }
        self.has_ended = true;
        self.unknown_of_file.note_dropped("end", &fields);
        Ok(())
    }
}

/// The tags of a run: of two of one name the later counts, as when they are set one by one. There may be as many as a line holds.
fn distinct_tags(tags: Vec<Tag>) -> Result<Vec<Tag>, LineError> {
    let mut distinct: Vec<Tag> = Vec::new();
    let mut positions = BTreeMap::new();
    for tag in tags {
        check_key("a tag's name", &tag.key)?;
        check_text("a tag's value", &tag.value)?;
        match positions.entry(tag.key.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(distinct.len());
                distinct.push(tag);
            }
            Entry::Occupied(entry) => distinct[*entry.get()].value = tag.value,
        }
    }
    Ok(distinct)
}

/// As much of a text as a message quotes.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
