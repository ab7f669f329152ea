//! Reads stored records back, field by field: fields that are not known are ignored, missing ones take their defaults.

use std::cell::Cell;

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::schema::{DatabaseMeta, IdCounters};
use crate::storage::error::{Result, StorageError};
use crate::storage::record::{
    RunEdit, ArtifactRef, ExperimentRecord, RECORD_FORMAT, RunRecord, RunStatus, SeriesHeaders, Tag,
};

/// A record that can be read from a stored value.
pub trait Decode: Sized {
    /// Reads the fields.
    fn decode_fields(fields: &Fields) -> Self;
}

/// The record in a stored value.
///
/// # Errors
/// `Corrupt` if it is of another format, or lacks what it must have.
pub fn decode<T: Decode>(value: JsValue) -> Result<T> {
    let missing = Cell::new("");
    let fields = Fields { value, missing: &missing };
    if fields.optional_number("format") != Some(f64::from(RECORD_FORMAT)) {
        return Err(StorageError::Corrupt("a record is of an unknown format".into()));
    }
    let record = T::decode_fields(&fields);
    match missing.get() {
        "" => Ok(record),
        name => Err(StorageError::Corrupt(format!("a record lacks its field '{name}'"))),
    }
}

/// The fields of a stored object. A field that must be there and is not gives a default and is noted.
pub struct Fields<'a> {
    value: JsValue,
    missing: &'a Cell<&'static str>,
}

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> JsValue {
        // Stored values are plain: reading a property runs nobody's code. What is no object has no fields.
        Reflect::get(&self.value, &name.into()).unwrap_or_default()
    }

    fn inner(&self, value: JsValue) -> Fields<'a> {
        Fields { value, missing: self.missing }
    }

    fn present<T: Default>(&self, name: &'static str, value: Option<T>) -> T {
        if value.is_none() {
            self.missing.set(name);
        }
        value.unwrap_or_default()
    }

    fn optional_number(&self, name: &str) -> Option<f64> {
        self.get(name).as_f64()
    }

    fn number(&self, name: &'static str) -> f64 {
        self.present(name, self.optional_number(name))
    }

    fn optional_text(&self, name: &str) -> Option<String> {
        self.get(name).as_string()
    }

    fn text(&self, name: &'static str) -> String {
        self.present(name, self.optional_text(name))
    }

    fn list<T>(&self, name: &str, read: impl Fn(Fields<'a>) -> T) -> Vec<T> {
        let value = self.get(name);
        let Some(array) = value.dyn_ref::<Array>() else { return Vec::new() };
        let mut list = Vec::new();
        for index in 0..array.length() {
            list.push(read(self.inner(array.get(index))));
        }
        list
    }

    fn numbers(&self, name: &'static str) -> Vec<f64> {
        self.list(name, |item| {
            // A copy of a record as JSON has null for what is no number.
            let null = item.value.is_null().then_some(f64::NAN);
            item.present(name, item.value.as_f64().or(null))
        })
    }
}

impl Decode for DatabaseMeta {
    fn decode_fields(fields: &Fields) -> Self {
        Self {
            version: fields.number("version") as u32,
            compatible_since: fields.number("compatible_since") as u32,
            identity: fields.text("identity"),
            mended_ms: fields.optional_number("mended_ms").unwrap_or_default(),
        }
    }
}

impl Decode for IdCounters {
    fn decode_fields(fields: &Fields) -> Self {
        Self { next_experiment: fields.number("next_experiment"), next_run: fields.number("next_run") }
    }
}

impl Decode for ExperimentRecord {
    fn decode_fields(fields: &Fields) -> Self {
        Self {
            format: RECORD_FORMAT,
            experiment_id: fields.text("experiment_id"),
            name: fields.text("name"),
            created_ms: fields.number("created_ms"),
            config_json: fields.optional_text("config_json"),
        }
    }
}

impl Decode for RunRecord {
    fn decode_fields(fields: &Fields) -> Self {
        let name = fields.text("status");
        let status = RunStatus::ALL.into_iter().find(|known| known.as_str() == name);
        if status.is_none() {
            fields.missing.set("status");
        }
        let number = |name: &str| fields.optional_number(name).unwrap_or_default();
        Self {
            format: RECORD_FORMAT,
            run_id: fields.text("run_id"),
            experiment_id: fields.text("experiment_id"),
            run_name: fields.optional_text("run_name"),
            status: status.unwrap_or(RunStatus::Pending),
            created_ms: fields.number("created_ms"),
            started_ms: fields.optional_number("started_ms"),
            ended_ms: fields.optional_number("ended_ms"),
            config_json: fields.optional_text("config_json"),
            tags: fields.list("tags", |tag| Tag { key: tag.text("key"), value: tag.text("value") }),
            span_id: fields.optional_text("span_id"),
            artifacts: fields.list("artifacts", |artifact| ArtifactRef {
                key: artifact.text("key"),
                hash: artifact.text("hash"),
                size: artifact.number("size") as u32,
            }),
            series: decode_headers(&fields.inner(fields.get("series"))),
            owner: fields.optional_text("owner").unwrap_or_default(),
            clean_exit: fields.get("clean_exit").is_truthy(),
            heartbeat_ms: number("heartbeat_ms"),
            next_sequence: number("next_sequence"),
            compacted_sequence: number("compacted_sequence"),
            ownership_fences: fields.numbers("ownership_fences"),
            // A tag has a key; a name has none.
            edits: fields.list("edits", |item| match item.optional_text("key") {
                Some(key) => RunEdit::Tag(Tag { key, value: item.text("value") }),
                None => RunEdit::Name(item.text("value")),
            }),
        }
    }
}

fn decode_headers(fields: &Fields) -> SeriesHeaders {
    let headers = SeriesHeaders {
        keys: fields.list("keys", |key| key.present("keys", key.value.as_string())),
        counts: fields.numbers("counts"),
        last_steps: fields.numbers("last_steps"),
        last_values: fields.numbers("last_values"),
    };
    let length = headers.keys.len();
    let columns = [&headers.counts, &headers.last_steps, &headers.last_values];
    if columns.iter().any(|column| column.len() != length) {
        fields.missing.set("series");
    }
    headers
}
