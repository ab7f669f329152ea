//! Reading a run.

use serde_json::Value;

use super::artifacts::artifact_root;
use super::error::ServerError;
use super::params::config_of;
use super::request::{Answer, Body, Method, Request, required, text_at};
use super::tags::{RUN_NAME, SPAN_ID, is_own};
use crate::interop::calendar::is_time;
use crate::interop::losses::Losses;
use crate::interop::{ImportedPart, ImportedRun};
use crate::storage::{MAX_STEP, RawPoint, RunRecord, RunStatus, Tag, check_key, check_text, quoted};

/// How many points are asked for at a time: so many MLflow gives at most.
const PAGE_POINTS: &str = "25000";
/// The most artifacts, and folders of them.
const MAX_ARTIFACTS: usize = 100_000;

/// What an import does next.
#[derive(Debug, Clone, PartialEq)]
pub enum NextRead {
    /// Its caller sends this, and gives it the answer.
    Send(Request),
    /// All was read: the run.
    Done(Box<ImportedRun>),
}

/// The request that was given last.
#[derive(Debug)]
enum Asked {
    Run,
    Experiment,
    Points { page: String },
    Folder { path: String, page: String },
    Artifact { path: String },
}

/// Reads one run from a server, page by page.
#[derive(Debug)]
pub struct RunImport {
    mlflow_run_id: String,
    asked: Asked,
    run: Option<ImportedRun>,
    experiment_id: String,
    artifact_root: String,
    /// Metrics whose points are not read, the next one last.
    metrics: Vec<String>,
    /// Folders and artifacts that are not read.
    folders: Vec<String>,
    artifacts: Vec<String>,
    listed: usize,
    points: f64,
    losses: Losses,
}

impl RunImport {
    /// Reads the run of this id.
    #[must_use]
    pub fn new(mlflow_run_id: &str) -> Self {
        Self {
            mlflow_run_id: mlflow_run_id.to_owned(),
            asked: Asked::Run,
            run: None,
            experiment_id: String::new(),
            artifact_root: String::new(),
            metrics: Vec::new(),
            folders: Vec::new(),
            artifacts: Vec::new(),
            listed: 0,
            points: 0.0,
            losses: Losses::default(),
        }
    }

    /// What of the run was left out, a sentence each.
    #[must_use]
    pub fn losses(&self) -> Vec<String> {
        self.losses.sentences()
    }

    /// How many points were read.
    #[must_use]
    pub fn points(&self) -> f64 {
        self.points
    }

    /// What comes next.
    #[must_use]
    pub fn next_step(&mut self) -> NextRead {
        let run_id = &*self.mlflow_run_id;
        NextRead::Send(match &self.asked {
            Asked::Run => Request::get("runs/get", &[("run_id", run_id)]),
            Asked::Experiment => Request::get("experiments/get", &[("experiment_id", &self.experiment_id)]),
            Asked::Points { page } => {
                let Some(key) = self.metrics.last() else { return self.next_file() };
                let mut query = vec![("run_id", run_id), ("metric_key", key), ("max_results", PAGE_POINTS)];
                query.extend((!page.is_empty()).then_some(("page_token", &**page)));
                Request::get("metrics/get-history", &query)
            }
            Asked::Folder { path, page } => {
                let mut query = vec![("run_id", run_id)];
                query.extend((!path.is_empty()).then_some(("path", &**path)));
                query.extend((!page.is_empty()).then_some(("page_token", &**page)));
                Request::get("artifacts/list", &query)
            }
            Asked::Artifact { path } => {
                Request::artifact(Method::Get, &format!("{}/{path}", self.artifact_root), Body::Empty)
            }
        })
    }

    /// The next artifact or folder, when the points are read.
    fn next_file(&mut self) -> NextRead {
        if let Some(path) = self.artifacts.pop() {
            self.asked = Asked::Artifact { path };
        } else if let Some(path) = self.folders.pop() {
            self.asked = Asked::Folder { path, page: String::new() };
        } else {
            return NextRead::Done(Box::new(self.run.clone().unwrap_or_else(|| ImportedRun {
                experiment_name: None,
                experiment_config_json: None,
                record: RunRecord::new(String::new(), String::new(), 0),
            })));
        }
        self.next_step()
    }

    /// Takes the answer to the request that [`RunImport::next_step`] gave last. What it has of the run is appended to `parts`.
    ///
    /// # Errors
    /// What the server says.
    pub fn take(&mut self, answer: &Answer, parts: &mut Vec<ImportedPart>) -> Result<(), ServerError> {
        match &self.asked {
            Asked::Run => self.take_run(&answer.json()?),
            Asked::Experiment => {
                let experiment = answer.json()?;
                let name = required(&experiment, "/experiment/name")?;
                if let Some(run) = &mut self.run {
                    run.experiment_name = Some(name.chars().take(500).collect());
                }
                self.asked = Asked::Points { page: String::new() };
                Ok(())
            }
            Asked::Points { .. } => {
                self.take_points(&answer.json()?, parts);
                Ok(())
            }
            Asked::Folder { path, .. } => {
                let path = path.clone();
                self.take_folder(path, &answer.json()?);
                Ok(())
            }
            Asked::Artifact { path } => {
                if answer.status == 404 {
                    self.losses.note(format!("artifact '{}' is not there any more", quoted(path)));
                } else {
                    answer.check()?;
                    let (key, bytes) = (path.clone(), answer.body.clone());
                    parts.push(ImportedPart::Artifact { run: 0, key, bytes, unknown_json: None });
                }
                self.asked = Asked::Points { page: String::new() };
                Ok(())
            }
        }
    }

