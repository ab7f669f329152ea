//! Typed keys and values as IndexedDB holds them.

use std::sync::Arc;

use js_sys::{Array, Object, Reflect, Uint8Array};
use rexie::KeyRange;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

use super::encode::{self, Fields, byte_array};
#[cfg(feature = "interop")]
use crate::database::Imports;
use crate::database::{DatabaseMeta, IdCounters, Key, Range, Table, Tombstone, Tombstones, Value};
use crate::storage::{RECORD_FORMAT, Result, RunRecord, StorageError};

/// What the keys of references in `meta` begin with.
const REFERENCE: &str = "artifact";

/// A key as IndexedDB holds it.
pub(super) fn encode_key(key: &Key) -> JsValue {
    match key {
        Key::Text(text) => text.into(),
        Key::Reference { hash, run_id } => Array::of3(&REFERENCE.into(), &hash.into(), &run_id.into()).into(),
        Key::Points { run_id, series, number } => points_key(run_id, series, &(*number as f64).into()),
    }
}

fn points_key(run_id: &str, series: &str, number: &JsValue) -> JsValue {
    Array::of3(&run_id.into(), &series.into(), number).into()
}

/// A key that IndexedDB gave. Keys of other kinds than are written here become the empty text.
pub(super) fn decode_key(table: Table, key: &JsValue) -> Key {
    let Some(parts) = key.dyn_ref::<Array>() else {
        return Key::Text(key.as_string().unwrap_or_default());
    };
    let text = |index| parts.get(index).as_string().unwrap_or_default();
    if table == Table::Meta {
        return Key::Reference { hash: text(1), run_id: text(2) };
    }
    let number = parts.get(2).as_f64().unwrap_or_default() as u64;
    Key::Points { run_id: text(0), series: text(1), number }
}

/// A range as IndexedDB takes it; nothing for all keys. Arrays sort after every number and text, so that an empty one ends a range.
pub(super) fn encode_range(range: &Range) -> Result<Option<KeyRange>> {
    let end = JsValue::from(Array::new());
    let prefix = |first: &str| (Array::of1(&first.into()).into(), Array::of2(&first.into(), &end).into());
    let (lower, upper): (JsValue, JsValue) = match range {
        Range::All => return Ok(None),
        Range::One(key) => {
            let key = encode_key(key);
            return bound(&key, &key, false).map(Some);
        }
        Range::Run(run_id) => prefix(run_id),
        Range::Log { run_id, from, until } => {
            let until = if *until == u64::MAX { end.clone() } else { (*until as f64).into() };
            (points_key(run_id, "", &(*from as f64).into()), points_key(run_id, "", &until))
        }
        Range::Segments(run_id) => (points_key(run_id, "", &end), Array::of2(&run_id.into(), &end).into()),
        Range::References(hash) => {
            let of_hash = |end: &JsValue| Array::of3(&REFERENCE.into(), &hash.into(), end).into();
            (of_hash(&"".into()), of_hash(&end))
        }
    };
    bound(&lower, &upper, true).map(Some)
}

/// The range of one text.
pub(super) fn only(text: &str) -> Result<KeyRange> {
    bound(&text.into(), &text.into(), false)
}

fn bound(lower: &JsValue, upper: &JsValue, is_upper_open: bool) -> Result<KeyRange> {
    KeyRange::bound(lower, upper, Some(false), Some(is_upper_open)).map_err(|_| {
        StorageError::Backend("IndexedDB refused a key range: this is a defect of entrenar".into())
    })
}

/// A value as a structured-clone object.
///
/// # Errors
/// `Backend` for a corrupt record, which is never written.
pub(super) fn encode_value(value: &Value) -> Result<JsValue> {
    Ok(match value {
        Value::Meta(meta) => Fields::of_record()
            .with("version", meta.version)
            .with("compatible_since", meta.compatible_since)
            .with("identity", &*meta.identity)
            .with("mended_ms", meta.repaired_ms)
            .into_object(),
        Value::Counters(counters) => Fields::of_record()
            .with("next_experiment", counters.next_experiment)
            .with("next_run", counters.next_run)
            .into_object(),
        Value::Tombstones(tombstones) => {
            let deleted = Array::new();
            for Tombstone { run_id, deleted_ms } in &tombstones.deleted {
                let tombstone = Fields::default().with("run_id", &**run_id).with("deleted_ms", *deleted_ms);
                deleted.push(&tombstone.into_object());
            }
            Fields::of_record().with("deleted", deleted).into_object()
        }
        #[cfg(feature = "interop")]
        Value::Imports(imports) => encode::imports(imports),
        #[cfg(feature = "interop")]
        Value::Syncs(syncs) => super::encode_syncs::syncs(syncs),
        Value::Experiment(record) => encode::experiment(record),
        Value::Run(record) => encode::run(record),
        Value::Exit(record) => encode::exit(record),
        Value::Block(bytes) => Fields::of_record().with("points", byte_array(bytes)).into_object(),
        Value::Content { bytes, has_references } => {
            let content = Fields::of_record().with("bytes", byte_array(bytes));
            if *has_references { content.with("has_references", true) } else { content }.into_object()
        }
        Value::Reference => Fields::of_record().into_object(),
        Value::Corrupt(cause) => {
            return Err(StorageError::Backend(format!("a corrupt record is not written: {cause}")));
        }
    })
}

/// A field of a stored record: an own property, not one that the page gave every object.
fn field(record: &JsValue, name: &str) -> JsValue {
    let Some(object) = record.dyn_ref::<Object>() else { return JsValue::UNDEFINED };
    if !Object::has_own(object, &name.into()) {
        return JsValue::UNDEFINED;
    }
    Reflect::get(record, &name.into()).unwrap_or_default()
}

