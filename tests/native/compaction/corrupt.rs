//! Entries and segments that cannot be read, or that are there twice.

use super::*;

#[test]
fn corrupt_entry_is_reported_and_stays_with_all_behind_it() {
    block_on(async {
        for break_it in
            [|entry: &mut Vec<u8>| entry.truncate(entry.len() - 3), |entry: &mut Vec<u8>| entry[0] = 9]
        {
            let shared = SharedDatabase::default();
            let (tab, run) = Tab::with_run(&shared, "a").await;
            write_entries(&tab, run, 0..100).await;
            tab.end("run-0");
            tab.flush().await;
            let (sequence, mut entry) = log_entries(&shared)[80].clone();
            break_it(&mut entry);
            put_entry(&shared, sequence, entry);
            let before = log_entries(&shared);
            let reader = Tab::open(&shared, "b").await;
            assert_eq!(reader.session.storage().list_runs("exp-0"), ["run-0"]);
            let slot = reader.session.load_run("run-0").await.unwrap();
            let reported = corrupt(&reader);
            assert!(matches!(&reported[..], [text] if text.contains("run-0")), "{reported:?}");
            assert_eq!(reader.steps("run-0", "loss").unwrap().len(), 99, "the rest is there");
            reader.session.compact_run(slot, FEWEST_ENTRIES).await.unwrap();
            assert!(!segments(&shared).is_empty());
            let after = log_entries(&shared);
            assert!(before[80..].iter().all(|entry| after.contains(entry)), "what is behind stays");
            let again = Tab::open(&shared, "c").await;
            again.session.load_run("run-0").await.unwrap();
            assert_eq!(again.steps("run-0", "loss").unwrap().len(), 99);
            assert_eq!(corrupt(&again).len(), 1);
        }
    });
}

#[test]
fn points_that_are_in_a_segment_and_in_their_entries_are_read_once() {
    block_on(async {
        for (segment, kept) in [(0, 0..100), (1, 0..100), (1, 40..100), (0, 3..4)] {
            let shared = SharedDatabase::default();
            let (tab, run) = Tab::with_run(&shared, "a").await;
            write_entries(&tab, run, 0..100).await;
            let entries = log_entries(&shared);
            tab.session.compact_run(run, FEWEST_ENTRIES).await.unwrap();
            let segments_now = segments(&shared);
            // The other segment was not written, and entries were not deleted.
            shared.memory.apply(vec![Change::Delete(Table::Points, Range::Run("run-0".into()))]).unwrap();
            let (key, first_index, block) = segments_now[segment].clone();
            put_segment(&shared, &key, first_index, block);
            for (sequence, entry) in &entries[kept.clone()] {
                put_entry(&shared, *sequence, entry.clone());
            }
            let whole = segments_now[segment].0.clone();
            let [loss, accuracy] = stored(&shared).await;
            let found = if whole == "loss" { &loss } else { &accuracy };
            assert_eq!(*found, entries_up_to(100)[usize::from(whole != "loss")], "{whole}, entries {kept:?}");
            if kept == (0..100) {
                assert_eq!([loss, accuracy], entries_up_to(100));
            }
        }
    });
}

#[test]
fn corrupt_segment_stays_and_its_entries_with_it() {
    block_on(async {
        let shared = SharedDatabase::default();
        let (tab, run) = Tab::with_run(&shared, "a").await;
        write_entries(&tab, run, 0..100).await;
        tab.session.compact_run(run, FEWEST_ENTRIES).await.unwrap();
        write_entries(&tab, run, 100..200).await;
        let (key, first_index, mut block) = segments(&shared).remove(1);
        block.truncate(100);
        put_segment(&shared, &key, first_index, block);
        let before = (segments(&shared), log_entries(&shared));
        tab.session.compact_run(run, FEWEST_ENTRIES).await.unwrap();
        assert_eq!((segments(&shared), log_entries(&shared)), before);
        let reader = Tab::open(&shared, "b").await;
        reader.session.load_run("run-0").await.unwrap();
        assert_eq!(corrupt(&reader).len(), 1);
        assert_eq!(reader.steps("run-0", "accuracy").unwrap(), (0..2_000).collect::<Vec<_>>());
    });
}
