//! How imports end that share contents with others, whose answers are lost, whose list is corrupt, or whose page is gone.

use std::pin::pin;
use std::task::{Context, Waker};

use entrenar::database::{Change, Key, Range as Keys, Table, Value};
use entrenar::engine::HEARTBEAT_MS;
use entrenar::interop::ImportedPart;
use entrenar::storage::{RunStatus, StorageError};
use futures::channel::oneshot;
use futures::executor::block_on;

use crate::imports::{file, import, left, one_run, points};
use crate::support::faulty_database::{Fault, OnClose, SharedDatabase, broken};
use crate::tab::{Tab, catalog, stored_steps};

fn artifact() -> ImportedPart {
    ImportedPart::Artifact { run: 0, key: "notes".into(), bytes: b"hello".to_vec(), unknown_json: None }
}

#[test]
fn import_that_is_stopped_leaves_what_another_shares_with_it() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, other) = (Tab::open(&shared, "a").await, Tab::open(&shared, "b").await);
        let imported = tab.session.import("kept", async |import| {
            import.add([artifact(), points("loss", 0..600_000)]).await?;
            let stopped = other.session.import("stopped", async |import| {
                import.add([artifact(), points("loss", 0..600_000)]).await?;
                Err(StorageError::Aborted("by the test".into()))
            });
            assert!(stopped.await.is_err());
            Ok(one_run(RunStatus::Success))
        });
        assert_eq!(imported.await, Ok(vec!["run-0".to_owned()]));
        let reader = Tab::open(&shared, "c").await;
        assert_eq!(*reader.session.get_artifact("run-0", "notes").await.unwrap(), *b"hello");
        reader.session.delete_run("run-0").await.unwrap();
        let contents = shared.memory.records(Table::Artifacts, &Keys::All);
        assert!(contents.is_empty(), "nothing holds it any more");
    });
}

#[test]
fn publication_that_was_cut_off_keeps_what_an_import_that_is_swept_with_it_shares() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let imported = tab.session.import("cut", async |import| {
            import.add([artifact(), points("loss", 0..600_000)]).await?;
            let run_ids = import_of(&shared, "published").await;
            assert_eq!(run_ids, ["run-16"]);
            Err(StorageError::Aborted("by the test".into()))
        });
        assert!(imported.await.is_err());
        tab.session.sweep_imports().await.unwrap();
        let reader = Tab::open(&shared, "c").await;
        assert_eq!(*reader.session.get_artifact("run-16", "notes").await.unwrap(), *b"hello");
    });
}

/// Imports a run with the artifact in another tab, whose publication is committed in part: only its list says that the run is there.
async fn import_of(shared: &SharedDatabase, token: &str) -> Vec<String> {
    let mut database = shared.connect();
    database.on_close = OnClose::CommitsPart;
    let tab = Tab::open_over(database, "b").await.unwrap();
    let (_go, waits) = oneshot::channel();
    tab.database().next_of("publish_import", [Fault::slow_until(waits)]);
    {
        let mut imported = pin!(tab.session.import(token, async |import| {
            import.add([artifact()]).await?;
            Ok(one_run(RunStatus::Success))
        }));
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..1_000 {
            assert!(imported.as_mut().poll(&mut context).is_pending());
        }
        assert!(tab.database().close_page(1));
    }
    let [(_, Value::Imports(imports))] =
        &shared.memory.records(Table::Meta, &Keys::One(Key::text("imports")))[..]
    else {
        panic!("there is no list")
    };
    let published = imports.under_way.iter().find(|import| import.token == token).unwrap();
    published.runs.iter().map(|run| run.run_id.clone()).collect()
}

#[test]
fn page_that_is_open_finishes_what_another_published_when_it_was_closed() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        import_of(&shared, "published").await;
        assert!(tab.session.storage().memory().slots().is_empty());
        let mut heartbeat = pin!(tab.session.heartbeat_loop());
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..100 {
            assert!(heartbeat.as_mut().poll(&mut context).is_pending());
            tab.clock.advance(HEARTBEAT_MS / 50.0);
        }
        assert_eq!(tab.session.storage().list_runs("exp-0"), ["run-0"]);
        assert!(!left(&shared).contains(&(Table::Meta, Key::text("imports"))));
    });
}

#[test]
fn list_of_imports_that_is_corrupt_hinders_no_import_and_loses_no_run() {
    block_on(async {
        for list in [Value::Corrupt("by the test".into()), Value::Reference] {
            let shared = SharedDatabase::default();
            let tab = Tab::open(&shared, "a").await;
            assert_eq!(import(&tab, &file()).await.unwrap().len(), 3);
            shared.memory.apply(vec![Change::Put(Table::Meta, Key::text("imports"), list)]).unwrap();
            tab.session.sweep_imports().await.unwrap();
            let run_ids = import(&tab, &file()).await.unwrap();
            assert_eq!(run_ids, ["run-16", "run-17", "run-18"]);
            assert_eq!(catalog(&shared).await.runs.len(), 6);
            for run_id in ["run-0", "run-16"] {
                assert_eq!(stored_steps(&shared, run_id, "loss").await.len(), 20_000);
            }
            assert!(!left(&shared).contains(&(Table::Meta, Key::text("imports"))));
        }
    });
}

