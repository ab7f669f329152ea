//! What tabs do: one step of a case, and what goes wrong meanwhile.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use entrenar::engine::RunOptions;
use entrenar::storage::{ExperimentStorage, RunEdit, RunState, RunStatus, StorageError, Tag};
use futures::FutureExt;
use futures::future::LocalBoxFuture;

use super::facts::{Facts, KEYS};
use super::world::{Shared, TabSession, World, owned};
use crate::support::faulty_database::{Fault, broken, full};

/// One step: what is done, to what, and what goes wrong with its transactions.
pub type Step = (u8, u8, u16);

/// What goes wrong, by the bits of a number; 0 is nothing.
fn faults(bits: u16) -> Vec<Fault> {
    let one = |bits: u16| {
        let fails = match bits & 7 {
            4 => Some(broken()),
            5 => Some(full()),
            6 => Some(StorageError::Backend("injected".into())),
            _ => None,
        };
        let before = (bits >> 3 & 3) as u8;
        let after = (bits >> 5 & 3) as u8;
        Fault { before, until: None, fails, after, answer_lost: bits & 7 == 7 }
    };
    let mut faults = vec![one(bits & 127), one(bits >> 7 & 127)];
    // A flush tries four times at once.
    let again = [0, 0, 3, 5][usize::from(bits >> 14)];
    faults.extend((0..again).map(|_| one(bits >> 7 & 127)));
    faults
}

impl World {
    pub fn step(&mut self, (op, on, bits): Step) {
        let index = usize::from(on) % 3;
        let which = usize::from(on) / 3;
        self.poll_tasks(index);
        let Some(tab) = &self.tabs[index] else {
            return self.open(index);
        };
        *tab.session.database().faults.borrow_mut() = faults(bits).into();
        let (session, facts) = (Rc::clone(&tab.session), Rc::clone(&self.facts));
        if on % 2 == 0 {
            evict_all(&session, &mut facts.borrow_mut(), tab.session.database().is_up_to_date());
        }
        let run_ids: Vec<String> = facts.borrow().runs.keys().cloned().collect();
        let any_run = run_ids.get(which % run_ids.len().max(1)).cloned();
        let mine = owned(&session, &facts.borrow());
        let my_run = mine.get(which % mine.len().max(1)).map(|(id, _)| id.clone());
        let (whole, others_whole) = (self.is_whole(None), self.is_whole(Some(index)));
        let (written, token) = (Rc::clone(&tab.written), self.token());
        let task: LocalBoxFuture<'static, ()> = match (op % 32, my_run, any_run) {
            (0..=7, Some(run_id), _) => return log(&session, &mut facts.borrow_mut(), &run_id, op, bits),
            (8..=11, ..) => flush(session, facts, written).map(drop).boxed_local(),
            (12, _, Some(run_id)) => async move {
                let slot = session.storage().memory().run_slot(&run_id);
                if let Ok(slot) = slot {
                    let _ = session.compact_run(slot, 2).await;
                }
            }
            .boxed_local(),
            (13..=15, ..) => async move {
                if on.is_multiple_of(2) {
                    session.begin_leaving();
                } else {
                    session.end_leaving();
                }
                if let Some(exit) = session.flush_on_exit(&token) {
                    exit.await;
                }
            }
            .boxed_local(),
            (16, Some(run_id), _) => {
                return drop(session.storage_mut().complete_run(&run_id, RunStatus::Success));
            }
            (17, Some(run_id), _) => return edit(&session, &run_id, on, bits),
            (18, _, Some(run_id)) => resume(session, facts, run_id).boxed_local(),
            (19, _, Some(run_id)) => tag(session, facts, run_id, token).boxed_local(),
            (20, _, Some(run_id)) => async move {
                let _ = session.load_run(&run_id).await;
                facts.borrow().check_read(session.storage().memory(), &run_id);
            }
            .boxed_local(),
            (21, _, Some(run_id)) => async move {
                let _ = session.refresh(&[], &[run_id]).await;
            }
            .boxed_local(),
            (22, ..) => async move {
                let _ = session.refresh_all().await;
            }
            .boxed_local(),
            (23, _, Some(run_id)) => delete(session, facts, vec![run_id], None, whole).boxed_local(),
            (24, _, Some(run_id)) if on >= 192 => {
                let experiment_id = facts.borrow().runs[&run_id].experiment_id.clone();
                let ids = facts
                    .borrow()
                    .runs
                    .iter()
                    .filter(|(_, run)| run.experiment_id == experiment_id)
                    .map(|(id, _)| id.clone())
                    .collect();
                delete(session, facts, ids, Some(experiment_id), whole).boxed_local()
            }
            (25..=27, ..) => return self.kill(index, on.is_multiple_of(2), usize::from(bits)),
            (28, ..) if on >= 128 && !self.may_collide() => return self.clear(),
            (29, Some(run_id), _) if on < 64 => return leave_run(&session, &run_id, bits),
            (29, ..) if on < 128 => return session.renew_leases(),
            (29, ..) => {
                // From shorter than an interval to longer than the fences of deleted runs stay. No transaction takes that long: one that
                // a sleeping machine holds up goes through before any that is begun later over its tables.
                let times = [50.0, 20_000.0, 4_000_000.0, 8.0 * 86_400_000.0];
                // Not covered: a tab that slept through a week in which site data was cleared, and a run of it deleted after that, writes
                // the run again.
                let is_quiet = self.live().all(|tab| tab.tasks.is_empty()) && self.is_whole(None);
                self.clock.advance(times[which % if is_quiet { 4 } else { 3 }]);
                async move { drop(session.sweep_tombstones().await) }.boxed_local()
            }
            (30..=31 | 0..=7, ..) if others_whole => {
                let beginning = Rc::clone(&tab.beginning);
                begin(session, facts, which, beginning).boxed_local()
            }
            _ => return,
        };
        self.tabs[index].as_mut().unwrap().tasks.push(task);
        self.poll_last(index);
    }
}

