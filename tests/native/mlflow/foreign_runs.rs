//! Runs as servers give them that other programs wrote to.

use entrenar::engine::MlflowImport;
use entrenar::interop::mlflow::{Answer, NextRead, RunImport};
use entrenar::interop::{ImportedPart, ImportedRun};
use entrenar::storage::RawPoint;
use futures::executor::block_on;
use serde_json::{Value, json};

use super::server::Mishap;
use super::{Scene, URL, tag};
use crate::support::faulty_database::SharedDatabase;
use crate::tab::Tab;

struct Read {
    run: ImportedRun,
    parts: Vec<ImportedPart>,
    losses: Vec<String>,
}

/// Reads a run from a server that answers a path so.
fn read(answer: impl Fn(&str) -> Answer) -> Read {
    let mut import = RunImport::new("r");
    let mut parts = Vec::new();
    loop {
        match import.next_step() {
            NextRead::Send(request) => import.take(&answer(&request.path), &mut parts).unwrap(),
            NextRead::Done(run) => return Read { run: *run, parts, losses: import.losses() },
        }
    }
}

fn success(body: &Value) -> Answer {
    Answer { status: 200, body: body.to_string().into_bytes(), retry_after_ms: None }
}

/// A run of this information and data; a path that is neither it nor its experiment answers `rest`.
fn run_with(info: &Value, data: &Value, path: &str, rest: impl Fn(&str) -> Answer) -> Answer {
    let mut whole = json!({ "experiment_id": "1", "status": "FINISHED", "start_time": 5, "end_time": 9 });
    whole.as_object_mut().unwrap().extend(info.as_object().unwrap().clone());
    match path.strip_prefix("/api/2.0/mlflow/") {
        Some(path) if path.starts_with("runs/get") => {
            success(&json!({ "run": { "info": whole, "data": data } }))
        }
        Some(path) if path.starts_with("experiments/get") => {
            success(&json!({ "experiment": { "name": "mnist" } }))
        }
        _ => rest(path),
    }
}

#[test]
fn tags_that_mean_something_become_that_and_those_of_mlflow_are_left_out() {
    let data = json!({ "tags": [
        { "key": "mlflow.runName", "value": "by its tag" },
        { "key": "mlflow.user", "value": "ada" },
        { "key": "entrenar.sync", "value": "token" },
        { "key": "entrenar.span_id", "value": "span-7" },
        { "key": "stage", "value": "final" },
    ] });
    for (info, name) in [(json!({}), "by its tag"), (json!({ "run_name": "its own" }), "its own")] {
        let Read { run, .. } = read(|path| run_with(&info, &data, path, |path| panic!("{path}")));
        assert_eq!(run.record.run_name.as_deref(), Some(name));
        assert_eq!(run.record.span_id.as_deref(), Some("span-7"));
        assert_eq!(run.record.tags, [tag("stage", "final")]);
        assert_eq!((run.experiment_name.as_deref(), run.record.ended_ms), (Some("mnist"), Some(9.0)));
    }
}

#[test]
fn points_that_cannot_be_stored_are_left_out_and_that_is_said() {
    let data = json!({ "metrics": [{ "key": "loss" }, { "key": "" }, { "key": "k".repeat(9_000) }] });
    let Read { parts, losses, .. } = read(|path| {
        run_with(&json!({ "artifact_uri": "s3://bucket/r" }), &data, path, |path| {
            assert!(path.contains("metric_key=loss"), "{path}");
            success(&json!({ "metrics": [
                { "key": "loss", "value": 0.5, "timestamp": "7", "step": "3" },
                { "key": "loss", "value": 0.25, "timestamp": 8, "step": -1 },
                { "key": "loss", "value": "NaN", "timestamp": 9, "step": 9_007_199_254_740_992_i64 },
                { "key": "loss" },
            ] }))
        })
    });
    let point = |step, value, timestamp_ms| RawPoint { step, value, timestamp_ms };
    let points = vec![point(3, 0.5, 7), point(0, 0.0, 0)];
    assert_eq!(parts, [ImportedPart::Points { run: 0, key: "loss".to_owned(), points }]);
    for said in ["artifacts are left out", "points at negative steps", "metrics without a key"] {
        assert!(losses.iter().any(|loss| loss.contains(said)), "{losses:?}");
    }
    assert_eq!(losses.len(), 3, "{losses:?}");
}

