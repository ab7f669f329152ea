//! Runs from event files, of which each folder's are one run's.

use std::collections::BTreeMap;

use prost::{DecodeError, Message};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use super::described_run::DescribedRun;
use super::details::{read_tags, unfenced};
use super::frames::{Framed, Frames};
use super::messages::{HparamsData, PluginData, ReadEvent, Tensor, Value};
use super::points_in_order::PointsInOrder;
use super::summary::{Found, NotAnEvent, for_each_value};
use super::{
    CONFIG_TEXT, FILE_VERSION, HPARAMS_PLUGIN, MOST_TEXT, RUN_TEXT, SCALARS_PLUGIN, TAGS_TEXT, TEXT_PLUGIN,
    hyperparameters,
};
use crate::interop::calendar::is_time;
use crate::interop::gathered_points::SeriesNumber;
use crate::interop::imported_times::ImportedTimes;
use crate::interop::json_depth::is_too_deep;
use crate::interop::losses::Losses;
use crate::interop::{FileError, ImportedPart, ImportedRun, Position};
use crate::storage::{MAX_STEP, RawPoint, check_text};

/// Reads event files, one after the other.
pub(super) struct EventFiles {
    /// The time of what has none, in milliseconds since the epoch.
    timestamp_ms: i64,
    points: PointsInOrder,
    runs: Vec<DescribedRun>,
    by_folder: BTreeMap<String, usize>,
    file: Option<File>,
    /// Whether a file was cut off: the first is named.
    had_cut_off: bool,
    pub(super) losses: Losses,
}

/// The file that is being read.
struct File {
    run: usize,
    path: String,
    frames: Frames,
    tags: Tags,
}

/// What each tag's values are. A file says so with the first of them alone.
#[derive(Default)]
struct Tags {
    numbers: BTreeMap<String, usize>,
    kinds: Vec<Kind>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Scalar(Option<SeriesNumber>),
    Text,
    Hparams,
    /// Of a plugin whose data are not imported.
    Other,
}

/// Why an event is refused.
enum Refusal {
    Newer(String),
    Because(String),
}

impl From<NotAnEvent> for Refusal {
    fn from(_: NotAnEvent) -> Self {
        Self::Because("this record is no event".to_owned())
    }
}

impl From<DecodeError> for Refusal {
    fn from(error: DecodeError) -> Self {
        NotAnEvent::from(error).into()
    }
}

impl Refusal {
    fn at(self, byte: u64) -> FileError {
        match self {
            Self::Newer(message) => FileError::newer(Position::Byte(byte), message),
            Self::Because(message) => FileError::invalid(Position::Byte(byte), message),
        }
    }
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Self::Because(message)
    }
}

impl EventFiles {
    /// `any_order` says whether files of one run may come in another order than that of their names.
    pub(super) fn new(timestamp_ms: i64, any_order: bool) -> Self {
        Self {
            timestamp_ms,
            points: PointsInOrder::new(any_order),
            runs: Vec::new(),
            by_folder: BTreeMap::new(),
            file: None,
            had_cut_off: false,
            losses: Losses::default(),
        }
    }

    /// Begins a file, whose path has `/` between its names.
    pub(super) fn begin(&mut self, path: &str, ends_by_descriptor: bool) -> Result<(), String> {
        self.end();
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let run = match self.by_folder.get(folder) {
            Some(run) => *run,
            None => self.add_run(folder)?,
        };
        self.points.begin_file(run, name);
        let frames = Frames::new(ends_by_descriptor);
        self.file = Some(File { run, path: path.to_owned(), frames, tags: Tags::default() });
        Ok(())
    }

    fn add_run(&mut self, folder: &str) -> Result<usize, String> {
        check_text("the run's name", folder).map_err(|error| error.to_string())?;
        self.points.names().note_kept(4 * folder.len() + size_of::<DescribedRun>())?;
        self.runs.push(DescribedRun {
            folder: folder.to_owned(),
            times: ImportedTimes::new(self.timestamp_ms),
            details: None,
            config_json: None,
            tags: Vec::new(),
            found: Map::new(),
            start_ms: None,
            end: None,
        });
        self.by_folder.insert(folder.to_owned(), self.runs.len() - 1);
        Ok(self.runs.len() - 1)
    }

    /// Takes the next bytes of the file that was begun. Returns how many there were before it ended by a descriptor.
    pub(super) fn push(&mut self, bytes: &[u8], parts: &mut Vec<ImportedPart>) -> Result<usize, FileError> {
        // Borrowed apart from the rest for as long as it is read.
        let Some(mut file) = self.file.take() else { return Ok(bytes.len()) };
        let File { run, path, frames, tags } = &mut file;
        let result = frames.push(bytes, &mut |at, framed| match framed {
            Framed::TooLong => {
                self.losses.note("records of over 8 MB, such as large images, are not imported");
                Ok(())
            }
            Framed::Record(record) => self.take(*run, tags, record, parts).map_err(|refusal| refusal.at(at)),
        });
        let path = if path.is_empty() { None } else { Some(path.clone()) };
        self.file = Some(file);
        result.map_err(|mut error| {
            if let Some(path) = path {
                error.message = format!("{} (in '{}')", error.message, shortened(&path));
            }
            error
        })
    }

