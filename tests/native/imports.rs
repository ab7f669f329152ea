//! Imports are published as a whole or not at all, and what is left of one that was cut off is swept.

mod batches;
mod records;
mod told;
mod unsaved;

use std::future::Future;
use std::ops::Range;
use std::pin::pin;
use std::task::{Context, Waker};

use entrenar::columns::EMPTY_BLOCK;
use entrenar::database::operations::IMPORT_LIFETIME_MS;
use entrenar::database::{Change, Key, Range as Keys, Table, Value};
use entrenar::engine::{Import, Imported};
use entrenar::interop::jsonl::{JsonLinesExporter, JsonLinesImporter};
use entrenar::interop::{Exporter, ImportedPart, ImportedRun, Importer};
use entrenar::storage::{RawPoint, Result, RunRecord, RunStatus, StorageError};
use futures::channel::oneshot;
use futures::executor::block_on;
use proptest::prelude::*;

use crate::support::faulty_database::{Fault, FaultyDatabase, OnClose, SharedDatabase, broken, full};
use crate::tab::{Tab, catalog, stored_steps};

/// Three runs of two experiments, one of them with as many points as take several segments.
pub fn file() -> Vec<u8> {
    let mut lines = vec![
        r#"{"format":"entrenar","version":1}"#.to_owned(),
        r#"{"line":"experiment","id":"exp-0","name":"first","created_ms":1.0,"config":{"a":1}}"#.to_owned(),
        r#"{"line":"experiment","id":"exp-1","name":"second","created_ms":2.0}"#.to_owned(),
    ];
    let run = |id: &str, experiment: &str| {
        format!(
            r#"{{"line":"run","id":"{id}","experiment":"{experiment}","status":"Success","created_ms":3.0,"ended_ms":9.0}}"#
        )
    };
    let numbers = |count: u64| (0..count).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    let points = |key: &str, count: u64| {
        let numbers = numbers(count);
        format!(
            r#"{{"line":"points","key":"{key}","step":[{numbers}],"value":[{numbers}],"timestamp_ms":[{numbers}]}}"#
        )
    };
    lines.extend([run("run-0", "exp-0"), points("loss", 20_000), points("accuracy", 3)]);
    lines.extend([
        r#"{"line":"artifact","key":"notes","size":5,"sha256":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}"#.to_owned(),
        r#"{"line":"bytes","base64":"aGVsbG8="}"#.to_owned(),
    ]);
    lines.extend([run("run-1", "exp-1"), points("loss", 2), run("run-2", "exp-0")]);
    lines.push(r#"{"line":"end","runs":3,"points":20005}"#.to_owned());
    lines.join("\n").into_bytes()
}

pub async fn import(tab: &Tab, file: &[u8]) -> Result<Vec<String>> {
    let read = async |import: &mut Import<'_, FaultyDatabase>| {
        let mut importer = JsonLinesImporter::default();
        let mut parts = Vec::new();
        for piece in file.chunks(4_096) {
            importer.push(piece, &mut parts).unwrap();
            import.add(parts.drain(..)).await?;
        }
        let runs = importer.finish(&mut parts).unwrap();
        import.add(parts).await?;
        Ok(Imported { experiments: importer.experiments(), runs })
    };
    tab.session.import("token", read).await
}

/// Points of the import's only run, each with its step as value and time.
pub fn points(key: &str, steps: Range<u64>) -> ImportedPart {
    let points = steps.map(|step| RawPoint { step, value: step as f64, timestamp_ms: step as i64 });
    ImportedPart::Points { run: 0, key: key.to_owned(), points: points.collect() }
}

/// What a file says that has one run.
pub fn one_run(status: RunStatus) -> Imported {
    let record = RunRecord { status, ..RunRecord::new(String::new(), String::new(), 0) };
    let experiment_name = Some("first".to_owned());
    let runs = vec![ImportedRun { experiment_name, experiment_config_json: None, record }];
    Imported { experiments: Vec::new(), runs }
}

pub async fn export(tab: &Tab, run_ids: &[String]) -> Vec<u8> {
    let mut exporter = JsonLinesExporter::default();
    let mut file = Vec::new();
    for run_id in run_ids {
        let run = tab.session.exported_run(run_id).await.unwrap();
        exporter.begin_run(&run.experiment, &run.record, &mut file).unwrap();
        run.write_points(&mut exporter, 1_000, &mut file).unwrap();
        for artifact in &run.record.artifacts {
            let bytes = tab.session.get_artifact(run_id, &artifact.key).await.unwrap();
            exporter.write_artifact(artifact, &bytes, &mut file).unwrap();
        }
        exporter.end_run(&run.record, &mut file).unwrap();
    }
    exporter.finish(&mut file).unwrap();
    file
}

