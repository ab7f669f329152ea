//! How records lie in IndexedDB: object stores and versions.
//!
//! | store | key | value |
//! |---|---|---|
//! | `meta` | `"database"` | `DatabaseMeta` |
//! | `meta` | `"ids"` | `IdCounters` |
//! | `meta` | `"tombstones"` | `Tombstones` |
//! | `meta` | `["artifact", hash, run id]` | `{ format }`: the run refers to the content |
//! | `experiments` | id | `ExperimentRecord` |
//! | `runs` | id | `RunRecord` |
//! | `points` | `[run id, "", sequence]` | `{ format, points: Uint8Array }`: an entry of the run's log |
//! | `points` | `[run id, metric key, first index]` | the same: a segment of one series |
//! | `artifacts` | hash | `{ format, bytes: Uint8Array, has_references? }` |
//! | `exits` | random | an exit log record, see `ExitRecord` |

use rexie::{Index, ObjectStore, RexieBuilder};

use crate::database::Table;

/// The version of this layout, and of the databases it creates. Opening never names it: a newer, compatible one must open.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// The index of experiments by name.
pub(super) const BY_NAME: &str = "name";

/// The object store of a table.
pub(super) fn store_name(table: Table) -> &'static str {
    match table {
        Table::Meta => "meta",
        Table::Experiments => "experiments",
        Table::Runs => "runs",
        Table::Points => "points",
        Table::Artifacts => "artifacts",
        Table::Exits => "exits",
    }
}

/// Describes all stores for a database that is created. An upgrade deletes what its builder does not list.
pub(super) fn builder(name: &str) -> RexieBuilder {
    Table::ALL.into_iter().fold(RexieBuilder::new(name), |builder, table| {
        let store = ObjectStore::new(store_name(table));
        builder.add_object_store(match table {
            Table::Experiments => store.add_index(Index::new(BY_NAME, "name")),
            _ => store,
        })
    })
}
