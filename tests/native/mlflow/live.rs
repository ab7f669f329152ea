//! Syncs that follow a run, that another tab holds, or that are stopped.

use super::*;

#[test]
fn live_sync_goes_on_until_the_run_has_ended_and_outlasts_an_outage() {
    block_on(async {
        let scene = Rc::new(Scene::new().await);
        scene.log_steps("loss", 0..3);
        let way = scene.way(&scene.tab);
        let (inner, mut rounds) = (Rc::clone(&scene), 0_u64);
        *way.waiting.borrow_mut() = Box::new(move || {
            rounds += 1;
            match rounds {
                // The server is away for minutes, and logging goes on.
                3 => inner.mishaps.borrow_mut().extend([Mishap::Lost; 20]),
                40 => inner.tab.end(&inner.run_id),
                41.. => {}
                _ => inner.log_steps("loss", 3 * rounds..3 * rounds + 3),
            }
        });
        let live = MlflowTarget { is_live: true, ..target() };
        let sync = scene.tab.session.sync_mlflow(&scene.run_id, &live, "token", &way).await.unwrap();
        let logged = scene.tab.steps(&scene.run_id, "loss").unwrap().len();
        assert_eq!((sync.points as usize, scene.points().len()), (logged, logged));
        assert!(logged > 100);
        assert_eq!(scene.server.borrow().runs[0].status, "FINISHED");
        *way.waiting.borrow_mut() = Box::new(|| {});
    });
}

#[test]
fn second_tab_is_refused_while_the_first_renews_its_lease_and_takes_over_when_it_does_not() {
    block_on(async {
        let scene = Scene::new().await;
        scene.log_steps("loss", 0..3_000);
        scene.mishaps.borrow_mut().extend([
            Mishap::None,
            Mishap::None,
            Mishap::None,
            Mishap::None,
            Mishap::Kill,
        ]);
        let way = scene.way(&scene.tab);
        let first = target();
        let mut first = pin!(scene.tab.session.sync_mlflow(&scene.run_id, &first, "token-a", &way));
        assert!(first.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        let other = Tab::open(&scene.shared, "b").await;
        other.clock.set_wall_ms(scene.tab.clock.wall_ms());
        let lease = scene.tab.session.mlflow_syncs(&scene.run_id).await.unwrap().targets[0].lease.clone();
        let renewed = {
            let (shared, run_id, mut lease) = (scene.shared.clone(), scene.run_id.clone(), lease.clone());
            move || {
                let known = shared.memory.transact(read_syncs(&run_id)).now_or_never().unwrap().unwrap();
                let mut state = known.targets[0].clone();
                lease.heartbeat_ms += 1.0;
                state.lease = lease.clone();
                shared
                    .memory
                    .transact(store_sync(&run_id, "token-a", state))
                    .now_or_never()
                    .unwrap()
                    .unwrap();
            }
        };
        let way = scene.way(&other);
        *way.waiting.borrow_mut() = Box::new(renewed);
        let refused = other.session.sync_mlflow(&scene.run_id, &target(), "token-b", &way).await;
        assert_eq!(refused, Err(MlflowError::Elsewhere));
        *way.waiting.borrow_mut() = Box::new(|| {});
        let taken = other.session.sync_mlflow(&scene.run_id, &target(), "token-b", &way).await.unwrap();
        assert_eq!((taken.points, scene.points().len()), (3_000.0, 3_000));
    });
}

#[test]
fn sync_that_its_caller_stops_ends_by_that_and_is_no_failure() {
    block_on(async {
        let scene = Scene::new().await;
        scene.log_steps("loss", 0..3);
        let way = Rc::new(scene.way(&scene.tab));
        let stopped = Rc::downgrade(&way);
        *way.waiting.borrow_mut() = Box::new(move || stopped.upgrade().unwrap().is_stopped.set(true));
        let live = MlflowTarget { is_live: true, ..target() };
        let ended = scene.tab.session.sync_mlflow(&scene.run_id, &live, "token", &*way).await;
        assert!(matches!(ended, Err(MlflowError::Storage(StorageError::Aborted(_)))), "{ended:?}");
        let known = scene.tab.session.mlflow_syncs(&scene.run_id).await.unwrap();
        assert_eq!((&known.targets[0].failure, &*known.targets[0].lease.holder), (&None, ""));
        assert_eq!(scene.points().len(), 3);
    });
}
