//! Writing to the exit log: for a page that may be gone before it gets an answer.

use crate::database::{Change, ExitRecord, Key, Step, Table, Transaction, Value};

/// Appends a record to the exit log under a random token. It waits for no other transaction, and what it holds is read only after
/// `recover_exit_log`. Appending what was committed already does no harm.
#[must_use]
pub fn append_exit_log(token: &str, exit: ExitRecord) -> Transaction<()> {
    let key = Key::text(token);
    let append = move |_: &[_]| {
        let value = Value::Exit(Box::new(exit.clone()));
        Ok(Step::Write(vec![Change::Put(Table::Exits, key.clone(), value)], ()))
    };
    Transaction::writing("append_exit_log", &[Table::Exits], append).once()
}
