//! Whatever is lost on the way, and in whatever order: every point is there once.

use super::*;

fn any_mishap() -> impl Strategy<Value = Mishap> {
    prop_oneof![
        6 => Just(Mishap::None),
        1 => Just(Mishap::Lost),
        1 => Just(Mishap::AnswerLost),
        1 => Just(Mishap::Failure),
        1 => Just(Mishap::LateFailure),
        1 => Just(Mishap::Kill),
        1 => Just(Mishap::LateKill),
    ]
}

fn any_points() -> impl Strategy<Value = Vec<RawPoint>> {
    let value = prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY), (0..3).prop_map(f64::from)];
    let point = (0..40_u64, value, -2..40_i64);
    let point = point.prop_map(|(step, value, timestamp_ms)| RawPoint { step, value, timestamp_ms });
    prop::collection::vec(point, 0..1_400)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn every_point_is_there_once_whatever_is_lost_and_whichever_tab_goes_on(
        series in prop::collection::vec(("[a-c?/=]{1,3}", any_points()), 0..5),
        more in any_points(),
        mishaps in prop::collection::vec(any_mishap(), 0..40),
    ) {
        block_on(async {
            let scene = Scene::new().await;
            let mut keys = BTreeMap::new();
            for (key, points) in series {
                scene.log(&key, &points);
                if !points.is_empty() {
                    keys.entry(key).or_insert_with(Vec::new).extend(points);
                }
            }
            scene.tab.session.storage_mut().put_artifact(scene.slot, "model", b"abc").unwrap();
            scene.tab.flush().await;
            scene.mishaps.borrow_mut().extend(mishaps);
            let mut tries = 0;
            let done = loop {
                tries += 1;
                assert!(tries < 100, "it never ends");
                // Every try is another page's, for those before it are gone.
                let tab = Tab::open(&scene.shared, &format!("tab-{tries}")).await;
                tab.clock.set_wall_ms(scene.tab.clock.wall_ms() + 20_000.0 * f64::from(tries));
                let (way, target, token) = (scene.way(&tab), target(), format!("token-{tries}"));
                let mut syncing = pin!(tab.session.sync_mlflow(&scene.run_id, &target, &token, &way));
                match syncing.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(Ok(done)) if tries > 1 => break done,
                    Poll::Ready(Err(MlflowError::Server(_))) | Poll::Pending => {}
                    Poll::Ready(Err(error)) => panic!("{error}"),
                    Poll::Ready(Ok(_)) => {
                        // It goes on, and is sent again.
                        scene.log("more", &more);
                        if !more.is_empty() {
                            keys.insert("more".to_owned(), more.clone());
                        }
                        scene.tab.end(&scene.run_id);
                        scene.tab.flush().await;
                    }
                }
            };
            let known = scene.tab.session.mlflow_syncs(&scene.run_id).await.unwrap();
            let names: BTreeMap<&str, &str> =
                known.targets[0].series.iter().map(|series| (&*series.key, &*series.name)).collect();
            let mut wanted = BTreeSet::new();
            for (key, points) in &keys {
                wanted.extend(expected(names[&**key], points.iter().copied()));
            }
            assert_eq!(scene.points(), wanted);
            let logged: usize = keys.values().map(Vec::len).sum();
            assert_eq!(done.points as usize, logged);
            let server = scene.server.borrow();
            let run = server.runs.iter().find(|run| !run.is_deleted).unwrap();
            assert_eq!((run.params.len(), run.artifacts.len()), (3, 1));
        });
    }
}
