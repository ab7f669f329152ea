//! Points that can be read again need not stay in memory.

use entrenar::storage::{ExperimentStorage, RunEdit, RunSlot, RunStatus, StorageError};
use futures::FutureExt;
use futures::executor::block_on;

use crate::support::faulty_database::{Fault, SharedDatabase, broken};
use crate::tab::{Tab, steps};

/// A run with so many points, ended but not flushed.
async fn ended(tab: &Tab, points: u64) -> RunSlot {
    let (run, id) = tab.begin("eviction").await;
    tab.log(run, "loss", 0..points);
    tab.end(&id);
    run
}

fn generation(tab: &Tab, run: RunSlot) -> u32 {
    tab.session.storage().memory().get(run).unwrap().generation()
}

#[test]
fn ended_run_that_is_stored_is_evicted_and_read_again() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let run = ended(&tab, 100).await;
        assert!(!tab.session.evict_run(run), "it is not stored yet");
        tab.flush().await;
        assert!(!tab.session.evict_run(run), "subscribers were not told yet");
        tab.session.announce();
        assert!(tab.session.evict_run(run));
        assert!(!tab.is_resident(run));
        assert_eq!(tab.steps("run-0", "loss"), Err(StorageError::NotLoaded("run-0".into())));
        let headers = tab.session.storage().memory().get(run).unwrap().current_record().series;
        assert_eq!((headers.keys, headers.counts), (vec!["loss".to_owned()], vec![100.0]));
        assert_eq!(tab.session.storage().list_metric_keys("run-0"), ["loss"]);

        tab.session.edit_run("run-0", RunEdit::name("named")).await.unwrap();
        tab.session.load_run("run-0").await.unwrap();
        assert_eq!(tab.steps("run-0", "loss").unwrap(), (0..100).collect::<Vec<_>>());
        let name = tab.session.storage().memory().get(run).unwrap().record().run_name.clone();
        assert_eq!(name.as_deref(), Some("named"));
        assert_eq!(tab.session.storage().get_run_status("run-0"), Ok(RunStatus::Success));
    });
}

#[test]
fn generation_of_a_run_changes_once_it_was_read_again_and_not_before() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let run = ended(&tab, 100).await;
        let logged = generation(&tab, run);
        tab.flush().await;
        tab.session.announce();
        assert_eq!(generation(&tab, run), logged);
        assert!(tab.session.evict_run(run));
        tab.session.load_run("run-0").await.unwrap();
        assert_ne!(generation(&tab, run), logged);
    });
}

#[test]
fn run_in_doubt_is_not_evicted() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let running = tab.begin("eviction").await.0;
        tab.log(running, "loss", 0..5);
        let lost = ended(&tab, 5).await;
        // Its answer is lost, and so is the question whether it was committed.
        tab.database().next_of("commit", [Fault::answer_lost()]);
        tab.database().next_of("read_records", (0..8).map(|_| Fault::fails(broken())));
        assert!(tab.session.flush().await.is_err());
        tab.session.announce();
        assert_eq!([running, lost].map(|run| tab.session.evict_run(run)), [false, false]);
        assert_eq!(tab.steps("run-1", "loss").unwrap(), [0, 1, 2, 3, 4]);
        while tab.session.flush().await.is_err() {}
        tab.flush().await;
        tab.session.announce();
        assert_eq!([running, lost].map(|run| tab.session.evict_run(run)), [false, true]);
        tab.session.load_run("run-1").await.unwrap();
        assert_eq!(tab.steps("run-1", "loss").unwrap(), [0, 1, 2, 3, 4]);
    });
}

#[test]
fn runs_read_longest_ago_are_evicted_first() {
    block_on(async {
        let shared = SharedDatabase::default();
        let writer = Tab::open(&shared, "a").await;
        for _ in 0..4 {
            ended(&writer, 100).await;
        }
        writer.flush().await;
        let reader = Tab::open(&shared, "b").await;
        let mut slots = Vec::new();
        for id in ["run-0", "run-1", "run-2", "run-3", "run-1"] {
            slots.push(reader.session.load_run(id).await.unwrap());
        }
        let [zero, one, two, three, _] = slots[..] else { panic!("five were read") };
        // Read last: run-1. Before it run-3, run-2 and run-0, of which two may stay.
        reader.session.evict_read(one, 200);
        assert_eq!([zero, one, two, three].map(|run| reader.is_resident(run)), [false, true, true, true]);
        reader.session.evict_read(one, 150);
        assert_eq!([zero, one, two, three].map(|run| reader.is_resident(run)), [false, true, false, true]);
        reader.session.load_run("run-0").await.unwrap();
        assert_eq!(reader.steps("run-0", "loss").unwrap().len(), 100);
    });
}

#[test]
fn run_evicted_while_it_is_being_read_is_read_as_a_whole() {
    let shared = SharedDatabase::default();
    let (writer, run) = block_on(Tab::with_run(&shared, "a"));
    writer.log(run, "loss", 0..10);
    block_on(writer.flush());
    let reader = block_on(Tab::open(&shared, "b"));
    let read = block_on(reader.session.load_run("run-0")).unwrap();
    writer.log(run, "loss", 10..20);
    block_on(writer.flush());
    let (other, _) = block_on(reader.begin("eviction"));
    // What is new is on its way when the run is evicted.
    reader.database().next_of("read_points", [Fault { before: 2, ..Fault::none() }]);
    let mut reading = Box::pin(reader.session.load_run("run-0"));
    assert!(reading.as_mut().now_or_never().is_none(), "it is to wait");
    reader.session.evict_read(other, 0);
    assert!(!reader.is_resident(read));
    // Nothing in this database wakes its caller.
    let loaded = (0..100).find_map(|_| reading.as_mut().now_or_never());
    assert_eq!(loaded, Some(Ok(read)));
    assert_eq!(reader.steps("run-0", "loss").unwrap(), steps(0..20));
}
