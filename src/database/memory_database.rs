//! A database in memory: where there is no IndexedDB, and in tests.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::Database;
use super::key::{Key, Range, Table};
use super::transaction::{Answer, Change, Execution, Read, Step};
use super::value::Value;
use crate::storage::{Result, StorageError};

/// The records of all tables.
type Records = BTreeMap<(Table, Key), Value>;

/// A database in memory. Clones share it, as tabs share a database.
#[derive(Debug, Clone, Default)]
pub struct MemoryDatabase {
    records: Rc<RefCell<Records>>,
}

impl MemoryDatabase {
    /// An empty database.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks a transaction's plan until it is done. Returns what it would write.
    ///
    /// # Errors
    /// Those of the plan.
    pub fn evaluate(&self, execution: &Execution<'_>) -> Result<Vec<Change>> {
        let mut answers = Vec::new();
        loop {
            match execution.next(&answers)? {
                Step::Read(reads) => {
                    for read in &reads {
                        answers.push(self.answer(read));
                    }
                }
                Step::Write(changes, ()) => return Ok(changes),
                Step::Done(()) => return Ok(Vec::new()),
            }
        }
    }

    /// Makes all changes, or none.
    ///
    /// # Errors
    /// `Conflict` if a key to be added is taken.
    pub fn apply(&self, changes: Vec<Change>) -> Result<()> {
        let mut records = self.records.borrow_mut();
        let mut undo: Vec<((Table, Key), Option<Value>)> = Vec::new();
        for change in changes {
            match change {
                Change::Put(table, key, value) => {
                    let key = (table, key);
                    let old = records.insert(key.clone(), value);
                    undo.push((key, old));
                }
                Change::Add(table, key, value) => {
                    let key = (table, key);
                    if records.contains_key(&key) {
                        roll_back(&mut records, undo);
                        let (table, key) = key;
                        return Err(StorageError::Conflict(format!("{key:?} is in {table:?} already")));
                    }
                    records.insert(key.clone(), value);
                    undo.push((key, None));
                }
                Change::Delete(table, range) => {
                    let found = within(&records, table, &range).into_iter();
                    let keys: Vec<(Table, Key)> = found.map(|(key, _)| (table, key.clone())).collect();
                    for key in keys {
                        let old = records.remove(&key);
                        undo.push((key, old));
                    }
                }
            }
        }
        Ok(())
    }

    /// The records of a range, in the order of their keys.
    #[must_use]
    pub fn records(&self, table: Table, range: &Range) -> Vec<(Key, Value)> {
        let records = self.records.borrow();
        let mut found = Vec::new();
        for (key, value) in within(&records, table, range) {
            found.push((key.clone(), value.clone()));
        }
        found
    }

    /// Forgets everything, as clearing the site's data does.
    pub fn clear(&self) {
        self.records.borrow_mut().clear();
    }

    fn answer(&self, read: &Read) -> Answer {
        let found = match read {
            Read::Values(table, range) | Read::Keys(table, range) => self.records(*table, range),
            Read::ExperimentsNamed(_) => self.records(Table::Experiments, &Range::All),
        };
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for (key, value) in found {
            let is_asked = match read {
                Read::ExperimentsNamed(name) => {
                    matches!(&value, Value::Experiment(found) if found.name == *name)
                }
                _ => true,
            };
            if is_asked {
                keys.push(key);
                values.push(value);
            }
        }
        if matches!(read, Read::Keys(..)) { Answer::Keys(keys) } else { Answer::Values(values) }
    }
}

/// The records of a range. Ranges are contiguous in the order of keys.
fn within<'a>(records: &'a Records, table: Table, range: &Range) -> Vec<(&'a Key, &'a Value)> {
    // No key is lower than the empty text.
    let lowest = range.lowest().unwrap_or_else(|| Key::text(""));
    let mut found = Vec::new();
    for ((of, key), value) in records.range((table, lowest)..) {
        if *of != table || !range.contains(key) {
            break;
        }
        found.push((key, value));
    }
    found
}

fn roll_back(records: &mut Records, undo: Vec<((Table, Key), Option<Value>)>) {
    for (key, old) in undo.into_iter().rev() {
        match old {
            Some(value) => drop(records.insert(key, value)),
            None => drop(records.remove(&key)),
        }
    }
}

impl Database for MemoryDatabase {
    fn may_commit_in_part(&self) -> bool {
        false
    }

    async fn execute(&self, execution: Execution<'_>) -> Result<()> {
        self.apply(self.evaluate(&execution)?)
    }

    fn close(&self) {}
}