/// The keys of everything but the counters of ids.
pub fn left(shared: &SharedDatabase) -> Vec<(Table, Key)> {
    let mut left = Vec::new();
    for table in Table::ALL {
        for (key, _) in shared.memory.records(table, &Keys::All) {
            if key != Key::text("ids") {
                left.push((table, key));
            }
        }
    }
    left
}

#[test]
fn imported_runs_are_those_of_the_file_for_every_tab() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let run_ids = import(&tab, &file()).await.unwrap();
        assert_eq!(run_ids, ["run-0", "run-1", "run-2"]);
        let other = Tab::open(&shared, "b").await;
        let names: Vec<String> =
            catalog(&shared).await.experiments.into_iter().map(|found| found.name).collect();
        assert_eq!(names, ["first", "second"]);
        for reader in [&tab, &other] {
            reader.session.load_run("run-0").await.unwrap();
            assert_eq!(reader.steps("run-0", "loss").unwrap(), (0..20_000).collect::<Vec<u64>>());
            assert_eq!(
                reader.session.storage().memory().run("run-0").unwrap().metric_keys(),
                ["loss", "accuracy"]
            );
            assert_eq!(*reader.session.get_artifact("run-0", "notes").await.unwrap(), *b"hello");
        }
        // An experiment of that name is reused, and ids are new.
        assert_eq!(import(&other, &file()).await.unwrap(), ["run-16", "run-17", "run-18"]);
        assert_eq!(catalog(&shared).await.experiments.len(), 2);
        let (_, next) = tab.begin("first").await;
        assert_eq!(next, "run-32");
    });
}

#[test]
fn export_of_imported_runs_is_the_file_that_was_imported() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let run_ids = import(&tab, &file()).await.unwrap();
        let first = export(&tab, &run_ids).await;
        let elsewhere = SharedDatabase::default();
        let tab = Tab::open(&elsewhere, "a").await;
        let run_ids = import(&tab, &first).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&export(&tab, &run_ids).await), String::from_utf8_lossy(&first));
    });
}

#[test]
fn no_tab_sees_a_run_before_all_of_it_is_there() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let stopped = StorageError::Aborted("by the test".into());
        let imported = tab.session.import("token", async |import| {
            import.add((0..20_000).map(|step| points("loss", step..step + 1))).await?;
            let other = Tab::open(&shared, "b").await;
            assert!(catalog(&shared).await.runs.is_empty());
            assert!(other.session.storage().memory().slots().is_empty());
            Err(stopped.clone())
        });
        assert_eq!(imported.await, Err(stopped.clone()));
        assert_eq!(left(&shared), []);
    });
}

/// Polls the import until it waits for nothing but `until`.
fn poll_until_it_waits(future: std::pin::Pin<&mut impl Future>) {
    let mut context = Context::from_waker(Waker::noop());
    let mut future = future;
    for _ in 0..1_000 {
        assert!(future.as_mut().poll(&mut context).is_pending(), "the import ended");
    }
}

/// The page closes in the middle of this operation of an import, and the browser commits so many of its changes. Returns whether the
/// operation has more.
fn cut_off(operation: &'static str, after: usize, count: usize) -> bool {
    let shared = SharedDatabase::default();
    let mut database = shared.connect();
    database.on_close = OnClose::CommitsPart;
    let tab = block_on(Tab::open_over(database, "a")).unwrap();
    let before = left(&shared);
    let (_go, waits) = oneshot::channel();
    let fault = Fault::slow_until(waits);
    tab.database().next_of(operation, (0..after).map(|_| Fault::none()).chain([fault]));
    let file = file();
    let is_cut = {
        let mut import = pin!(import(&tab, &file));
        poll_until_it_waits(import.as_mut());
        tab.database().close_page(count)
    };
    block_on(async {
        let next = Tab::open(&shared, "b").await;
        next.session.sweep_imports().await.unwrap();
        next.session.refresh_all().await.unwrap();
        let runs = catalog(&shared).await.runs.len();
        let of_next = next.session.storage().memory().slots().len();
        assert_eq!(of_next, runs, "{operation} {after}, {count} changes");
        match runs {
            0 => {
                next.clock.advance(IMPORT_LIFETIME_MS + 1.0);
                next.session.sweep_imports().await.unwrap();
                assert_eq!(left(&shared), before, "{operation} {after}, {count} changes");
            }
            3 => {
                assert_eq!(stored_steps(&shared, "run-0", "loss").await.len(), 20_000);
                assert_eq!(*next.session.get_artifact("run-0", "notes").await.unwrap(), *b"hello");
                assert!(!left(&shared).contains(&(Table::Meta, Key::text("imports"))));
            }
            some => panic!("{some} runs of three: {operation} {after}, {count} changes"),
        }
    });
    is_cut
}

