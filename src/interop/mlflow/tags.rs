//! A run's labels as tags of MLflow.

use super::names::{Names, safe_name};
use super::params::{cut, renamed};
use super::state::SentItem;
use crate::interop::losses::Losses;
use crate::storage::{RunRecord, Tag, content_hash};

/// The longest text of a tag, in characters.
const MAX_VALUE: usize = 8_000;
/// MLflow's own tag of a run's name.
pub(super) const RUN_NAME: &str = "mlflow.runName";
/// The id that the run has in the browser.
pub(super) const RUN_ID: &str = "entrenar.run_id";
/// Names the sync: by it a run is found whose creation was not answered.
pub(super) const SYNC: &str = "entrenar.sync";
/// The tracing span that the run belongs to.
pub(super) const SPAN_ID: &str = "entrenar.span_id";

/// Tags that this crate gives a run by itself.
pub(super) fn is_own(key: &str) -> bool {
    key.starts_with("mlflow.") || [RUN_ID, SYNC, SPAN_ID].contains(&key)
}

/// A tag that a run is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WantedTag {
    /// What stands for it in the state, the name and a fingerprint of the value.
    pub(super) item: SentItem,
    pub(super) value: String,
}

/// The tags that the run is to have. Those that were sent keep their names.
pub(super) fn wanted_tags(record: &RunRecord, sent: &[SentItem], losses: &mut Losses) -> Vec<WantedTag> {
    let mut own = vec![(RUN_NAME, run_name(record)), (RUN_ID, &*record.run_id)];
    own.extend(record.span_id.as_deref().map(|span_id| (SPAN_ID, span_id)));
    let mut names =
        Names::of([RUN_NAME, RUN_ID, SPAN_ID, SYNC].into_iter().chain(sent.iter().map(|tag| &*tag.name)));
    let mut wanted = Vec::new();
    let mut want = |key: String, name: String, value: String| {
        let hash = content_hash(value.as_bytes())[..16].to_owned();
        wanted.push(WantedTag { item: SentItem { key, name, hash }, value });
    };
    for (name, value) in own {
        // A label may have this very name.
        let value = cut(value.to_owned(), MAX_VALUE, "tag", name, losses);
        want(format!("\0{name}"), name.to_owned(), value);
    }
    let mut tags: Vec<&Tag> = record.tags.iter().collect();
    // A name that MLflow takes belongs to the tag that has it.
    tags.sort_by_key(|tag| safe_name(&tag.key) != tag.key);
    for Tag { key, value } in tags {
        let known = sent.iter().find(|sent| sent.key == *key);
        let name = known.map_or_else(|| names.add(key), |known| known.name.clone());
        if name != *key {
            losses.note(renamed("tag", key, &name));
        }
        want(key.clone(), name, cut(value.clone(), MAX_VALUE, "tag", key, losses));
    }
    wanted
}

/// What the run is called.
pub(super) fn run_name(record: &RunRecord) -> &str {
    match record.run_name.as_deref() {
        Some(name) if !name.trim().is_empty() => name,
        _ => &record.run_id,
    }
}
