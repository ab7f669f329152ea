//! What the operations ask for, as requests to rexie.

use futures::FutureExt;
use rexie::Store;

use super::codec::{encode_key, encode_range, encode_value, only};
use super::pending_requests::PendingRequest;
use super::schema::{BY_NAME, store_name};
use crate::database::{Change, Read, Table};
use crate::storage::{Result, StorageError};

/// The request that reads this.
pub(super) fn read_request(transaction: &rexie::Transaction, read: &Read) -> Result<PendingRequest> {
    let store = |table| transaction.store(store_name(table)).map_err(StorageError::from);
    Ok(match read {
        Read::Values(table, range) => {
            let (store, range) = (store(*table)?, encode_range(range)?);
            async move { store.get_all(range, None).await }.boxed_local()
        }
        Read::Keys(table, range) => {
            let (store, range) = (store(*table)?, encode_range(range)?);
            async move { store.get_all_keys(range, None).await }.boxed_local()
        }
        Read::ExperimentsNamed(name) => {
            let (store, range) = (store(Table::Experiments)?, only(name)?);
            async move { store.index(BY_NAME)?.get_all(Some(range), None).await }.boxed_local()
        }
    })
}

/// The request that makes this change.
pub(super) fn change_request(transaction: &rexie::Transaction, change: &Change) -> Result<PendingRequest> {
    let store = |table: &Table| -> Result<Store> { Ok(transaction.store(store_name(*table))?) };
    Ok(match change {
        Change::Put(table, key, value) => {
            let (store, key, value) = (store(table)?, encode_key(key), encode_value(value)?);
            async move { store.put(&value, Some(&key)).await.map(|_| Vec::new()) }.boxed_local()
        }
        Change::Add(table, key, value) => {
            let (store, key, value) = (store(table)?, encode_key(key), encode_value(value)?);
            async move { store.add(&value, Some(&key)).await.map(|_| Vec::new()) }.boxed_local()
        }
        Change::Delete(table, range) => {
            let (store, range) = (store(table)?, encode_range(range)?);
            async move {
                match range {
                    // IndexedDB deletes by a range as by a key.
                    Some(range) => store.delete(range.into()).await?,
                    None => store.clear().await?,
                }
                Ok(Vec::new())
            }
            .boxed_local()
        }
    })
}