/// Evicts all points from memory that may be evicted. Where site data was cleared and the tab has not learned of it, what was only
/// there is gone.
fn evict_all(session: &TabSession, facts: &mut Facts, is_up_to_date: bool) {
    session.announce();
    let slots = session.storage().memory().slots();
    for slot in slots {
        let Some((_, run_id)) = session.ids_of(slot) else { continue };
        if session.evict_run(slot) && !is_up_to_date {
            facts.keep(&run_id, &BTreeSet::new());
        }
        session.evict_read(slot, 0);
    }
}

pub async fn flush(session: Rc<TabSession>, facts: Shared<Facts>, written: Rc<Cell<u32>>) -> bool {
    let clears = facts.borrow().clears;
    let before = owned(&session, &facts.borrow());
    if session.flush().await.is_err() {
        return false;
    }
    for (run_id, logged) in before {
        let storage = session.storage();
        let Ok(slot) = storage.memory().run_slot(&run_id) else { continue };
        if storage.owns(slot) {
            let since = facts.borrow().logged_by(session.owner(), &run_id).len() - logged.len();
            assert!(
                storage.pending_points(slot) as usize <= since,
                "{run_id} is flushed, and points are pending"
            );
            facts.borrow_mut().require(&run_id, logged, session.database().clears_seen());
        }
    }
    if session.database().is_up_to_date() {
        written.set(clears);
    }
    true
}

fn log(session: &TabSession, facts: &mut Facts, run_id: &str, op: u8, bits: u16) {
    let key = usize::from(op) / 32 % 3;
    let count = if bits >= 65_000 { 9_000 } else { u64::from(bits % 8) + 1 };
    let mut storage = session.storage_mut();
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
    for point in facts.log(session.owner(), run_id, key, (0..count).map(step)) {
        storage.append(run, series, point).unwrap();
    }
}

