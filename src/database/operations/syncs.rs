//! What is known of a run's way to tracking servers: one record of each run, which is deleted with it, with a state for each server and
//! experiment. One page at a time sends a run to one of them: its lease is in the state, and only its holder changes that.

use super::tombstones::{existing_run, read_tombstones};
use crate::database::{Answer, Change, Key, Range, Read, Step, Table, Transaction, Value};
use crate::interop::mlflow::{Lease, SyncState, Syncs};
use crate::storage::{Result, StorageError};

/// What came of [`acquire_sync`].
#[derive(Debug, Clone, PartialEq)]
pub enum Acquisition {
    /// The caller holds the lease from now on.
    Acquired(Box<SyncState>),
    /// Another page held it when this was looked at.
    Held(Lease),
}

/// Reads how far a run was sent, and where to.
#[must_use]
pub fn read_syncs(run_id: &str) -> Transaction<Syncs> {
    let key = Key::syncs(run_id);
    Transaction::reading("read_syncs", &[Table::Meta], move |answers| match answers {
        [stored] => Ok(Step::Done(syncs_in(stored)?)),
        _ => Ok(Step::Read(vec![Read::Values(Table::Meta, Range::One(key.clone()))])),
    })
}

/// Acquires the sync of a run to a server's experiment for the holder of this lease, if it is free, or if it is held by a lease that the
/// caller found to be over.
#[must_use]
pub fn acquire_sync(
    run_id: &str,
    url: &str,
    experiment: &str,
    lease: Lease,
    over: Option<Lease>,
) -> Transaction<Acquisition> {
    let (id, url, experiment) = (run_id.to_owned(), url.to_owned(), experiment.to_owned());
    changing("acquire_sync", run_id, move |mut syncs| {
        if syncs.find(&url, &experiment).is_none() {
            syncs.targets.push(SyncState::new(&url, &experiment));
        }
        let Some(state) = syncs.targets.iter_mut().find(|state| state.is_of(&url, &experiment)) else {
            return Ok(Step::Done(Acquisition::Held(Lease::default())));
        };
        let held = &state.lease;
        let is_free = held.holder.is_empty() || held.holder == lease.holder || Some(held) == over.as_ref();
        if !is_free {
            return Ok(Step::Done(Acquisition::Held(held.clone())));
        }
        state.lease = lease.clone();
        let acquired = Acquisition::Acquired(Box::new(state.clone()));
        Ok(Step::Write(vec![put_syncs(&id, syncs)], acquired))
    })
}

/// Stores the state of a sync whose lease `holder` holds; the state may say that it holds it no longer.
///
/// It fails with `Conflict` if another page acquired it meanwhile.
#[must_use]
pub fn store_sync(run_id: &str, holder: &str, state: SyncState) -> Transaction<()> {
    let (id, holder) = (run_id.to_owned(), holder.to_owned());
    changing("store_sync", run_id, move |mut syncs| {
        let stored = syncs.targets.iter_mut().find(|stored| stored.is_of(&state.url, &state.experiment));
        match stored {
            Some(stored) if stored.lease.holder == holder || *stored == state => *stored = state.clone(),
            _ => return Err(StorageError::Conflict("another page sends this run now".to_owned())),
        }
        Ok(Step::Write(vec![put_syncs(&id, syncs)], ()))
    })
}

/// A change of a run's record of syncs, if the run is there.
fn changing<T>(
    name: &'static str,
    run_id: &str,
    change: impl Fn(Syncs) -> Result<Step<T>> + 'static,
) -> Transaction<T> {
    let run_id = run_id.to_owned();
    Transaction::writing(name, &[Table::Meta, Table::Runs], move |answers| {
        let [tombstones, run, syncs] = answers else {
            return Ok(Step::Read(vec![
                read_tombstones(),
                Read::one(Table::Runs, &*run_id),
                Read::Values(Table::Meta, Range::One(Key::syncs(&run_id))),
            ]));
        };
        existing_run(tombstones, run, &run_id)?;
        change(syncs_in(syncs)?)
    })
}

fn syncs_in(answer: &Answer) -> Result<Syncs> {
    match answer.values() {
        [] => Ok(Syncs::default()),
        [Value::Syncs(syncs), ..] => Ok((**syncs).clone()),
        _ => Err(StorageError::Corrupt("what is known of the run's way to MLflow cannot be read".to_owned())),
    }
}

fn put_syncs(run_id: &str, syncs: Syncs) -> Change {
    Change::Put(Table::Meta, Key::syncs(run_id), Value::Syncs(Box::new(syncs)))
}
