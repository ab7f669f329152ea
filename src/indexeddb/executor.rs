//! Runs transactions over rexie: their plans are asked, their requests issued, and what is over is told apart from what is not. A
//! repeatable transaction survives a connection that breaks: its plan is asked again from the start.
//!
//! A writing transaction issues all its requests and the commit at once. Not so in Firefox, which commits although one of the requests
//! failed, if another one followed and the commit was asked for before the failure was known. There a transaction of several requests is
//! left to commit by itself. Nor the publication of an import, which may have thousands: it is issued in slices, so that the page has its
//! turn in between. It stays active, for each slice is issued by an answer to one before.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use futures::FutureExt;
use rexie::TransactionMode;
use wasm_bindgen::JsValue;

use super::IndexedDbDatabase;
use super::codec::{decode_key, decode_value};
use super::connection::cleared_meanwhile;
use super::dom_error::{classify, classify_abort, unanswered};
use super::exit_log_backup;
use super::failed_requests::ANSWER_MS;
use super::pending_requests::{Ending, PendingRequests};
use super::quirks::is_firefox;
use super::requests::{change_request, read_request};
use super::schema::store_name;
use super::timer::sleep;
use crate::database::{Answer, Change, Execution, ExitRecord, Key, Mode, Range, Read, Step, Table, Value};
use crate::storage::{Result, StorageError};

/// How often a repeatable transaction is tried on connections that break.
const TRIES: u32 = 3;

/// How many requests are issued in one go at most, where the transaction may be issued in slices.
const AT_ONCE: usize = 500;

impl IndexedDbDatabase {
    /// Runs a transaction.
    ///
    /// Where the database is open and the plan writes at once, everything is issued by the first poll: a page that goes away gets no
    /// second one.
    pub(super) async fn run(&self, transaction: &Execution<'_>) -> Result<()> {
        let result = self.try_to_run(transaction).await;
        if result.is_err()
            && let Some((token, _)) = appended_exit(transaction)
        {
            self.exit_log_backup.note_failed(&token);
        }
        result
    }

    async fn try_to_run(&self, transaction: &Execution<'_>) -> Result<()> {
        let is_writing = transaction.mode == Mode::ReadWrite;
        if is_writing && transaction.tables.len() > 1 {
            self.closing.is_over().await;
        }
        let clears = self.connection.clears();
        let tries = if transaction.is_repeatable { TRIES } else { 1 };
        for tried in 1.. {
            let result = self.attempt(transaction).await;
            // What was meant for a database that was cleared is not for the one that stands there now, nor is its answer.
            if self.connection.clears() != clears && !matches!(result, Err(StorageError::Cleared(_))) {
                return Err(cleared_meanwhile());
            }
            if !matches!(result, Err(StorageError::ConnectionLost(_) | StorageError::ReloadNeeded(_))) {
                return result;
            }
            self.connection.close();
            if tried == tries || matches!(result, Err(StorageError::ReloadNeeded(_))) {
                return result;
            }
        }
        Err(unanswered())
    }

    async fn attempt(&self, transaction: &Execution<'_>) -> Result<()> {
        if !self.connection.is_open() {
            // Opening it may take longer than the page lives.
            self.keep_backup(transaction);
            self.connection.ensure_open().await?;
        }
        let stores: Vec<&str> = transaction.tables.iter().copied().map(store_name).collect();
        let mode = match transaction.mode {
            Mode::ReadOnly => TransactionMode::ReadOnly,
            Mode::ReadWrite => TransactionMode::ReadWrite,
        };
        let idb_transaction = self.connection.transaction(&stores, mode).inspect_err(|_| {
            // The page may not live to try again.
            self.keep_backup(transaction);
        })?;
        let at_once = if transaction.is_sliced { AT_ONCE } else { usize::MAX };
        let mut answers = Vec::new();
        loop {
            match transaction.next(&answers)? {
                Step::Read(reads) => {
                    for slice in reads.chunks(at_once) {
                        answers.append(&mut self.read_all(&idb_transaction, slice).await?);
                    }
                }
                Step::Write(changes, ()) => {
                    let result = self.write_all(idb_transaction, &changes, at_once).await;
                    if let Err(StorageError::QuotaExceeded(_)) = result {
                        self.have_usage_measured().await;
                    }
                    return result;
                }
                Step::Done(()) => return Ok(()),
            }
        }
    }

