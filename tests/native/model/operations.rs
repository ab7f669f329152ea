//! What tabs do: one step of a case, and what goes wrong meanwhile.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use entrenar::storage::indexed_db::{RunEdit, RunOptions};
use entrenar::storage::{ExperimentStorage, RunStatus, StorageError};
use futures::FutureExt;
use futures::future::LocalBoxFuture;

use crate::common::faulty_mirror::{broken, full};
use crate::common::tab_mirror::Hitch;
use crate::facts::{Facts, KEYS};
use crate::world::{Shared, Synced, World, owned};

/// One step: what is done, to what, and what goes wrong with its transactions.
pub type Step = (u8, u8, u16);

/// What goes wrong, by the bits of a number; 0 is nothing.
fn hitches(bits: u16) -> Vec<Hitch> {
    let one = |bits: u16| {
        let fails = match bits & 7 {
            4 => Some(broken()),
            5 => Some(full()),
            6 => Some(StorageError::Backend("injected".into())),
            _ => None,
        };
        let before = (bits >> 3 & 3) as u8;
        let after = (bits >> 5 & 3) as u8;
        Hitch { before, fails, after, answer_lost: bits & 7 == 7 }
    };
    let mut hitches = vec![one(bits & 127), one(bits >> 7 & 127)];
    // A flush tries four times at once.
    let again = [0, 0, 3, 5][usize::from(bits >> 14)];
    hitches.extend((0..again).map(|_| one(bits >> 7 & 127)));
    hitches
}

impl World {
    pub fn step(&mut self, (op, on, bits): Step) {
        let place = usize::from(on) % 3;
        let which = usize::from(on) / 3;
        self.poll_tasks(place);
        let Some(tab) = &self.tabs[place] else {
            return self.open(place);
        };
        *tab.mirror.hitches.borrow_mut() = hitches(bits).into();
        let (synced, facts) = (Rc::clone(&tab.synced), Rc::clone(&self.facts));
        if on % 2 == 0 {
            release_all(&synced, &mut facts.borrow_mut(), tab.mirror.is_up_to_date());
        }
        let run_ids: Vec<String> = facts.borrow().runs.keys().cloned().collect();
        let any_run = run_ids.get(which % run_ids.len().max(1)).cloned();
        let mine = owned(&synced, &facts.borrow());
        let my_run = mine.get(which % mine.len().max(1)).map(|(id, _)| id.clone());
        let (whole, others_whole) = (self.is_whole(None), self.is_whole(Some(place)));
        let written = Rc::clone(&tab.written);
        let task: LocalBoxFuture<'static, ()> = match (op % 32, my_run, any_run) {
            (0..=7, Some(run_id), _) => return log(&synced, &mut facts.borrow_mut(), &run_id, op, bits),
            (8..=11, ..) => flush(synced, facts, written).map(drop).boxed_local(),
            (12, _, Some(run_id)) => async move {
                let slot = synced.storage().memory().run_slot(&run_id);
                if let Ok(slot) = slot {
                    let _ = synced.compact_run(slot, 2).await;
                }
            }
            .boxed_local(),
            (13..=15, ..) => async move {
                if let Some(exit) = synced.flush_on_exit(op % 2 == 0) {
                    exit.await;
                }
            }
            .boxed_local(),
            (16, Some(run_id), _) => {
                return drop(synced.storage_mut().complete_run(&run_id, RunStatus::Success));
            }
            (17, Some(run_id), _) => return edit(&synced, &run_id, on),
            (18, _, Some(run_id)) => resume(synced, facts, run_id).boxed_local(),
            (19, _, Some(run_id)) => async move {
                let _ = synced.edit_run(&run_id, RunEdit::Name("renamed".into())).await;
            }
            .boxed_local(),
            (20, _, Some(run_id)) => async move {
                let _ = synced.load_run(&run_id).await;
                facts.borrow().check_read(synced.storage().memory(), &run_id);
            }
            .boxed_local(),
            (21, _, Some(run_id)) => async move {
                let _ = synced.refresh(&[], &[run_id]).await;
            }
            .boxed_local(),
            (22, ..) => async move {
                let _ = synced.refresh_all().await;
            }
            .boxed_local(),
            (23, _, Some(run_id)) => delete(synced, facts, vec![run_id], None, whole).boxed_local(),
            (24, _, Some(run_id)) if on >= 192 => {
                let experiment_id = facts.borrow().runs[&run_id].experiment_id.clone();
                let ids = facts
                    .borrow()
                    .runs
                    .iter()
                    .filter(|(_, run)| run.experiment_id == experiment_id)
                    .map(|(id, _)| id.clone())
                    .collect();
                delete(synced, facts, ids, Some(experiment_id), whole).boxed_local()
            }
            (25..=27, ..) => return self.kill(place),
            (28, ..) if on >= 128 && !self.may_collide() => return self.clear(),
            (29, ..) => return synced.renew_leases(),
            (30..=31 | 0..=7, ..) if others_whole => {
                let beginning = Rc::clone(&tab.beginning);
                begin(synced, facts, which, beginning).boxed_local()
            }
            _ => return,
        };
        self.tabs[place].as_mut().unwrap().tasks.push(task);
        self.poll_last(place);
    }
}

