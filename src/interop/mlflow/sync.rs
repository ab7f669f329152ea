//! Sending a run: what comes next, by what is known to be there.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::points::Unsent;
use super::request::Request;
use super::state::{SentItem, SyncState};
use super::tags::{RUN_ID, SYNC, run_name, wanted_tags};
use crate::interop::losses::Losses;
use crate::storage::{ArtifactRef, RunRecord, RunStatus};

/// What a sync does next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Its caller sends this, and gives it the answer. A request that was not answered is sent again.
    Send(Request),
    /// Its caller reads this artifact, and gives it the content.
    Read(ArtifactRef),
    /// Its caller reads the next points, behind those that are sent, and gives it those.
    Points,
    /// All that the run has is there.
    Done,
}

/// The request that was given last.
#[derive(Debug)]
pub(super) enum Asked {
    Experiment,
    NewExperiment,
    RunByTag,
    NewRun,
    Run,
    Batch { params: usize, tags: Vec<SentItem>, series: Vec<(usize, usize)> },
    TagRemoval(String),
    Artifact(SentItem),
    Status(&'static str),
}

/// What is known of the run on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It was there, and may have been deleted since.
    WasThere,
    /// It may be there, though its id is not known: it is looked for before it is created.
    MayBeThere,
    /// It is not there.
    Absent,
    /// It is there.
    There,
}

/// Sends one run to one server.
#[derive(Debug)]
pub struct RunSync {
    pub(super) state: SyncState,
    /// The token of a run that would have to be created anew.
    pub(super) fresh_token: String,
    pub(super) asked: Option<Asked>,
    pub(super) standing: Standing,
    pub(super) lacks_experiment: bool,
    pub(super) params: Option<Vec<(String, String)>>,
    pub(super) unsent: Unsent,
    /// Positions in the state's series, by their keys.
    pub(super) positions: BTreeMap<String, usize>,
    pub(super) content: Option<(SentItem, Arc<[u8]>)>,
    /// Artifacts that cannot be sent.
    pub(super) left_out: Vec<ArtifactRef>,
    pub(super) losses: Losses,
    /// Whether the state has what must be kept before the next request is sent.
    pub(super) must_store: bool,
}

impl RunSync {
    /// Goes on where the state ends. `fresh_token` must be unique.
    #[must_use]
    pub fn new(mut state: SyncState, fresh_token: &str) -> Self {
        let is_new = state.token.is_empty();
        if is_new {
            fresh_token.clone_into(&mut state.token);
        }
        let standing = match (is_new, state.mlflow_run_id.is_empty()) {
            (true, _) => Standing::Absent,
            (false, true) => Standing::MayBeThere,
            (false, false) => Standing::WasThere,
        };
        let positions =
            state.series.iter().enumerate().map(|(position, series)| (series.key.clone(), position));
        Self {
            positions: positions.collect(),
            state,
            fresh_token: fresh_token.to_owned(),
            asked: None,
            standing,
            lacks_experiment: false,
            params: None,
            unsent: Unsent::default(),
            content: None,
            left_out: Vec::new(),
            losses: Losses::default(),
            must_store: false,
        }
    }

    /// How far it is.
    #[must_use]
    pub fn state(&self) -> &SyncState {
        &self.state
    }

    /// As [`RunSync::state`], for what its keeper writes.
    pub fn state_mut(&mut self) -> &mut SyncState {
        &mut self.state
    }

    /// Whether the state is to be kept before the request that [`RunSync::next_step`] gave is sent: a series is not sent under a name that
    /// would be forgotten.
    pub fn take_must_store(&mut self) -> bool {
        std::mem::take(&mut self.must_store)
    }

    /// What MLflow does not hold of the run as it is, a sentence each.
    #[must_use]
    pub fn losses(&self) -> Vec<String> {
        self.losses.sentences()
    }

    /// What comes next for the run as this record says that it is. Asked again, it gives the same until what it asks for was taken.
    #[must_use]
    pub fn next_step(&mut self, record: &RunRecord) -> Next {
        let state = &self.state;
        if self.standing == Standing::WasThere {
            return self
                .send(Asked::Run, Request::get("runs/get", &[("run_id", &state.mlflow_run_id.clone())]));
        }
        if state.experiment_id.is_empty() {
            let name = state.experiment.clone();
            if self.lacks_experiment {
                return self.send(
                    Asked::NewExperiment,
                    Request::post("experiments/create", &json!({ "name": name })),
                );
            }
            let request = Request::get("experiments/get-by-name", &[("experiment_name", &name)]);
            return self.send(Asked::Experiment, request);
        }
        if self.standing != Standing::There {
            return self.find_or_create(record);
        }
        // Before those of a portion alone: a name that MLflow takes must not go to a series that comes earlier.
        self.name_series(record.series.keys.iter().map(|key| &**key));
        if self.needs_points() {
            return Next::Points;
        }
        if let Some(request) = self.next_batch(record) {
            return Next::Send(request);
        }
        if let Some(tag) = self.removed_tag(record) {
            let body = json!({ "run_id": self.state.mlflow_run_id, "key": tag.name });
            return self.send(Asked::TagRemoval(tag.key), Request::post("runs/delete-tag", &body));
        }
        if let Some(next) = self.next_artifact(record) {
            return next;
        }
        match status_of(record.status) {
            Some(status) if self.state.status != status => {
                let mut body = json!({ "run_id": self.state.mlflow_run_id, "status": status });
                if let Some(ended_ms) = record.ended_ms {
                    body["end_time"] = Value::from(ended_ms.max(0.0) as i64);
                }
                self.send(Asked::Status(status), Request::post("runs/update", &body))
            }
            _ => Next::Done,
        }
    }

    pub(super) fn send(&mut self, asked: Asked, request: Request) -> Next {
        self.asked = Some(asked);
        Next::Send(request)
    }

    fn find_or_create(&mut self, record: &RunRecord) -> Next {
        let SyncState { experiment_id, token, .. } = &self.state;
        if self.standing == Standing::MayBeThere {
            let body = json!({
                "experiment_ids": [experiment_id],
                "filter": format!("tags.`{SYNC}` = '{token}'"),
                "max_results": 1,
                "run_view_type": "ACTIVE_ONLY",
            });
            return self.send(Asked::RunByTag, Request::post("runs/search", &body));
        }
        let started_ms = record.started_ms.unwrap_or(record.created_ms).max(0.0) as i64;
        let tag = |key, value: &str| json!({ "key": key, "value": value });
        let body = json!({
            "experiment_id": experiment_id,
            "run_name": run_name(record).chars().take(250).collect::<String>(),
            "start_time": started_ms,
            "tags": [tag(SYNC, token), tag(RUN_ID, &record.run_id)],
        });
        self.send(Asked::NewRun, Request::post("runs/create", &body))
    }

    fn removed_tag(&mut self, record: &RunRecord) -> Option<SentItem> {
        let wanted = wanted_tags(record, &self.state.tags, &mut self.losses);
        let is_wanted = |tag: &SentItem| wanted.iter().any(|wanted| wanted.item.key == tag.key);
        self.state.tags.iter().find(|tag| !is_wanted(tag)).cloned()
    }
}

/// The status in MLflow of a run that has ended.
fn status_of(status: RunStatus) -> Option<&'static str> {
    match status {
        RunStatus::Pending | RunStatus::Running => None,
        RunStatus::Success => Some("FINISHED"),
        RunStatus::Failed => Some("FAILED"),
        RunStatus::Cancelled => Some("KILLED"),
    }
}
