//! What a sync asks for, request by request, without a session.

use std::sync::Arc;

use entrenar::interop::mlflow::{Answer, Body, Next, Request, RunSync, SyncState};
use entrenar::storage::{ArtifactRef, RunRecord};
use serde_json::json;

fn artifact(key: &str) -> ArtifactRef {
    ArtifactRef { key: key.to_owned(), hash: "00".to_owned(), size: 3, unknown_json: None }
}

/// A run with these artifacts, which a span belongs to.
fn run(artifacts: Vec<ArtifactRef>) -> RunRecord {
    let mut record = RunRecord::new("run-0".to_owned(), "exp-0".to_owned(), 5);
    record.artifacts = artifacts;
    record.span_id = Some("span-7".to_owned());
    record
}

/// A sync whose run is there, with its artifacts at this address and its tags sent; and the batch with these.
fn sync_of(run: &RunRecord, artifact_uri: &str) -> (RunSync, Request) {
    let state = SyncState {
        token: "token".to_owned(),
        experiment_id: "1".to_owned(),
        mlflow_run_id: "r".to_owned(),
        ..SyncState::new("http://a", "mnist")
    };
    let mut sync = RunSync::new(state, "another");
    let Next::Send(_) = sync.next_step(run) else { panic!("it does not ask for the run") };
    let found = json!({ "run": { "info": { "run_id": "r", "artifact_uri": artifact_uri } } });
    take(&mut sync, &found);
    assert_eq!(sync.next_step(run), Next::Points);
    sync.take_points(None);
    let Next::Send(batch) = sync.next_step(run) else { panic!("it sends no tags") };
    take(&mut sync, &json!({}));
    (sync, batch)
}

fn take(sync: &mut RunSync, answer: &serde_json::Value) {
    let body = answer.to_string().into_bytes();
    sync.take(Some(&Answer { status: 200, body, retry_after_ms: None })).unwrap();
}

#[test]
fn span_of_a_run_is_sent_as_a_tag() {
    let (_, batch) = sync_of(&run(vec![]), "mlflow-artifacts:/1/r/artifacts");
    let Body::Json(json) = batch.body else { panic!("{batch:?}") };
    assert!(json.contains(r#"{"key":"entrenar.span_id","value":"span-7"}"#), "{json}");
}

#[test]
fn artifact_that_is_gone_is_said_to_be_and_not_asked_for_again() {
    let run = run(vec![artifact("gone"), artifact("c:/notes")]);
    let (mut sync, _) = sync_of(&run, "mlflow-artifacts:/1/r/artifacts");
    assert_eq!(sync.next_step(&run), Next::Read(artifact("gone")));
    sync.take_artifact(&artifact("gone"), None);
    assert_eq!(sync.next_step(&run), Next::Read(artifact("c:/notes")));
    sync.take_artifact(&artifact("c:/notes"), Some(Arc::from(&b"abc"[..])));
    // Windows has no file with a colon in its name.
    let Next::Send(request) = sync.next_step(&run) else { panic!("the artifact is not sent") };
    assert_eq!(request.path, "/api/2.0/mlflow-artifacts/artifacts/1/r/artifacts/c_/notes");
    take(&mut sync, &json!({}));
    assert_eq!(sync.next_step(&run), Next::Done);
    assert_eq!(
        sync.losses(),
        ["artifact 'gone' is no longer stored", "artifact 'c:/notes' is called 'c_/notes' in MLflow"]
    );
}

#[test]
fn artifacts_are_not_sent_where_the_server_does_not_take_them_itself_and_that_is_said() {
    for uri in ["s3://bucket/r", "file:///mlruns/1/r", ""] {
        let run = run(vec![artifact("model")]);
        let (mut sync, _) = sync_of(&run, uri);
        assert_eq!(sync.next_step(&run), Next::Done, "{uri}");
        assert!(sync.losses()[0].starts_with("artifacts are not sent"), "{uri}");
    }
}
