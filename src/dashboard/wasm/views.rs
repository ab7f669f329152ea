//! Plain objects for JavaScript: records, changes, series.

use std::collections::BTreeMap;

use js_sys::{Array, Float64Array, JSON, Object, Reflect};
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::storage::indexed_db::Change;
use crate::storage::{ArtifactRef, Columns, ExperimentRecord, RunRecord};

#[derive(Serialize)]
struct MetricView<'a> {
    key: &'a str,
    count: f64,
    last_step: f64,
    last_value: f64,
}

#[derive(Serialize)]
struct RunView<'a> {
    run_id: &'a str,
    experiment_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_name: Option<&'a str>,
    status: &'a str,
    interrupted: bool,
    created_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_ms: Option<f64>,
    heard_ms: f64,
    tags: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    span_id: Option<&'a str>,
    artifacts: &'a BTreeMap<String, ArtifactRef>,
    metrics: Vec<MetricView<'a>>,
    unsaved_points: f64,
}

#[derive(Serialize)]
struct ExperimentView<'a> {
    experiment_id: &'a str,
    name: &'a str,
    created_ms: f64,
}

fn plain<T: Serialize>(view: &T) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
    // Views hold strings, numbers, lists and string maps: all of them have a JavaScript form.
    view.serialize(&serializer).unwrap_or_default()
}

fn with_config(object: JsValue, config_json: Option<&str>) -> JsValue {
    if let Some(config) = config_json.and_then(|text| JSON::parse(text).ok()) {
        let _ = Reflect::set(&object, &"config".into(), &config);
    }
    object
}

/// `RunRecord` as the TypeScript definitions have it.
pub fn run_object(record: &RunRecord, interrupted: bool, unsaved_points: u64) -> JsValue {
    let headers = &record.series;
    let columns = headers.counts.iter().zip(&headers.last_steps).zip(&headers.last_values);
    let metrics = headers.keys.iter().zip(columns).map(|(key, ((&count, &last_step), &last_value))| {
        MetricView { key, count, last_step, last_value }
    });
    let view = RunView {
        run_id: &record.run_id,
        experiment_id: &record.experiment_id,
        run_name: record.run_name.as_deref(),
        status: record.status.as_str(),
        interrupted,
        created_ms: record.created_ms,
        started_ms: record.started_ms,
        ended_ms: record.ended_ms,
        heard_ms: record.heard_ms,
        tags: &record.tags,
        span_id: record.span_id.as_deref(),
        artifacts: &record.artifacts,
        metrics: metrics.collect(),
        unsaved_points: unsaved_points as f64,
    };
    with_config(plain(&view), record.config_json.as_deref())
}

/// `ExperimentRecord` as the TypeScript definitions have it.
pub fn experiment_object(record: &ExperimentRecord) -> JsValue {
    let view = ExperimentView {
        experiment_id: &record.experiment_id,
        name: &record.name,
        created_ms: record.created_ms,
    };
    with_config(plain(&view), record.config_json.as_deref())
}

/// `Series` as the TypeScript definitions have it.
pub fn series_object(columns: &Columns) -> JsValue {
    let object = Object::new();
    let columns = [("step", &columns.step), ("value", &columns.value), ("timestamp", &columns.timestamp)];
    for (name, column) in columns {
        let _ = Reflect::set(&object, &name.into(), &Float64Array::from(column.as_slice()));
    }
    object.into()
}

/// `Change` as the TypeScript definitions have it.
pub fn change_object(change: &Change) -> JsValue {
    let object = Object::new();
    let set = |key: &str, value: &str| {
        let _ = Reflect::set(&object, &key.into(), &value.into());
    };
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
    object.into()
}

/// A list of strings.
pub fn string_array(strings: Vec<String>) -> Array {
    strings.into_iter().map(JsValue::from).collect()
}
