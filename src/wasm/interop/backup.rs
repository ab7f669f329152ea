//! `back_up` and `restore`.

use js_sys::{Array, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{LongWork, told};
use crate::browser::{BackupFolder, RestoreOptions};
use crate::storage::{Result, StorageError};
use crate::wasm::WasmStorage;
use crate::wasm::error::quiet_promise_of;
use crate::wasm::plain_object::{PlainObject, text_list};

#[wasm_bindgen]
extern "C" {
    /// A folder of `js/backup.js`.
    #[derive(Debug)]
    type Folder;

    #[wasm_bindgen(method)]
    fn names(this: &Folder) -> Promise;
    #[wasm_bindgen(method)]
    fn open(this: &Folder, name: &str) -> Promise;
    #[wasm_bindgen(method)]
    fn next(this: &Folder) -> Promise;
    #[wasm_bindgen(method)]
    fn create(this: &Folder, name: &str) -> Promise;
    #[wasm_bindgen(method)]
    fn write(this: &Folder, bytes: Uint8Array) -> Promise;
    #[wasm_bindgen(method)]
    fn complete(this: &Folder) -> Promise;
    #[wasm_bindgen(method)]
    fn remove(this: &Folder, name: &str) -> Promise;
}

/// What the promise gives. `js/backup.js` makes errors of the package's own of what a browser says.
async fn answer(promise: Promise) -> Result<JsValue> {
    JsFuture::from(promise).await.map_err(|cause| {
        let text = |name: &str| Reflect::get(&cause, &name.into()).ok().and_then(|value| value.as_string());
        let message = text("message").unwrap_or_default();
        match text("code").as_deref() {
            Some("NotAllowed") => StorageError::NotAllowed(message),
            Some("FolderNotFound") => StorageError::FolderNotFound(message),
            Some("QuotaExceeded") => StorageError::QuotaExceeded(message),
            Some("InvalidFile") => StorageError::InvalidFile(message),
            Some("Unavailable") => StorageError::Unavailable(message),
            _ => StorageError::Backend(message),
        }
    })
}

impl BackupFolder for Folder {
    async fn names(&mut self) -> Result<Vec<String>> {
        let names: Array = answer(Self::names(self)).await?.unchecked_into();
        Ok(names.iter().filter_map(|name| name.as_string()).collect())
    }

    async fn open(&mut self, name: &str) -> Result<bool> {
        Ok(answer(Self::open(self, name)).await?.is_truthy())
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let bytes = answer(Self::next(self)).await?;
        Ok(if bytes.is_undefined() { None } else { Some(bytes.unchecked_ref::<Uint8Array>().to_vec()) })
    }

    async fn create(&mut self, name: &str) -> Result<()> {
        answer(Self::create(self, name)).await.map(drop)
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        answer(Self::write(self, Uint8Array::from(bytes))).await.map(drop)
    }

    async fn complete(&mut self) -> Result<()> {
        answer(Self::complete(self)).await.map(drop)
    }

    async fn remove(&mut self, name: &str) -> Result<()> {
        answer(Self::remove(self, name)).await.map(drop)
    }
}

#[wasm_bindgen(js_class = StorageHandle)]
impl WasmStorage {
    /// The identity of the database.
    pub fn identity(&self) -> Promise {
        quiet_promise_of(self.tracker(), |tracker| async move { Ok(tracker.identity().await?.into()) })
    }

    /// Backs up into a folder of `js/backup.js`.
    pub fn back_up_into(&self, work: &JsValue, folder: &JsValue) -> Promise {
        let work: LongWork = work.clone().unchecked_into();
        let mut folder: Folder = folder.clone().unchecked_into();
        quiet_promise_of(self.tracker(), |tracker| async move {
            let summary = tracker.back_up(&mut folder, reporting(&work)).await?;
            work.tell_losses(&summary.losses);
            let backup = PlainObject::default();
            backup.number("runs", summary.runs as f64);
            backup.number("points", summary.points);
            backup.number("files", summary.files as f64);
            backup.number("saved_ms", summary.saved_ms);
            Ok(backup.into_value())
        })
    }

    /// Restores from folders of `js/backup.js`. Resolves to the ids of the runs that came.
    pub fn restore_from(
        &self,
        work: &JsValue,
        folders: &JsValue,
        with_deleted: bool,
        skip_damaged: bool,
    ) -> Promise {
        let work: LongWork = work.clone().unchecked_into();
        let mut folders: Vec<Folder> =
            folders.unchecked_ref::<Array>().iter().map(JsCast::unchecked_into).collect();
        quiet_promise_of(self.tracker(), |tracker| async move {
            let options = RestoreOptions { with_deleted, skip_damaged };
            let restored = tracker.restore(options, &mut folders, reporting(&work)).await?;
            work.tell_losses(&restored.losses);
            for run in &restored.left {
                let left = PlainObject::default();
                left.text("run_id", &run.run_id);
                left.text("why", run.why.as_str());
                left.number("points", run.points);
                left.number("artifacts", run.artifacts as f64);
                told(work.tell_left(&left.into_value()));
            }
            Ok(text_list(&restored.run_ids))
        })
    }
}

/// Tells the caller how far it is, unless it was stopped.
fn reporting(work: &LongWork) -> impl FnMut(f64, f64) -> Result<()> {
    move |done, total| {
        work.check()?;
        told(work.tell_progress(done, total));
        Ok(())
    }
}
