//! A tab's connection to a database that tabs share. Transactions fail, wait and lose their answers as a script says: faults are injected
//! here and nowhere else, in front of the operations that ship.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::task::Poll;

use entrenar::database::{Change, Database, Execution, MemoryDatabase, Mode, Step, Table, Value};
use entrenar::storage::{Result, StorageError};
use futures::channel::oneshot;
use futures::future::poll_fn;

/// What happens to one transaction: so many polls go by, it goes through or not, and so many more until it answers.
#[derive(Debug, Default)]
pub struct Fault {
    pub before: u8,
    /// It waits for this, too, before it goes through.
    pub until: Option<oneshot::Receiver<()>>,
    pub fails: Option<StorageError>,
    pub after: u8,
    pub answer_lost: bool,
}

impl Fault {
    /// It goes through.
    pub fn none() -> Self {
        Self::default()
    }

    /// It fails and leaves nothing behind.
    pub fn fails(cause: StorageError) -> Self {
        Self { fails: Some(cause), ..Self::default() }
    }

    /// It completes, but its answer is lost: the caller sees a broken connection.
    pub fn answer_lost() -> Self {
        Self { answer_lost: true, ..Self::default() }
    }

    /// It takes until the sender says so, and then goes through.
    pub fn slow_until(go: oneshot::Receiver<()>) -> Self {
        Self { until: Some(go), ..Self::default() }
    }
}

pub fn broken() -> StorageError {
    StorageError::ConnectionLost("injected".into())
}

pub fn full() -> StorageError {
    StorageError::QuotaExceeded("injected".into())
}

/// The database that all tabs share.
#[derive(Debug, Clone, Default)]
pub struct SharedDatabase {
    pub memory: MemoryDatabase,
    identity: Rc<Cell<u32>>,
    /// How often it was written.
    writes: Rc<Cell<u64>>,
    /// Whether every transaction is printed.
    pub is_traced: Rc<Cell<bool>>,
}

impl SharedDatabase {
    pub fn connect(&self) -> FaultyDatabase {
        let seen = Rc::new(Cell::new(self.identity.get()));
        FaultyDatabase { shared: self.clone(), seen, ..FaultyDatabase::default() }
    }

    fn apply(&self, changes: Vec<Change>) -> Result<()> {
        self.writes.set(self.writes.get() + u64::from(!changes.is_empty()));
        self.memory.apply(changes)
    }

    /// Site data is cleared: every tab is told so once, by the first transaction that it tries.
    pub fn clear(&self) {
        self.memory.clear();
        self.identity.set(self.identity.get() + 1);
    }
}

/// What a browser does, when a page closes, with the transactions that it was given and that have not gone through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnClose {
    /// It commits those of which everything was issued, and no other.
    #[default]
    Commits,
    /// As Firefox: it commits as many of their changes as had been issued by then.
    CommitsPart,
    /// As browsers under load: it drops them. The exit log is kept, by its copy.
    Drops,
}

/// A transaction that has not gone through yet.
struct PendingTransaction {
    /// What it would have changed when it was issued.
    changes: Vec<Change>,
    /// Whether it reads first: its changes are not issued before the answers are there.
    reads_first: bool,
    /// How often the database had been written by then: what it read is out of date after another write.
    writes: u64,
    /// How many times site data had been cleared when this tab last looked: it was issued on the connection opened then.
    clears_seen: u32,
    /// The tables it may touch, if it writes.
    written: Option<&'static [Table]>,
}

/// A tab's connection. Faults are used up in order; after the last every transaction goes through at once.
#[derive(Clone, Default)]
pub struct FaultyDatabase {
    pub shared: SharedDatabase,
    seen: Rc<Cell<u32>>,
    /// For whatever transaction comes next.
    pub faults: Rc<RefCell<VecDeque<Fault>>>,
    /// For the next transactions of one operation: these come first.
    of_operation: Rc<RefCell<BTreeMap<&'static str, VecDeque<Fault>>>>,
    /// The names of all operations that were asked for.
    pub asked: Rc<RefCell<Vec<&'static str>>>,
    issued: Rc<RefCell<BTreeMap<usize, PendingTransaction>>>,
    next_issued: Rc<Cell<usize>>,
    pub on_close: OnClose,
    /// A transaction that stores a larger content fails: it does not fit.
    pub most_content_bytes: Rc<Cell<Option<usize>>>,
}

impl std::fmt::Debug for FaultyDatabase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FaultyDatabase").field("seen", &self.seen).finish_non_exhaustive()
    }
}

/// Takes an issued transaction out of the list, also when its caller is gone.
struct Registration {
    issued: Rc<RefCell<BTreeMap<usize, PendingTransaction>>>,
    number: usize,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.issued.borrow_mut().remove(&self.number);
    }
}

