//! Writing points and artifacts of an import.

use std::rc::Rc;
use std::sync::Arc;

use super::{find, imports_in, put_imports, read_imports};
use crate::database::operations::artifact_references::{probe_contents, put_content, put_reference};
use crate::database::{Answer, Change, ImportBatch, Key, Step, Table, Transaction, Value};
use crate::storage::Result;

/// Writes what no reader looks at before the import is published. `Conflict` if another page gave the import up.
#[must_use]
pub fn write_import(token: &str, batch: Rc<ImportBatch>, now_ms: f64) -> Transaction<()> {
    let token = token.to_owned();
    Transaction::writing("write_import", &[Table::Meta, Table::Points, Table::Artifacts], move |answers| {
        step(&token, &batch, now_ms, answers)
    })
}

fn step(token: &str, batch: &ImportBatch, now_ms: f64, answers: &[Answer]) -> Result<Step<()>> {
    let [imports, probes @ ..] = answers else {
        let hashes: Vec<&str> = batch.contents.iter().map(|(hash, _)| hash.as_str()).collect();
        let mut reads = vec![read_imports()];
        reads.extend(probe_contents(&hashes));
        return Ok(Step::Read(reads));
    };
    let mut imports = imports_in(imports);
    let import = find(&mut imports, token)?;
    import.heartbeat_ms = now_ms;
    import.contents.extend_from_slice(&batch.references);
    // The list comes first: of a prefix that is committed alone, it says what is to be removed.
    let mut changes = vec![put_imports(&imports)];
    for (run_id, key, first_index, block) in &batch.segments {
        let key = Key::segment(run_id, key, *first_index);
        changes.push(Change::Put(Table::Points, key, Value::Block(Arc::clone(block))));
    }
    for (run_id, sequence, block) in &batch.entries {
        let key = Key::log_entry(run_id, *sequence);
        changes.push(Change::Put(Table::Points, key, Value::Block(Arc::clone(block))));
    }
    for ((hash, bytes), probe) in batch.contents.iter().zip(probes) {
        if probe.keys().is_empty() {
            changes.push(put_content(hash, bytes));
        }
    }
    changes
        .extend(batch.references.iter().map(|reference| put_reference(&reference.hash, &reference.run_id)));
    Ok(Step::Write(changes, ()))
}
