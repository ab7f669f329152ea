//! A tracking server that takes and refuses what MLflow 3.17 does, and a way to it on which answers are lost.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::Poll;

use entrenar::engine::Transport;
use entrenar::interop::mlflow::{Answer, Body, Method, Request};
use entrenar::storage::{Result, StorageError};
use serde_json::{Value, json};

use crate::support::test_clock::TestClock;

/// Key, time, step, and the value's bits, as MLflow tells points apart.
pub type Point = (String, i64, i64, u64);

#[derive(Debug, Default, Clone)]
pub struct ServerRun {
    pub experiment_id: String,
    pub is_deleted: bool,
    pub status: String,
    pub end_time: Option<i64>,
    pub tags: BTreeMap<String, String>,
    pub params: BTreeMap<String, String>,
    pub points: BTreeSet<Point>,
    pub artifacts: BTreeMap<String, Vec<u8>>,
}

#[derive(Debug, Default)]
pub struct Server {
    pub experiments: Vec<(String, bool)>,
    pub runs: Vec<ServerRun>,
    pub requests: Vec<String>,
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    answer(status, &json!({ "error_code": code, "message": message }))
}

fn answer(status: u16, body: &Value) -> Answer {
    Answer { status, body: body.to_string().into_bytes(), retry_after_ms: None }
}

fn is_name(name: &str) -> bool {
    let plain = |character: char| character.is_ascii_alphanumeric() || "_-. :/".contains(character);
    let segments: Vec<&str> = name.split('/').collect();
    let is_path =
        segments.iter().all(|segment| !["", ".", ".."].contains(segment)) && !name.starts_with("..");
    name.len() <= 250 && name.chars().all(plain) && is_path
}

/// The bits of a value as MLflow stores it.
pub fn stored_bits(value: f64) -> u64 {
    let value = if value.is_nan() { f64::NAN } else { value.clamp(f64::MIN, f64::MAX) };
    if value == 0.0 { 0 } else { value.to_bits() }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
        } else {
            byte
        });
    }
    String::from_utf8(bytes).unwrap()
}

