//! Reading what was logged of several runs since they were read.

use super::blocks;
use super::tombstones::{live_run, read_tombstones};
use crate::database::{Range, Read, Step, StoredPoints, Table, Transaction};

/// Reads, of each run, the log entries from a sequence number on. Nothing for a run of which that is not enough: log entries from there on
/// were compacted meanwhile, or it was deleted, or its record is corrupt.
#[must_use]
pub fn read_news(runs: Vec<(String, u64)>) -> Transaction<Vec<Option<StoredPoints>>> {
    Transaction::reading("read_news", &[Table::Meta, Table::Runs, Table::Points], move |answers| {
        let [tombstones, of_runs @ ..] = answers else { return Ok(Step::Read(reads(&runs))) };
        let news = runs.iter().zip(of_runs.chunks_exact(2)).map(|((run_id, from_sequence), answers)| {
            let record = live_run(tombstones, &answers[0], run_id).ok()??;
            let is_enough = *from_sequence > 0 && record.compacted_sequence as u64 <= *from_sequence;
            let blocks = blocks(answers[1].values());
            is_enough.then_some(StoredPoints { record: Some(record), is_whole: false, blocks })
        });
        Ok(Step::Done(news.collect()))
    })
}

fn reads(runs: &[(String, u64)]) -> Vec<Read> {
    let mut reads = vec![read_tombstones()];
    for (run_id, from_sequence) in runs {
        reads.push(Read::one(Table::Runs, run_id));
        reads.push(Read::Values(Table::Points, Range::log_from(run_id, *from_sequence)));
    }
    reads
}
