//! The lines of a file, as serde reads and writes them. One of them says what it is by its field `line`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::number::Number;
use crate::storage::{RunStatus, Tag};

/// What the first line calls the format.
pub(super) const FORMAT: &str = "entrenar";

/// The first line: which format the file is of.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header<'a> {
    /// Always [`FORMAT`].
    #[serde(borrow)]
    pub(super) format: Cow<'a, str>,
    /// The oldest version of the format whose readers read the file.
    pub(super) version: u32,
}

/// What a line is, read first.
#[derive(Debug, Deserialize)]
pub(super) struct Kind<'a> {
    #[serde(borrow)]
    pub(super) line: Cow<'a, str>,
}

/// An experiment; runs that follow name it by its id.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ExperimentLine<'a> {
    #[serde(borrow)]
    pub(super) id: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
    pub(super) created_ms: f64,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) config: Option<&'a RawValue>,
}

/// A run; its points and artifacts follow.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RunLine<'a> {
    #[serde(borrow)]
    pub(super) id: Cow<'a, str>,
    /// The id of its experiment, of which a line came before.
    #[serde(borrow)]
    pub(super) experiment: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<Cow<'a, str>>,
    pub(super) status: RunStatus,
    pub(super) created_ms: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) started_ms: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ended_ms: Option<f64>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) config: Option<&'a RawValue>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) tags: Vec<Tag>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) span_id: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) interruptions: Vec<[f64; 2]>,
}

/// The fields of [`RunLine`], and `line`: every other one is kept as it came.
pub(super) const RUN_FIELDS: [&str; 12] = [
    "line",
    "id",
    "experiment",
    "name",
    "status",
    "created_ms",
    "started_ms",
    "ended_ms",
    "config",
    "tags",
    "span_id",
    "interruptions",
];

/// All fields of a line as they are written.
pub(super) type RawFields<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// Points of one series of the run above, in logging order: three columns of one length.
#[derive(Debug, Deserialize)]
pub(super) struct PointsLine<'a> {
    #[serde(borrow)]
    pub(super) key: Cow<'a, str>,
    pub(super) step: Vec<u64>,
    pub(super) value: Vec<Number>,
    pub(super) timestamp_ms: Vec<i64>,
}

/// An artifact of the run above; its bytes follow.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ArtifactLine<'a> {
    #[serde(borrow)]
    pub(super) key: Cow<'a, str>,
    pub(super) size: u64,
    #[serde(borrow)]
    pub(super) sha256: Cow<'a, str>,
}

/// The next bytes of the artifact above.
#[derive(Debug, Deserialize)]
pub(super) struct BytesLine<'a> {
    #[serde(borrow)]
    pub(super) base64: Cow<'a, str>,
}

/// The last line: a file without it was cut off.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct EndLine {
    pub(super) runs: u64,
    pub(super) points: u64,
}

/// A line as it is written, its kind in front. Points are written by hand.
#[derive(Debug, Serialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub(super) enum Line<'a> {
    Experiment(ExperimentLine<'a>),
    Run(RunWithUnknown<'a>),
    Artifact(ArtifactLine<'a>),
    End(EndLine),
}

/// A run's line with what an imported file said besides.
#[derive(Debug, Serialize)]
pub(super) struct RunWithUnknown<'a> {
    #[serde(flatten)]
    pub(super) run: RunLine<'a>,
    #[serde(flatten)]
    pub(super) unknown: RawFields<'a>,
}
