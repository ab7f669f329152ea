//! Runs as event files.

use std::io::{self, Write};

use prost::Message;

use super::details::{Details, fenced, tags_json};
use super::frames::push_frame;
use super::messages::{
    DataType, Dimension, Event, HparamsData, Metadata, PluginData, SessionEnd, SessionStart, SessionStatus,
    Shape, Summary, Tensor, Value,
};
use super::run_folders::RunFolders;
use super::zip_writer::ZipWriter;
use super::{
    CONFIG_TEXT, FILE_MARK, FILE_VERSION, HOST, HPARAMS_PLUGIN, MOST_TEXT, RUN_TEXT, SCALARS_PLUGIN,
    SESSION_END, SESSION_START, TAGS_TEXT, TEXT_PLUGIN, hyperparameters,
};
use crate::interop::Exporter;
use crate::interop::losses::Losses;
use crate::storage::{ExperimentRecord, RawPoint, RunRecord, RunStatus};

/// What a point takes in a file at most, besides its key.
const MOST_POINT: u64 = 80;
/// The texts that a file has, each at most [`MOST_TEXT`], in all.
const MOST_TEXTS: u64 = 8 * MOST_TEXT as u64;

/// How values are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ValueType {
    /// As numbers of 32 bits, which is what TensorBoard's own writers write, and what every reader of event files reads.
    #[default]
    Single,
    /// As tensors of one number of 64 bits. TensorBoard shows them, and some readers do not.
    Double,
}

/// Writes runs as event files.
pub struct TensorBoardExporter {
    value_type: ValueType,
    /// Nothing where one run is all there is.
    zip: Option<(ZipWriter, RunFolders)>,
    runs: usize,
    /// The metric whose points were written last.
    last_key: Option<String>,
    /// Reused from slice to slice.
    bytes: Vec<u8>,
    losses: Losses,
}

impl TensorBoardExporter {
    /// Writes the event file of one run.
    #[must_use]
    pub fn event_file(value_type: ValueType) -> Self {
        Self { value_type, zip: None, runs: 0, last_key: None, bytes: Vec::new(), losses: Losses::default() }
    }

    /// Writes a zip file with a folder for each run: what TensorBoard shows when it is unpacked.
    #[must_use]
    pub fn zip(value_type: ValueType) -> Self {
        Self { zip: Some((ZipWriter::default(), RunFolders::default())), ..Self::event_file(value_type) }
    }

    fn flush(&mut self, out: &mut dyn Write) -> io::Result<()> {
        match &mut self.zip {
            Some((zip, _)) => zip.write(&self.bytes, out)?,
            None => out.write_all(&self.bytes)?,
        }
        self.bytes.clear();
        Ok(())
    }

    /// Adds what comes before the points.
    fn push_details(&mut self, experiment: &ExperimentRecord, record: &RunRecord) {
        let wall_time = record.created_ms / 1000.0;
        let version = Event { wall_time, file_version: Some(FILE_VERSION.to_owned()), ..Event::default() };
        push_event(&mut self.bytes, &version);
        // A tag has one kind of values: a metric of the same name comes first.
        let mut push = |value: Value, losses: &mut Losses| {
            if record.series.keys.contains(&value.tag) {
                losses
                    .note(format!("'{}' is a metric, and not what it is in event files besides", value.tag));
            } else {
                push_event(&mut self.bytes, &event_of(wall_time, value));
            }
        };
        if let Some(config) = &record.config_json {
            let start = SessionStart {
                hparams: hyperparameters::of_config(config),
                start_secs: record.started_ms.unwrap_or(record.created_ms) / 1000.0,
            };
            let data = HparamsData { session_start: Some(start), session_end: None };
            push(hparams_value(SESSION_START, &data), &mut self.losses);
        }
        let details = serde_json::to_string(&Details::of(experiment, record)).unwrap_or_default();
        let tags = (!record.tags.is_empty()).then(|| tags_json(&record.tags));
        for (tag, json) in [
            (RUN_TEXT, Some(details.as_str())),
            (CONFIG_TEXT, record.config_json.as_deref()),
            (TAGS_TEXT, tags.as_deref()),
        ] {
            match json {
                Some(json) if json.len() > MOST_TEXT => {
                    self.losses.note(format!(
                        "'{tag}' of a run is longer than {} MB, and left out",
                        MOST_TEXT >> 20
                    ));
                }
                Some(json) => push(text_value(tag, &fenced(json)), &mut self.losses),
                None => {}
            }
        }
    }

    fn push_points(&mut self, key: &str, points: &[RawPoint], is_first: bool) {
        let mut value = Value { tag: key.to_owned(), ..Value::default() };
        if is_first && self.value_type == ValueType::Double {
            value.metadata = Some(metadata(SCALARS_PLUGIN, Vec::new(), 1));
        }
        let mut event = event_of(0.0, value);
        let mut rounded = false;
        for point in points {
            event.wall_time = point.timestamp_ms as f64 / 1000.0;
            event.step = point.step as i64;
            let single = point.value as f32;
            if let Some(value) = event.summary.as_mut().and_then(|summary| summary.value.first_mut()) {
                match self.value_type {
                    ValueType::Single => {
                        rounded |= f64::from(single) != point.value && !point.value.is_nan();
                        value.number = Some(single);
                    }
                    ValueType::Double => value.tensor = Some(double_tensor(point.value)),
                }
                push_event(&mut self.bytes, &event);
                if let Some(value) = event.summary.as_mut().and_then(|summary| summary.value.first_mut()) {
                    value.metadata = None;
                }
            }
        }
        self.losses.note_if(
            rounded,
            "values are rounded to the 32 bits that they have in event files, to infinity beyond 3.4e38",
        );
    }
}

