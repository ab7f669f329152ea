//! Sending a run: what comes next, by what is known to be there.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::batch::{Batch, Changed, List};
use super::error::{ServerError, ServerErrorKind};
use super::names::{Names, safe_name};
use super::params::{params_of, renamed};
use super::request::{Answer, Body, Method, Request, required, text_at};
use super::state::{SentItem, SentSeries, SyncState};
use super::tags::{RUN_ID, SYNC, WantedTag, run_name, wanted_tags};
use crate::interop::ExportedRun;
use crate::interop::losses::Losses;
use crate::storage::{ArtifactRef, RunStatus, quoted};

const MISSING: &str = "RESOURCE_DOES_NOT_EXIST";
const EXISTS: &str = "RESOURCE_ALREADY_EXISTS";

/// What a sync does next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Its caller sends this, and gives it the answer. A request that was not answered is sent again.
    Send(Request),
    /// Its caller reads this artifact, and gives it the content.
    Read(ArtifactRef),
    /// All that the run has is there.
    Done,
}

/// The request that was given last.
#[derive(Debug)]
enum Asked {
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

/// Sends one run to one server.
#[derive(Debug)]
pub struct RunSync {
    state: SyncState,
    /// The token of a run that would have to be created anew.
    fresh_token: String,
    asked: Option<Asked>,
    /// Whether the run is known to be there still.
    is_verified: bool,
    /// Whether the run may be there though its id is not known: it is looked for before it is created.
    may_exist: bool,
    lacks_experiment: bool,
    params: Option<Vec<(String, String)>>,
    /// Positions in the state's series, by their keys.
    positions: BTreeMap<String, usize>,
    content: Option<(SentItem, Arc<[u8]>)>,
    /// Artifacts that cannot be sent.
    left_out: Vec<ArtifactRef>,
    losses: Losses,
    /// Whether the state has what must be kept before the next request is sent.
    must_store: bool,
}

impl RunSync {
    /// Goes on where the state ends. `fresh_token` must be unique.
    #[must_use]
    pub fn new(mut state: SyncState, fresh_token: &str) -> Self {
        let is_new = state.token.is_empty();
        if is_new {
            fresh_token.clone_into(&mut state.token);
        }
        let may_exist = !is_new && state.mlflow_run_id.is_empty();
        let positions =
            state.series.iter().enumerate().map(|(position, series)| (series.key.clone(), position));
        Self {
            positions: positions.collect(),
            state,
            fresh_token: fresh_token.to_owned(),
            asked: None,
            is_verified: false,
            may_exist,
            lacks_experiment: false,
            params: None,
            content: None,
            left_out: Vec::new(),
            losses: Losses::default(),
            must_store: is_new,
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

    /// Whether the state is to be kept before the request that [`RunSync::next_step`] gave is sent: a run is not created under a token that
    /// would be forgotten, nor a series sent under a name that would.
    pub fn take_must_store(&mut self) -> bool {
        std::mem::take(&mut self.must_store)
    }

    /// What MLflow does not hold of the run as it is, a sentence each.
    #[must_use]
    pub fn losses(&self) -> Vec<String> {
        self.losses.sentences()
    }

    /// What comes next for the run as it is now. Asked again, it gives the same until an answer was taken.
    #[must_use]
    pub fn next_step(&mut self, run: &ExportedRun) -> Next {
        let state = &self.state;
        if !state.mlflow_run_id.is_empty() && !self.is_verified {
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
        if state.mlflow_run_id.is_empty() {
            return self.find_or_create(run);
        }
        if let Some(request) = self.next_batch(run) {
            return Next::Send(request);
        }
        if let Some(tag) = self.removed_tag(run) {
            let body = json!({ "run_id": self.state.mlflow_run_id, "key": tag.name });
            return self.send(Asked::TagRemoval(tag.key), Request::post("runs/delete-tag", &body));
        }
        if let Some(next) = self.next_artifact(run) {
            return next;
        }
        match status_of(run.record.status) {
            Some(status) if self.state.status != status => {
                let mut body = json!({ "run_id": self.state.mlflow_run_id, "status": status });
                if let Some(ended_ms) = run.record.ended_ms {
                    body["end_time"] = Value::from(ended_ms.max(0.0) as i64);
                }
                self.send(Asked::Status(status), Request::post("runs/update", &body))
            }
            _ => Next::Done,
        }
    }

    fn send(&mut self, asked: Asked, request: Request) -> Next {
        self.asked = Some(asked);
        Next::Send(request)
    }

    fn find_or_create(&mut self, run: &ExportedRun) -> Next {
        let SyncState { experiment_id, token, .. } = &self.state;
        if self.may_exist {
            let body = json!({
                "experiment_ids": [experiment_id],
                "filter": format!("tags.`{SYNC}` = '{token}'"),
                "max_results": 1,
                "run_view_type": "ACTIVE_ONLY",
            });
            return self.send(Asked::RunByTag, Request::post("runs/search", &body));
        }
        let started_ms = run.record.started_ms.unwrap_or(run.record.created_ms).max(0.0) as i64;
        let tag = |key, value: &str| json!({ "key": key, "value": value });
        let body = json!({
            "experiment_id": experiment_id,
            "run_name": run_name(&run.record).chars().take(250).collect::<String>(),
            "start_time": started_ms,
            "tags": [tag(SYNC, token), tag(RUN_ID, &run.record.run_id)],
        });
        self.send(Asked::NewRun, Request::post("runs/create", &body))
    }

    /// A batch of what was not sent: params first, then tags, then points of as many series as it has room for.
    fn next_batch(&mut self, run: &ExportedRun) -> Option<Request> {
        let mut batch = Batch::new(&self.state.mlflow_run_id);
        if self.params.is_none() {
            self.params = Some(params_of(run.record.config_json.as_deref(), &mut self.losses));
        }
        let params = self.params.as_deref().unwrap_or_default();
        let first = (self.state.params as usize).min(params.len());
        let mut sent = Sent { params: first, ..Sent::default() };
        if first < params.len() {
            batch.begin(List::Params);
            sent.params +=
                params[first..].iter().take_while(|(key, value)| batch.add_named(key, value)).count();
            batch.end();
        }
        let wanted = wanted_tags(&run.record, &self.state.tags, &mut self.losses);
        let unsent: Vec<WantedTag> =
            wanted.into_iter().filter(|tag| !self.state.tags.contains(&tag.item)).collect();
        if !unsent.is_empty() {
            batch.begin(List::Tags);
            let fitting = unsent.into_iter().take_while(|tag| batch.add_named(&tag.item.name, &tag.value));
            sent.tags = fitting.map(|tag| tag.item).collect();
            batch.end();
        }
        self.name_series(run);
        self.add_series(run, &mut batch, &mut sent);
        if batch.is_empty() {
            return None;
        }
        let Sent { params, tags, series } = sent;
        self.asked = Some(Asked::Batch { params, tags, series });
        Some(Request::post_json("runs/log-batch", batch.finish()))
    }

    fn add_series(&mut self, run: &ExportedRun, batch: &mut Batch, sent: &mut Sent) {
        let mut changed = Changed::default();
        let mut is_open = false;
        for named in &run.series {
            let Some(&position) = self.positions.get(&named.key) else { continue };
            let SentSeries { name, sent: before, .. } = &self.state.series[position];
            let before = *before as usize;
            let points = named.series.logged(before..before.saturating_add(batch.room()));
            if points.is_empty() {
                continue;
            }
            if !is_open {
                batch.begin(List::Metrics);
                is_open = true;
            }
            let last = before.checked_sub(1).and_then(|last| named.series.point(last));
            let added = batch.add_points(name, &points, last, &mut changed);
            if added > 0 {
                sent.series.push((position, before + added));
            }
            if added < points.len() || batch.room() == 0 {
                break;
            }
        }
        if is_open {
            batch.end();
        }
        let Changed { infinities, early_times, equal_points } = changed;
        self.losses
            .note_if(infinities, "MLflow keeps ±Infinity as the greatest and the least number that there is");
        self.losses.note_if(early_times, "MLflow has no time before 1970: such points have its beginning");
        self.losses.note_if(
            equal_points,
            "MLflow counts points of one metric as one that have the same step, millisecond and value",
        );
    }

    /// Gives series their names. One that has a name keeps it, whatever is logged later.
    fn name_series(&mut self, run: &ExportedRun) {
        let mut unnamed: Vec<&str> = run
            .series
            .iter()
            .map(|named| &*named.key)
            .filter(|key| !self.positions.contains_key(*key))
            .collect();
        if unnamed.is_empty() {
            return;
        }
        // A name that MLflow takes belongs to the series that has it.
        unnamed.sort_by_key(|key| safe_name(key) != **key);
        let mut names = Names::of(self.state.series.iter().map(|series| &*series.name));
        for key in unnamed {
            let name = names.add(key);
            if name != key {
                self.losses.note(renamed("metric", key, &name));
            }
            self.positions.insert(key.to_owned(), self.state.series.len());
            self.state.series.push(SentSeries { key: key.to_owned(), name, sent: 0.0 });
        }
        self.must_store = true;
    }

    fn removed_tag(&mut self, run: &ExportedRun) -> Option<SentItem> {
        let wanted = wanted_tags(&run.record, &self.state.tags, &mut self.losses);
        let is_wanted = |tag: &SentItem| wanted.iter().any(|wanted| wanted.item.key == tag.key);
        self.state.tags.iter().find(|tag| !is_wanted(tag)).cloned()
    }

    fn next_artifact(&mut self, run: &ExportedRun) -> Option<Next> {
        if let Some((item, content)) = &self.content {
            let path = format!("{}/{}", self.state.artifact_root, item.name);
            let request = Request::artifact(Method::Put, &path, Body::Bytes(Arc::clone(content)));
            let asked = Asked::Artifact(item.clone());
            return Some(self.send(asked, request));
        }
        let is_sent = |artifact: &ArtifactRef| {
            let is_it = |sent: &SentItem| sent.key == artifact.key && sent.hash == artifact.hash;
            self.state.artifacts.iter().any(is_it) || self.left_out.contains(artifact)
        };
        let unsent = run.record.artifacts.iter().find(|artifact| !is_sent(artifact))?;
        if self.state.artifact_root.is_empty() {
            self.losses.note(
                "artifacts are not sent: this server does not take them itself, because it was started with --no-serve-artifacts or keeps those of the experiment elsewhere",
            );
            return None;
        }
        Some(Next::Read(unsent.clone()))
    }

    /// Takes the content of the artifact that [`Next::Read`] named; nothing if it is gone.
    pub fn take_artifact(&mut self, artifact: &ArtifactRef, content: Option<Arc<[u8]>>) {
        let Some(content) = content else {
            self.losses.note(format!("artifact '{}' is no longer stored", quoted(&artifact.key)));
            self.left_out.push(artifact.clone());
            return;
        };
        let sent = &self.state.artifacts;
        let known = sent.iter().find(|sent| sent.key == artifact.key).map(|sent| sent.name.clone());
        let name = known.unwrap_or_else(|| {
            // Windows has no file with a colon in its name.
            Names::of(sent.iter().map(|sent| &*sent.name)).add_path(&artifact.key.replace(':', "_"))
        });
        if name != artifact.key {
            self.losses.note(renamed("artifact", &artifact.key, &name));
        }
        let item = SentItem { key: artifact.key.clone(), name, hash: artifact.hash.clone() };
        self.content = Some((item, content));
    }

    /// The request that [`RunSync::next_step`] gave was not answered, or with a failure that may pass: it may have been done all the same.
    pub fn note_unanswered(&mut self) {
        self.may_exist |= matches!(self.asked, Some(Asked::NewRun));
    }

    /// Whether another request comes first by now.
    #[must_use]
    pub fn asks_otherwise(&self) -> bool {
        self.may_exist && matches!(self.asked, Some(Asked::NewRun))
    }

    /// Takes the answer to the request that [`RunSync::next_step`] gave last.
    ///
    /// # Errors
    /// What the server says. Of one that may pass, [`RunSync::next_step`] gives the same request again.
    pub fn take(&mut self, answer: &Answer) -> Result<(), ServerError> {
        let Some(asked) = &self.asked else { return Ok(()) };
        match asked {
            Asked::Experiment => match answer.json_or(MISSING)? {
                Ok(found) if text_at(&found, "/experiment/lifecycle_stage") == Some("deleted") => {
                    return Err(self.deleted_experiment());
                }
                Ok(found) => {
                    required(&found, "/experiment/experiment_id")?.clone_into(&mut self.state.experiment_id)
                }
                Err(_) => self.lacks_experiment = true,
            },
            Asked::NewExperiment => match answer.json_or(EXISTS)? {
                Ok(created) => {
                    required(&created, "/experiment_id")?.clone_into(&mut self.state.experiment_id)
                }
                // Another was quicker, or the answer to an earlier try was lost.
                Err(_) => self.lacks_experiment = false,
            },
            Asked::RunByTag => {
                let found = answer.json()?;
                if let Some(run) = found.pointer("/runs/0") {
                    self.note_run(run)?;
                }
                self.may_exist = false;
            }
            Asked::NewRun => {
                let created = answer.json()?;
                let run = created.pointer("/run").cloned().unwrap_or_default();
                self.note_run(&run)?;
            }
            Asked::Run => match answer.json_or(MISSING)? {
                Ok(found) if text_at(&found, "/run/info/lifecycle_stage") != Some("deleted") => {
                    let run = found.pointer("/run").cloned().unwrap_or_default();
                    self.note_run(&run)?;
                }
                // It was deleted there: the run is sent as if it had never been.
                _ => self.begin_anew(),
            },
            Asked::Batch { .. } | Asked::Artifact(_) | Asked::Status(_) => {
                answer.check()?;
                self.note_done();
            }
            Asked::TagRemoval(key) => {
                // One that is gone already was removed by an earlier try.
                answer.json_or(MISSING)?.ok();
                self.state.tags.retain(|tag| tag.key != *key);
            }
        }
        self.asked = None;
        Ok(())
    }

    fn note_done(&mut self) {
        match self.asked.take() {
            Some(Asked::Batch { params, tags, series }) => {
                self.state.params = params as f64;
                for tag in tags {
                    note_item(&mut self.state.tags, tag);
                }
                for (position, sent) in series {
                    self.state.series[position].sent = sent as f64;
                }
            }
            Some(Asked::Artifact(item)) => {
                note_item(&mut self.state.artifacts, item);
                self.content = None;
            }
            Some(Asked::Status(status)) => status.clone_into(&mut self.state.status),
            _ => {}
        }
    }

    fn note_run(&mut self, run: &Value) -> Result<(), ServerError> {
        required(run, "/info/run_id")?.clone_into(&mut self.state.mlflow_run_id);
        let uri = text_at(run, "/info/artifact_uri").unwrap_or_default();
        artifact_root(uri).unwrap_or_default().clone_into(&mut self.state.artifact_root);
        self.is_verified = true;
        Ok(())
    }

    fn begin_anew(&mut self) {
        self.state.begin_anew(self.fresh_token.clone());
        self.positions.clear();
        self.content = None;
        (self.is_verified, self.may_exist, self.must_store) = (false, false, true);
    }

    fn deleted_experiment(&self) -> ServerError {
        let message = format!(
            "experiment '{}' was deleted in MLflow: restore it there, or name another in options.experiment",
            quoted(&self.state.experiment)
        );
        ServerError::new(ServerErrorKind::Refused, message)
    }
}

/// What a batch has.
#[derive(Default)]
struct Sent {
    params: usize,
    tags: Vec<SentItem>,
    series: Vec<(usize, usize)>,
}

fn note_item(items: &mut Vec<SentItem>, item: SentItem) {
    match items.iter_mut().find(|known| known.key == item.key) {
        Some(known) => *known = item,
        None => items.push(item),
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

/// Where artifacts of this address are, from the root of all artifacts on, if the server itself keeps them.
pub(super) fn artifact_root(uri: &str) -> Option<&str> {
    let path = uri.strip_prefix("mlflow-artifacts:")?;
    let path = match path.strip_prefix("//") {
        Some(with_host) => with_host.split_once('/').map_or("", |(_, path)| path),
        None => path,
    };
    Some(path.trim_matches('/')).filter(|path| !path.is_empty())
}
