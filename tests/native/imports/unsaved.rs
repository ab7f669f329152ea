//! An import into a database that lacks something still: what a page has to write again after a clear, or left in the exit log.

use entrenar::storage::{ExperimentStorage, StorageError};
use futures::executor::block_on;

use super::{file, import};
use crate::support::faulty_database::SharedDatabase;
use crate::tab::{Tab, catalog, stored_steps};

/// The experiments' names, sorted, each with how many runs it has.
async fn runs_of_experiments(shared: &SharedDatabase) -> Vec<(String, usize)> {
    let catalog = catalog(shared).await;
    let runs_of = |id: &str| catalog.runs.iter().filter(|run| run.experiment_id == id).count();
    let mut found: Vec<(String, usize)> = catalog
        .experiments
        .iter()
        .map(|experiment| (experiment.name.clone(), runs_of(&experiment.experiment_id)))
        .collect();
    found.sort();
    found
}

fn expected() -> Vec<(String, usize)> {
    vec![("first".to_owned(), 3), ("second".to_owned(), 1)]
}

#[test]
fn runs_join_the_experiment_of_their_name_that_is_written_again_after_site_data_was_cleared() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let (run, run_id) = tab.begin("first").await;
        tab.log(run, "loss", 0..3);
        tab.flush().await;
        shared.clear();
        assert!(matches!(tab.session.refresh_all().await, Err(StorageError::Cleared(_))));
        import(&tab, &file()).await.unwrap();
        tab.flush().await;
        assert_eq!(runs_of_experiments(&shared).await, expected());
        assert_eq!(stored_steps(&shared, &run_id, "loss").await, [0, 1, 2]);
    });
}

#[test]
fn runs_join_the_experiment_of_their_name_that_a_page_left_in_the_exit_log() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let leaving = Tab::open(&shared, "b").await;
        leaving.session.reserve_ids(1, 1).await.unwrap();
        {
            let mut storage = leaving.session.storage_mut();
            let experiment_id = storage.create_experiment("first", None).unwrap();
            storage.create_run(&experiment_id).unwrap();
        }
        leaving.session.begin_leaving();
        leaving.session.flush_on_exit("left").unwrap().await;
        drop(leaving);
        assert!(catalog(&shared).await.runs.is_empty(), "only the exit log has it");
        import(&tab, &file()).await.unwrap();
        Tab::open(&shared, "c").await;
        assert_eq!(runs_of_experiments(&shared).await, expected());
    });
}
