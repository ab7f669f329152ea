//! Writes records as structured-clone objects, field by field; fields without a value are left out.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::plain_object::PlainObject;
use super::schema::{DatabaseMeta, IdCounters};
use crate::storage::record::{RunEdit, ExperimentRecord, RECORD_FORMAT, RunRecord};

/// A record that can be stored.
pub trait Encode {
    /// Sets the fields, all but the format.
    fn encode_fields(&self, object: &PlainObject);
}

/// A record as a structured-clone object.
pub fn encode(record: &impl Encode) -> JsValue {
    let object = PlainObject::default();
    object.number("format", f64::from(RECORD_FORMAT));
    record.encode_fields(&object);
    object.into_value()
}

impl Encode for DatabaseMeta {
    fn encode_fields(&self, object: &PlainObject) {
        object.number("version", f64::from(self.version));
        object.number("compatible_since", f64::from(self.compatible_since));
        object.text("identity", &self.identity);
    }
}

impl Encode for IdCounters {
    fn encode_fields(&self, object: &PlainObject) {
        object.number("next_experiment", self.next_experiment);
        object.number("next_run", self.next_run);
    }
}

impl Encode for ExperimentRecord {
    fn encode_fields(&self, object: &PlainObject) {
        experiment_facts(self, object);
        object.some_text("config_json", self.config_json.as_deref());
    }
}

impl Encode for RunRecord {
    fn encode_fields(&self, object: &PlainObject) {
        run_facts(self, object);
        object.some_text("config_json", self.config_json.as_deref());
        let tags = Array::new();
        for tag in &self.tags {
            let item = PlainObject::default();
            item.text("key", &tag.key);
            item.text("value", &tag.value);
            tags.push(&item.into_value());
        }
        object.set("tags", &tags);
        let artifacts = Array::new();
        for artifact in &self.artifacts {
            let item = PlainObject::default();
            item.text("key", &artifact.key);
            item.text("hash", &artifact.hash);
            item.number("size", f64::from(artifact.size));
            artifacts.push(&item.into_value());
        }
        object.set("artifacts", &artifacts);
        let series = PlainObject::default();
        series.texts("keys", &self.series.keys);
        series.numbers("counts", &self.series.counts);
        series.numbers("last_steps", &self.series.last_steps);
        series.numbers("last_values", &self.series.last_values);
        object.set("series", &series.into_value());
        object.text("owner", &self.owner);
        object.set("clean_exit", &self.clean_exit.into());
        object.number("next_sequence", self.next_sequence);
        object.number("compacted_sequence", self.compacted_sequence);
        object.numbers("ownership_fences", &self.ownership_fences);
        let edits = Array::new();
        for edit in &self.edits {
            let item = PlainObject::default();
            match edit {
                RunEdit::Name(name) => item.text("value", name),
                RunEdit::Tag(tag) => {
                    item.text("key", &tag.key);
                    item.text("value", &tag.value);
                }
            }
            edits.push(&item.into_value());
        }
        object.set("edits", &edits);
    }
}

/// The fields that an experiment's record and JavaScript's view of it share.
pub fn experiment_facts(record: &ExperimentRecord, object: &PlainObject) {
    object.text("experiment_id", &record.experiment_id);
    object.text("name", &record.name);
    object.number("created_ms", record.created_ms);
}

/// The fields that a run's record and JavaScript's view of it share.
pub fn run_facts(record: &RunRecord, object: &PlainObject) {
    object.text("run_id", &record.run_id);
    object.text("experiment_id", &record.experiment_id);
    object.some_text("run_name", record.run_name.as_deref());
    object.text("status", record.status.as_str());
    object.number("created_ms", record.created_ms);
    object.some_number("started_ms", record.started_ms);
    object.some_number("ended_ms", record.ended_ms);
    object.number("heartbeat_ms", record.heartbeat_ms);
    object.some_text("span_id", record.span_id.as_deref());
}
