//! What a backup has to know of the database besides its runs.

use super::tombstones::{read_tombstones, tombstones_in};
use crate::database::{DatabaseMeta, Read, Step, Table, Tombstone, Transaction, Value};

/// Reads the database's identity (empty where it has none, in memory) and which runs were deleted lately.
#[must_use]
pub fn read_backup_source() -> Transaction<(String, Vec<Tombstone>)> {
    Transaction::reading("read_backup_source", &[Table::Meta], |answers| {
        let [meta, tombstones] = answers else {
            return Ok(Step::Read(vec![Read::one(Table::Meta, DatabaseMeta::KEY), read_tombstones()]));
        };
        let identity = match meta.values() {
            [Value::Meta(meta)] => meta.identity.clone(),
            _ => String::new(),
        };
        Ok(Step::Done((identity, tombstones_in(tombstones).deleted)))
    })
}
