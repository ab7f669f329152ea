//! Runs of a file are seen when all of them are there, as they are in the file.

use super::*;

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
