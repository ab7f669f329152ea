//! Reads stored records back, field by field: fields that are not known are ignored, missing ones take their defaults.

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::schema::{DatabaseMeta, IdCounters};
use crate::storage::error::{Result, StorageError};
use crate::storage::record::{
    ArtifactRef, ExperimentRecord, RECORD_FORMAT, RunRecord, RunStatus, SeriesHeaders, Tag,
};

/// A record that can be read from a stored value.
pub trait Decode: Sized {
    /// Reads the fields.
    fn decode_fields(fields: &Fields) -> Result<Self>;
}

/// The record in a stored value.
///
/// # Errors
/// `Corrupt` if it is of another format, or lacks what it must have.
pub fn decode<T: Decode>(value: JsValue) -> Result<T> {
    let fields = Fields(value);
    match fields.optional_number("format") {
        Some(format) if format == f64::from(RECORD_FORMAT) => T::decode_fields(&fields),
        _ => Err(StorageError::Corrupt("a record is of an unknown format".into())),
    }
}

/// The fields of a stored object.
pub struct Fields(JsValue);

impl Fields {
    fn get(&self, name: &str) -> JsValue {
        // Stored values are plain: reading a property runs nobody's code. What is no object has no fields.
        Reflect::get(&self.0, &name.into()).unwrap_or_default()
    }

    fn optional_number(&self, name: &str) -> Option<f64> {
        self.get(name).as_f64()
    }

    fn number(&self, name: &str) -> Result<f64> {
        self.optional_number(name).ok_or_else(|| missing(name))
    }

    fn optional_text(&self, name: &str) -> Option<String> {
        self.get(name).as_string()
    }

    fn text(&self, name: &str) -> Result<String> {
        self.optional_text(name).ok_or_else(|| missing(name))
    }

    fn list<T>(&self, name: &str, read: impl Fn(Fields) -> Result<T>) -> Result<Vec<T>> {
        let Ok(array) = self.get(name).dyn_into::<Array>() else { return Ok(Vec::new()) };
        let mut list = Vec::with_capacity(array.length() as usize);
        for index in 0..array.length() {
            list.push(read(Fields(array.get(index)))?);
        }
        Ok(list)
    }

    fn numbers(&self, name: &str) -> Result<Vec<f64>> {
        // A copy of a record as JSON has null for what is no number.
        let read = |item: Fields| match item.0.as_f64() {
            None if item.0.is_null() => Ok(f64::NAN),
            number => number.ok_or_else(|| missing(name)),
        };
        self.list(name, read)
    }
}

fn missing(name: &str) -> StorageError {
    StorageError::Corrupt(format!("a record lacks its field '{name}'"))
}

impl Decode for DatabaseMeta {
    fn decode_fields(fields: &Fields) -> Result<Self> {
        Ok(Self {
            format: RECORD_FORMAT,
            version: fields.number("version")? as u32,
            compatible_since: fields.number("compatible_since")? as u32,
            identity: fields.text("identity")?,
        })
    }
}

impl Decode for IdCounters {
    fn decode_fields(fields: &Fields) -> Result<Self> {
        Ok(Self {
            format: RECORD_FORMAT,
            next_experiment: fields.number("next_experiment")?,
            next_run: fields.number("next_run")?,
        })
    }
}

impl Decode for ExperimentRecord {
    fn decode_fields(fields: &Fields) -> Result<Self> {
        Ok(Self {
            format: RECORD_FORMAT,
            experiment_id: fields.text("experiment_id")?,
            name: fields.text("name")?,
            created_ms: fields.number("created_ms")?,
            config_json: fields.optional_text("config_json"),
        })
    }
}

impl Decode for RunRecord {
    fn decode_fields(fields: &Fields) -> Result<Self> {
        let status = fields.text("status")?;
        let status = RunStatus::ALL.into_iter().find(|known| known.as_str() == status);
        let number = |name: &str| fields.optional_number(name).unwrap_or_default();
        Ok(Self {
            format: RECORD_FORMAT,
            run_id: fields.text("run_id")?,
            experiment_id: fields.text("experiment_id")?,
            run_name: fields.optional_text("run_name"),
            status: status.ok_or_else(|| missing("status"))?,
            created_ms: fields.number("created_ms")?,
            started_ms: fields.optional_number("started_ms"),
            ended_ms: fields.optional_number("ended_ms"),
            config_json: fields.optional_text("config_json"),
            tags: fields.list("tags", |tag| Ok(Tag { key: tag.text("key")?, value: tag.text("value")? }))?,
            span_id: fields.optional_text("span_id"),
            artifacts: fields.list("artifacts", |artifact| {
                Ok(ArtifactRef {
                    key: artifact.text("key")?,
                    hash: artifact.text("hash")?,
                    size: artifact.number("size")? as u32,
                })
            })?,
            series: decode_headers(&Fields(fields.get("series")))?,
            owner: fields.optional_text("owner").unwrap_or_default(),
            released: fields.get("released").is_truthy(),
            heard_ms: number("heard_ms"),
            next_sequence: number("next_sequence"),
            last_batch: number("last_batch"),
            compacted_sequence: number("compacted_sequence"),
        })
    }
}

fn decode_headers(fields: &Fields) -> Result<SeriesHeaders> {
    let keys = fields.list("keys", |key| key.0.as_string().ok_or_else(|| missing("keys")))?;
    let headers = SeriesHeaders {
        counts: fields.numbers("counts")?,
        last_steps: fields.numbers("last_steps")?,
        last_values: fields.numbers("last_values")?,
        keys,
    };
    let length = headers.keys.len();
    let columns = [&headers.counts, &headers.last_steps, &headers.last_values];
    if columns.iter().all(|column| column.len() == length) { Ok(headers) } else { Err(missing("series")) }
}
