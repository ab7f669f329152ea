//! Imports that a page leaves in the middle, whose answers are lost, or for which there is no room.

use super::*;

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
