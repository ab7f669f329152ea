//! The records a tracker keeps: experiments, runs and single points.
//!
//! Field names are what is stored. Where a name on disk is older than the word this code uses, `serde(rename)` keeps the stored one.
//! Fields that a record lacks take their defaults, and unknown ones are ignored: changes are additive.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};

use super::run_edit::RunEdit;
use crate::columns::NamedSeries;

/// Where a run stands. `Pending` → `Running` → one of the final three; nothing else is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RunStatus {
    /// Created, not started.
    Pending,
    /// Started and logging.
    Running,
    /// Finished well.
    Success,
    /// Finished badly.
    Failed,
    /// Stopped on purpose.
    Cancelled,
}

impl RunStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Running, Self::Success, Self::Failed, Self::Cancelled];

    /// The name, as in the JavaScript contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Success => "Success",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
        }
    }

    /// Whether the run has ended: it takes no more points.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Success | Self::Failed | Self::Cancelled)
    }
}

/// One logged value of one metric.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MetricPoint {
    /// The caller's step, 0 ..= [`MAX_STEP`](crate::columns::MAX_STEP).
    pub step: u64,
    /// The value, any `f64`.
    pub value: f64,
    /// When it was logged, in whole milliseconds.
    pub timestamp: DateTime<Utc>,
}

/// An experiment: a name that runs are gathered under.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExperimentRecord {
    /// The record layout's version.
    #[doc(hidden)]
    pub format: u32,
    /// `exp-<n>`.
    pub experiment_id: String,
    /// The caller's name for it.
    pub name: String,
    /// When it was created, milliseconds since the epoch.
    pub created_ms: f64,
    /// The caller's configuration as JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_json: Option<String>,
    /// What the imported file that it was created from said of it that this code does not know, as the JSON text of one object: exported
    /// as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_json: Option<String>,
}

/// A free-form label of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Its name, unique in its run.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// A stored artifact: its content's SHA-256 and its size in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactRef {
    /// The caller's key, unique in its run.
    pub key: String,
    /// Lower-case hex SHA-256 of the content.
    pub hash: String,
    /// Size in bytes.
    pub size: u32,
    /// What an imported file said of it that this code does not know, as the JSON text of one object: exported as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_json: Option<String>,
}

/// What an imported file said of one of a run's metrics that this code does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownOfSeries {
    /// The metric key.
    pub key: String,
    /// The JSON text of one object: exported as it came.
    pub json: String,
}

/// The hash under which a content is stored: its SHA-256 in lower-case hexadecimal.
#[must_use]
pub fn content_hash(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

/// What is known of each series of a run without reading its points. Columns of one length, in the order of first logging.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SeriesHeaders {
    /// Metric keys.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Number of points.
    #[serde(default, deserialize_with = "numbers")]
    pub counts: Vec<f64>,
    /// The highest step.
    #[serde(default, deserialize_with = "numbers")]
    pub last_steps: Vec<f64>,
    /// The value at the highest step.
    #[serde(default, deserialize_with = "numbers")]
    pub last_values: Vec<f64>,
}

/// Numbers of which JSON wrote those that are not finite as null.
fn numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let numbers: Vec<Option<f64>> = Vec::deserialize(deserializer)?;
    Ok(numbers.into_iter().map(|number| number.unwrap_or(f64::NAN)).collect())
}

impl SeriesHeaders {
    /// What is known of these series without their points; nothing of those that have none.
    #[must_use]
    pub fn of(all: &[NamedSeries]) -> Self {
        let mut headers = Self::default();
        for NamedSeries { key, series } in all {
            let Some(highest) = series.highest() else { continue };
            headers.keys.push(key.clone());
            headers.counts.push(series.len() as f64);
            headers.last_steps.push(highest.step as f64);
            headers.last_values.push(highest.value);
        }
        headers
    }

    /// How many points all series have.
    #[must_use]
    pub fn points(&self) -> f64 {
        self.counts.iter().sum()
    }

    /// Whether all columns have one length.
    #[doc(hidden)]
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        let length = self.keys.len();
        [&self.counts, &self.last_steps, &self.last_values].iter().all(|column| column.len() == length)
    }
}

