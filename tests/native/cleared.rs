//! Site data is cleared under tabs that go on, and runs are lost and taken back: the cases that the model found, told one by one.

use std::sync::Arc;

use entrenar::columns::{BlockWriter, RawPoint, Series, read_block};
use entrenar::database::LogEntry;
use entrenar::database::operations::merge_exit;
use entrenar::storage::{RunRecord, StorageError, Tag};
use futures::executor::block_on;
use futures::future::poll_immediate;
use futures::pin_mut;

use crate::reachability::Artifacts;
use crate::support::faulty_database::{Fault, SharedDatabase, broken};
use crate::tab::{Tab, catalog, stored_steps};

/// The tab learns that site data was cleared.
async fn learn_of_clear(tab: &Tab) {
    assert!(matches!(tab.session.refresh_all().await, Err(StorageError::Cleared(_))));
}

#[test]
fn lost_run_is_taken_back_with_what_was_not_saved() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (a, b) = (Tab::open(&shared, "a").await, Tab::open(&shared, "b").await);
        let (run, id) = a.begin("cleared").await;
        a.log(run, "loss", 0..3);
        a.flush().await;
        let taken = b.session.resume_run(&id).await.unwrap();
        b.log(taken, "rate", 0..1);
        b.log(taken, "loss", 10..12);
        b.flush().await;
        a.log(run, "loss", 3..5);
        a.log(run, "accuracy", 0..2);
        let accuracy = a.session.storage_mut().series_slot(run, "accuracy").unwrap();
        a.session.storage_mut().change_run(run, |run| run.set_tag("kept", "yes")).unwrap();
        a.flush().await;
        assert_eq!(a.session.storage().lost(run), Some(StorageError::RunTakenOver(id.clone())));
        assert_eq!(a.session.resume_run(&id).await.unwrap(), run);
        // Handles go on with the series that they know.
        assert_eq!(a.session.storage_mut().series_slot(run, "accuracy").unwrap(), accuracy);
        assert_eq!(a.pending(run), 4);
        a.log(run, "accuracy", 2..3);
        a.flush().await;
        assert_eq!(a.pending(run), 0);
        assert_eq!(stored_steps(&shared, &id, "loss").await, [0, 1, 2, 3, 4, 10, 11]);
        assert_eq!(stored_steps(&shared, &id, "accuracy").await, [0, 1, 2]);
        assert_eq!(stored_steps(&shared, &id, "rate").await, [0]);
        let reader = Tab::open(&shared, "tags").await;
        let tags = reader.session.storage().memory().run(&id).unwrap().record().tags.clone();
        assert_eq!(tags, [Tag { key: "kept".into(), value: "yes".into() }]);
    });
}

#[test]
fn batch_committed_without_an_answer_before_the_run_was_lost_is_not_written_twice() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (a, b) = (Tab::open(&shared, "a").await, Tab::open(&shared, "b").await);
        let (run, id) = a.begin("cleared").await;
        a.log(run, "loss", 0..3);
        a.database().next_of("commit", [Fault::answer_lost()]);
        a.database().next_of("read_records", (0..3).map(|_| Fault::fails(broken())));
        a.session.flush().await.unwrap_err();
        b.session.resume_run(&id).await.unwrap();
        a.log(run, "loss", 3..4);
        a.flush().await;
        a.session.resume_run(&id).await.unwrap();
        a.flush().await;
        assert_eq!(stored_steps(&shared, &id, "loss").await, [0, 1, 2, 3]);
    });
}

#[test]
fn run_that_two_tabs_write_again_after_a_clear_has_no_point_twice() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (a, b) = (Tab::open(&shared, "a").await, Tab::open(&shared, "b").await);
        let (run, id) = a.begin("cleared").await;
        a.log(run, "loss", 0..3);
        a.flush().await;
        let taken = b.session.resume_run(&id).await.unwrap();
        b.log(taken, "loss", 3..5);
        shared.clear();
        // Each believes to own the run. The first writes it again, and the other one has its points from before in memory.
        learn_of_clear(&a).await;
        a.log(run, "loss", 10..11);
        a.flush().await;
        learn_of_clear(&b).await;
        b.flush().await;
        assert_eq!(b.session.storage().lost(taken), Some(StorageError::RunTakenOver(id.clone())));
        b.session.resume_run(&id).await.unwrap();
        assert_eq!(b.pending(taken), 2);
        b.flush().await;
        assert_eq!(stored_steps(&shared, &id, "loss").await, [0, 1, 2, 3, 4, 10]);
    });
}

