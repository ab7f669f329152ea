//! Reading an artifact's content.

use std::sync::Arc;

use crate::database::{Read, Step, Table, Transaction, Value};
use crate::storage::StorageError;

/// Reads the content with this hash.
#[must_use]
pub fn read_artifact(hash: &str) -> Transaction<Option<Arc<[u8]>>> {
    let hash = hash.to_owned();
    Transaction::reading("read_artifact", &[Table::Artifacts], move |answers| {
        let [answer] = answers else { return Ok(Step::Read(vec![Read::one(Table::Artifacts, &*hash)])) };
        match answer.values() {
            [] => Ok(Step::Done(None)),
            [Value::Content { bytes, .. }, ..] => Ok(Step::Done(Some(Arc::clone(bytes)))),
            [Value::Corrupt(cause), ..] => Err(StorageError::Corrupt(cause.clone())),
            _ => Err(StorageError::Corrupt("an artifact's record is another record".to_owned())),
        }
    })
}