    fn take_run(&mut self, answer: &Value) -> Result<(), ServerError> {
        required(answer, "/run/info/experiment_id")?.clone_into(&mut self.experiment_id);
        let time = |pointer| answer.pointer(pointer).and_then(whole).filter(|ms| is_time(*ms as f64));
        let started_ms = time("/run/info/start_time").unwrap_or(0);
        let mut record = RunRecord::new(String::new(), String::new(), started_ms);
        record.started_ms = Some(started_ms as f64);
        record.status = match text_at(answer, "/run/info/status") {
            Some("FINISHED") => RunStatus::Success,
            Some("FAILED") => RunStatus::Failed,
            Some("KILLED") => RunStatus::Cancelled,
            _ => RunStatus::Running,
        };
        if record.status.is_final() {
            record.ended_ms = Some(time("/run/info/end_time").unwrap_or(started_ms) as f64);
        }
        let name = text_at(answer, "/run/info/run_name").filter(|name| check_text("the name", name).is_ok());
        record.run_name = name.map(str::to_owned);
        for (key, value) in named(answer, "/run/data/tags") {
            match key {
                SPAN_ID => record.span_id = Some(value.to_owned()),
                RUN_NAME if record.run_name.is_none() => record.run_name = Some(value.to_owned()),
                key if is_own(key) => {}
                key => record.tags.push(Tag { key: key.to_owned(), value: value.to_owned() }),
            }
        }
        record.config_json = config_of(named(answer, "/run/data/params"));
        for metric in list(answer, "/run/data/metrics") {
            match text_at(metric, "/key") {
                Some(key) if check_key("a metric's key", key).is_ok() => self.metrics.push(key.to_owned()),
                _ => self.losses.note("metrics without a key, or with one that is too long, are left out"),
            }
        }
        self.metrics.reverse();
        let uri = text_at(answer, "/run/info/artifact_uri").unwrap_or_default();
        match artifact_root(uri) {
            Some(root) => {
                root.clone_into(&mut self.artifact_root);
                self.folders.push(String::new());
            }
            None => self.losses.note("artifacts are left out: this server does not keep them itself"),
        }
        self.run = Some(ImportedRun { experiment_name: None, experiment_config_json: None, record });
        self.asked = Asked::Experiment;
        Ok(())
    }

    fn take_points(&mut self, answer: &Value, parts: &mut Vec<ImportedPart>) {
        let Some(key) = self.metrics.last().cloned() else { return };
        let began_ms = self.run.as_ref().map_or(0, |run| run.record.created_ms as i64);
        let mut points = Vec::new();
        for point in list(answer, "/metrics") {
            let step = point.get("step").map_or(Some(0), whole);
            let timestamp_ms = point.get("timestamp").map_or(Some(0), whole);
            let value = point.get("value").map_or(Some(0.0), number);
            match (step.map(u64::try_from), value, timestamp_ms) {
                (Some(Ok(step)), Some(value), Some(mut timestamp_ms)) if step <= MAX_STEP => {
                    if !is_time(timestamp_ms as f64) {
                        self.losses
                            .note("points at times that no calendar has get the time at which the run began");
                        timestamp_ms = began_ms;
                    }
                    points.push(RawPoint { step, value, timestamp_ms });
                }
                _ => self.losses.note("points at negative steps, or at steps above 2^53, are left out"),
            }
        }
        self.points += points.len() as f64;
        parts.push(ImportedPart::Points { run: 0, key, points });
        let page = text_at(answer, "/next_page_token").unwrap_or_default().to_owned();
        if page.is_empty() {
            self.metrics.pop();
        }
        self.asked = Asked::Points { page };
    }

    fn take_folder(&mut self, path: String, answer: &Value) {
        for file in list(answer, "/files") {
            self.listed += 1;
            let Some(inside) = text_at(file, "/path") else { continue };
            if self.listed > MAX_ARTIFACTS || check_key("an artifact's key", inside).is_err() {
                self.losses
                    .note("some artifacts are left out: there are too many, or their names are too long");
            } else if file.get("is_dir").and_then(Value::as_bool) == Some(true) {
                self.folders.push(inside.to_owned());
            } else {
                self.artifacts.push(inside.to_owned());
            }
        }
        let page = text_at(answer, "/next_page_token").unwrap_or_default().to_owned();
        self.asked = if page.is_empty() { Asked::Points { page } } else { Asked::Folder { path, page } };
    }
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Keys with their texts; those that are too long are left out by the caller's limits.
fn named<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let pairs = list(value, pointer).iter();
    let pairs =
        pairs.filter_map(|pair| Some((text_at(pair, "/key")?, text_at(pair, "/value").unwrap_or_default())));
    pairs.filter(|(key, value)| check_key("a name", key).is_ok() && check_text("a value", value).is_ok())
}

/// Whole numbers of 64 bits are texts in some answers.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// What no JSON number is comes as a text.
fn number(value: &Value) -> Option<f64> {
    match value.as_str() {
        Some("NaN") => Some(f64::NAN),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        _ => value.as_f64(),
    }
}