impl Exporter for TensorBoardExporter {
    fn begin_run(
        &mut self,
        experiment: &ExperimentRecord,
        record: &RunRecord,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.runs += 1;
        self.last_key = None;
        self.losses.note_if(!record.artifacts.is_empty(), "artifacts are not in event files");
        match &mut self.zip {
            Some((zip, folders)) => {
                let name = format!("{}/{}", folders.next(experiment, record), event_file_name(record));
                let series = record.series.keys.iter().zip(&record.series.counts);
                let most: u64 =
                    series.map(|(key, &count)| count as u64 * (MOST_POINT + key.len() as u64)).sum();
                let is_large = most + MOST_TEXTS > u64::from(u32::MAX);
                zip.begin(name, record.created_ms as i64, is_large, out)?;
            }
            None if self.runs > 1 => {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "an event file holds one run"));
            }
            None => {}
        }
        self.push_details(experiment, record);
        self.flush(out)
    }

    fn write_points(
        &mut self,
        _: &RunRecord,
        key: &str,
        points: &[RawPoint],
        out: &mut dyn Write,
    ) -> io::Result<usize> {
        let is_first = self.last_key.as_deref() != Some(key);
        if is_first {
            self.last_key = Some(key.to_owned());
        }
        self.push_points(key, points, is_first);
        self.flush(out)?;
        Ok(points.len())
    }

    fn end_run(&mut self, record: &RunRecord, out: &mut dyn Write) -> io::Result<()> {
        if record.config_json.is_some() && record.status.is_final() {
            let end_secs = record.ended_ms.unwrap_or(record.created_ms) / 1000.0;
            let status = match record.status {
                RunStatus::Success => SessionStatus::Success,
                RunStatus::Failed => SessionStatus::Failure,
                _ => SessionStatus::Unknown,
            };
            let end = SessionEnd { status: status as i32, end_secs };
            let value =
                hparams_value(SESSION_END, &HparamsData { session_start: None, session_end: Some(end) });
            if !record.series.keys.iter().any(|key| key == SESSION_END) {
                push_event(&mut self.bytes, &event_of(end_secs, value));
            }
        }
        self.flush(out)?;
        match &mut self.zip {
            Some((zip, _)) => zip.end(out),
            None => Ok(()),
        }
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        match &mut self.zip {
            Some((zip, _)) => zip.finish(out),
            None => Ok(()),
        }
    }

    fn losses(&self) -> Vec<String> {
        self.losses.sentences()
    }
}

/// What the event file of a run is called.
#[must_use]
pub fn event_file_name(record: &RunRecord) -> String {
    format!("events.out.{FILE_MARK}.{:010}.{HOST}", (record.created_ms / 1000.0).max(0.0) as u64)
}

fn push_event(bytes: &mut Vec<u8>, event: &Event) {
    // A vector has room for whatever is written.
    push_frame(bytes, |bytes| {
        let _ = event.encode(bytes);
    });
}

fn event_of(wall_time: f64, value: Value) -> Event {
    Event { wall_time, summary: Some(Summary { value: vec![value] }), ..Event::default() }
}

fn metadata(plugin: &str, content: Vec<u8>, data_class: i32) -> Metadata {
    Metadata { plugin_data: Some(PluginData { plugin_name: plugin.to_owned(), content }), data_class }
}

fn text_value(tag: &str, text: &str) -> Value {
    let tensor = Tensor {
        data_type: DataType::String as i32,
        shape: Some(Shape { dimensions: vec![Dimension { size: 1 }], is_unknown: false }),
        strings: vec![text.as_bytes().to_vec()],
        ..Tensor::default()
    };
    Value {
        tag: tag.to_owned(),
        tensor: Some(tensor),
        metadata: Some(metadata(TEXT_PLUGIN, Vec::new(), 2)),
        ..Value::default()
    }
}

/// The plugin reads what it needs from the metadata; the tensor, which there must be, has nothing in it.
fn hparams_value(tag: &str, data: &HparamsData) -> Value {
    let nothing = Tensor {
        data_type: DataType::Float as i32,
        shape: Some(Shape { dimensions: vec![Dimension { size: 0 }], is_unknown: false }),
        ..Tensor::default()
    };
    Value {
        tag: tag.to_owned(),
        tensor: Some(nothing),
        metadata: Some(metadata(HPARAMS_PLUGIN, data.encode_to_vec(), 2)),
        ..Value::default()
    }
}

fn double_tensor(value: f64) -> Tensor {
    Tensor {
        data_type: DataType::Double as i32,
        shape: Some(Shape::default()),
        doubles: vec![value],
        ..Tensor::default()
    }
}