/// A run: everything about it but its points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The record layout's version.
    #[doc(hidden)]
    pub format: u32,
    /// `run-<n>`.
    pub run_id: String,
    /// The experiment it belongs to.
    pub experiment_id: String,
    /// The caller's name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_name: Option<String>,
    /// Where it stands.
    pub status: RunStatus,
    /// When it was created, milliseconds since the epoch.
    pub created_ms: f64,
    /// When it was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_ms: Option<f64>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_ms: Option<f64>,
    /// The caller's configuration as JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_json: Option<String>,
    /// Free-form labels, in the order of first setting.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// The tracing span this run belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span_id: Option<String>,
    /// Artifacts, in the order of first logging.
    #[serde(default)]
    pub artifacts: Vec<ArtifactRef>,
    /// The series' headers as of the last commit.
    #[serde(default)]
    pub series: SeriesHeaders,
    /// The session that may write this run: a token unique to one open database of one page.
    #[doc(hidden)]
    #[serde(default)]
    pub owner: String,
    /// Whether the owner ended its lease (left the page, dropped its last handle) without ending the run.
    #[doc(hidden)]
    #[serde(default, rename = "released")]
    pub clean_exit: bool,
    /// The owner's wall clock when it last wrote this record, milliseconds since the epoch. It changes with every heartbeat.
    #[doc(hidden)]
    #[serde(default, rename = "heard_ms")]
    pub heartbeat_ms: f64,
    /// The sequence number that the next entry of its log will have.
    #[doc(hidden)]
    #[serde(default)]
    pub next_sequence: f64,
    /// Entries of its log below this sequence number have been compacted into segments.
    #[doc(hidden)]
    #[serde(default)]
    pub compacted_sequence: f64,
    /// The sequence numbers of the fences that stop former owners.
    #[doc(hidden)]
    #[serde(default, rename = "claims", deserialize_with = "numbers")]
    pub ownership_fences: Vec<f64>,
    /// What other sessions changed in it since its owner last wrote it.
    #[doc(hidden)]
    #[serde(default, rename = "amendments")]
    pub edits: Vec<RunEdit>,
    /// When nothing ran between an interruption and its resume: from the last heartbeat before to the resume, milliseconds since the
    /// epoch, in order.
    #[serde(default)]
    pub interruptions: Vec<[f64; 2]>,
    /// What an imported file said of the run that this code does not know, as the JSON text of one object: exported as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_json: Option<String>,
    /// The same of its metrics, in the order of their keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown_of_series: Vec<UnknownOfSeries>,
}

impl RunRecord {
    /// Those edits of other sessions that a session does not know which knows the log up to `known_sequence`. Their fences are the log's last
    /// entries. One that is counted too late, because entries were moved behind it or an edit was dropped, is known all the same: a session
    /// that knows it knows all of the log as it was then.
    #[must_use]
    pub fn unknown_edits(&self, known_sequence: u64) -> Vec<RunEdit> {
        let fences = (self.next_sequence as u64).saturating_sub(self.edits.len() as u64)..;
        let unknown = fences.zip(&self.edits).filter(|(fence, _)| *fence >= known_sequence);
        unknown.map(|(_, edit)| edit.clone()).collect()
    }

    /// How long an owner's heartbeat may stay the same before its run counts as interrupted, in milliseconds. Background tabs are
    /// throttled to one timer a minute.
    #[doc(hidden)]
    pub const LEASE_MS: f64 = 150_000.0;

    /// A new run, not started.
    #[doc(hidden)]
    #[must_use]
    pub fn new(run_id: String, experiment_id: String, now_ms: i64) -> Self {
        Self {
            format: RECORD_FORMAT,
            run_id,
            experiment_id,
            run_name: None,
            status: RunStatus::Pending,
            created_ms: now_ms as f64,
            started_ms: None,
            ended_ms: None,
            config_json: None,
            tags: Vec::new(),
            span_id: None,
            artifacts: Vec::new(),
            series: SeriesHeaders::default(),
            owner: String::new(),
            clean_exit: false,
            heartbeat_ms: now_ms as f64,
            next_sequence: 0.0,
            compacted_sequence: 0.0,
            ownership_fences: Vec::new(),
            interruptions: Vec::new(),
            unknown_json: None,
            unknown_of_series: Vec::new(),
            edits: Vec::new(),
        }
    }

    /// Applies a change that its owner need not have made.
    #[doc(hidden)]
    pub fn apply(&mut self, edit: &RunEdit) {
        match edit {
            RunEdit::Name { value } => self.run_name = Some(value.clone()),
            RunEdit::Tag(tag) => match self.tags.iter_mut().find(|old| old.key == tag.key) {
                Some(old) => old.value.clone_from(&tag.value),
                None => self.tags.push(tag.clone()),
            },
            RunEdit::RemoveTag { key } => self.tags.retain(|tag| tag.key != *key),
        }
    }

    /// The run goes on, having been interrupted since its last heartbeat. A clock that was set back leaves nothing to note.
    #[doc(hidden)]
    pub fn note_interruption(&mut self, now_ms: f64) {
        if now_ms > self.heartbeat_ms {
            self.interruptions.push([self.heartbeat_ms, now_ms]);
        }
    }

    /// Whether the run refers to the content with this hash.
    #[doc(hidden)]
    #[must_use]
    pub fn refers_to(&self, hash: &str) -> bool {
        self.artifacts.iter().any(|artifact| artifact.hash == hash)
    }
}

/// The version of every record written here.
pub const RECORD_FORMAT: u32 = 1;

/// The number in an id such as `run-12`, by which ids are ordered.
#[must_use]
pub(super) fn id_number(id: &str) -> u64 {
    id.rsplit_once('-').map_or(id, |(_, digits)| digits).parse().unwrap_or(u64::MAX)
}
