//! What a server may answer, or not: whether a sync ends by it, and when it asks again.

use super::*;

#[test]
fn answers_that_only_a_person_can_mend_end_the_sync_with_a_code_and_are_kept() {
    block_on(async {
        let json = |text: &str| text.as_bytes().to_vec();
        let cases = [
            (401, json("{}"), ServerErrorKind::Denied, "options.headers"),
            (403, json("Forbidden"), ServerErrorKind::Denied, "options.headers"),
            (404, json("<!doctype html>"), ServerErrorKind::NotMlflow, "options.url"),
            (200, json("<!doctype html>"), ServerErrorKind::NotMlflow, "options.url"),
            (200, json("{\"hello\":1}"), ServerErrorKind::NotMlflow, "options.url"),
            (413, json(""), ServerErrorKind::Refused, "1 MB"),
            (
                400,
                json(r#"{"error_code":"X","message":"no such thing"}"#),
                ServerErrorKind::Refused,
                "no such thing",
            ),
            (429, json(""), ServerErrorKind::Busy, "later"),
            (500, json("<html>"), ServerErrorKind::Busy, "log"),
        ];
        for (status, body, kind, hint) in cases {
            let scene = Scene::new().await;
            let way = scene.way(&scene.tab);
            *way.fixed.borrow_mut() = Some(Answer { status, body, retry_after_ms: None });
            let failed = scene.tab.session.sync_mlflow(&scene.run_id, &target(), "token", &way).await;
            let Err(MlflowError::Server(error)) = failed else { panic!("{status}: {failed:?}") };
            assert_eq!(error.kind, kind, "{status}: {error}");
            assert!(error.message.contains(hint), "{error}");
            let known = scene.tab.session.mlflow_syncs(&scene.run_id).await.unwrap();
            let state = &known.targets[0];
            assert_eq!(state.failure.as_ref().unwrap().code, kind.code());
            assert_eq!(state.lease.holder, "");
        }
    });
}

#[test]
fn server_that_asks_to_be_left_alone_is_left_alone_for_that_long() {
    block_on(async {
        let scene = Scene::new().await;
        let way = scene.way(&scene.tab);
        let busy = Answer { status: 429, body: Vec::new(), retry_after_ms: Some(40_000.0) };
        *way.fixed.borrow_mut() = Some(busy);
        let before = scene.tab.clock.monotonic_ms();
        let failed = scene.tab.session.sync_mlflow(&scene.run_id, &target(), "token", &way).await;
        assert!(failed.is_err());
        let took = scene.tab.clock.monotonic_ms() - before;
        assert!((5.0 * 40_000.0..6.0 * 40_000.0).contains(&took), "{took}");
    });
}

#[test]
fn server_that_never_answered_is_given_up_at_once_and_one_that_has_is_waited_for() {
    block_on(async {
        let scene = Scene::new().await;
        scene.mishaps.borrow_mut().push_back(Mishap::Lost);
        let failed = scene.sync().await;
        let Err(MlflowError::Server(error)) = failed else { panic!("{failed:?}") };
        assert!(error.message.contains("--cors-allowed-origins"), "{error}");
        assert_eq!(scene.server.borrow().requests.len(), 0);
        scene.mishaps.borrow_mut().extend([Mishap::None, Mishap::Lost, Mishap::Lost, Mishap::AnswerLost]);
        scene.sync().await.unwrap();
    });
}