    /// Whether the file that was begun has ended by a descriptor.
    pub(super) fn has_ended(&self) -> bool {
        self.file.as_ref().is_some_and(|file| file.frames.has_ended())
    }

    /// Ends the file that was begun.
    pub(super) fn end(&mut self) {
        let Some(file) = self.file.take() else { return };
        for tag in file.tags.numbers.keys() {
            self.points.names().note_freed(tag.len());
        }
        if let Some(at) = file.frames.cut_off()
            && !self.had_cut_off
        {
            self.had_cut_off = true;
            let of_path =
                if file.path.is_empty() { String::new() } else { format!(" of '{}'", shortened(&file.path)) };
            self.losses.note(format!(
                "the last record{of_path}, from byte {at} on, is cut off: all before it is imported"
            ));
        }
    }

    /// Ends the last file. Returns the runs.
    pub(super) fn finish(&mut self, parts: &mut Vec<ImportedPart>) -> Result<Vec<ImportedRun>, String> {
        self.end();
        self.points.finish(parts);
        self.losses.note_if(
            self.points.is_out_of_order,
            "files of one run came in another order than that of their names: points at equal steps are in the order of the files",
        );
        std::mem::take(&mut self.runs).into_iter().map(DescribedRun::imported).collect()
    }

    fn take(
        &mut self,
        run: usize,
        tags: &mut Tags,
        record: &[u8],
        parts: &mut Vec<ImportedPart>,
    ) -> Result<(), Refusal> {
        let event = ReadEvent::decode(record)?;
        if let Some(version) = &event.file_version {
            check_version(version)?;
        }
        self.losses.note_if(event.graph.is_some(), "graphs are not imported");
        let Some(summary) = &event.summary else { return Ok(()) };
        for_each_value(summary, |found| match found {
            Found::TooLong => {
                self.losses.note(format!("values of over {} MB are not imported", MOST_TEXT >> 20));
                Ok(())
            }
            Found::Value(value) => self.take_value(run, tags, &event, &value, parts),
        })
    }

    fn take_value(
        &mut self,
        run: usize,
        tags: &mut Tags,
        event: &ReadEvent,
        value: &Value,
        parts: &mut Vec<ImportedPart>,
    ) -> Result<(), Refusal> {
        let plugin = value.metadata.as_ref().and_then(|metadata| metadata.plugin_data.as_ref());
        let known = tags.numbers.get(&value.tag).copied();
        let number = known.unwrap_or(tags.kinds.len());
        if known.is_none() {
            self.points.names().note_kept(value.tag.len())?;
            tags.numbers.insert(value.tag.clone(), number);
            tags.kinds.push(kind_of(value, plugin));
        }
        match &mut tags.kinds[number] {
            Kind::Scalar(series) => *series = self.take_scalar((run, *series), event, value, parts)?,
            Kind::Text => {
                let text = value.tensor.as_ref().and_then(Tensor::texts).unwrap_or_default();
                self.take_text(run, &value.tag, text)?;
            }
            Kind::Hparams => {
                let data = plugin.map(|plugin| HparamsData::decode(plugin.content.as_slice())).transpose()?;
                self.take_hparams(run, data.unwrap_or_default())?;
            }
            Kind::Other => self.note_other(value),
        }
        Ok(())
    }

    /// Takes a point. Returns its series, which is nothing for as long as there was no number under its tag.
    fn take_scalar(
        &mut self,
        (run, series): (usize, Option<SeriesNumber>),
        event: &ReadEvent,
        value: &Value,
        parts: &mut Vec<ImportedPart>,
    ) -> Result<Option<SeriesNumber>, Refusal> {
        let of_tensor = || value.tensor.as_ref().and_then(Tensor::scalar);
        let Some(number) = value.number.map(f64::from).or_else(of_tensor) else {
            self.note_other(value);
            return Ok(series);
        };
        let series = match series {
            Some(series) => series,
            None => self.points.names().series(run, &value.tag)?,
        };
        let point = RawPoint {
            step: step(event.step)?,
            value: number,
            timestamp_ms: milliseconds(event.wall_time).unwrap_or_else(|| {
                self.losses.note("points at times that no calendar has get the time of the file");
                self.timestamp_ms
            }),
        };
        self.runs[run].times.note(point.timestamp_ms);
        self.points.add(series, point, parts);
        Ok(Some(series))
    }