impl Server {
    pub fn answer(&mut self, request: &Request) -> Answer {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        self.requests.push(path.rsplit('/').next().unwrap().to_owned());
        let query: BTreeMap<String, String> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), decoded(value)))
            .collect();
        if let Some(path) = path.strip_prefix("/api/2.0/mlflow-artifacts/artifacts/") {
            return self.artifact(request, &decoded(path));
        }
        let body = match &request.body {
            Body::Json(json) => {
                if json.len() > 1_000_000 {
                    return error(400, "INVALID_PARAMETER_VALUE", "too large");
                }
                serde_json::from_str(json).unwrap()
            }
            _ => Value::Null,
        };
        match path.strip_prefix("/api/2.0/mlflow/").unwrap() {
            "experiments/get-by-name" => {
                let name = &query["experiment_name"];
                match self.experiments.iter().position(|(known, _)| known == name) {
                    Some(id) => {
                        let stage = if self.experiments[id].1 { "deleted" } else { "active" };
                        answer(
                            200,
                            &json!({ "experiment": { "experiment_id": id.to_string(), "lifecycle_stage": stage } }),
                        )
                    }
                    None => error(404, "RESOURCE_DOES_NOT_EXIST", "no such experiment"),
                }
            }
            "experiments/get" => {
                let id: usize = query["experiment_id"].parse().unwrap();
                answer(
                    200,
                    &json!({ "experiment": { "experiment_id": id.to_string(), "name": self.experiments[id].0 } }),
                )
            }
            "experiments/create" => {
                let name = body["name"].as_str().unwrap().to_owned();
                if self.experiments.iter().any(|(known, _)| *known == name) {
                    return error(400, "RESOURCE_ALREADY_EXISTS", "there is one");
                }
                self.experiments.push((name, false));
                answer(200, &json!({ "experiment_id": (self.experiments.len() - 1).to_string() }))
            }
            "runs/create" => self.create_run(&body),
            "runs/search" => {
                let filter = body["filter"].as_str().unwrap();
                let (key, value) = filter.strip_prefix("tags.`").unwrap().split_once("` = '").unwrap();
                let value = value.strip_suffix('\'').unwrap();
                let is_it = |run: &&usize| {
                    let run = &self.runs[**run];
                    !run.is_deleted && run.tags.get(key).is_some_and(|tag| tag == value)
                };
                let found: Vec<Value> = (0..self.runs.len())
                    .collect::<Vec<_>>()
                    .iter()
                    .filter(is_it)
                    .map(|run| self.run_json(*run))
                    .collect();
                answer(200, &json!({ "runs": found }))
            }
            "runs/get" => match self.find(&query["run_id"]) {
                Some(run) => answer(200, &json!({ "run": self.run_json(run) })),
                None => error(404, "RESOURCE_DOES_NOT_EXIST", "no such run"),
            },
            "runs/log-batch" => self.log_batch(&body),
            "runs/delete-tag" => {
                let run = self.find(body["run_id"].as_str().unwrap()).unwrap();
                match self.runs[run].tags.remove(body["key"].as_str().unwrap()) {
                    Some(_) => answer(200, &json!({})),
                    None => error(404, "RESOURCE_DOES_NOT_EXIST", "no such tag"),
                }
            }
            "runs/update" => {
                let run = self.find(body["run_id"].as_str().unwrap()).unwrap();
                body["status"].as_str().unwrap().clone_into(&mut self.runs[run].status);
                self.runs[run].end_time = body["end_time"].as_i64();
                answer(200, &json!({}))
            }
            "metrics/get-history" => self.history(&query),
            "artifacts/list" => self.list(&query),
            other => panic!("no such address: {other}"),
        }
    }

    fn find(&self, run_id: &str) -> Option<usize> {
        run_id.parse().ok().filter(|run| *run < self.runs.len())
    }

    fn create_run(&mut self, body: &Value) -> Answer {
        let experiment_id = body["experiment_id"].as_str().unwrap().to_owned();
        assert!(body["start_time"].is_i64());
        let mut run = ServerRun { experiment_id, status: "RUNNING".to_owned(), ..ServerRun::default() };
        for tag in body["tags"].as_array().unwrap() {
            run.tags
                .insert(tag["key"].as_str().unwrap().to_owned(), tag["value"].as_str().unwrap().to_owned());
        }
        self.runs.push(run);
        answer(200, &json!({ "run": self.run_json(self.runs.len() - 1) }))
    }

    fn run_json(&self, id: usize) -> Value {
        let run = &self.runs[id];
        let named = |values: &BTreeMap<String, String>| -> Vec<Value> {
            values.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
        };
        let keys: BTreeSet<&str> = run.points.iter().map(|(key, ..)| &**key).collect();
        json!({
            "info": {
                "run_id": id.to_string(),
                "experiment_id": run.experiment_id,
                "run_name": run.tags.get("mlflow.runName"),
                "status": run.status,
                "start_time": 1000,
                "end_time": run.end_time,
                "lifecycle_stage": if run.is_deleted { "deleted" } else { "active" },
                "artifact_uri": format!("mlflow-artifacts:/{}/{id}/artifacts", run.experiment_id),
            },
            "data": {
                "tags": named(&run.tags),
                "params": named(&run.params),
                "metrics": keys.iter().map(|key| json!({ "key": key })).collect::<Vec<_>>(),
            },
        })
    }

    fn log_batch(&mut self, body: &Value) -> Answer {
        let refused = |what: &str| error(400, "INVALID_PARAMETER_VALUE", what);
        let list = |name: &str| body[name].as_array().cloned().unwrap_or_default();
        let (metrics, params, tags) = (list("metrics"), list("params"), list("tags"));
        if metrics.len() > 1000 || params.len() > 100 || tags.len() > 100 {
            return refused("too many of one kind");
        }
        if metrics.len() + params.len() + tags.len() > 1000 {
            return refused("too many together");
        }
        let Some(run) = self.find(body["run_id"].as_str().unwrap()) else { return refused("no such run") };
        let run = &mut self.runs[run];
        if run.is_deleted {
            return refused("the run must be active");
        }
        let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
        for (items, most) in [(&params, 6000), (&tags, 8000)] {
            for item in items {
                if !is_name(&text(item, "key")) || text(item, "value").chars().count() > most {
                    return refused("a param or tag");
                }
            }
        }
        for param in &params {
            let known = run.params.insert(text(param, "key"), text(param, "value"));
            if known.is_some_and(|known| known != text(param, "value")) {
                return refused("params do not change");
            }
        }
        for tag in &tags {
            run.tags.insert(text(tag, "key"), text(tag, "value"));
        }
        for metric in &metrics {
            let key = text(metric, "key");
            let value = match &metric["value"] {
                Value::String(text) => text.parse::<f64>().unwrap(),
                value => value.as_f64().unwrap(),
            };
            // A fraction, and what follows is dropped in silence.
            let (Some(timestamp), Some(step)) = (metric["timestamp"].as_i64(), metric["step"].as_i64())
            else {
                break;
            };
            if !is_name(&key) || timestamp < 0 {
                return refused("a metric");
            }
            run.points.insert((key, timestamp, step, stored_bits(value)));
        }
        answer(200, &json!({}))
    }

    fn artifact(&mut self, request: &Request, path: &str) -> Answer {
        let mut parts = path.splitn(4, '/');
        let (_, run, folder) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        let name = parts.next().unwrap();
        assert_eq!(folder, "artifacts");
        let run = self.find(run).unwrap();
        let artifacts = &mut self.runs[run].artifacts;
        if request.method == Method::Get {
            let body = artifacts[name].clone();
            return Answer { status: 200, body, retry_after_ms: None };
        }
        let Body::Bytes(bytes) = &request.body else { panic!("no bytes") };
        let is_below =
            |folder: &str, name: &str| name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        if !is_name(name) || artifacts.keys().any(|known| is_below(known, name) || is_below(name, known)) {
            return error(500, "INTERNAL_ERROR", "a file is where a folder has to be");
        }
        artifacts.insert(name.to_owned(), bytes.to_vec());
        answer(200, &json!({}))
    }

    fn history(&self, query: &BTreeMap<String, String>) -> Answer {
        let run = &self.runs[self.find(&query["run_id"]).unwrap()];
        let points: Vec<Value> = run
            .points
            .iter()
            .filter(|(key, ..)| *key == query["metric_key"])
            .map(|(key, timestamp, step, bits)| {
                let value = f64::from_bits(*bits);
                let value = if value.is_nan() { json!("NaN") } else { json!(value) };
                json!({ "key": key, "timestamp": timestamp, "step": step, "value": value })
            })
            .collect();
        // Pages are short, so that there are several.
        let from: usize = query.get("page_token").map_or(0, |token| token.parse().unwrap());
        let until = (from + 7).min(points.len());
        let mut body = json!({ "metrics": points[from..until] });
        if until < points.len() {
            body["next_page_token"] = json!(until.to_string());
        }
        answer(200, &body)
    }

    fn list(&self, query: &BTreeMap<String, String>) -> Answer {
        let run = &self.runs[self.find(&query["run_id"]).unwrap()];
        let prefix = query.get("path").map_or(String::new(), |path| format!("{path}/"));
        let mut files = BTreeMap::new();
        for name in run.artifacts.keys().filter_map(|name| name.strip_prefix(&*prefix)) {
            let (first, is_dir) = name.split_once('/').map_or((name, false), |(folder, _)| (folder, true));
            files.insert(format!("{prefix}{first}"), is_dir);
        }
        let files: Vec<Value> =
            files.iter().map(|(path, is_dir)| json!({ "path": path, "is_dir": is_dir })).collect();
        answer(200, &json!({ "files": files }))
    }
}

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    None,
    /// It does not reach the server.
    Lost,
    /// It is done, and the answer is lost.
    AnswerLost,
    /// The server fails before it does anything.
    Failure,
    /// The server does it, and fails then.
    LateFailure,
    /// It is answered after a minute.
    Slow,
    /// The page is killed before the server gets it.
    Kill,
    /// The page is killed when the server has done it.
    LateKill,
}

