//! A transaction as a plan: from the answers so far to the next requests.

use std::cell::Cell;
use std::fmt;

use futures::FutureExt;
use futures::future::LocalBoxFuture;

use super::Database;
use super::key::{Key, Range, Table};
use super::value::Value;
use crate::storage::{Result, StorageError};

/// Whether a transaction writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It only reads.
    ReadOnly,
    /// It may write.
    ReadWrite,
}

/// A request that reads.
#[derive(Debug, Clone, PartialEq)]
pub enum Read {
    /// The values of a range, in the order of their keys.
    Values(Table, Range),
    /// The keys of a range, in order.
    Keys(Table, Range),
    /// The experiments of this name.
    ExperimentsNamed(String),
}

impl Read {
    /// The value under one key.
    #[must_use]
    pub fn one(table: Table, key: impl Into<String>) -> Self {
        Self::Values(table, Range::One(Key::Text(key.into())))
    }
}

/// The answer to a [`Read`].
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// To a request for values.
    Values(Vec<Value>),
    /// To a request for keys.
    Keys(Vec<Key>),
}

impl Answer {
    /// The values; none in an answer of keys.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        match self {
            Self::Values(values) => values,
            Self::Keys(_) => &[],
        }
    }

    /// The keys; none in an answer of values.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        match self {
            Self::Keys(keys) => keys,
            Self::Values(_) => &[],
        }
    }
}

/// A request that writes.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Stores a value, over one that is there.
    Put(Table, Key, Value),
    /// Stores a value under a key that must be free, or the transaction fails with `Conflict`.
    Add(Table, Key, Value),
    /// Deletes a range.
    Delete(Table, Range),
}

impl Change {
    /// Deletes one record.
    #[must_use]
    pub fn delete(table: Table, key: Key) -> Self {
        Self::Delete(table, Range::One(key))
    }
}

/// What a transaction does next.
#[derive(Debug)]
pub enum Step<T> {
    /// Reads; then the plan is asked again, with the answers added, one for each request.
    Read(Vec<Read>),
    /// Writes and commits, with this output. Firefox may commit a prefix of the changes when a page closes: every prefix must be
    /// harmless.
    Write(Vec<Change>, T),
    /// Ends without writing.
    Done(T),
}

/// From all answers so far to what comes next. Asked again without answers when the transaction begins anew.
type Plan<'a, T> = dyn Fn(&[Answer]) -> Result<Step<T>> + 'a;

/// A transaction to be run by a [`Database`](super::Database).
pub struct Transaction<T> {
    /// Names the operation, for traces.
    pub name: &'static str,
    /// The tables it may touch.
    pub tables: &'static [Table],
    /// Whether it writes.
    pub mode: Mode,
    /// Whether it may be run again when the connection broke and it may have been committed already.
    pub is_repeatable: bool,
    /// Whether its requests may be issued in slices: see [`Transaction::in_slices`].
    pub is_sliced: bool,
    plan: Box<Plan<'static, T>>,
}

impl<T> Transaction<T> {
    /// A transaction that only reads.
    pub fn reading(
        name: &'static str,
        tables: &'static [Table],
        plan: impl Fn(&[Answer]) -> Result<Step<T>> + 'static,
    ) -> Self {
        Self {
            name,
            tables,
            mode: Mode::ReadOnly,
            is_repeatable: true,
            is_sliced: false,
            plan: Box::new(plan),
        }
    }

    /// A transaction that writes and that does no harm when it is run twice.
    pub fn writing(
        name: &'static str,
        tables: &'static [Table],
        plan: impl Fn(&[Answer]) -> Result<Step<T>> + 'static,
    ) -> Self {
        Self {
            name,
            tables,
            mode: Mode::ReadWrite,
            is_repeatable: true,
            is_sliced: false,
            plan: Box::new(plan),
        }
    }

    /// The transaction, to be run once: its caller finds out whether it was committed before it is run again.
    #[must_use]
    pub fn once(self) -> Self {
        Self { is_repeatable: false, ..self }
    }

    /// The transaction, with requests so many that the page has its turn in between. All others are issued as a whole at once, so that
    /// they are stored although the page goes away or its thread is busy; of this one nothing is stored then.
    #[must_use]
    pub fn in_slices(self) -> Self {
        Self { is_sliced: true, ..self }
    }

    /// What comes next after these answers.
    ///
    /// # Errors
    /// Those of the operation.
    pub fn next(&self, answers: &[Answer]) -> Result<Step<T>> {
        (self.plan)(answers)
    }
}

/// A transaction whose output its caller keeps: one type for all of them, so that a database is compiled once and not for each operation.
pub struct Execution<'a> {
    /// Names the operation, for traces.
    pub name: &'static str,
    /// The tables it may touch.
    pub tables: &'static [Table],
    /// Whether it writes.
    pub mode: Mode,
    /// Whether it may be run again when the connection broke and it may have been committed already.
    pub is_repeatable: bool,
    /// Whether its requests may be issued in slices: see [`Transaction::in_slices`].
    pub is_sliced: bool,
    plan: &'a Plan<'a, ()>,
}

impl Execution<'_> {
    /// What comes next after these answers.
    ///
    /// # Errors
    /// Those of the operation.
    pub fn next(&self, answers: &[Answer]) -> Result<Step<()>> {
        (self.plan)(answers)
    }
}

impl fmt::Debug for Execution<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Execution")
            .field("name", &self.name)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

/// What runs executions: a database, or what is around one. Every output type has a future of its own, so what it awaits is boxed: it
/// stays small.
pub(crate) trait Executor {
    /// Runs a transaction. Resolves only after it completed.
    fn execute_boxed<'a>(&'a self, execution: Execution<'a>) -> LocalBoxFuture<'a, Result<()>>;
}

impl<D: Database> Executor for D {
    fn execute_boxed<'a>(&'a self, execution: Execution<'a>) -> LocalBoxFuture<'a, Result<()>> {
        self.execute(execution).boxed_local()
    }
}

impl<T> Transaction<T> {
    /// Has the transaction run, and returns the output of the step that ended it.
    pub(crate) async fn run(self, executor: &dyn Executor) -> Result<T> {
        let output = Cell::new(None);
        let plan = |answers: &[Answer]| {
            Ok(match self.next(answers)? {
                Step::Read(reads) => Step::Read(reads),
                Step::Write(changes, result) => {
                    output.set(Some(result));
                    Step::Write(changes, ())
                }
                Step::Done(result) => {
                    output.set(Some(result));
                    Step::Done(())
                }
            })
        };
        let &Self { name, tables, mode, is_repeatable, is_sliced, .. } = &self;
        let execution = Execution { name, tables, mode, is_repeatable, is_sliced, plan: &plan };
        executor.execute_boxed(execution).await?;
        output.take().ok_or_else(no_outcome)
    }
}

fn no_outcome() -> StorageError {
    StorageError::Backend("a transaction ended without an outcome".to_owned())
}

impl<T> fmt::Debug for Transaction<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("name", &self.name)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}