    fn take_text(&mut self, run: usize, tag: &str, text: String) -> Result<(), Refusal> {
        self.points.names().note_kept(text.len() + tag.len())?;
        let of_run = &mut self.runs[run];
        match tag {
            RUN_TEXT => {
                of_run.details = serde_json::from_str(unfenced(&text)).ok();
                if let Some(details) = &mut of_run.details {
                    details.experiment_config.take_if(|json| !is_kept(json));
                }
                if of_run.details.is_none() {
                    self.losses.note("a run's description that cannot be read is not imported");
                }
            }
            CONFIG_TEXT => {
                let json = unfenced(&text);
                // As it is written: what JSON allows and a `Map` does not, such as half of a character, stays what it is.
                let is_object = is_kept(json);
                of_run.config_json = is_object.then(|| json.to_owned());
                if !is_object {
                    self.losses.note("a configuration that is no JSON object is not imported");
                }
            }
            TAGS_TEXT => of_run.tags = read_tags(unfenced(&text))?,
            _ => {
                let name = tag.strip_suffix("/text_summary").unwrap_or(tag);
                if let Some(earlier) = of_run.found.insert(name.to_owned(), Json::String(text)) {
                    self.points.names().note_freed(earlier.as_str().map_or(0, str::len) + tag.len());
                    self.losses.note("of the texts under one tag, the last is imported");
                }
            }
        }
        Ok(())
    }

    fn take_hparams(&mut self, run: usize, data: HparamsData) -> Result<(), Refusal> {
        let of_run = &mut self.runs[run];
        if let Some(start) = data.session_start {
            let weight =
                start.hparams.iter().map(|(name, value)| name.len() + value.encoded_len() + 128).sum();
            self.points.names().note_kept(weight)?;
            of_run.start_ms = Some(start.start_secs * 1000.0).filter(|ms| *ms > 0.0 && is_time(*ms));
            hyperparameters::to_config(start.hparams, &mut of_run.found);
        }
        if let Some(end) = data.session_end {
            let ended_ms = Some(end.end_secs * 1000.0).filter(|ms| *ms > 0.0 && is_time(*ms));
            of_run.end = Some((end.status(), ended_ms));
        }
        Ok(())
    }

    fn note_other(&mut self, value: &Value) {
        let plugin = value.metadata.as_ref().and_then(|metadata| metadata.plugin_data.as_ref());
        let plugin = plugin.map_or("", |plugin| plugin.plugin_name.as_str());
        let sentence = if value.image.is_some() || plugin == "images" {
            "images are not imported"
        } else if value.histogram.is_some() || plugin == "histograms" || plugin == "distributions" {
            "histograms are not imported"
        } else if value.audio.is_some() || plugin == "audio" {
            "audio is not imported"
        } else {
            "tensors of more than one number, and the data of other plugins, are not imported"
        };
        self.losses.note(sentence);
    }
}

/// Refuses a file that is newer than what is known here.
fn check_version(version: &str) -> Result<(), Refusal> {
    let number =
        |version: &str| version.strip_prefix("brain.Event:").and_then(|number| number.parse::<u32>().ok());
    match (number(version), number(FILE_VERSION)) {
        (Some(found), Some(known)) if found > known => {
            let message =
                format!("event files of version {found} are newer than {known}, the newest that is known");
            Err(Refusal::Newer(message))
        }
        _ => Ok(()),
    }
}

fn kind_of(value: &Value, plugin: Option<&PluginData>) -> Kind {
    let has_scalar = value.number.is_some() || value.tensor.is_some();
    match plugin.map_or("", |plugin| plugin.plugin_name.as_str()) {
        "" | SCALARS_PLUGIN if has_scalar => Kind::Scalar(None),
        TEXT_PLUGIN => Kind::Text,
        HPARAMS_PLUGIN => Kind::Hparams,
        _ => Kind::Other,
    }
}

fn step(step: i64) -> Result<u64, String> {
    let number = u64::try_from(step).ok().filter(|step| *step <= MAX_STEP);
    number.ok_or_else(|| format!("the step {step} is not from 0 to 2^53 - 1"))
}

/// Whether a text is a configuration as it is stored.
fn is_kept(json: &str) -> bool {
    json.starts_with('{') && serde_json::from_str::<&RawValue>(json).is_ok() && !is_too_deep(json)
}

/// Milliseconds of a time in seconds, unless it is none.
fn milliseconds(seconds: f64) -> Option<i64> {
    let ms = (seconds * 1000.0).round();
    is_time(ms).then_some(ms as i64)
}

/// As much of a path as a message quotes: its end.
fn shortened(path: &str) -> String {
    let skipped = path.chars().count().saturating_sub(80);
    path.chars().skip(skipped).collect()
}