    /// What a page writes on leaving is kept beside the database at once.
    fn keep_backup(&self, transaction: &Execution<'_>) {
        if let Some((token, exit)) = appended_exit(transaction) {
            self.exit_log_backup.keep(self.name(), &token, &exit);
        }
    }

    /// Issues all requests at once.
    async fn read_all(&self, transaction: &rexie::Transaction, reads: &[Read]) -> Result<Vec<Answer>> {
        let mut issued = PendingRequests::new(&self.failed);
        let mut result = Ok(());
        for read in reads {
            let request = read_request(transaction, read);
            result = match request {
                Ok(request) => issued.issue(request).await.map_err(StorageError::from),
                Err(cause) => Err(cause),
            };
            if result.is_err() {
                break;
            }
        }
        let mut values = Vec::with_capacity(reads.len());
        if result.is_ok() {
            let mut timeout = sleep(ANSWER_MS);
            let mut abandoned = pin!(self.connection.until_abandoned());
            result = poll_fn(|context| {
                while let Poll::Ready(answer) = issued.poll_answer(context) {
                    match answer {
                        Some(Ok(answer)) => values.push(answer),
                        Some(Err(cause)) => return Poll::Ready(Err(cause.into())),
                        None => return Poll::Ready(Ok(())),
                    }
                }
                let given_up =
                    timeout.poll_unpin(context).is_ready() || abandoned.as_mut().poll(context).is_ready();
                if given_up { Poll::Ready(Err(unanswered())) } else { Poll::Pending }
            })
            .await;
        }
        result?;
        let mut answers = Vec::with_capacity(reads.len());
        for (read, values) in reads.iter().zip(&values) {
            answers.push(self.answer(read, values));
        }
        Ok(answers)
    }

    fn answer(&self, read: &Read, found: &[JsValue]) -> Answer {
        // The backup is part of the exit log: its records are read and recovered with it.
        let backups = match read {
            Read::Values(Table::Exits, Range::All) | Read::Keys(Table::Exits, Range::All) => {
                exit_log_backup::all(self.name())
            }
            _ => Vec::new(),
        };
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for record in found {
            match read {
                Read::Keys(table, _) => keys.push(decode_key(*table, record)),
                Read::Values(table, _) => values.push(decode_value(*table, record)),
                Read::ExperimentsNamed(_) => values.push(decode_value(Table::Experiments, record)),
            }
        }
        for (key, value) in backups {
            keys.push(key);
            values.push(value);
        }
        if matches!(read, Read::Keys(..)) { Answer::Keys(keys) } else { Answer::Values(values) }
    }

    /// Writes, and keeps the backup of the exit log in step.
    async fn write_all(
        &self,
        transaction: rexie::Transaction,
        changes: &[Change],
        at_once: usize,
    ) -> Result<()> {
        let mut written = self.write_requests(transaction, changes, at_once).boxed_local();
        // First the transaction, then the copy: the page may go away between the two.
        let issued = poll_fn(|context| Poll::Ready(written.poll_unpin(context))).await;
        for change in changes {
            if let Some((token, exit)) = exit_put(change) {
                self.closing.note();
                self.exit_log_backup.keep(self.name(), token, exit);
            }
        }
        match issued {
            Poll::Ready(result) => result?,
            Poll::Pending => written.await?,
        }
        for change in changes {
            let token = match change {
                Change::Delete(Table::Exits, Range::One(key)) => key.as_text(),
                change => exit_put(change).map(|(token, _)| token),
            };
            if let Some(token) = token {
                exit_log_backup::remove(self.name(), token);
            }
        }
        Ok(())
    }

    /// Has Chromium measure anew what this site stores. It may have done so while a transaction that did not fit had its pages on the disk,
    /// and goes by that until the next one is committed: each that writes is refused, also the deletion that would make room. One that
    /// only deletes is not.
    async fn have_usage_measured(&self) {
        let Ok(transaction) =
            self.connection.transaction(&[store_name(Table::Meta)], TransactionMode::ReadWrite)
        else {
            return;
        };
        let nothing = Change::delete(Table::Meta, Key::text("nothing"));
        // If it is refused too, the next failure tries again.
        let _ = self.write_requests(transaction, &[nothing], usize::MAX).await;
    }