#[test]
fn page_that_closes_at_any_change_of_an_import_leaves_all_of_it_or_nothing() {
    for operation in ["reserve_import_runs", "write_import", "publish_import"] {
        let mut count = 1;
        while cut_off(operation, 0, count) {
            count += 1;
        }
        assert!(count > 1, "{operation} was never cut");
    }
}

#[test]
fn import_whose_publication_is_not_answered_is_published_once() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        tab.database().next_of("publish_import", [Fault::answer_lost()]);
        assert_eq!(import(&tab, &file()).await.unwrap().len(), 3);
        assert_eq!(catalog(&shared).await.runs.len(), 3);
        tab.database().next_of("publish_import", [Fault::fails(broken())]);
        assert_eq!(import(&tab, &file()).await.unwrap().len(), 3);
        assert_eq!(catalog(&shared).await.runs.len(), 6);
    });
}

#[test]
fn import_into_a_full_disk_leaves_nothing() {
    block_on(async {
        for operation in ["reserve_import_runs", "write_import", "publish_import"] {
            let shared = SharedDatabase::default();
            let tab = Tab::open(&shared, "a").await;
            tab.database().next_of(operation, [Fault::fails(full())]);
            assert_eq!(import(&tab, &file()).await, Err(full()));
            assert_eq!(left(&shared), [], "{operation}");
        }
    });
}

#[test]
fn import_that_paused_for_too_long_is_given_up_as_a_whole() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let imported = tab.session.import("token", async |import| {
            // So many that a batch of them is written.
            import.add([points("loss", 0..600_000)]).await?;
            let other = Tab::open(&shared, "b").await;
            other.clock.advance(IMPORT_LIFETIME_MS);
            other.session.sweep_imports().await?;
            assert!(
                left(&shared).iter().any(|(table, _)| *table == Table::Points),
                "it was given up too early"
            );
            other.clock.advance(1.0);
            other.session.sweep_imports().await?;
            assert_eq!(left(&shared), []);
            Ok(one_run(RunStatus::Success))
        });
        let imported = imported.await;
        assert!(matches!(imported, Err(StorageError::Conflict(_))), "{imported:?}");
        assert_eq!(left(&shared), []);
    });
}

#[test]
fn import_that_reads_for_long_without_writing_is_not_given_up() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let imported = tab.session.import("token", async |import| {
            import.add([points("loss", 0..10)]).await?;
            for round in 1..4 {
                tab.clock.pass(IMPORT_LIFETIME_MS / 2.0);
                import.add([]).await?;
                let other = Tab::open(&shared, "b").await;
                other.clock.pass(IMPORT_LIFETIME_MS / 2.0 * f64::from(round));
                other.session.sweep_imports().await?;
            }
            Ok(one_run(RunStatus::Success))
        });
        assert_eq!(imported.await, Ok(vec!["run-0".to_owned()]));
        assert_eq!(stored_steps(&shared, "run-0", "loss").await.len(), 10);
    });
}

#[test]
fn import_whose_artifact_is_deleted_with_another_run_is_refused() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (owner, run) = Tab::with_run(&shared, "b").await;
        owner.session.storage_mut().put_artifact(run, "same", b"hello").unwrap();
        owner.flush().await;
        let tab = Tab::open(&shared, "a").await;
        let imported = tab.session.import("token", async |import| {
            import
                .add([ImportedPart::Artifact {
                    run: 0,
                    key: "notes".into(),
                    bytes: b"hello".to_vec(),
                    unknown_json: None,
                }])
                .await?;
            // What is there is written, that it goes on.
            tab.clock.pass(IMPORT_LIFETIME_MS / 2.0);
            import.add([]).await?;
            owner.session.delete_run("run-0").await?;
            Ok(one_run(RunStatus::Success))
        });
        let imported = imported.await;
        assert!(matches!(imported, Err(StorageError::Conflict(_))), "{imported:?}");
    });
}

#[test]
fn run_of_many_short_series_is_imported_into_few_records() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let imported = tab.session.import("token", async |import| {
            import.add((0..2_000).map(|number| points(&format!("metric {number}"), 7..9))).await?;
            Ok(one_run(RunStatus::Success))
        });
        imported.await.unwrap();
        let records = shared.memory.records(Table::Points, &Keys::Run("run-0".into())).len();
        assert!(records < 10, "{records} records");
        assert_eq!(stored_steps(&shared, "run-0", "metric 1999").await, [7, 8]);
    });
}