/// The way of one tab to the server.
pub struct Way {
    pub server: Rc<RefCell<Server>>,
    pub clock: TestClock,
    pub mishaps: Rc<RefCell<VecDeque<Mishap>>>,
    pub is_killed: Cell<bool>,
    pub losses: RefCell<Vec<String>>,
    pub progress: RefCell<Vec<(f64, f64)>>,
    /// What happens while a live sync or a retry waits.
    pub waiting: RefCell<Box<dyn FnMut()>>,
    pub is_stopped: Cell<bool>,
    pub is_hidden: Cell<bool>,
    /// What the server answers, whatever it is asked.
    pub fixed: RefCell<Option<Answer>>,
}

impl Way {
    pub fn new(
        server: &Rc<RefCell<Server>>,
        clock: &TestClock,
        mishaps: &Rc<RefCell<VecDeque<Mishap>>>,
    ) -> Self {
        Self {
            server: Rc::clone(server),
            clock: clock.clone(),
            mishaps: Rc::clone(mishaps),
            is_killed: Cell::new(false),
            losses: RefCell::default(),
            progress: RefCell::default(),
            waiting: RefCell::new(Box::new(|| {})),
            is_stopped: Cell::new(false),
            is_hidden: Cell::new(false),
            fixed: RefCell::default(),
        }
    }
}

