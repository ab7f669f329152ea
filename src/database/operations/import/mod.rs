//! Imports: reserving ids for their runs, writing what readers do not see yet, publishing, and removing what was cut off.

mod publish;
mod reserve;
mod sweep;
mod write;

pub use publish::publish_import;
pub use reserve::reserve_import_runs;
pub use sweep::{IMPORT_LIFETIME_MS, SweptImports, discard_import, has_imports, sweep_imports};
pub use write::write_import;

use crate::database::{Answer, Change, Import, Imports, Key, Read, Table, Value};
use crate::storage::{Result, StorageError};

/// Reads the list of imports.
fn read_imports() -> Read {
    Read::one(Table::Meta, Imports::KEY)
}

/// The list in the answer to [`read_imports`]. One that cannot be read counts as empty, and the next import writes another: published
/// runs have records of their own, and an import that is under way fails as one that was given up.
fn imports_in(answer: &Answer) -> Imports {
    match answer.values() {
        [Value::Imports(imports), ..] => imports.clone(),
        _ => Imports::default(),
    }
}

/// Stores the list; an empty one is deleted.
fn put_imports(imports: &Imports) -> Change {
    let key = Key::text(Imports::KEY);
    if imports.under_way.is_empty() {
        Change::delete(Table::Meta, key)
    } else {
        Change::Put(Table::Meta, key, Value::Imports(imports.clone()))
    }
}

/// The import of this token.
///
/// # Errors
/// `Conflict` if another page swept it, because it had not written for long.
fn find<'a>(imports: &'a mut Imports, token: &str) -> Result<&'a mut Import> {
    let swept = || {
        StorageError::Conflict("the import is no longer known, because it paused for ten minutes or the site's data was cleared: import again".to_owned())
    };
    imports.under_way.iter_mut().find(|import| import.token == token).ok_or_else(swept)
}
