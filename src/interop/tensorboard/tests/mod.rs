//! Event files, out and in.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod other_writers;
mod refusals;
mod round_trips;

use miniz_oxide::deflate::compress_to_vec;
use proptest::prelude::*;
use prost::Message;

use super::frames::push_frame;
use super::messages::{DataType, Event, Metadata, PluginData, Summary, Tensor, Value};
use super::*;
use crate::interop::test_runs::{Read, any_series, assert_same, dressed, export, import, points, run};
use crate::interop::{ExportedRun, Exporter, FileError, FileErrorKind, ImportedPart, Importer, Position};
use crate::storage::{RawPoint, RunStatus, SeriesHeaders};

const NOW: i64 = 1_800_000_000_000;

fn importer() -> TensorBoardImporter {
    TensorBoardImporter::new(TensorBoardOptions { timestamp_ms: NOW })
}

fn read(bytes: &[u8]) -> Result<Vec<Read>, FileError> {
    import(&mut importer(), bytes, 13)
}

fn event_file(run: &ExportedRun) -> Vec<u8> {
    let runs = std::slice::from_ref(run);
    export(&mut TensorBoardExporter::event_file(ValueType::Single), runs, 7)
}

fn zip(runs: &[ExportedRun]) -> Vec<u8> {
    export(&mut TensorBoardExporter::zip(ValueType::Single), runs, 7)
}

/// An event file with these events.
fn file_of(events: impl IntoIterator<Item = Event>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for event in events {
        push_frame(&mut bytes, |bytes| event.encode(bytes).unwrap());
    }
    bytes
}

fn event(step: i64, value: Value) -> Event {
    Event {
        wall_time: 1_795_750_137.5,
        step,
        summary: Some(Summary { value: vec![value] }),
        file_version: None,
    }
}

fn simple(tag: &str, value: f32) -> Value {
    Value { tag: tag.to_owned(), number: Some(value), ..Value::default() }
}

fn of_plugin(tag: &str, plugin: &str, tensor: Tensor) -> Value {
    let plugin_data = Some(PluginData { plugin_name: plugin.to_owned(), content: vec![] });
    let metadata = Some(Metadata { plugin_data, data_class: 0 });
    Value { tag: tag.to_owned(), tensor: Some(tensor), metadata, ..Value::default() }
}

/// A file in a zip file, packed or not, with its length before it or in a descriptor after it.
fn entry(path: &str, content: &[u8], packed: bool, descriptor: bool) -> Vec<u8> {
    let data = if packed { compress_to_vec(content, 6) } else { content.to_vec() };
    let lengths = [(data.len() as u32).to_le_bytes(), (content.len() as u32).to_le_bytes()].concat();
    let mut bytes = b"PK\x03\x04".to_vec();
    for number in [20_u16, u16::from(descriptor) << 3, if packed { 8 } else { 0 }, 0, 0] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(if descriptor { &[0; 8] } else { &lengths });
    bytes.extend_from_slice(&(path.len() as u16).to_le_bytes());
    bytes.extend_from_slice(&[0; 2]);
    bytes.extend_from_slice(path.as_bytes());
    bytes.extend_from_slice(&data);
    if descriptor {
        bytes.extend_from_slice(b"PK\x07\x08\0\0\0\0");
        bytes.extend_from_slice(&lengths);
    }
    bytes
}

const DIRECTORY: &[u8] = b"PK\x01\x02 and so on, which is not looked at";

/// What is left of points: values of 32 bits.
fn single(series: &[(String, Vec<RawPoint>)]) -> Vec<(String, Vec<RawPoint>)> {
    let rounded = |point: &RawPoint| RawPoint { value: f64::from(point.value as f32), ..*point };
    series.iter().map(|(key, points)| (key.clone(), points.iter().map(rounded).collect())).collect()
}
