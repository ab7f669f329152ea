//! What an import writes before it is published, and when: it holds little in memory, and leaves what is read like any other run.

use entrenar::columns::EMPTY_BLOCK;
use entrenar::database::operations::FEWEST_ENTRIES;
use entrenar::database::{Range as Keys, Table, Value};
use entrenar::interop::ImportedPart;
use entrenar::storage::RunStatus;
use futures::executor::block_on;

use super::{one_run, points};
use crate::support::faulty_database::SharedDatabase;
use crate::tab::{Tab, stored_steps};

fn artifact(run: usize, key: &str, bytes: &[u8]) -> ImportedPart {
    ImportedPart::Artifact { run, key: key.to_owned(), bytes: bytes.to_vec(), unknown_json: None }
}

/// How many bytes of points are stored.
fn stored_bytes(shared: &SharedDatabase) -> usize {
    let records = shared.memory.records(Table::Points, &Keys::All).into_iter();
    let lengths = records.map(|(_, value)| match value {
        Value::Block(block) => block.len(),
        _ => 0,
    });
    lengths.sum()
}

#[test]
fn points_of_many_series_are_stored_while_the_file_is_read_though_none_of_them_is_long() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let imported = tab.session.import("token", async |import| {
            import.add((0..200).map(|number| points(&format!("metric {number}"), 0..5_000))).await?;
            let bytes = stored_bytes(&shared);
            assert!(bytes > 4_000_000, "{bytes} bytes of a million points are stored, the others wait");
            Ok(one_run(RunStatus::Success))
        });
        imported.await.unwrap();
        for key in ["metric 0", "metric 99", "metric 199"] {
            assert_eq!(stored_steps(&shared, "run-0", key).await, (0..5_000).collect::<Vec<u64>>());
        }
    });
}

/// How many entries of the run's log hold points.
fn entries_with_points(shared: &SharedDatabase, run_id: &str) -> usize {
    let entries = shared.memory.records(Table::Points, &Keys::log_from(run_id, 0)).into_iter();
    entries.filter(|(_, value)| !matches!(value, Value::Block(block) if **block == EMPTY_BLOCK)).count()
}

#[test]
fn run_with_a_series_that_became_long_behind_its_first_points_is_compacted_when_it_has_gone_on() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let imported = tab.session.import("token", async |import| {
            // So many series of so few points share an entry of the log, which is written when too many points wait.
            import.add((0..40).map(|number| points(&format!("metric {number}"), 0..5))).await?;
            let of_another_run = (0..32).map(|number| match points(&format!("metric {number}"), 0..7_900) {
                ImportedPart::Points { key, points, .. } => ImportedPart::Points { run: 1, key, points },
                part @ ImportedPart::Artifact { .. } => part,
            });
            import.add(of_another_run).await?;
            import.add([points("metric 0", 5..10_000)]).await?;
            let mut imported = one_run(RunStatus::Running);
            imported.runs.push(imported.runs[0].clone());
            Ok(imported)
        });
        imported.await.unwrap();
        assert!(entries_with_points(&shared, "run-0") > 0, "the log has what is tried here");
        let run = tab.session.resume_run("run-0").await.unwrap();
        for step in 10_000..10_200 {
            tab.log(run, "metric 0", step..step + 1);
            tab.flush().await;
        }
        tab.session.compact_run(run, FEWEST_ENTRIES).await.unwrap();
        assert_eq!(entries_with_points(&shared, "run-0"), 0);
        assert_eq!(stored_steps(&shared, "run-0", "metric 0").await, (0..10_200).collect::<Vec<u64>>());
        assert_eq!(stored_steps(&shared, "run-0", "metric 39").await, [0, 1, 2, 3, 4]);
    });
}

#[test]
fn artifact_that_many_runs_share_is_written_once() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let bytes = vec![7; 1 << 20];
        let imported = tab.session.import("token", async |import| {
            import.add((0..40).map(|run| artifact(run, "tokenizer", &bytes))).await?;
            let written = tab.database().count_of("write_import");
            assert_eq!(written, 0, "one megabyte fills no batch");
            let mut imported = one_run(RunStatus::Success);
            let run = imported.runs[0].clone();
            imported.runs.resize(40, run);
            Ok(imported)
        });
        let run_ids = imported.await.unwrap();
        assert_eq!(tab.session.get_artifact(&run_ids[39], "tokenizer").await.unwrap().len(), bytes.len());
    });
}

#[test]
fn artifact_that_was_deleted_with_another_run_is_stored_anew_when_the_file_has_it_again() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (owner, run) = Tab::with_run(&shared, "b").await;
        owner.session.storage_mut().put_artifact(run, "same", b"hello").unwrap();
        owner.flush().await;
        let tab = Tab::open(&shared, "a").await;
        let imported = tab.session.import("token", async |import| {
            import.add([artifact(0, "notes", b"hello"), points("loss", 0..600_000)]).await?;
            assert!(tab.database().count_of("write_import") > 0);
            owner.session.delete_run("run-0").await?;
            import.add([artifact(0, "copy", b"hello")]).await?;
            Ok(one_run(RunStatus::Success))
        });
        let run_ids = imported.await.unwrap();
        for key in ["notes", "copy"] {
            let reader = Tab::open(&shared, "c").await;
            assert_eq!(*reader.session.get_artifact(&run_ids[0], key).await.unwrap(), *b"hello");
        }
    });
}
