//! By what a restored run is known again: a field of its record, which goes into files with it.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::manifest::RunOrigin;
use crate::storage::RunRecord;

/// The field's name.
const FIELD: &str = "restored_from";

/// Which run a restored one is; nothing for one that was logged here.
#[must_use]
pub fn origin_of(record: &RunRecord) -> Option<RunOrigin> {
    let fields = record.unknown_json.as_deref()?;
    if !fields.contains(FIELD) {
        return None;
    }
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(fields).ok()?;
    serde_json::from_str(fields.get(FIELD)?.get()).ok()
}

/// The record with a note of which run it is, unless it has one.
#[must_use]
pub fn with_origin(mut record: RunRecord, origin: &RunOrigin) -> RunRecord {
    if origin_of(&record).is_some() {
        return record;
    }
    let unknown = record.unknown_json.take().unwrap_or_default();
    let mut fields: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&unknown).unwrap_or_default();
    if let Ok(origin) = serde_json::value::to_raw_value(origin) {
        fields.insert(FIELD.to_owned(), origin);
    }
    record.unknown_json = serde_json::to_string(&fields).ok();
    record
}
