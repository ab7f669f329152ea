//! Whatever happens, and wherever backups are cut off: the folder holds the last one that was completed.

use std::collections::BTreeMap;

use entrenar::storage::RunEdit;
use futures::executor::block_on;
use proptest::prelude::*;

use super::{back_up, database, restored_state, state};
use crate::support::memory_folder::MemoryFolder;
use crate::tab::Tab;

#[derive(Debug, Clone)]
enum Happening {
    Begin,
    Log {
        run: usize,
        key: usize,
        points: u64,
    },
    Name {
        run: usize,
    },
    Artifact {
        run: usize,
        byte: u8,
    },
    End {
        run: usize,
    },
    Delete {
        run: usize,
    },
    /// The tab is closed with everything saved, and another one opened, which writes none of the runs.
    OtherTab,
    /// After so many writes the disk is full.
    BackUp {
        writes: Option<usize>,
    },
}

fn happening() -> impl Strategy<Value = Happening> {
    let run = 0..4_usize;
    prop_oneof![
        2 => Just(Happening::Begin),
        6 => (run.clone(), 0..3_usize, 1..20_u64).prop_map(|(run, key, points)| Happening::Log { run, key, points }),
        1 => run.clone().prop_map(|run| Happening::Name { run }),
        1 => (run.clone(), any::<u8>()).prop_map(|(run, byte)| Happening::Artifact { run, byte }),
        1 => run.clone().prop_map(|run| Happening::End { run }),
        1 => run.prop_map(|run| Happening::Delete { run }),
        1 => Just(Happening::OtherTab),
        5 => prop_oneof![Just(None), (0..12_usize).prop_map(Some)].prop_map(|writes| Happening::BackUp { writes }),
    ]
}

async fn try_it(happenings: Vec<Happening>) {
    let shared = database("one");
    let mut tab = Tab::open(&shared, "tab-0").await;
    let mut run_ids: Vec<String> = Vec::new();
    let mut step = 0;
    let folder = MemoryFolder::default();
    // What the last completed backup has, deleted runs among it.
    let mut expected: Option<BTreeMap<String, String>> = None;
    for (number, happening) in happenings.into_iter().enumerate() {
        let slot_of = |run: usize, tab: &Tab| {
            let run_id = run_ids.get(run)?;
            let slot = tab.session.storage().memory().find_run(run_id)?;
            let storage = tab.session.storage();
            let is_running = !storage.memory().get(slot)?.record().status.is_final();
            (storage.owns(slot) && is_running).then_some(slot)
        };
        match happening {
            Happening::Begin if run_ids.len() < 4 => run_ids.push(tab.begin("test").await.1),
            Happening::Log { run, key, points } => {
                if let Some(slot) = slot_of(run, &tab) {
                    tab.log(slot, ["loss", "accuracy", "odd"][key], step..step + points);
                    step += points;
                }
            }
            Happening::Name { run } if run < run_ids.len() => {
                let name = RunEdit::name(format!("name {number}"));
                drop(tab.session.edit_run(&run_ids[run], name).await);
            }
            Happening::Artifact { run, byte } => {
                if let Some(slot) = slot_of(run, &tab) {
                    tab.session.storage_mut().put_artifact(slot, "weights", &[byte; 100]).unwrap();
                }
            }
            Happening::End { run } if slot_of(run, &tab).is_some() => tab.end(&run_ids[run]),
            Happening::Delete { run } if run < run_ids.len() => {
                drop(tab.session.delete_run(&run_ids[run]).await);
                run_ids.remove(run);
            }
            Happening::OtherTab => {
                tab.flush().await;
                tab = Tab::open(&shared, &format!("tab-{}", number + 1)).await;
                for run_id in &run_ids {
                    drop(tab.session.resume_run(run_id).await);
                }
            }
            Happening::BackUp { writes } => {
                folder.writes_left.set(writes);
                let backed_up = back_up(&tab, &folder).await;
                folder.writes_left.set(None);
                if backed_up.is_ok() {
                    expected.get_or_insert_default().extend(state(&tab).await);
                }
                if let Some(expected) = &expected {
                    assert_eq!(&restored_state(&folder).await, expected);
                }
            }
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
    #[test]
    fn folder_always_holds_the_last_backup_that_was_completed(happenings in prop::collection::vec(happening(), 1..60)) {
        block_on(try_it(happenings));
    }
}
