//! What of a run TensorBoard has no place for, as texts that people can read there and that come back.

use serde::{Deserialize, Serialize};

use crate::interop::calendar::checked_time;
use crate::storage::{ExperimentRecord, RunRecord, RunStatus, Tag, check_key, check_text};

/// What the text `entrenar/run` holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Details {
    pub(super) experiment: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) experiment_config: Option<String>,
    run_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run_name: Option<String>,
    status: RunStatus,
    created_ms: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    started_ms: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_ms: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    span_id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    interruptions: Vec<[f64; 2]>,
}

impl Details {
    pub(super) fn of(experiment: &ExperimentRecord, record: &RunRecord) -> Self {
        Self {
            experiment: experiment.name.clone(),
            experiment_config: experiment.config_json.clone(),
            run_id: record.run_id.clone(),
            run_name: record.run_name.clone(),
            status: record.status,
            created_ms: record.created_ms,
            started_ms: record.started_ms,
            ended_ms: record.ended_ms,
            span_id: record.span_id.clone(),
            interruptions: record.interruptions.clone(),
        }
    }

    /// Puts what the text says into a record.
    ///
    /// # Errors
    /// A sentence, if it is more than can be stored.
    pub(super) fn apply(&self, record: &mut RunRecord) -> Result<(), String> {
        for (what, text) in [
            ("the run's name", self.run_name.as_deref()),
            ("the span id", self.span_id.as_deref()),
            ("the experiment's name", Some(self.experiment.as_str())),
        ] {
            check_text(what, text.unwrap_or_default()).map_err(|error| error.to_string())?;
        }
        let of_run = [Some(self.created_ms), self.started_ms, self.ended_ms];
        for time_ms in of_run.into_iter().flatten().chain(self.interruptions.iter().flatten().copied()) {
            checked_time(time_ms)?;
        }
        record.run_name.clone_from(&self.run_name);
        record.status = self.status;
        record.created_ms = self.created_ms;
        record.started_ms = self.started_ms;
        record.ended_ms = self.ended_ms;
        record.span_id.clone_from(&self.span_id);
        record.interruptions.clone_from(&self.interruptions);
        Ok(())
    }
}

/// The text `entrenar/tags`: a list of key and value.
pub(super) fn tags_json(tags: &[Tag]) -> String {
    let pairs: Vec<[&str; 2]> = tags.iter().map(|tag| [tag.key.as_str(), tag.value.as_str()]).collect();
    // Texts are always written.
    serde_json::to_string(&pairs).unwrap_or_default()
}

/// The tags of such a text; nothing if it is another text.
///
/// # Errors
/// A sentence, if a tag is more than can be stored.
pub(super) fn read_tags(json: &str) -> Result<Vec<Tag>, String> {
    let pairs: Vec<[String; 2]> = serde_json::from_str(json).unwrap_or_default();
    let mut tags: Vec<Tag> = Vec::new();
    for [key, value] in pairs {
        let checked = check_key("a tag's name", &key).and(check_text("a tag's value", &value));
        checked.map_err(|error| error.to_string())?;
        if tags.iter().all(|tag| tag.key != key) {
            tags.push(Tag { key, value });
        }
    }
    Ok(tags)
}

const FENCE_START: &str = "```json\n";
const FENCE_END: &str = "\n```";

/// JSON as TensorBoard, which takes texts for Markdown, shows it as it is.
pub(super) fn fenced(json: &str) -> String {
    format!("{FENCE_START}{json}{FENCE_END}")
}

/// The JSON that was [`fenced`].
pub(super) fn unfenced(text: &str) -> &str {
    let inside = text.strip_prefix(FENCE_START).and_then(|text| text.strip_suffix(FENCE_END));
    inside.unwrap_or(text)
}
