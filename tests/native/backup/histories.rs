//! Any history of runs and backups: each backup, restored, is what the tab that made it has.

use std::ops::Range;

use entrenar::columns::RawPoint;
use entrenar::storage::{RunEdit, RunSlot};
use futures::executor::block_on;
use proptest::prelude::*;

use super::{back_up, database, restored_state, state};
use crate::support::faulty_database::{Fault, full};
use crate::support::memory_folder::MemoryFolder;
use crate::tab::Tab;

#[derive(Debug, Clone)]
enum Event {
    /// The owner tab logs so many points of this metric, at the steps from this one on.
    Log {
        metric: u8,
        from: u64,
        count: u64,
    },
    Flush,
    Compact,
    /// The owner tab backs up, with a disk that may be full: then the backup has points that are not stored.
    BackUp {
        is_full: bool,
    },
    /// A tab that has only read the database backs up.
    BackUpElsewhere,
    /// The owner tab is gone with what it had not stored, and another one resumes the run.
    Lose,
    Rename(u8),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0..3_u8, 0..50_u64, 1..40_u64).prop_map(|(metric, from, count)| Event::Log { metric, from, count }),
        2 => Just(Event::Flush),
        1 => Just(Event::Compact),
        1 => any::<bool>().prop_map(|is_full| Event::BackUp { is_full }),
        2 => Just(Event::BackUpElsewhere),
        1 => Just(Event::Lose),
        1 => any::<u8>().prop_map(Event::Rename),
    ]
}

/// Logs a point at each of these steps, each a millisecond after the one before: none that was lost is logged again.
fn log(tab: &Tab, run: RunSlot, key: &str, steps: Range<u64>, now_ms: &mut i64) {
    let mut storage = tab.session.storage_mut();
    let series = storage.series_slot(run, key).unwrap();
    for step in steps {
        *now_ms += 1;
        let point = RawPoint { step, value: step as f64, timestamp_ms: *now_ms };
        storage.append(run, series, point).unwrap();
    }
}

async fn check(events: Vec<Event>) {
    let shared = database("one");
    let (mut tab, mut run) = Tab::with_run(&shared, "owner").await;
    tab.flush().await;
    let folder = MemoryFolder::default();
    let mut now_ms = 1_000;
    for (number, event) in events.into_iter().enumerate() {
        match event {
            Event::Log { metric, from, count } => {
                log(&tab, run, &format!("metric {metric}"), from..from + count, &mut now_ms);
            }
            Event::Flush => tab.flush().await,
            Event::Compact => drop(tab.session.compact_run(run, 1).await),
            Event::BackUp { is_full } => {
                if is_full {
                    // There is something to be stored.
                    log(&tab, run, "metric 0", 60..61, &mut now_ms);
                    tab.database().next_of("commit", [Fault::fails(full())]);
                }
                back_up(&tab, &folder).await.unwrap();
                assert_eq!(restored_state(&folder).await, state(&tab).await);
            }
            Event::BackUpElsewhere => {
                let reader = Tab::open(&shared, &format!("reader {number}")).await;
                back_up(&reader, &folder).await.unwrap();
                assert_eq!(restored_state(&folder).await, state(&reader).await);
            }
            Event::Lose => {
                drop(tab);
                tab = Tab::open(&shared, &format!("owner {number}")).await;
                run = tab.session.resume_run("run-0").await.unwrap();
            }
            Event::Rename(name) => {
                let name = RunEdit::name(format!("run {name}"));
                tab.session.edit_run("run-0", name).await.unwrap();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn backup_after_any_history_is_what_the_tab_that_made_it_has(events in prop::collection::vec(event(), 1..25)) {
        block_on(check(events));
    }
}