/// Lets go of all points in memory that may be let go of. Where site data was cleared and the tab has not heard of it, what was only
/// there is gone.
fn release_all(synced: &Synced, facts: &mut Facts, is_up_to_date: bool) {
    synced.announce();
    let slots = synced.storage().memory().slots();
    for slot in slots {
        let Some((_, run_id)) = synced.ids_of(slot) else { continue };
        if synced.release_run(slot) && !is_up_to_date {
            facts.keep(&run_id, &BTreeSet::new());
        }
        synced.release_read(slot, 0);
    }
}

pub async fn flush(synced: Rc<Synced>, facts: Shared<Facts>, written: Rc<Cell<u32>>) -> bool {
    let clears = facts.borrow().clears;
    let before = owned(&synced, &facts.borrow());
    if synced.flush().await.is_err() {
        return false;
    }
    for (run_id, logged) in before {
        let storage = synced.storage();
        let Ok(slot) = storage.memory().run_slot(&run_id) else { continue };
        if storage.owns(slot) {
            let since = facts.borrow().logged_by(synced.owner(), &run_id).len() - logged.len();
            assert!(
                storage.pending_points(slot) as usize <= since,
                "{run_id} is flushed, and points are pending"
            );
            facts.borrow_mut().require(&run_id, logged, synced.mirror().clears_seen());
        }
    }
    if synced.mirror().is_up_to_date() {
        written.set(clears);
    }
    true
}

fn log(synced: &Synced, facts: &mut Facts, run_id: &str, op: u8, bits: u16) {
    let key = usize::from(op) / 32 % 3;
    let count = if bits >= 65_000 { 9_000 } else { u64::from(bits % 8) + 1 };
    let mut storage = synced.storage_mut();
    let run = storage.memory().run_slot(run_id).unwrap();
    if storage.check_loggable(run).is_err() {
        return;
    }
    let series = storage.series_slot(run, KEYS[key]).unwrap();
    let next = storage.memory().get(run).unwrap().series_at(series).series.next_step();
    // In turn, again and again, or backwards.
    let step = |index: u64| match op % 4 {
        0 | 1 => next + index,
        2 => u64::from(bits >> 3) % 5,
        _ => next + 8_999 - index,
    };
    for point in facts.log(synced.owner(), run_id, key, (0..count).map(step)) {
        storage.append(run, series, point).unwrap();
    }
}

fn edit(synced: &Synced, run_id: &str, on: u8) {
    let mut storage = synced.storage_mut();
    let run = storage.memory().run_slot(run_id).unwrap();
    storage.change_run(run, |run| run.set_tag("tag", &on.to_string())).unwrap();
    let _ = storage.put_artifact(run, "weights", &[on % 4]);
}

/// A run that a tab is about to take over, until it has or is gone.
struct Resuming {
    facts: Shared<Facts>,
    run_id: String,
}

impl Drop for Resuming {
    fn drop(&mut self) {
        let all = &mut self.facts.borrow_mut().resuming;
        let place = all.iter().position(|id| *id == self.run_id).unwrap();
        all.swap_remove(place);
    }
}

async fn resume(synced: Rc<Synced>, facts: Shared<Facts>, run_id: String) {
    facts.borrow_mut().resuming.push(run_id.clone());
    let _resuming = Resuming { facts, run_id: run_id.clone() };
    let _ = synced.resume_run(&run_id).await;
}

async fn begin(synced: Rc<Synced>, facts: Shared<Facts>, which: usize, beginning: Rc<Cell<u32>>) {
    beginning.set(beginning.get() + 1);
    let clears = facts.borrow().clears;
    let begun = synced.begin_run(["a", "b"][which % 2], RunOptions::default()).await;
    beginning.set(beginning.get() - 1);
    if let Ok(slot) = begun {
        let storage = synced.storage();
        let record = storage.memory().get(slot).unwrap().record();
        facts.borrow_mut().begun(&record.run_id, &record.experiment_id, clears);
    } else if clears > 0 {
        // Numbers are given again after site data was cleared, and nobody heard which.
        facts.borrow_mut().unheard = true;
    }
}

async fn delete(
    synced: Rc<Synced>,
    facts: Shared<Facts>,
    ids: Vec<String>,
    experiment: Option<String>,
    whole: bool,
) {
    let mut births = Vec::new();
    for id in &ids {
        let run = &mut facts.borrow_mut().runs;
        let run = run.get_mut(id).unwrap();
        run.may_be_gone = true;
        births.push(run.clears);
    }
    let clears = facts.borrow().clears;
    facts.borrow_mut().deleting.extend(ids.iter().chain(&experiment).cloned());
    // Runs of an experiment that nobody has written again since site data was cleared are known to their owners alone.
    let is_certain = experiment.is_none() || whole;
    let deleted = match experiment {
        Some(id) => synced.delete_experiment(&id).await,
        None => synced.delete_run(&ids[0]).await,
    };
    // Where site data was cleared under it, so was what keeps an owner from writing it again.
    if deleted.is_ok() && is_certain && synced.mirror().is_up_to_date() && facts.borrow().clears == clears {
        for (id, birth) in ids.iter().zip(births) {
            // One that was begun meanwhile under an id that was free again is another run.
            if let Some(run) = facts.borrow_mut().runs.get_mut(id).filter(|run| run.clears == birth) {
                run.is_gone = true;
            }
        }
    }
}
