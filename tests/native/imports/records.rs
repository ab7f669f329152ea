//! What the record of an imported run says, before any of its points is read.

use entrenar::engine::{Clock, Imported};
use entrenar::interop::ImportedPart;
use entrenar::storage::{RawPoint, RunStatus};
use futures::executor::block_on;

use super::one_run;
use crate::support::faulty_database::SharedDatabase;
use crate::tab::{Tab, catalog};

fn part(key: &str, points: &[(u64, f64, i64)]) -> ImportedPart {
    let point = |&(step, value, timestamp_ms)| RawPoint { step, value, timestamp_ms };
    ImportedPart::Points { run: 0, key: key.to_owned(), points: points.iter().map(point).collect() }
}

async fn import(tab: &Tab, parts: Vec<ImportedPart>, imported: Imported) {
    let imported = tab.session.import("token", async |import| {
        for part in parts {
            import.add([part]).await?;
        }
        Ok(imported)
    });
    assert_eq!(imported.await, Ok(vec!["run-0".to_owned()]));
}

#[test]
fn value_at_the_highest_step_is_the_last_one_in_whatever_order_steps_were_logged() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let rising = part("rising", &[(0, 1.0, 0), (1, 0.5, 0), (2, 0.25, 0)]);
        // The run was set back to a checkpoint, and logged a step twice.
        let set_back = [part("set back", &[(5, 5.0, 0), (9, 9.0, 0)]), part("set back", &[(6, 6.0, 0)])];
        let twice = part("twice", &[(3, 0.1, 0), (3, 0.2, 0)]);
        let parts = [rising].into_iter().chain(set_back).chain([twice]).collect();
        import(&tab, parts, one_run(RunStatus::Success)).await;
        let series = catalog(&shared).await.runs.remove(0).series;
        assert_eq!(series.keys, ["rising", "set back", "twice"]);
        assert_eq!(series.counts, [3.0, 3.0, 2.0]);
        assert_eq!(series.last_steps, [2.0, 9.0, 3.0]);
        assert_eq!(series.last_values, [0.25, 9.0, 0.2]);
    });
}

#[test]
fn run_that_had_not_ended_is_interrupted_and_not_running_though_it_logged_a_moment_ago() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let now_ms = tab.clock.wall_ms() as i64;
        import(&tab, vec![part("loss", &[(0, 1.0, now_ms)])], one_run(RunStatus::Running)).await;
        for reader in [&tab, &Tab::open(&shared, "b").await] {
            let run = reader.session.storage().memory().run_slot("run-0").unwrap();
            assert!(reader.session.is_interrupted(run), "no page writes it");
        }
    });
}

#[test]
fn run_was_last_heard_of_when_it_ended_or_logged_its_last_point() {
    block_on(async {
        for (ended_ms, heard_ms) in [(Some(9_000.0), 9_000.0), (None, 5_000.0)] {
            let shared = SharedDatabase::default();
            let tab = Tab::open(&shared, "a").await;
            let status = if ended_ms.is_some() { RunStatus::Success } else { RunStatus::Running };
            let mut imported = one_run(status);
            let record = &mut imported.runs[0].record;
            (record.created_ms, record.started_ms, record.ended_ms) = (1_000.0, Some(2_000.0), ended_ms);
            let parts = vec![part("loss", &[(0, 1.0, 3_000)]), part("accuracy", &[(0, 1.0, 5_000)])];
            import(&tab, parts, imported).await;
            assert_eq!(catalog(&shared).await.runs.remove(0).heartbeat_ms, heard_ms);
        }
    });
}

#[test]
fn run_that_goes_on_after_its_import_was_interrupted_since_its_last_point() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let now_ms = tab.clock.wall_ms();
        let parts = vec![part("loss", &[(0, 1.0, now_ms as i64 - 60_000)])];
        import(&tab, parts, one_run(RunStatus::Running)).await;
        tab.session.resume_run("run-0").await.unwrap();
        tab.flush().await;
        let interruptions = catalog(&shared).await.runs.remove(0).interruptions;
        assert_eq!(interruptions, [[now_ms - 60_000.0, now_ms]]);
    });
}