#[test]
fn import_whose_last_answers_are_lost_and_that_was_published_is_told_so() {
    block_on(async {
        for reads in [[false, false, true], [true, true, true]] {
            for committed in 0..3 {
                let shared = SharedDatabase::default();
                let tab = Tab::open(&shared, "a").await;
                let publish = (0..3).map(|number| {
                    if number == committed { Fault::answer_lost() } else { Fault::fails(broken()) }
                });
                tab.database().next_of("publish_import", publish);
                let fault = |fails| if fails { Fault::fails(broken()) } else { Fault::none() };
                for read in ["read_records", "read_catalog"] {
                    tab.database().next_of(read, reads.map(fault));
                }
                let imported = import(&tab, &file()).await;
                assert_eq!(imported.map(|run_ids| run_ids.len()), Ok(3), "{reads:?} {committed}");
                assert_eq!(catalog(&shared).await.runs.len(), 3);
                assert_eq!(tab.session.storage().memory().slots().len(), 3);
                assert!(!left(&shared).contains(&(Table::Meta, Key::text("imports"))));
            }
        }
    });
}

#[test]
fn import_without_runs_whose_last_answer_is_lost_is_told_as_published() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let faults = [Fault::fails(broken()), Fault::fails(broken()), Fault::answer_lost()];
        tab.database().next_of("publish_import", faults);
        let file = concat!(
            "{\"format\":\"entrenar\",\"version\":1}\n",
            "{\"line\":\"experiment\",\"id\":\"exp-0\",\"name\":\"alone\",\"created_ms\":1}\n",
            "{\"line\":\"end\",\"runs\":0,\"points\":0}",
        );
        assert_eq!(import(&tab, file.as_bytes()).await, Ok(Vec::new()));
        assert_eq!(tab.session.storage().memory().experiment("exp-0").unwrap().name, "alone");
    });
}

#[test]
fn import_that_was_never_published_is_told_as_failed_and_leaves_nothing() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        tab.database().next_of("publish_import", (0..3).map(|_| Fault::fails(broken())));
        assert_eq!(import(&tab, &file()).await, Err(broken()));
        assert_eq!(left(&shared), []);
    });
}

#[test]
fn export_tells_how_many_points_cannot_be_read() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        for from in [0, 10, 25] {
            tab.log(run, "loss", from..from + 10);
            tab.flush().await;
        }
        tab.end("run-0");
        tab.flush().await;
        let owned = tab.session.exported_run("run-0").await.unwrap();
        assert!(tab.session.unreadable_points(&owned).is_empty());
        let reader = Tab::open(&shared, "b").await;
        let whole = reader.session.exported_run("run-0").await.unwrap();
        assert!(reader.session.unreadable_points(&whole).is_empty());
        let corrupt = Value::Block(b"no block".to_vec().into());
        let second = shared.memory.records(Table::Points, &Keys::Run("run-0".into()))[1].0.clone();
        shared.memory.apply(vec![Change::Put(Table::Points, second, corrupt)]).unwrap();
        let later = Tab::open(&shared, "c").await;
        let run = later.session.exported_run("run-0").await.unwrap();
        assert_eq!((run.points(), later.session.unreadable_points(&run).into_values().sum()), (20, 10_u64));
    });
}

#[test]
fn import_of_more_metrics_than_fit_into_memory_is_refused_and_leaves_nothing() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let name = "k".repeat(8_000);
        let imported = tab.session.import("token", async |import| {
            for number in 0..100_000 {
                import.add([points(&format!("{name}{number}"), 0..1)]).await?;
            }
            Ok(one_run(RunStatus::Success))
        });
        let imported = imported.await;
        assert!(matches!(imported, Err(StorageError::InvalidFile(_))), "{imported:?}");
        assert_eq!(left(&shared), []);
    });
}

#[test]
fn artifact_that_comes_again_replaces_the_former_and_is_referred_to_once() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let imported = tab.session.import("token", async |import| {
            let other = ImportedPart::Artifact {
                run: 0,
                key: "notes".into(),
                bytes: b"other".to_vec(),
                unknown_json: None,
            };
            import.add([other].into_iter().chain((0..100).map(|_| artifact()))).await?;
            Ok(one_run(RunStatus::Success))
        });
        imported.await.unwrap();
        let artifacts = catalog(&shared).await.runs.remove(0).artifacts;
        assert_eq!(artifacts.len(), 1);
        assert_eq!(*tab.session.get_artifact("run-0", "notes").await.unwrap(), *b"hello");
    });
}
