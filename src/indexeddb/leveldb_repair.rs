//! Mending what a killed browser leaves behind, before anything is written after it.
//!
//! A Chromium that is killed in the middle of a write leaves half a record at the end of LevelDB's log. The next one appends to it as
//! it lies, and the one after takes what follows for damage and deletes all databases of the site. Deleting a database, be it an
//! empty one, makes LevelDB write down what it has and begin a new log. It does so in the background: until then, tens of
//! milliseconds, a second kill would still find the old one.

use futures::FutureExt;
use js_sys::Reflect;
use rexie::RexieBuilder;
use rexie::TransactionMode::ReadWrite;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::RexieMirror;
use super::reads::one;
use super::schema::{DATABASE_KEY, META};
use super::timer::call_or_timer;
use super::transact::{Ask, Next};
use crate::storage::error::Result;

/// How long mending may take, in milliseconds: it is not worth more than that.
const MENDING_MS: f64 = 3_000.0;

impl RexieMirror {
    /// Mends what those left who may have been killed here, unless that was done: `heartbeat_ms` is
    /// [`Catalog::unfinished_ms`](crate::storage::indexed_db::mirror::Catalog::unfinished_ms).
    ///
    /// # Errors
    /// Those of a transaction. What cannot be mended can be used all the same.
    pub(super) async fn mend(&self, heartbeat_ms: f64) -> Result<()> {
        if heartbeat_ms == 0.0 || heartbeat_ms == self.connection.mended_ms() || !may_delete_all() {
            return Ok(());
        }
        let name = format!("{} (mending)", self.name());
        let handle = self.connection.in_time(RexieBuilder::new(&name).build().boxed_local()).await??;
        let is_empty = handle.store_names().is_empty();
        handle.close();
        if !is_empty {
            // Somebody keeps runs in it.
            return Ok(());
        }
        // It waits for no answer for ever: another page may be mending too.
        let (resolve, deleted) = call_or_timer(MENDING_MS);
        if let Ok(request) = delete_database(&name) {
            for event in ["onsuccess", "onerror"] {
                let _ = Reflect::set(&request, &event.into(), &resolve);
            }
        }
        deleted.await;
        let mut plan = |answers: &[Vec<JsValue>]| {
            let [stored] = answers else { return Ok(Next::Read(vec![one(META, DATABASE_KEY)?])) };
            let Some(meta) = stored.first() else { return Ok(Next::Done) };
            // As it is otherwise: newer code may have put more into it than is known here.
            let _ = Reflect::set(meta, &"mended_ms".into(), &heartbeat_ms.into());
            Ok(Next::Write(vec![(META, Ask::Put(DATABASE_KEY.into(), meta.clone()))]))
        };
        self.transact(&[META], ReadWrite, 1, &mut plan).await
    }
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
