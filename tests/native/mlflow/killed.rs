//! Pages that are killed when the server has created a run of which they never hear, and a lease whose holder's clock stands still.

use entrenar::engine::Transport;
use entrenar::interop::mlflow::Request;
use entrenar::storage::Result;

use super::*;

/// Sends the run from a page that is killed after so many requests, when the server has done the last one.
fn send_and_kill(scene: &Scene, token: &str, requests: usize) {
    scene.server.borrow_mut().requests.clear();
    scene.mishaps.borrow_mut().extend(vec![Mishap::None; requests - 1]);
    scene.mishaps.borrow_mut().push_back(Mishap::LateKill);
    let (way, to) = (scene.way(&scene.tab), target());
    let mut killed = pin!(scene.tab.session.sync_mlflow(&scene.run_id, &to, token, &way));
    assert!(killed.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(scene.server.borrow().requests.last().map(String::as_str), Some("create"));
}

async fn send_from_another_page(scene: &Scene, token: &str) {
    let other = Tab::open(&scene.shared, token).await;
    other.clock.set_wall_ms(scene.tab.clock.wall_ms() + 20_000.0);
    let way = scene.way(&other);
    other.session.sync_mlflow(&scene.run_id, &target(), token, &way).await.unwrap();
}

#[test]
fn run_whose_creation_no_page_heard_of_is_found_by_the_next_one_and_not_created_twice() {
    block_on(async {
        let scene = Scene::new().await;
        scene.log_steps("loss", 0..3);
        scene.tab.flush().await;
        // The experiment is looked for and created, and then the run is.
        send_and_kill(&scene, "token-a", 3);
        send_from_another_page(&scene, "token-b").await;
        assert_eq!((scene.server.borrow().runs.len(), scene.points().len()), (1, 3));
    });
}

#[test]
fn run_that_is_created_anew_because_it_was_deleted_on_the_server_is_found_likewise() {
    block_on(async {
        let scene = Scene::new().await;
        scene.log_steps("loss", 0..3);
        scene.sync().await.unwrap();
        scene.server.borrow_mut().runs[0].is_deleted = true;
        // It is asked for, then its experiment, and then it is created anew.
        send_and_kill(&scene, "token-b", 3);
        send_from_another_page(&scene, "token-c").await;
        assert_eq!((scene.server.borrow().runs.len(), scene.points().len()), (2, 3));
    });
}

/// The way of a page whose wall clock stands still, and which lets others do something whenever it waits.
struct Frozen {
    way: Way,
    wall_ms: f64,
}

impl Transport for Frozen {
    async fn send(&self, request: &Request) -> Option<Answer> {
        let answer = self.way.send(request).await;
        self.way.clock.set_wall_ms(self.wall_ms);
        answer
    }

    async fn wait(&self, delay_ms: f64) {
        self.way.wait(delay_ms).await;
        self.way.clock.set_wall_ms(self.wall_ms);
        futures::pending!();
    }

    fn check(&self) -> Result<()> {
        self.way.check()
    }

    fn tell_progress(&self, done: f64, total: f64) {
        self.way.tell_progress(done, total);
    }

    fn tell_loss(&self, text: &str) {
        self.way.tell_loss(text);
    }

    fn is_hidden(&self) -> bool {
        false
    }
}

#[test]
fn page_whose_clock_stands_still_keeps_the_lease_that_it_renews() {
    block_on(async {
        let scene = Rc::new(Scene::new().await);
        scene.log_steps("loss", 0..3);
        let wall_ms = scene.tab.clock.wall_ms();
        let holder = Rc::clone(&scene);
        let mut following = Box::pin(async move {
            let way = Frozen { way: holder.way(&holder.tab), wall_ms };
            let live = MlflowTarget { is_live: true, ..target() };
            holder.tab.session.sync_mlflow(&holder.run_id, &live, "token-a", &way).await
        });
        let mut go_on = move || {
            let polled = following.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_pending(), "{polled:?}");
        };
        // By then it has sent everything, and renews its lease every two seconds.
        (0..3).for_each(|_| go_on());
        let other = Tab::open(&scene.shared, "b").await;
        other.clock.set_wall_ms(wall_ms);
        let way = scene.way(&other);
        *way.waiting.borrow_mut() = Box::new(go_on);
        let refused = other.session.sync_mlflow(&scene.run_id, &target(), "token-b", &way).await;
        assert_eq!(refused, Err(MlflowError::Elsewhere));
        *way.waiting.borrow_mut() = Box::new(|| {});
    });
}
