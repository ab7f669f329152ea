//! Working round Chromium's torn LevelDB log, before anything is written after it.
//!
//! A Chromium that is killed in the middle of a write leaves half a record at the end of LevelDB's log. The next one appends to it as it
//! lies, and the one after takes what follows for damage and deletes all databases of the site. Deleting a database, be it an empty one,
//! makes LevelDB write down what it has and begin a new log. It does so in the background, some ten milliseconds after it said that the
//! database is deleted, and not at all if the last connection is closed before: the old log is still there then, and is torn.

use futures::future::select;
use js_sys::Reflect;
use rexie::RexieBuilder;
use rexie::TransactionMode::ReadWrite;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;

use super::IndexedDbDatabase;
use super::codec::only;
use super::connection::handle_opening;
use super::schema::store_name;
use super::timer::sleep;
use crate::database::{DatabaseMeta, Table};
use crate::storage::Result;

/// How long the repair may take, in milliseconds: it is not worth more than that.
const REPAIR_MS: f64 = 3_000.0;
/// How long the connection is held for LevelDB to begin its new log, in milliseconds. Nothing tells when it has.
const NEW_LOG_MS: f64 = 250.0;

impl IndexedDbDatabase {
    /// Repairs what a killed browser may have left, unless that was done; `unclean_ms` tells one such time from another.
    ///
    /// # Errors
    /// Those of a transaction.
    pub(super) async fn repair_leveldb(&self, unclean_ms: f64) -> Result<()> {
        if unclean_ms == self.connection.repaired_ms() || !may_delete_all() {
            return Ok(());
        }
        let name = format!("{} (mending)", self.name());
        let handle = self.connection.in_time(handle_opening(RexieBuilder::new(&name))).await??;
        let is_empty = handle.store_names().is_empty();
        handle.close();
        if !is_empty {
            // Another program keeps something in it.
            return Ok(());
        }
        delete_empty(&name).await;
        sleep(NEW_LOG_MS).await;
        self.note_repaired(unclean_ms).await
    }

    /// Notes what was repaired. The rest of the record stays as it is: newer code may have put more into it than is known here.
    async fn note_repaired(&self, unclean_ms: f64) -> Result<()> {
        let meta = store_name(Table::Meta);
        let transaction = self.connection.transaction(&[meta], ReadWrite)?;
        let store = transaction.store(meta)?;
        let stored = store.get_all(Some(only(DatabaseMeta::KEY)?), None).await?;
        if let Some(stored) = stored.first() {
            let _ = Reflect::set(stored, &"mended_ms".into(), &unclean_ms.into());
            store.put(stored, Some(&DatabaseMeta::KEY.into())).await?;
            transaction.commit().await?;
        }
        Ok(())
    }
}

/// Deletes an empty database. It waits for no answer for ever: another page may be doing the same.
async fn delete_empty(name: &str) {
    let (sender, deleted) = futures::channel::oneshot::channel::<()>();
    let answered = Closure::once(move || drop(sender));
    if let Ok(request) = delete_database(name) {
        for event in ["onsuccess", "onerror"] {
            let _ = Reflect::set(&request, &event.into(), answered.as_ref());
        }
    }
    select(deleted, sleep(REPAIR_MS)).await;
    // Should the answer come later, there is still something to be called.
    answered.forget();
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = indexedDB, js_name = deleteDatabase, catch)]
    fn delete_database(name: &str) -> std::result::Result<JsValue, JsValue>;
}

/// Whether this browser may find its databases damaged and delete them: one that does says so, where it opens what was one.
fn may_delete_all() -> bool {
    let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).unwrap_or_default();
    let event = get(&js_sys::global(), "IDBVersionChangeEvent");
    Reflect::has(&get(&event, "prototype"), &"dataLoss".into()).unwrap_or_default()
}