#[test]
fn run_that_was_read_is_not_mixed_with_one_that_got_its_id_after_a_clear() {
    block_on(async {
        let shared = SharedDatabase::default();
        let writer = Tab::open(&shared, "a").await;
        let (run, id) = writer.begin("cleared").await;
        writer.log(run, "loss", 0..3);
        writer.log(run, "rate", 0..3);
        writer.flush().await;
        let reader = Tab::open(&shared, "b").await;
        reader.session.load_run(&id).await.unwrap();
        assert_eq!(reader.steps(&id, "loss").unwrap(), [0, 1, 2]);
        drop(writer);
        shared.clear();
        let writer = Tab::open(&shared, "c").await;
        let (run, id_again) = writer.begin("cleared").await;
        assert_eq!(id_again, id);
        writer.log(run, "loss", 10..12);
        writer.flush().await;
        learn_of_clear(&reader).await;
        reader.session.load_run(&id).await.unwrap();
        assert_eq!(reader.steps(&id, "loss").unwrap(), [10, 11]);
        assert_eq!(reader.steps(&id, "rate").unwrap(), [0_u64; 0]);
    });
}

#[test]
fn id_that_a_tab_knows_is_not_given_again() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let (_, first) = tab.begin("cleared").await;
        tab.session.delete_run(&first).await.unwrap();
        shared.clear();
        learn_of_clear(&tab).await;
        let (_, second) = tab.begin("cleared").await;
        assert_eq!([first.as_str(), second.as_str()], ["run-0", "run-1"]);
    });
}

#[test]
fn run_deleted_before_it_is_written_again_stays_deleted() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (a, b) = (Tab::open(&shared, "a").await, Tab::open(&shared, "b").await);
        let (run, id) = a.begin("cleared").await;
        let (other, other_id) = a.begin("cleared").await;
        b.session.refresh_all().await.unwrap();
        shared.clear();
        learn_of_clear(&a).await;
        b.session.delete_run(&id).await.unwrap_err();
        b.session.delete_run(&id).await.unwrap();
        a.log(run, "loss", 0..2);
        a.log(other, "loss", 0..2);
        a.flush().await;
        assert_eq!(a.session.storage().lost(run), Some(StorageError::RunDeleted(id.clone())));
        let reader = Tab::open(&shared, "reader").await;
        assert!(reader.session.storage().memory().run(&id).is_err());
        assert_eq!(stored_steps(&shared, &other_id, "loss").await, [0, 1]);
    });
}

#[test]
fn run_stored_after_it_was_asked_for_is_not_taken_for_deleted() {
    block_on(async {
        let shared = SharedDatabase::default();
        let tab = Tab::open(&shared, "a").await;
        let (run, id) = tab.begin("cleared").await;
        tab.log(run, "loss", 0..2);
        shared.clear();
        learn_of_clear(&tab).await;
        tab.database().next_of("read_records", [Fault { after: 1, ..Fault::none() }]);
        let ids = [id.clone()];
        let asked = tab.session.refresh(&[], &ids);
        pin_mut!(asked);
        assert!(poll_immediate(&mut asked).await.is_none());
        tab.flush().await;
        asked.await.unwrap();
        assert!(tab.session.storage().owns(run));
        assert_eq!(stored_steps(&shared, &id, "loss").await, [0, 1]);
    });
}

#[test]
fn exit_entry_that_is_stored_in_part_adds_only_what_is_missing() {
    let block = |first: u64, count: u64| -> Arc<[u8]> {
        let mut series = Series::default();
        (first..first + count).for_each(|step| {
            series.push(RawPoint { step, value: step as f64, timestamp_ms: 0 });
        });
        let mut writer = BlockWriter::default();
        writer.add_behind(first, "loss", &series, 0..count as usize);
        Arc::from(writer.finish().remove(0))
    };
    let record = |owner: &str| RunRecord {
        owner: owner.into(),
        next_sequence: 1.0,
        ..RunRecord::new("run-0".into(), "exp-0".into(), 0)
    };
    let log = [(0, block(0, 3))];
    let entry = LogEntry { sequence: 0, bytes: block(0, 5) };
    let merged = merge_exit(Some(record("a")), record("b"), 0, vec![entry], &log, &[]);
    assert_eq!(
        (merged.record.owner.as_str(), merged.record.next_sequence, merged.entries.len()),
        ("a", 2.0, 1)
    );
    assert_eq!(merged.entries[0].sequence, 1);
    let blocks = read_block(&merged.entries[0].bytes).unwrap();
    let steps: Vec<u64> = blocks[0].points.iter().map(|point| point.step).collect();
    assert_eq!((blocks[0].first_index, steps), (3, vec![3, 4]));
}

#[test]
fn artifact_whose_content_was_only_stored_is_gone_with_site_data() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (first, run) = Tab::with_run(&shared, "a").await;
        first.session.storage_mut().put_artifact(run, "weights", b"content").unwrap();
        first.flush().await;
        // It reads no content when it acquires the run.
        let second = Tab::open(&shared, "b").await;
        let taken = second.session.resume_run("run-0").await.unwrap();
        second.session.storage_mut().put_artifact(taken, "best", b"another").unwrap();
        second.flush().await;
        shared.clear();
        second.log(taken, "loss", 0..1);
        second.flush().await;
        Artifacts::stored(&shared.memory).assert_readable();
        let record = catalog(&shared).await.runs.remove(0);
        assert_eq!(record.artifacts.iter().map(|kept| kept.key.as_str()).collect::<Vec<_>>(), ["best"]);
    });
}