fn edit(session: &TabSession, run_id: &str, on: u8, bits: u16) {
    let mut storage = session.storage_mut();
    let run = storage.memory().run_slot(run_id).unwrap();
    let change_tag = |run: &mut RunState| match on % 4 {
        0 => run.remove_tag("tag"),
        _ => run.set_tag("tag", &on.to_string()),
    };
    storage.change_run(run, change_tag).unwrap();
    // Few contents: some are put again, some under two keys, some by two runs.
    let _ = storage.put_artifact(run, ["weights", "best"][usize::from(on) / 3 % 2], &[(bits % 5) as u8]);
}

/// The last handle on a run is dropped, or there is one again.
fn leave_run(session: &TabSession, run_id: &str, bits: u16) {
    let Ok(run) = session.storage().memory().run_slot(run_id) else { return };
    if bits.is_multiple_of(2) { session.end_lease(run) } else { session.keep_lease(run) }
}

/// A run that a tab is about to acquire, until it has or is gone.
struct Resuming {
    facts: Shared<Facts>,
    run_id: String,
}

impl Drop for Resuming {
    fn drop(&mut self) {
        let all = &mut self.facts.borrow_mut().resuming;
        let index = all.iter().position(|id| *id == self.run_id).unwrap();
        all.swap_remove(index);
    }
}

async fn resume(session: Rc<TabSession>, facts: Shared<Facts>, run_id: String) {
    facts.borrow_mut().resuming.push(run_id.clone());
    let _resuming = Resuming { facts, run_id: run_id.clone() };
    let _ = session.resume_run(&run_id).await;
}

/// Sets a tag that no other operation of the model sets, whichever tab owns the run.
async fn tag(session: Rc<TabSession>, facts: Shared<Facts>, run_id: String, tag: String) {
    let clears = facts.borrow().clears;
    let birth = facts.borrow().runs[&run_id].clears;
    let edited =
        session.edit_run(&run_id, RunEdit::Tag(Tag { key: tag.clone(), value: String::new() })).await;
    let mut facts = facts.borrow_mut();
    // What was cleared is gone, and a run that was begun since under the same id is another one.
    let is_same = facts.runs.get(&run_id).is_some_and(|run| run.clears == birth);
    if edited.is_ok() && is_same && facts.clears == clears && session.database().is_up_to_date() {
        facts.require_tag(&run_id, tag);
    }
}

async fn begin(session: Rc<TabSession>, facts: Shared<Facts>, which: usize, beginning: Rc<Cell<u32>>) {
    beginning.set(beginning.get() + 1);
    let clears = facts.borrow().clears;
    let begun = session.begin_run(["a", "b"][which % 2], RunOptions::default()).await;
    beginning.set(beginning.get() - 1);
    if let Ok(slot) = begun {
        let storage = session.storage();
        let record = storage.memory().get(slot).unwrap().record();
        facts.borrow_mut().begun(&record.run_id, &record.experiment_id, clears);
    } else if clears > 0 {
        // Numbers are given again after site data was cleared, and there was no answer that says which.
        facts.borrow_mut().unanswered_begin = true;
    }
}

async fn delete(
    session: Rc<TabSession>,
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
    // Runs of an experiment that no tab has written again since site data was cleared are known to their owners alone.
    let is_certain = experiment.is_none() || whole;
    let deleted = match experiment {
        Some(id) => session.delete_experiment(&id).await,
        None => session.delete_run(&ids[0]).await,
    };
    // Where site data was cleared under it, so was what keeps an owner from writing it again.
    if deleted.is_ok() && is_certain && session.database().is_up_to_date() && facts.borrow().clears == clears
    {
        for (id, birth) in ids.iter().zip(births) {
            // One that was begun meanwhile under an id that was free again is another run.
            if let Some(run) = facts.borrow_mut().runs.get_mut(id).filter(|run| run.clears == birth) {
                run.is_gone = true;
            }
        }
    }
}
