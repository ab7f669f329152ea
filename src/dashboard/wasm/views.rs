//! Plain objects for JavaScript: records, changes, series.

use js_sys::{Array, Float64Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::storage::indexed_db::Change;
use crate::storage::{Columns, ExperimentRecord, RunRecord};

fn set(object: &JsValue, key: &str, value: impl Into<JsValue>) {
    // Setting a property of a fresh plain object cannot fail.
    let _ = Reflect::set(object, &key.into(), &value.into());
}

fn set_some<T: Into<JsValue>>(object: &JsValue, key: &str, value: Option<T>) {
    if let Some(value) = value {
        set(object, key, value);
    }
}

fn set_config(object: &JsValue, config_json: Option<&str>) {
    set_some(object, "config", config_json.and_then(|text| JSON::parse(text).ok()));
}

/// `RunRecord` as the TypeScript definitions have it.
pub fn run_object(record: &RunRecord, interrupted: bool, unsaved_points: u64) -> JsValue {
    let object = Object::new().into();
    set(&object, "run_id", record.run_id.as_str());
    set(&object, "experiment_id", record.experiment_id.as_str());
    set_some(&object, "run_name", record.run_name.as_deref());
    set(&object, "status", record.status.as_str());
    set(&object, "interrupted", interrupted);
    set(&object, "created_ms", record.created_ms);
    set_some(&object, "started_ms", record.started_ms);
    set_some(&object, "ended_ms", record.ended_ms);
    set(&object, "heard_ms", record.heard_ms);
    set_config(&object, record.config_json.as_deref());
    let tags = Object::new().into();
    record.tags.iter().for_each(|tag| define(&tags, &tag.key, tag.value.as_str().into()));
    set(&object, "tags", tags);
    set_some(&object, "span_id", record.span_id.as_deref());
    let artifacts = Object::new().into();
    for artifact in &record.artifacts {
        let view = Object::new().into();
        set(&view, "hash", artifact.hash.as_str());
        set(&view, "size", artifact.size);
        define(&artifacts, &artifact.key, view);
    }
    set(&object, "artifacts", artifacts);
    set(&object, "metrics", metric_objects(record));
    set(&object, "unsaved_points", unsaved_points as f64);
    object
}

/// A property of the caller's name, which may be `__proto__`: defined, not set.
fn define(object: &JsValue, key: &str, value: JsValue) {
    let descriptor = Object::new().into();
    set(&descriptor, "value", value);
    for flag in ["enumerable", "writable", "configurable"] {
        set(&descriptor, flag, true);
    }
    let _ =
        Reflect::define_property::<JsValue>(object.unchecked_ref(), &key.into(), descriptor.unchecked_ref());
}

fn metric_objects(record: &RunRecord) -> Array {
    let headers = &record.series;
    let columns = headers.counts.iter().zip(&headers.last_steps).zip(&headers.last_values);
    let metrics = headers.keys.iter().zip(columns);
    metrics
        .map(|(key, ((&count, &last_step), &last_value))| {
            let metric = Object::new().into();
            set(&metric, "key", key.as_str());
            set(&metric, "count", count);
            set(&metric, "last_step", last_step);
            set(&metric, "last_value", last_value);
            metric
        })
        .collect()
}

/// `ExperimentRecord` as the TypeScript definitions have it.
pub fn experiment_object(record: &ExperimentRecord) -> JsValue {
    let object = Object::new().into();
    set(&object, "experiment_id", record.experiment_id.as_str());
    set(&object, "name", record.name.as_str());
    set(&object, "created_ms", record.created_ms);
    set_config(&object, record.config_json.as_deref());
    object
}

/// `Series` as the TypeScript definitions have it.
pub fn series_object(columns: &Columns) -> JsValue {
    let object = Object::new().into();
    let columns = [("step", &columns.step), ("value", &columns.value), ("timestamp", &columns.timestamp)];
    for (name, column) in columns {
        set(&object, name, Float64Array::from(column.as_slice()));
    }
    object
}

/// `Change` as the TypeScript definitions have it.
pub fn change_object(change: &Change) -> JsValue {
    let object = Object::new().into();
    let set = |key: &str, value: &str| set(&object, key, value);
    match change {
        Change::Experiment { experiment_id } => {
            set("kind", "experiment");
            set("experiment_id", experiment_id);
        }
        Change::Run { experiment_id, run_id } => {
            set("kind", "run");
            set("experiment_id", experiment_id);
            set("run_id", run_id);
        }
        Change::Metrics { experiment_id, run_id, keys } => {
            set("kind", "metrics");
            set("experiment_id", experiment_id);
            set("run_id", run_id);
            let keys: Array = keys.iter().map(|key| JsValue::from(key.as_str())).collect();
            let _ = Reflect::set(&object, &"keys".into(), &keys);
        }
        Change::RunDeleted { experiment_id, run_id } => {
            set("kind", "run_deleted");
            set("experiment_id", experiment_id);
            set("run_id", run_id);
        }
        Change::ExperimentDeleted { experiment_id } => {
            set("kind", "experiment_deleted");
            set("experiment_id", experiment_id);
        }
        Change::RunLost { run_id, code, message } => {
            set("kind", "run_lost");
            set("run_id", run_id);
            set("code", code);
            set("message", message);
        }
        Change::Degraded { code, message } => {
            set("kind", "degraded");
            set("code", code);
            set("message", message);
        }
        Change::Recovered => set("kind", "recovered"),
    }
    object
}

/// A list of strings.
pub fn string_array(strings: Vec<String>) -> Array {
    strings.into_iter().map(JsValue::from).collect()
}
