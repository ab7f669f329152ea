//! What MLflow takes at once, and what it refuses: the server of these tests refuses the same.

use entrenar::engine::{MlflowError, RunOptions};
use entrenar::interop::mlflow::{Backoff, ServerError, ServerErrorKind, checked_url};
use entrenar::storage::RunEdit;
use futures::executor::block_on;

use super::server::Mishap;
use super::{Scene, tag};

#[test]
fn settings_and_tags_beyond_one_batch_are_sent_in_batches_that_mlflow_takes() {
    // Too many, and too long together.
    for (setting_length, tag_length) in [(1, 1), (6_000, 8_000)] {
        block_on(async {
            let (setting, text) = ("é".repeat(setting_length), "é".repeat(tag_length));
            let settings: Vec<String> =
                (0..150).map(|number| format!("\"setting {number:03}\":\"{setting}\"")).collect();
            let scene = Scene::with(RunOptions {
                config_json: Some(format!("{{{}}}", settings.join(","))),
                run_name: None,
                tags: (0..130).map(|number| tag(&format!("tag {number:03}"), &text)).collect(),
            })
            .await;
            scene.log_steps("loss", 0..1_500);
            scene.sync().await.unwrap();
            let server = scene.server.borrow();
            let run = &server.runs[0];
            let tags = run.tags.iter().filter(|(key, value)| key.starts_with("tag ") && **value == text);
            assert_eq!((run.params.len(), tags.count(), run.points.len()), (150, 130, 1_500));
            assert!(run.params.values().all(|value| *value == setting));
        });
    }
}

#[test]
fn experiment_that_was_deleted_in_mlflow_is_refused_with_what_to_do() {
    block_on(async {
        let scene = Scene::new().await;
        scene.server.borrow_mut().experiments.push(("mnist".to_owned(), true));
        let failed = scene.sync().await;
        let Err(MlflowError::Server(error)) = failed else { panic!("{failed:?}") };
        assert_eq!(error.kind, ServerErrorKind::Refused);
        assert!(error.message.contains("restore it there"), "{error}");
        assert_eq!(scene.server.borrow().runs.len(), 0);
    });
}

#[test]
fn tag_whose_removal_was_done_and_not_answered_is_removed() {
    block_on(async {
        let scene = Scene::new().await;
        scene.sync().await.unwrap();
        let removal = RunEdit::RemoveTag { key: "über".into() };
        scene.tab.session.edit_run(&scene.run_id, removal).await.unwrap();
        scene.mishaps.borrow_mut().extend([Mishap::None, Mishap::AnswerLost]);
        scene.server.borrow_mut().requests.clear();
        scene.sync().await.unwrap();
        assert_eq!(scene.server.borrow().requests, ["get", "delete-tag", "delete-tag"]);
        scene.server.borrow_mut().requests.clear();
        scene.sync().await.unwrap();
        assert_eq!(scene.server.borrow().requests, ["get"], "it is not removed once more");
    });
}

#[test]
fn waits_double_up_to_half_a_minute_and_are_as_long_as_the_server_asks_up_to_five() {
    let busy =
        |retry_after_ms| ServerError { retry_after_ms, ..ServerError::new(ServerErrorKind::Busy, "later") };
    let mut backoff = Backoff::default();
    let waits: Vec<f64> = (0..8).map(|_| backoff.wait_after(&busy(None), true, true).unwrap()).collect();
    assert_eq!(waits, [1e3, 2e3, 4e3, 8e3, 16e3, 30e3, 30e3, 30e3]);
    for (asked, wait) in [(40e3, 40e3), (5.0, 30e3), (1e12, 300e3), (-1.0, 30e3)] {
        assert_eq!(backoff.wait_after(&busy(Some(asked)), true, true), Some(wait));
    }
}

#[test]
fn address_is_one_that_can_be_kept_and_be_put_before_a_path() {
    for (url, kept) in [
        (" http://127.0.0.1:5000/ ", "http://127.0.0.1:5000"),
        ("https://lab.example.org/ml/", "https://lab.example.org/ml"),
        ("http://a/@b", "http://a/@b"),
    ] {
        assert_eq!(checked_url(url).as_deref(), Ok(kept));
    }
    for url in ["ftp://a", "a", "http://", "http://ada:secret@a", "http://a/?b", "http://a/#/experiments/1"] {
        assert!(checked_url(url).is_err(), "{url}");
    }
}
