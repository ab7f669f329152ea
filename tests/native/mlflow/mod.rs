//! Runs on their way to an MLflow tracking server and from it, whatever is lost on the way.

mod answers;
mod asked;
mod foreign_runs;
mod imported;
mod kept;
mod killed;
mod limits;
mod live;
mod portions;
mod random;
mod sending;
mod server;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use entrenar::database::operations::{read_syncs, store_sync};
use entrenar::database::{Database, Key, Range, Table};
use entrenar::engine::{Clock, MlflowError, MlflowImport, MlflowSync, MlflowTarget, RunOptions};
use entrenar::interop::mlflow::{Answer, ServerErrorKind};
use entrenar::storage::{ExperimentStorage, RawPoint, RunEdit, RunStatus, StorageError, Tag};
use futures::FutureExt;
use futures::executor::block_on;
use proptest::prelude::*;

use self::server::{Mishap, Point, Server, Way, stored_bits};
use crate::support::faulty_database::SharedDatabase;
use crate::tab::Tab;

const URL: &str = "http://127.0.0.1:5000";

struct Scene {
    shared: SharedDatabase,
    server: Rc<RefCell<Server>>,
    mishaps: Rc<RefCell<VecDeque<Mishap>>>,
    tab: Tab,
    run_id: String,
    slot: entrenar::storage::RunSlot,
}

fn target() -> MlflowTarget {
    MlflowTarget { url: URL.to_owned(), experiment: None, is_live: false }
}

fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.to_owned(), value: value.to_owned() }
}

impl Scene {
    async fn new() -> Self {
        Self::with(RunOptions {
            config_json: Some(r#"{"lr":0.001,"net":{"layers":[64,32]},"a?":1}"#.to_owned()),
            run_name: Some("first".to_owned()),
            tags: vec![tag("stage", "final"), tag("über", "x")],
        })
        .await
    }

    async fn with(options: RunOptions) -> Self {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let slot = tab.session.begin_run("mnist", options).await.unwrap();
        let run_id = tab.session.ids_of(slot).unwrap().1;
        Self { shared, server: Rc::default(), mishaps: Rc::default(), tab, run_id, slot }
    }

    fn way(&self, tab: &Tab) -> Way {
        Way::new(&self.server, &tab.clock, &self.mishaps)
    }

    fn log(&self, key: &str, points: &[RawPoint]) {
        let mut storage = self.tab.session.storage_mut();
        let series = storage.series_slot(self.slot, key).unwrap();
        for point in points {
            storage.append(self.slot, series, *point).unwrap();
        }
    }

    fn log_steps(&self, key: &str, steps: std::ops::Range<u64>) {
        let point = |step| RawPoint { step, value: step as f64 / 3.0, timestamp_ms: 1_000 + step as i64 };
        self.log(key, &steps.map(point).collect::<Vec<_>>());
    }

    async fn sync(&self) -> Result<MlflowSync, MlflowError> {
        self.tab.session.sync_mlflow(&self.run_id, &target(), "token-a", &self.way(&self.tab)).await
    }

    fn points(&self) -> BTreeSet<Point> {
        let server = self.server.borrow();
        assert_eq!(server.runs.iter().filter(|run| !run.is_deleted).count(), 1, "runs on the server");
        server.runs.iter().find(|run| !run.is_deleted).unwrap().points.clone()
    }
}

fn expected(key: &str, points: impl Iterator<Item = RawPoint>) -> BTreeSet<Point> {
    points
        .map(|point| (key.to_owned(), point.timestamp_ms.max(0), point.step as i64, stored_bits(point.value)))
        .collect()
}
