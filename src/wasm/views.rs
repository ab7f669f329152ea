//! Plain objects for JavaScript: records, changes, series.

use js_sys::{Array, Float64Array, JSON};
use wasm_bindgen::JsValue;

use super::plain_object::{PlainObject, set_own};
use crate::browser::RunInfo;
use crate::database::{CorruptRecord, CorruptRecordOf};
use crate::engine::Change;
use crate::storage::{Columns, ExperimentRecord, RunRecord, Series};

fn set_experiment_fields(record: &ExperimentRecord, object: &PlainObject) {
    object.text("experiment_id", &record.experiment_id);
    object.text("name", &record.name);
    object.number("created_ms", record.created_ms);
}

fn set_run_fields(record: &RunRecord, object: &PlainObject) {
    object.text("run_id", &record.run_id);
    object.text("experiment_id", &record.experiment_id);
    object.some_text("run_name", record.run_name.as_deref());
    object.text("status", record.status.as_str());
    object.number("created_ms", record.created_ms);
    object.some_number("started_ms", record.started_ms);
    object.some_number("ended_ms", record.ended_ms);
    object.number("heard_ms", record.heartbeat_ms);
    object.some_text("span_id", record.span_id.as_deref());
}

fn set_config(object: &PlainObject, config_json: Option<&str>) {
    if let Some(config) = config_json.and_then(|text| JSON::parse(text).ok()) {
        object.set("config", &config);
    }
}

/// `RunRecord` as the TypeScript definitions have it.
pub(super) fn run_object(run: &RunInfo) -> JsValue {
    let RunInfo { record, .. } = run;
    let object = PlainObject::default();
    set_run_fields(record, &object);
    object.set("interrupted", &run.is_interrupted.into());
    object.set("interruptions", &interruption_objects(record));
    set_config(&object, record.config_json.as_deref());
    let tags = PlainObject::default().into_value();
    for tag in &record.tags {
        set_own(&tags, &tag.key, &tag.value.as_str().into());
    }
    object.set("tags", &tags);
    let artifacts = PlainObject::default().into_value();
    for artifact in &record.artifacts {
        let view = PlainObject::default();
        view.text("hash", &artifact.hash);
        view.number("size", f64::from(artifact.size));
        set_own(&artifacts, &artifact.key, &view.into_value());
    }
    object.set("artifacts", &artifacts);
    object.set("metrics", &metric_objects(record));
    object.number("unsaved_points", run.pending_points as f64);
    object.into_value()
}

fn interruption_objects(record: &RunRecord) -> Array {
    let interruptions = Array::new();
    for [from_ms, until_ms] in &record.interruptions {
        let interruption = PlainObject::default();
        interruption.number("from_ms", *from_ms);
        interruption.number("until_ms", *until_ms);
        interruptions.push(&interruption.into_value());
    }
    interruptions
}

fn metric_objects(record: &RunRecord) -> Array {
    let headers = &record.series;
    let columns = headers.counts.iter().zip(&headers.last_steps).zip(&headers.last_values);
    let metrics = Array::new();
    for (key, ((&count, &last_step), &last_value)) in headers.keys.iter().zip(columns) {
        let metric = PlainObject::default();
        metric.text("key", key);
        metric.number("count", count);
        metric.number("last_step", last_step);
        metric.number("last_value", last_value);
        metrics.push(&metric.into_value());
    }
    metrics
}

/// `ExperimentRecord` as the TypeScript definitions have it.
pub(super) fn experiment_object(record: &ExperimentRecord) -> JsValue {
    let object = PlainObject::default();
    set_experiment_fields(record, &object);
    set_config(&object, record.config_json.as_deref());
    object.into_value()
}

/// `Series` as the TypeScript definitions have it.
pub(super) fn series_object(columns: &Columns) -> JsValue {
    let object = PlainObject::default();
    let columns = [("step", &columns.step), ("value", &columns.value), ("timestamp", &columns.timestamp)];
    for (name, column) in columns {
        object.set(name, &Float64Array::from(column.as_slice()));
    }
    object.into_value()
}

/// The points of a series from index `first` on, straight from memory: as large as they are, they are copied once.
pub(super) fn stored_series_object(series: &Series, first: usize) -> JsValue {
    let length = series.len().saturating_sub(first) as u32;
    let arrays = [(); 3].map(|()| Float64Array::new_with_length(length));
    series.for_each_columns(first, |before, columns| {
        let from = before as u32;
        for (array, column) in arrays.iter().zip([&columns.step, &columns.value, &columns.timestamp]) {
            array.subarray(from, from + column.len() as u32).copy_from(column);
        }
    });
    let object = PlainObject::default();
    for (name, array) in ["step", "value", "timestamp"].into_iter().zip(&arrays) {
        object.set(name, array);
    }
    object.into_value()
}

/// `Change` as the TypeScript definitions have it.
pub(super) fn change_object(change: &Change) -> JsValue {
    let object = PlainObject::default();
    let ids = |kind: &str, experiment_id: &str, run_id: &str| {
        object.text("kind", kind);
        object.text("experiment_id", experiment_id);
        if !run_id.is_empty() {
            object.text("run_id", run_id);
        }
    };
    let failure = |kind: &str, code: &str, message: &str| {
        object.text("kind", kind);
        object.text("code", code);
        object.text("message", message);
    };
    match change {
        Change::Experiment { experiment_id } => ids("experiment", experiment_id, ""),
        Change::Run { experiment_id, run_id } => ids("run", experiment_id, run_id),
        Change::Metrics { experiment_id, run_id, keys } => {
            ids("metrics", experiment_id, run_id);
            object.texts("keys", keys);
        }
        Change::RunDeleted { experiment_id, run_id } => {
            ids("run_deleted", experiment_id, run_id);
        }
        Change::ExperimentDeleted { experiment_id } => {
            ids("experiment_deleted", experiment_id, "");
        }
        Change::RunLost { run_id, code, message } => {
            failure("run_lost", code, message);
            object.text("run_id", run_id);
        }
        Change::Degraded { code, message } => failure("degraded", code, message),
        Change::Recovered => object.text("kind", "recovered"),
        Change::Corrupt(CorruptRecord { of, message }) => {
            object.text("kind", "damaged");
            match of {
                CorruptRecordOf::Experiment(id) => object.text("experiment_id", id),
                CorruptRecordOf::Run(id) => object.text("run_id", id),
            }
            object.text("message", message);
        }
    }
    object.into_value()
}