#[test]
fn folders_of_several_pages_are_read_whole_and_artifacts_that_are_gone_are_said_to_be() {
    let info = json!({ "artifact_uri": "mlflow-artifacts:/1/r/artifacts" });
    let Read { parts, losses, .. } = read(|path| {
        run_with(&info, &json!({}), path, |path| {
            let file = |path: &str, is_dir: bool| json!({ "path": path, "is_dir": is_dir });
            if let Some(name) = path.strip_prefix("/api/2.0/mlflow-artifacts/artifacts/1/r/artifacts/") {
                let status = if name == "gone" { 404 } else { 200 };
                return Answer { status, body: name.as_bytes().to_vec(), retry_after_ms: None };
            }
            let (_, query) = path.split_once("/artifacts/list?run_id=r").unwrap();
            success(&match query {
                "" => json!({ "files": [file("a", false), file("gone", false)], "next_page_token": "2" }),
                "&page_token=2" => json!({ "files": [file("b", true)] }),
                "&path=b" => json!({ "files": [file("b/c", false)], "next_page_token": "x" }),
                "&path=b&page_token=x" => json!({ "files": [file("b/d", false)] }),
                other => panic!("{other}"),
            })
        })
    });
    let mut keys: Vec<&str> = parts
        .iter()
        .map(|part| match part {
            ImportedPart::Artifact { key, bytes, .. } if key.as_bytes() == bytes => &**key,
            other => panic!("{other:?}"),
        })
        .collect();
    keys.sort_unstable();
    assert_eq!(keys, ["a", "b/c", "b/d"]);
    assert_eq!(losses, ["artifact 'gone' is not there any more"]);
}

#[test]
fn artifacts_without_end_are_left_out_from_a_bound_on() {
    let info = json!({ "artifact_uri": "mlflow-artifacts:/1/r/artifacts" });
    let files: Vec<Value> = (0..100_010).map(|file| json!({ "path": format!("{file}") })).collect();
    let list = success(&json!({ "files": files }));
    let Read { parts, losses, .. } = read(|path| {
        run_with(&info, &json!({}), path, |path| {
            if path.contains("/artifacts/list") { list.clone() } else { success(&json!({})) }
        })
    });
    assert_eq!(parts.len(), 100_000);
    assert_eq!(losses, ["some artifacts are left out: there are too many, or their names are too long"]);
}

#[test]
fn run_is_imported_into_the_experiment_that_is_asked_for_and_tells_how_far_it_is() {
    block_on(async {
        let scene = Scene::new().await;
        scene.log_steps("loss", 0..20);
        scene.sync().await.unwrap();
        let tab = Tab::open(&SharedDatabase::default(), "b").await;
        let way = scene.way(&tab);
        // A server that has answered is waited for, be it that it was busy.
        scene.mishaps.borrow_mut().extend([Mishap::Failure, Mishap::Lost]);
        let experiment = Some("back".to_owned());
        let import = MlflowImport { url: URL.to_owned(), mlflow_run_id: "0".to_owned(), experiment };
        let run_id = tab.session.import_mlflow(&import, "token", &way).await.unwrap();
        assert_eq!(tab.session.exported_run(&run_id).await.unwrap().experiment.name, "back");
        let done: Vec<f64> = way.progress.borrow().iter().map(|(done, _)| *done).collect();
        assert!(done.contains(&7.0) && done.last() == Some(&20.0), "{done:?}");
    });
}
