//! Numbers for ids, counted in the database.

use crate::database::{Answer, Change, IdCounters, Key, Read, ReservedIds, Step, Table, Transaction, Value};
use crate::storage::{Result, StorageError};

/// Reserves so many ids of each kind: no other session gets them.
#[must_use]
pub fn reserve_ids(experiments: u64, runs: u64) -> Transaction<ReservedIds> {
    Transaction::writing("reserve_ids", &[Table::Meta], move |answers| {
        let [stored] = answers else { return Ok(Step::Read(vec![read_counters()])) };
        let mut counters = counters_in(stored)?;
        let (experiment, run) = (counters.next_experiment as u64, counters.next_run as u64);
        counters.next_experiment += experiments as f64;
        counters.next_run += runs as f64;
        let reserved =
            ReservedIds { experiments: experiment..experiment + experiments, runs: run..run + runs };
        Ok(Step::Write(vec![put_counters(counters)], reserved))
    })
}

pub(super) fn read_counters() -> Read {
    Read::one(Table::Meta, IdCounters::KEY)
}

pub(super) fn put_counters(counters: IdCounters) -> Change {
    Change::Put(Table::Meta, Key::text(IdCounters::KEY), Value::Counters(counters))
}

/// The counters in the answer to [`read_counters`].
pub(super) fn counters_in(answer: &Answer) -> Result<IdCounters> {
    match answer.values() {
        [] => Ok(IdCounters::default()),
        [Value::Counters(counters), ..] => Ok(counters.clone()),
        _ => Err(StorageError::Corrupt("the counters of ids cannot be read".to_owned())),
    }
}