/// A copy of a stored value in which no object has a prototype: what a record lacks is not found in what the page gave every object.
fn without_prototypes(value: &JsValue) -> JsValue {
    if let Some(list) = value.dyn_ref::<Array>() {
        // Columns are long, and hold no objects.
        if !list.get(0).is_object() {
            return value.clone();
        }
        let copy = Array::new();
        for item in list.iter() {
            copy.push(&without_prototypes(&item));
        }
        return copy.into();
    }
    match value.dyn_ref::<Object>() {
        Some(object) if !value.is_instance_of::<Uint8Array>() => {
            let copy: Object = Object::create(JsValue::NULL.unchecked_ref());
            for key in Object::keys(object).iter() {
                let field = Reflect::get(value, &key).unwrap_or_default();
                let _ = Reflect::set(&copy, &key, &without_prototypes(&field));
            }
            copy.into()
        }
        _ => value.clone(),
    }
}

fn number(record: &JsValue, name: &str) -> std::result::Result<f64, String> {
    field(record, name).as_f64().ok_or_else(|| unreadable(name))
}

fn text(record: &JsValue, name: &str) -> std::result::Result<String, String> {
    field(record, name).as_string().ok_or_else(|| unreadable(name))
}

fn unreadable(field: &str) -> String {
    format!("a record cannot be read: its field `{field}` is missing or of another type")
}

/// The value in a stored record of this table; `Value::Corrupt` if it cannot be read.
pub(super) fn decode_value(table: Table, record: &JsValue) -> Value {
    decode(table, record).unwrap_or_else(Value::Corrupt)
}

fn decode(table: Table, record: &JsValue) -> std::result::Result<Value, String> {
    let get = |name: &str| field(record, name);
    if get("format").as_f64() != Some(f64::from(RECORD_FORMAT)) {
        return Err("a record is of an unknown format".to_owned());
    }
    let bytes = |name: &str| match get(name).dyn_into::<Uint8Array>() {
        Ok(bytes) => Ok(Arc::from(bytes.to_vec())),
        Err(_) => Err(format!("a record of {name} holds no bytes")),
    };
    match table {
        Table::Meta if !get("identity").is_undefined() => decode_meta(record).map(Value::Meta),
        Table::Meta if !get("deleted").is_undefined() => decode_tombstones(record).map(Value::Tombstones),
        #[cfg(feature = "interop")]
        Table::Meta if !get("under_way").is_undefined() => Ok(Value::Imports(decode_imports(record))),
        #[cfg(feature = "interop")]
        Table::Meta if !get("targets").is_undefined() => {
            decode_record(record).map(|syncs| Value::Syncs(Box::new(syncs)))
        }
        Table::Meta if !get("next_run").is_undefined() => decode_counters(record).map(Value::Counters),
        Table::Meta => Ok(Value::Reference),
        Table::Experiments => decode_record(record).map(Value::Experiment),
        Table::Runs => decode_run(record),
        Table::Points => bytes("points").map(Value::Block),
        Table::Artifacts => {
            Ok(Value::Content { bytes: bytes("bytes")?, has_references: get("has_references").is_truthy() })
        }
        Table::Exits => decode_record(record).map(|exit| Value::Exit(Box::new(exit))),
    }
}

fn decode_meta(record: &JsValue) -> std::result::Result<DatabaseMeta, String> {
    // Databases that were never repaired may lack it.
    let was_repaired = !field(record, "mended_ms").is_undefined();
    Ok(DatabaseMeta {
        format: RECORD_FORMAT,
        version: number(record, "version")? as u32,
        compatible_since: number(record, "compatible_since")? as u32,
        identity: text(record, "identity")?,
        repaired_ms: if was_repaired { number(record, "mended_ms")? } else { 0.0 },
    })
}

fn decode_counters(record: &JsValue) -> std::result::Result<IdCounters, String> {
    Ok(IdCounters {
        format: RECORD_FORMAT,
        next_experiment: number(record, "next_experiment")?,
        next_run: number(record, "next_run")?,
    })
}

fn decode_tombstones(record: &JsValue) -> std::result::Result<Tombstones, String> {
    let stored = field(record, "deleted");
    let mut deleted = Vec::new();
    for tombstone in stored.dyn_ref::<Array>().ok_or_else(|| unreadable("deleted"))?.iter() {
        deleted.push(Tombstone {
            run_id: text(&tombstone, "run_id")?,
            deleted_ms: number(&tombstone, "deleted_ms")?,
        });
    }
    Ok(Tombstones { format: RECORD_FORMAT, deleted })
}

/// Those of the imports that can be read: another import does not fail by one that cannot.
#[cfg(feature = "interop")]
fn decode_imports(record: &JsValue) -> Imports {
    let stored = field(record, "under_way");
    let entries = stored.dyn_ref::<Array>().map(Array::iter).into_iter().flatten();
    Imports {
        under_way: entries.filter_map(|import| decode_record(&import).ok()).collect(),
        ..Imports::default()
    }
}

fn decode_run(record: &JsValue) -> std::result::Result<Value, String> {
    let run: RunRecord = decode_record(record)?;
    if !run.series.is_consistent() {
        return Err("a record's columns in its field 'series' differ in length".to_owned());
    }
    Ok(Value::Run(Box::new(run)))
}

/// A record of one type.
pub(super) fn decode_record<T: DeserializeOwned>(record: &JsValue) -> std::result::Result<T, String> {
    serde_wasm_bindgen::from_value(without_prototypes(record))
        .map_err(|cause| format!("a record cannot be read: {cause}"))
}
