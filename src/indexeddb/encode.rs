//! Records as structured-clone objects, field by field; fields without a value are left out.
//!
//! Not by serde: it sets properties, and a page's `Object.prototype` may have a setter of that name. Here they are defined.

use js_sys::{Array, Object, Uint8Array};
use wasm_bindgen::JsValue;

use crate::database::{ExitArtifact, ExitRecord};
use crate::storage::{ExperimentRecord, RECORD_FORMAT, RunEdit, RunRecord, SeriesHeaders};

/// The fields of an object that is being made.
#[derive(Debug, Default)]
pub(crate) struct Fields(Array);

impl Fields {
    /// A record's fields, its format first.
    #[must_use]
    pub(crate) fn of_record() -> Self {
        Self::default().with("format", RECORD_FORMAT)
    }

    /// With a field more.
    #[must_use]
    pub(crate) fn with(self, name: &str, value: impl Into<JsValue>) -> Self {
        self.0.push(&Array::of2(&name.into(), &value.into()));
        self
    }

    pub(super) fn with_some(self, name: &str, value: Option<impl Into<JsValue>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The object. Its properties are its own, whatever its prototype has become.
    #[must_use]
    pub(crate) fn into_object(self) -> JsValue {
        // A list of pairs always makes an object.
        Object::from_entries(&self.0).map(JsValue::from).unwrap_or_default()
    }
}

pub(super) fn list(items: impl Iterator<Item = JsValue>) -> Array {
    let list = Array::new();
    for item in items {
        list.push(&item);
    }
    list
}

fn numbers(numbers: &[f64]) -> Array {
    list(numbers.iter().map(|&number| number.into()))
}

/// Bytes, copied.
pub(super) fn byte_array(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

/// An experiment's record.
pub(super) fn experiment(record: &ExperimentRecord) -> JsValue {
    Fields::of_record()
        .with("experiment_id", &*record.experiment_id)
        .with("name", &*record.name)
        .with("created_ms", record.created_ms)
        .with_some("config_json", record.config_json.as_deref())
        .with_some("unknown_json", record.unknown_json.as_deref())
        .into_object()
}

/// A run's record.
pub(super) fn run(record: &RunRecord) -> JsValue {
    let tags = record
        .tags
        .iter()
        .map(|tag| Fields::default().with("key", &*tag.key).with("value", &*tag.value).into_object());
    let artifacts = record.artifacts.iter().map(|artifact| {
        Fields::default()
            .with("key", &*artifact.key)
            .with("hash", &*artifact.hash)
            .with("size", artifact.size)
            .with_some("unknown_json", artifact.unknown_json.as_deref())
            .into_object()
    });
    let unknown_of_series = record.unknown_of_series.iter().map(|unknown| {
        Fields::default().with("key", &*unknown.key).with("json", &*unknown.json).into_object()
    });
    let unknown_of_series = (!record.unknown_of_series.is_empty()).then(|| list(unknown_of_series));
    Fields::of_record()
        .with("run_id", &*record.run_id)
        .with("experiment_id", &*record.experiment_id)
        .with_some("run_name", record.run_name.as_deref())
        .with("status", record.status.as_str())
        .with("created_ms", record.created_ms)
        .with_some("started_ms", record.started_ms)
        .with_some("ended_ms", record.ended_ms)
        .with_some("config_json", record.config_json.as_deref())
        .with("tags", list(tags))
        .with_some("span_id", record.span_id.as_deref())
        .with("artifacts", list(artifacts))
        .with("series", series(&record.series))
        .with("owner", &*record.owner)
        .with("released", record.clean_exit)
        .with("heard_ms", record.heartbeat_ms)
        .with("next_sequence", record.next_sequence)
        .with("compacted_sequence", record.compacted_sequence)
        .with("claims", numbers(&record.ownership_fences))
        .with("amendments", list(record.edits.iter().map(edit)))
        .with("interruptions", list(record.interruptions.iter().map(|times| numbers(times).into())))
        .with_some("unknown_json", record.unknown_json.as_deref())
        .with_some("unknown_of_series", unknown_of_series)
        .into_object()
}

fn series(headers: &SeriesHeaders) -> JsValue {
    Fields::default()
        .with("keys", list(headers.keys.iter().map(JsValue::from)))
        .with("counts", numbers(&headers.counts))
        .with("last_steps", numbers(&headers.last_steps))
        .with("last_values", numbers(&headers.last_values))
        .into_object()
}

/// A tag has a key; a name has none. A removed tag looks like an empty one to code that does not know removals.
fn edit(edit: &RunEdit) -> JsValue {
    match edit {
        RunEdit::Tag(tag) => {
            Fields::default().with("key", &*tag.key).with("value", &*tag.value).into_object()
        }
        RunEdit::RemoveTag { key } => {
            Fields::default().with("key", &**key).with("value", "").with("is_removed", true).into_object()
        }
        RunEdit::Name { value } => Fields::default().with("value", &**value).into_object(),
    }
}

/// The imports that are under way.
#[cfg(feature = "interop")]
pub(super) fn imports(imports: &crate::database::Imports) -> JsValue {
    let under_way = imports.under_way.iter().map(|import| {
        let contents = import.contents.iter().map(|content| {
            Fields::default().with("hash", &*content.hash).with("run_id", &*content.run_id).into_object()
        });
        Fields::default()
            .with("token", &*import.token)
            .with("heartbeat_ms", import.heartbeat_ms)
            .with("run_ids", list(import.run_ids.iter().map(JsValue::from)))
            .with("contents", list(contents))
            .with("experiments", list(import.experiments.iter().map(experiment)))
            .with("runs", list(import.runs.iter().map(run)))
            .into_object()
    });
    Fields::of_record().with("under_way", list(under_way)).into_object()
}

/// An exit log record.
pub(super) fn exit(record: &ExitRecord) -> JsValue {
    let runs = record.runs.iter().map(|exit| {
        Fields::default()
            .with("record", run(&exit.record))
            .with("first_sequence", exit.first_sequence)
            .with("rows", list(exit.entries.iter().map(|entry| byte_array(entry))))
            .with("must_exist", exit.must_exist)
            .with_some("known_sequence", exit.known_sequence)
            .into_object()
    });
    let artifacts = record.artifacts.iter().map(|ExitArtifact { hash, bytes }| {
        Fields::default().with("hash", &**hash).with("bytes", byte_array(bytes)).into_object()
    });
    Fields::of_record()
        .with("experiments", list(record.experiments.iter().map(experiment)))
        .with("runs", list(runs))
        .with("artifacts", list(artifacts))
        .into_object()
}