#[test]
fn experiments_without_runs_are_imported_in_their_order_also_when_the_answer_is_lost() {
    block_on(async {
        for is_lost in [false, true] {
            let shared = SharedDatabase::default();
            let tab = Tab::open(&shared, "a").await;
            if is_lost {
                tab.database().next_of("publish_import", [Fault::answer_lost()]);
            }
            let mut lines = vec![r#"{"format":"entrenar","version":1}"#.to_owned()];
            for number in 0..12 {
                lines.push(format!(
                    r#"{{"line":"experiment","id":"exp-{number}","name":"e{number}","created_ms":1}}"#
                ));
            }
            lines.push(r#"{"line":"end","runs":0,"points":0}"#.to_owned());
            assert_eq!(import(&tab, lines.join("\n").as_bytes()).await.unwrap(), Vec::<String>::new());
            let next = Tab::open(&shared, "b").await;
            let storage = next.session.storage();
            let names = (0..12)
                .map(|number| storage.memory().experiment(&format!("exp-{number}")).unwrap().name.clone());
            assert_eq!(
                names.collect::<Vec<_>>(),
                (0..12).map(|number| format!("e{number}")).collect::<Vec<_>>()
            );
            assert!(!left(&shared).contains(&(Table::Meta, Key::text("imports"))));
        }
    });
}

#[test]
fn file_without_runs_leaves_nothing() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let file = b"{\"format\":\"entrenar\",\"version\":1}\n{\"line\":\"end\",\"runs\":0,\"points\":0}";
        assert_eq!(import(&tab, file).await.unwrap(), Vec::<String>::new());
        assert_eq!(left(&shared), []);
    });
}

#[test]
fn run_that_took_the_id_of_an_import_that_was_cut_off_keeps_its_points() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let imported = tab.session.import("token", async |import| {
            import.add([points("loss", 0..1)]).await?;
            // As a page leaves it that writes its runs again after the site's data was cleared.
            let record = RunRecord::new("run-0".into(), "exp-0".into(), 0);
            let run = Change::Put(Table::Runs, Key::text("run-0"), Value::Run(Box::new(record)));
            let block = Value::Block(EMPTY_BLOCK.to_vec().into());
            let entry = Change::Put(Table::Points, Key::log_entry("run-0", 0), block);
            shared.memory.apply(vec![run, entry])?;
            Ok(one_run(RunStatus::Success))
        });
        let imported = imported.await;
        assert!(matches!(imported, Err(StorageError::Conflict(_))), "{imported:?}");
        assert!(left(&shared).contains(&(Table::Runs, Key::text("run-0"))));
        assert!(left(&shared).contains(&(Table::Points, Key::log_entry("run-0", 0))));
    });
}

#[test]
fn artifact_of_an_exported_run_is_the_one_that_it_had_then() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        let (other, _) = tab.begin("test").await;
        for run in [run, other] {
            tab.session.storage_mut().put_artifact(run, "model", b"before").unwrap();
        }
        tab.flush().await;
        let exported = tab.session.exported_run("run-0").await.unwrap();
        tab.session.storage_mut().put_artifact(run, "model", b"after").unwrap();
        tab.flush().await;
        let before = &exported.record.artifacts[0];
        let content = tab.session.exported_artifact(before).await.unwrap();
        assert_eq!(content.as_deref(), Some(&b"before"[..]));
        tab.session.storage_mut().put_artifact(other, "model", b"after").unwrap();
        tab.flush().await;
        assert_eq!(tab.session.exported_artifact(before).await.unwrap(), None, "no run has it any more");
    });
}

proptest! {
    #[test]
    fn imported_run_that_goes_on_has_every_point(
        lengths in prop::collection::vec((0..3usize, 1..12_000usize), 0..6),
        more in 0..50u64,
    ) {
        block_on(async {
            let shared = SharedDatabase::default();
            let tab = Tab::open(&shared, "a").await;
            let mut expected = [0u64; 3];
            let imported = tab.session.import("token", async |import| {
                for (series, length) in &lengths {
                    let from = expected[*series];
                    expected[*series] += *length as u64;
                    import.add([points(&series.to_string(), from..expected[*series])]).await?;
                }
                Ok(one_run(RunStatus::Running))
            });
            imported.await.unwrap();
            let other = Tab::open(&shared, "b").await;
            let slot = other.session.resume_run("run-0").await.unwrap();
            other.log(slot, "0", expected[0]..expected[0] + more);
            expected[0] += more;
            other.flush().await;
            other.end("run-0");
            other.flush().await;
            for (series, count) in expected.iter().enumerate() {
                let found = stored_steps(&shared, "run-0", &series.to_string()).await;
                assert_eq!(found, (0..*count).collect::<Vec<u64>>());
            }
        });
    }
}