impl Transport for Way {
    async fn send(&self, request: &Request) -> Option<Answer> {
        self.clock.advance(100.0);
        if let Some(fixed) = &*self.fixed.borrow() {
            return Some(fixed.clone());
        }
        let mishap = self.mishaps.borrow_mut().pop_front().unwrap_or(Mishap::None);
        let failure = || error(503, "TEMPORARILY_UNAVAILABLE", "busy");
        let done = || self.server.borrow_mut().answer(request);
        match mishap {
            Mishap::None => Some(done()),
            Mishap::Slow => {
                let mut waits = 12;
                poll_fn(|_| {
                    waits -= 1;
                    if waits > 0 { Poll::Pending } else { Poll::Ready(()) }
                })
                .await;
                Some(done())
            }
            Mishap::Lost => None,
            Mishap::AnswerLost => {
                done();
                None
            }
            Mishap::Failure => Some(failure()),
            Mishap::LateFailure => {
                done();
                Some(failure())
            }
            Mishap::Kill | Mishap::LateKill => {
                if mishap == Mishap::LateKill {
                    done();
                }
                self.is_killed.set(true);
                pending().await
            }
        }
    }

    async fn wait(&self, delay_ms: f64) {
        if self.is_killed.get() {
            pending::<()>().await;
        }
        self.clock.advance(delay_ms);
        (self.waiting.borrow_mut())();
    }

    fn check(&self) -> Result<()> {
        if self.is_stopped.get() { Err(StorageError::Aborted("stopped".to_owned())) } else { Ok(()) }
    }

    fn tell_progress(&self, done: f64, total: f64) {
        self.progress.borrow_mut().push((done, total));
    }

    fn tell_loss(&self, text: &str) {
        self.losses.borrow_mut().push(text.to_owned());
    }

    fn is_hidden(&self) -> bool {
        self.is_hidden.get()
    }
}
