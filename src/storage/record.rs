//! The records a tracker keeps: experiments, runs and single points. What they mean, not how they are stored.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// The largest step: the largest integer that a JavaScript number holds exactly (2^53 − 1).
pub const MAX_STEP: u64 = (1 << 53) - 1;

/// Where a run stands. `Pending` → `Running` → one of the final three; nothing else is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
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
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetricPoint {
    /// The caller's step, 0 ..= [`MAX_STEP`].
    pub step: u64,
    /// The value, any `f64`.
    pub value: f64,
    /// When it was logged, in whole milliseconds.
    pub timestamp: DateTime<Utc>,
}

/// An experiment: a name that runs are gathered under.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExperimentRecord {
    /// The record layout's version.
    pub format: u32,
    /// `exp-<n>`.
    pub experiment_id: String,
    /// The caller's name for it.
    pub name: String,
    /// When it was created, milliseconds since the epoch.
    pub created_ms: f64,
    /// The caller's configuration as JSON text.
    pub config_json: Option<String>,
}

/// A free-form label of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tag {
    /// Its name, unique in its run.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// A stored artifact: its content's SHA-256 and its size in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArtifactRef {
    /// The caller's key, unique in its run.
    pub key: String,
    /// Lower-case hex SHA-256 of the content.
    pub hash: String,
    /// Size in bytes.
    pub size: u32,
}

/// What is known of each series of a run without reading its points. Columns of one length, in the order of first logging.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SeriesHeaders {
    /// Metric keys.
    pub keys: Vec<String>,
    /// Number of points.
    pub counts: Vec<f64>,
    /// The highest step.
    pub last_steps: Vec<f64>,
    /// The value at the highest step.
    pub last_values: Vec<f64>,
}

/// A run: everything about it but its points.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunRecord {
    /// The record layout's version.
    pub format: u32,
    /// `run-<n>`.
    pub run_id: String,
    /// The experiment it belongs to.
    pub experiment_id: String,
    /// The caller's name for it.
    pub run_name: Option<String>,
    /// Where it stands.
    pub status: RunStatus,
    /// When it was created, milliseconds since the epoch.
    pub created_ms: f64,
    /// When it was started.
    pub started_ms: Option<f64>,
    /// When it ended.
    pub ended_ms: Option<f64>,
    /// The caller's configuration as JSON text.
    pub config_json: Option<String>,
    /// Free-form labels, in the order of first setting.
    pub tags: Vec<Tag>,
    /// The tracing span this run belongs to.
    pub span_id: Option<String>,
    /// Artifacts, in the order of first logging.
    pub artifacts: Vec<ArtifactRef>,
    /// The series' headers as of the last commit.
    pub series: SeriesHeaders,
    /// Who may write this run: a token unique to one open storage.
    pub owner: String,
    /// Whether the owner let go of it (left the page) without ending it.
    pub released: bool,
    /// When its owner was last heard from, milliseconds since the epoch.
    pub heard_ms: f64,
    /// The sequence number that the next row of its log will have.
    pub next_sequence: f64,
    /// Rows of its log below this sequence number have been compacted into chunks.
    pub compacted_sequence: f64,
    /// The numbers of the rows that fence former owners off.
    pub claims: Vec<f64>,
    /// What others changed in it since its owner last wrote it.
    pub amendments: Vec<Amendment>,
}

/// A change of a run's record by somebody who does not write the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Amendment {
    /// It got this name.
    Name(String),
    /// It got this tag, over one with the same key.
    Tag(Tag),
}

impl RunRecord {
    /// Makes a change that is not its owner's alone.
    pub fn amend(&mut self, amendment: &Amendment) {
        match amendment {
            Amendment::Name(name) => self.run_name = Some(name.clone()),
            Amendment::Tag(tag) => match self.tags.iter_mut().find(|old| old.key == tag.key) {
                Some(old) => old.value.clone_from(&tag.value),
                None => self.tags.push(tag.clone()),
            },
        }
    }

    /// How long an owner may be silent before its run counts as interrupted. Background tabs are throttled to one timer a minute.
    pub const LEASE_MS: f64 = 150_000.0;

    /// A new run, not started.
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
            released: false,
            heard_ms: now_ms as f64,
            next_sequence: 0.0,
            compacted_sequence: 0.0,
            claims: Vec::new(),
            amendments: Vec::new(),
        }
    }

    /// Whether the run says it is running while nobody is there to run it.
    #[must_use]
    pub fn is_interrupted(&self, now_ms: i64) -> bool {
        !self.status.is_final() && (self.released || now_ms as f64 - self.heard_ms > Self::LEASE_MS)
    }
}

/// The version of every record written here.
pub const RECORD_FORMAT: u32 = 1;

/// The number in an id such as `run-12`, by which ids are ordered.
#[must_use]
pub fn id_number(id: &str) -> u64 {
    id.rsplit_once('-').map_or(id, |(_, digits)| digits).parse().unwrap_or(u64::MAX)
}

/// The order that sorts `keys`, equal ones as they come. Every sort here goes through this one.
#[must_use]
pub fn stable_order(keys: impl Iterator<Item = u64>) -> Vec<u32> {
    let keys: Vec<u64> = keys.collect();
    merge_sorted(&keys)
}

/// Merges ever longer sorted stretches: a fifth of what the standard library's sort takes to load.
fn merge_sorted(keys: &[u64]) -> Vec<u32> {
    let length = keys.len();
    let mut order: Vec<u32> = (0..length as u32).collect();
    let mut merged = order.clone();
    let mut width = 1;
    while width < length {
        let mut start = 0;
        while start < length {
            let middle = length.min(start + width);
            let end = length.min(middle + width);
            let (mut left, mut right) = (start, middle);
            for place in &mut merged[start..end] {
                let from_left = right == end
                    || left < middle && keys[order[left] as usize] <= keys[order[right] as usize];
                let from = if from_left { &mut left } else { &mut right };
                *place = order[*from];
                *from += 1;
            }
            start = end;
        }
        std::mem::swap(&mut order, &mut merged);
        width *= 2;
    }
    order
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_order_is_that_of_a_stable_sort(keys in prop::collection::vec(0..50u64, 0..200)) {
            let mut expected: Vec<u32> = (0..keys.len() as u32).collect();
            expected.sort_by_key(|&index| keys[index as usize]);
            prop_assert_eq!(stable_order(keys.into_iter()), expected);
        }
    }
}
