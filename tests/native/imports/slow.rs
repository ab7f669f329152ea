//! Imports that take long, and what happens meanwhile.

use super::*;

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
