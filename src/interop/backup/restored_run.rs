//! What files say of a restored run: by what it is known again, which is a field of its record, and what this code does not know.

use super::manifest::RunOrigin;
use crate::interop::jsonl::Fields;
use crate::storage::RunRecord;

/// The field's name.
const FIELD: &str = "restored_from";

/// Which run a restored one is; nothing for one that was logged here.
#[must_use]
pub fn origin_of(record: &RunRecord) -> Option<RunOrigin> {
    let fields = record.unknown_json.as_deref().filter(|fields| fields.contains(FIELD))?;
    Fields::of(fields).ok()?.take(FIELD).ok()
}

/// The record with a note of which run it is, unless it has one.
#[must_use]
pub fn with_origin(mut record: RunRecord, origin: &RunOrigin) -> RunRecord {
    if origin_of(&record).is_some() {
        return record;
    }
    let Ok(origin) = serde_json::to_string(origin) else { return record };
    let others = record.unknown_json.as_deref().map(str::trim);
    let others = others.and_then(|json| json.strip_prefix('{')?.strip_suffix('}')).unwrap_or_default().trim();
    let separator = if others.is_empty() { "" } else { "," };
    record.unknown_json = Some(format!("{{{others}{separator}\"{FIELD}\":{origin}}}"));
    record
}

/// Adds what an earlier file of the backup said of metrics: a file says it of those alone of which it has points.
pub fn add_unknown_of_series(record: &mut RunRecord, earlier: RunRecord) {
    for unknown in earlier.unknown_of_series {
        let place = record.unknown_of_series.binary_search_by(|other| other.key.cmp(&unknown.key));
        if let Err(position) = place {
            record.unknown_of_series.insert(position, unknown);
        }
    }
}
