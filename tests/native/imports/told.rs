//! An import tells its caller that it was published, though the answer to that was lost, and its page and the other tabs of its runs.

use entrenar::database::{Change, Key, Table, Value};
use entrenar::engine::{Change as Told, Effect};
use entrenar::storage::{ExperimentRecord, RECORD_FORMAT, RunRecord, RunStatus, StorageError};
use futures::executor::block_on;

use super::{file, import, left, one_run, points};
use crate::support::faulty_database::{Fault, SharedDatabase, broken};
use crate::tab::{Tab, catalog};

#[test]
fn page_of_an_import_and_other_tabs_are_told_of_its_experiments_and_runs() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, other) = (Tab::open(&shared, "a").await, Tab::open(&shared, "b").await);
        drop(tab.session.effects().take());
        import(&tab, &file()).await.unwrap();
        let (mut told, mut broadcast) = (Vec::new(), Vec::new());
        for effect in tab.session.effects().take() {
            match effect {
                Effect::Change(Told::Experiment { experiment_id }) => told.push(experiment_id),
                Effect::Change(Told::Run { run_id, .. }) => told.push(run_id),
                Effect::Change(Told::Metrics { run_id, keys, .. }) => told.push(format!("{run_id} {keys:?}")),
                Effect::Committed { experiment_ids, run_ids } => broadcast.push((experiment_ids, run_ids)),
                _ => {}
            }
        }
        for subject in ["exp-0", "exp-1", "run-0", "run-1", "run-2", "run-0 [\"loss\", \"accuracy\"]"] {
            assert!(told.iter().any(|one| one == subject), "{subject} in {told:?}");
        }
        let [(experiment_ids, run_ids)] = &broadcast[..] else { panic!("{broadcast:?}") };
        // What another tab does with the message.
        other.session.refresh(experiment_ids, run_ids).await.unwrap();
        let storage = other.session.storage();
        assert_eq!(storage.list_experiments(), ["exp-0", "exp-1"]);
        assert_eq!(storage.list_runs("exp-0"), ["run-0", "run-2"]);
        assert_eq!(storage.list_runs("exp-1"), ["run-1"]);
    });
}

#[test]
fn import_that_was_published_is_told_so_though_the_connection_breaks_again_at_once() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        tab.database().next_of("publish_import", [Fault::answer_lost()]);
        tab.database().next_of("discard_import", (0..20).map(|_| Fault::fails(broken())));
        assert_eq!(import(&tab, &file()).await.map(|run_ids| run_ids.len()), Ok(3));
        assert_eq!(tab.session.storage().memory().slots().len(), 3);
        assert!(!left(&shared).contains(&(Table::Meta, Key::text("imports"))));
    });
}

#[test]
fn import_whose_id_another_run_took_while_its_connection_was_broken_is_not_told_as_published() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        tab.database().next_of("publish_import", [Fault::fails(broken())]);
        let imported = tab.session.import("token", async |import| {
            import.add([points("loss", 0..1)]).await?;
            // As a page leaves it that writes its runs again after the site's data was cleared.
            let experiment = ExperimentRecord {
                format: RECORD_FORMAT,
                experiment_id: "exp-0".into(),
                name: "first".into(),
                created_ms: 0.0,
                config_json: None,
                unknown_json: None,
            };
            let other = RunRecord::new("run-0".into(), "exp-0".into(), 5_000);
            shared.memory.apply(vec![
                Change::Put(Table::Experiments, Key::text("exp-0"), Value::Experiment(experiment)),
                Change::Put(Table::Runs, Key::text("run-0"), Value::Run(Box::new(other))),
            ])?;
            Ok(one_run(RunStatus::Success))
        });
        let imported = imported.await;
        assert!(matches!(imported, Err(StorageError::Conflict(_))), "{imported:?}");
        let runs = catalog(&shared).await.runs;
        assert_eq!(runs.iter().map(|run| run.created_ms).collect::<Vec<_>>(), [5_000.0]);
    });
}