    /// Waits until so many requests are answered.
    async fn wait_for_answers(&self, issued: &mut PendingRequests<'_>, fewest: usize) -> Result<()> {
        let mut timeout = sleep(ANSWER_MS);
        let mut abandoned = pin!(self.connection.until_abandoned());
        poll_fn(|context| {
            if let Poll::Ready(answered) = issued.poll_answered(fewest, context) {
                return Poll::Ready(answered.map_err(|cause| classify(&cause)));
            }
            let given_up =
                timeout.poll_unpin(context).is_ready() || abandoned.as_mut().poll(context).is_ready();
            if given_up { Poll::Ready(Err(unanswered())) } else { Poll::Pending }
        })
        .await
    }

    /// Issues all requests, then as a rule the commit, before the first suspension; resolves when the transaction is over or has failed.
    /// More than `at_once` are issued in slices of so many.
    async fn write_requests(
        &self,
        transaction: rexie::Transaction,
        changes: &[Change],
        at_once: usize,
    ) -> Result<()> {
        let mut issued = PendingRequests::new(&self.failed);
        for (number, change) in changes.iter().enumerate() {
            // One slice is under way while the next is made.
            let answered = if number > at_once && number % at_once == 0 {
                self.wait_for_answers(&mut issued, number - at_once).await
            } else {
                Ok(())
            };
            let request = answered.and_then(|()| change_request(&transaction, change));
            let result = match request {
                Ok(request) => issued.issue(request).await.map_err(StorageError::from),
                Err(cause) => Err(cause),
            };
            if let Err(cause) = result {
                // Half a batch must not be committed.
                issued.end(transaction, Ending::Abort).await;
                return Err(cause);
            }
        }
        let commits_at_once = changes.len() == 1 || !is_firefox();
        issued.end(transaction, if commits_at_once { Ending::Commit } else { Ending::ByItself }).await;
        let mut first_error = None;
        let mut timeout = sleep(ANSWER_MS);
        let mut abandoned = pin!(self.connection.until_abandoned());
        let over = poll_fn(|context| {
            // Requests first: a commit that hears of a failed request lets go of the transaction before it is over.
            let mut any_failed = false;
            while let Poll::Ready(Some(answer)) = issued.poll_answer(context) {
                if let Err(cause) = answer {
                    any_failed = true;
                    note_cause(&mut first_error, classify(&cause));
                }
            }
            if any_failed {
                return Poll::Ready(None);
            }
            if let Poll::Ready(over) = issued.poll_ending(context) {
                return Poll::Ready(Some(over));
            }
            if timeout.poll_unpin(context).is_ready() || abandoned.as_mut().poll(context).is_ready() {
                first_error = Some(unanswered());
                return Poll::Ready(None);
            }
            Poll::Pending
        })
        .await;
        match over {
            Some(Ok(_)) => Ok(()),
            Some(Err(rexie::Error::TransactioncommitFailed)) => Err(classify_abort(false)),
            // The transaction was over before it could be committed.
            Some(Err(cause)) => Err(classify(&cause)),
            None => Err(first_error.unwrap_or_else(|| classify_abort(true))),
        }
    }
}

/// The first failure that is not the abort's echo names the cause.
fn note_cause(first_error: &mut Option<StorageError>, cause: StorageError) {
    if first_error.is_none() && !matches!(cause, StorageError::ConnectionLost(_)) {
        *first_error = Some(cause);
    }
}

/// The token and the record, if the change appends one to the exit log.
fn exit_put(change: &Change) -> Option<(&str, &ExitRecord)> {
    match change {
        Change::Put(Table::Exits, Key::Text(token), Value::Exit(exit)) => Some((token, exit)),
        _ => None,
    }
}

/// The token and the record that a transaction appends to the exit log, if it writes nothing else.
fn appended_exit(transaction: &Execution<'_>) -> Option<(String, ExitRecord)> {
    if transaction.tables != [Table::Exits] || transaction.mode != Mode::ReadWrite {
        return None;
    }
    let Ok(Step::Write(changes, ())) = transaction.next(&[]) else { return None };
    let (token, exit) = exit_put(changes.first()?)?;
    Some((token.to_owned(), exit.clone()))
}
