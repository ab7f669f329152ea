//! A story of two tabs in which every transaction, one after the other, is aborted or loses its answer: what is found in the end
//! is what would have been found without.

use entrenar::engine::RunOptions;
use entrenar::storage::{ExperimentStorage, Result, RunEdit, RunSlot, RunStatus, StorageError};
use futures::executor::block_on;

use crate::support::faulty_database::{Fault, FaultyDatabase, SharedDatabase, broken, full};
use crate::tab::Tab;

/// More tries than one fault makes necessary.
const TRIES: usize = 8;

/// Does it until it works, as a user or a timer would.
async fn until_done<T>(what: &str, mut operation: impl AsyncFnMut() -> Result<T>) -> T {
    let mut last = None;
    for _ in 0..TRIES {
        match operation().await {
            Ok(done) => return done,
            Err(cause) => last = Some(cause),
        }
    }
    panic!("{what}: {last:?}")
}

fn log(tab: &Tab, run: RunSlot, steps: std::ops::Range<u64>) {
    for key in ["loss", "accuracy"] {
        tab.log(run, key, steps.clone());
    }
}

async fn flush(tab: &Tab) {
    until_done("flush", async || tab.session.flush().await).await;
}

async fn begin(tab: &Tab, name: &str) -> (RunSlot, String) {
    let begin = async || tab.session.begin_run(name, RunOptions::default()).await;
    let slot = until_done("begin", begin).await;
    (slot, tab.session.ids_of(slot).unwrap().1)
}

/// Deleting something that is gone already is as good.
async fn delete_run(tab: &Tab, run_id: &str) {
    until_done("delete", async || match tab.session.delete_run(run_id).await {
        Err(StorageError::RunNotFound(_)) => Ok(()),
        result => result,
    })
    .await;
}

/// Returns the ids of the run that lives and of those that do not.
async fn story([a, b]: [&FaultyDatabase; 2]) -> (String, [String; 2]) {
    let open = async |database: &FaultyDatabase, owner| {
        until_done("open", async || Tab::open_over(database.clone(), owner).await).await
    };
    let (a, b) = (open(a, "a").await, open(b, "b").await);
    let (run, id) = begin(&a, "story").await;
    let run_id = id.as_str();
    a.session.storage_mut().put_artifact(run, "weights", b"abc").unwrap();
    log(&a, run, 0..10);
    // A content that did not fit waits by itself; flushing its run tries it again.
    until_done("flush", async || a.session.flush_run(run).await).await;
    until_done("refresh", async || b.session.refresh_all().await).await;
    until_done("name", async || b.session.edit_run(run_id, RunEdit::name("named")).await).await;
    log(&a, run, 10..20);
    flush(&a).await;
    until_done("load", async || b.session.load_run(run_id).await).await;
    // It leaves, and comes back.
    a.session.begin_leaving();
    log(&a, run, 20..30);
    if let Some(exit) = a.session.flush_on_exit("token") {
        exit.await;
    }
    a.session.end_leaving();
    log(&a, run, 30..40);
    flush(&a).await;
    until_done("compact", async || a.session.compact_run(run, 2).await).await;
    log(&a, run, 40..50);
    flush(&a).await;
    // The other takes over.
    let resumed = until_done("resume", async || b.session.resume_run(run_id).await).await;
    log(&b, resumed, 50..60);
    log(&a, run, 900..901);
    flush(&a).await;
    flush(&b).await;
    assert_eq!(a.session.storage().lost(run), Some(StorageError::RunTakenOver(id.clone())));
    b.session.storage_mut().complete_run(run_id, RunStatus::Success).unwrap();
    flush(&b).await;
    // A session that reads an ended run may compact it.
    let read = until_done("load", async || a.session.load_run(run_id).await).await;
    until_done("compact", async || a.session.compact_run(read, 2).await).await;
    until_done("compact", async || b.session.compact_run(resumed, 2).await).await;
    // Others are deleted under their writer.
    let (second, second_id) = begin(&a, "story").await;
    let (third, third_id) = begin(&a, "other").await;
    log(&a, second, 0..5);
    log(&a, third, 0..5);
    flush(&a).await;
    until_done("refresh", async || b.session.refresh_all().await).await;
    delete_run(&b, &second_id).await;
    let other = a.session.storage().memory().get(third).unwrap().record().experiment_id.clone();
    until_done("delete", async || match b.session.delete_experiment(&other).await {
        Err(StorageError::ExperimentNotFound(_)) => Ok(()),
        result => result,
    })
    .await;
    log(&a, second, 5..10);
    log(&a, third, 5..10);
    flush(&a).await;
    flush(&b).await;
    (id.clone(), [second_id, third_id])
}

async fn check(shared: &SharedDatabase, (id, gone): &(String, [String; 2])) {
    let reader = Tab::open(shared, "reader").await;
    reader.session.load_run(id).await.unwrap();
    {
        let storage = reader.session.storage();
        for key in ["loss", "accuracy"] {
            let points = storage.get_metrics(id, key).unwrap();
            let steps: Vec<u64> = points.iter().map(|point| point.step).collect();
            assert_eq!(steps, (0..60).collect::<Vec<_>>(), "{key}");
        }
        let record = storage.memory().run(id).unwrap().record();
        assert_eq!((record.run_name.as_deref(), record.status), (Some("named"), RunStatus::Success));
        assert!(gone.iter().all(|id| storage.memory().run(id).is_err()), "a deleted run came back");
        assert!(!storage.list_experiments().is_empty());
    }
    assert_eq!(&*reader.session.get_artifact(id, "weights").await.unwrap(), b"abc");
}

/// What can happen to a transaction. An answer is lost with its connection.
const FAULTS: [fn() -> Fault; 4] = [
    || Fault::fails(broken()),
    || Fault::fails(full()),
    || Fault::fails(StorageError::Backend("injected".into())),
    Fault::answer_lost,
];

#[test]
fn every_transaction_may_abort_or_lose_its_answer() {
    block_on(async {
        let mut cases = 0;
        for tab in 0..2 {
            for fault in FAULTS {
                // A second fault in a row: what remedies the first fails too.
                for times in 1..=2 {
                    for before in 0.. {
                        let shared = SharedDatabase::default();
                        let databases = [shared.connect(), shared.connect()];
                        let mut faults: Vec<Fault> = (0..before).map(|_| Fault::none()).collect();
                        faults.extend((0..times).map(|_| fault()));
                        println!("tab {tab}, after {before} transactions {times} times {:?}", fault());
                        *databases[tab].faults.borrow_mut() = faults.into();
                        let ids = story([&databases[0], &databases[1]]).await;
                        check(&shared, &ids).await;
                        cases += 1;
                        if !databases[tab].is_used_up() {
                            break;
                        }
                    }
                }
            }
        }
        assert!(cases > 300, "{cases} cases");
    });
}