/// The tables that the transaction may touch, if it writes.
fn written(execution: &Execution<'_>) -> Option<&'static [Table]> {
    (execution.mode == Mode::ReadWrite).then_some(execution.tables)
}

async fn wait(polls: u8) {
    let mut left = polls;
    poll_fn(|_| {
        left = left.wrapping_sub(1);
        if left == u8::MAX { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

impl FaultyDatabase {
    /// What happens to the next transactions of this operation.
    pub fn next_of(&self, operation: &'static str, faults: impl IntoIterator<Item = Fault>) {
        self.of_operation.borrow_mut().entry(operation).or_default().extend(faults);
    }

    /// How many transactions of this operation were asked for.
    pub fn count_of(&self, operation: &str) -> usize {
        self.asked.borrow().iter().filter(|name| **name == operation).count()
    }

    /// Whether all faults for whatever transaction comes next were used up.
    pub fn is_used_up(&self) -> bool {
        self.faults.borrow().is_empty()
    }

    /// How many times site data had been cleared when this tab last looked.
    pub fn clears_seen(&self) -> u32 {
        self.seen.get()
    }

    /// Whether this tab knows the database that there is now.
    pub fn is_up_to_date(&self) -> bool {
        self.seen.get() == self.shared.identity.get()
    }

    /// The page closes. A browser that [`OnClose::CommitsPart`] commits as many changes as `of` leaves of each transaction, or none if one of
    /// them fails: it commits by itself once all have gone through, for it was not asked to before. Returns whether any was cut.
    pub fn close_page(&self, of: usize) -> bool {
        let issued = std::mem::take(&mut *self.issued.borrow_mut());
        let mut is_any_cut = false;
        for PendingTransaction { changes, reads_first, writes, clears_seen, .. } in issued.into_values() {
            if clears_seen != self.shared.identity.get() {
                // It was begun on a connection that died when site data was cleared.
                continue;
            }
            if reads_first && writes != self.shared.writes.get() {
                // It waited for another transaction, and was not given anything yet.
                continue;
            }
            // The exit log gets one change, and the first poll issues it.
            let is_exit = changes.len() == 1 && !reads_first;
            let count = match self.on_close {
                _ if is_exit => 1,
                OnClose::Commits if !reads_first => {
                    let _ = self.shared.apply(changes);
                    continue;
                }
                OnClose::Commits | OnClose::Drops => continue,
                OnClose::CommitsPart => of % (changes.len() + 1),
            };
            is_any_cut |= count > 0 && count < changes.len();
            let _ = self.shared.apply(changes.into_iter().take(count).collect());
        }
        is_any_cut
    }

    fn register(&self, execution: &Execution<'_>) -> Registration {
        let number = self.next_issued.get();
        self.next_issued.set(number + 1);
        let reads_first = matches!(execution.next(&[]), Ok(Step::Read(_)));
        let changes = self.shared.memory.evaluate(execution).unwrap_or_default();
        self.issued.borrow_mut().insert(
            number,
            PendingTransaction {
                changes,
                reads_first,
                writes: self.shared.writes.get(),
                clears_seen: self.seen.get(),
                written: written(execution),
            },
        );
        Registration { issued: Rc::clone(&self.issued), number }
    }

    /// Resolves when it is this transaction's turn: of one connection, those that write the same tables go through in the order in which
    /// they were issued, as IndexedDB has it. In all other orders they may overtake each other here.
    async fn until_earlier_writes_end(&self, number: usize, execution: &Execution<'_>) {
        let written = written(execution);
        poll_fn(|context| {
            let is_next = written.is_none()
                || self.issued.borrow().range(..number).all(|(_, earlier)| earlier.written != written);
            if is_next {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    fn check_fits(&self, changes: &[Change]) -> Result<()> {
        let Some(most) = self.most_content_bytes.get() else { return Ok(()) };
        let is_too_large = |change: &Change| match change {
            Change::Put(_, _, Value::Content { bytes, .. }) => bytes.len() > most,
            _ => false,
        };
        if changes.iter().any(is_too_large) { Err(full()) } else { Ok(()) }
    }

    fn next_fault(&self, operation: &'static str) -> Fault {
        let named = self.of_operation.borrow_mut().get_mut(operation).and_then(VecDeque::pop_front);
        named.or_else(|| self.faults.borrow_mut().pop_front()).unwrap_or_default()
    }
}

impl Database for FaultyDatabase {
    fn may_commit_in_part(&self) -> bool {
        self.on_close == OnClose::CommitsPart
    }

    async fn execute(&self, execution: Execution<'_>) -> Result<()> {
        let name = execution.name;
        let is_traced = self.shared.is_traced.get();
        if is_traced {
            println!("    {name}");
        }
        self.asked.borrow_mut().push(name);
        let began_with = self.seen.get();
        let Fault { before, until, fails, after, answer_lost } = self.next_fault(name);
        let registration = self.register(&execution);
        wait(before).await;
        if let Some(go) = until {
            let _ = go.await;
        }
        self.until_earlier_writes_end(registration.number, &execution).await;
        drop(registration);
        if let Some(cause) = fails {
            return Err(cause);
        }
        if !self.is_up_to_date() {
            self.seen.set(self.shared.identity.get());
            return Err(StorageError::Cleared("injected".into()));
        }
        if self.seen.get() != began_with {
            // It was begun on the old connection, which is dead.
            return Err(broken());
        }
        let evaluated = self.shared.memory.evaluate(&execution);
        let result = evaluated.and_then(|changes| {
            if is_traced {
                println!("      {changes:?}");
            }
            self.check_fits(&changes)?;
            self.shared.apply(changes)
        });
        wait(after).await;
        if is_traced {
            println!("    {name} -> {result:?}");
        }
        // Answered when its tab knows already that site data was cleared, it speaks of what is gone.
        let is_lost = answer_lost || self.seen.get() != began_with;
        if is_lost { result.and_then(|()| Err(broken())) } else { result }
    }

    fn close(&self) {}
}
