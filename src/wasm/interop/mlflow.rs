//! `sync_mlflow`, `mlflow_syncs` and `import_mlflow`.

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{LongWork, told};
use crate::browser::wall_ms;
use crate::engine::{MlflowError, MlflowImport, MlflowTarget, Transport};
use crate::interop::mlflow::{Answer, Body, Request, SyncState, checked_url};
use crate::storage::Result;
use crate::wasm::WasmStorage;
use crate::wasm::arguments;
use crate::wasm::error::{error_of_code, quiet_promise_of, range_error};
use crate::wasm::plain_object::PlainObject;

#[wasm_bindgen]
extern "C" {
    /// What `js/mlflow.js` gives: the way to a server.
    #[wasm_bindgen(extends = LongWork)]
    type ServerWork;
    #[wasm_bindgen(method, getter)]
    fn url(this: &ServerWork) -> JsValue;
    /// Resolves to a [`ServerAnswer`], or to `undefined` if there was none.
    #[wasm_bindgen(method)]
    fn send(this: &ServerWork, method: &str, path: &str, body: &JsValue) -> Promise;
    #[wasm_bindgen(method)]
    fn wait(this: &ServerWork, delay_ms: f64) -> Promise;
    #[wasm_bindgen(method)]
    fn is_hidden(this: &ServerWork) -> bool;

    /// An answer of a server.
    type ServerAnswer;
    #[wasm_bindgen(method, getter)]
    fn status(this: &ServerAnswer) -> u16;
    #[wasm_bindgen(method, getter)]
    fn body(this: &ServerAnswer) -> Uint8Array;
    /// NaN if the server does not say.
    #[wasm_bindgen(method, getter)]
    fn retry_after_ms(this: &ServerAnswer) -> f64;
}

impl ServerWork {
    fn checked_url(&self) -> std::result::Result<String, JsValue> {
        let url = arguments::string("options.url", &self.url())?;
        checked_url(&url).map_err(|what| range_error(&format!("options.url {what}")))
    }
}

impl Transport for ServerWork {
    async fn send(&self, request: &Request) -> Option<Answer> {
        let body = match &request.body {
            Body::Empty => JsValue::UNDEFINED,
            Body::Json(json) => json.into(),
            Body::Bytes(bytes) => Uint8Array::from(&bytes[..]).into(),
        };
        let sent = ServerWork::send(self, request.method.as_str(), &request.path, &body);
        let answer: ServerAnswer =
            JsFuture::from(sent).await.ok().filter(JsValue::is_object)?.unchecked_into();
        let after_ms = answer.retry_after_ms();
        let retry_after_ms = after_ms.is_finite().then_some(after_ms);
        Some(Answer { status: answer.status(), body: answer.body().to_vec(), retry_after_ms })
    }

    async fn wait(&self, delay_ms: f64) {
        // It never fails.
        drop(JsFuture::from(ServerWork::wait(self, delay_ms)).await);
    }

    fn check(&self) -> Result<()> {
        LongWork::check(self)
    }

    fn tell_progress(&self, done: f64, total: f64) {
        told(LongWork::tell_progress(self, done, total));
    }

    fn tell_loss(&self, text: &str) {
        told(LongWork::tell_loss(self, text));
    }

    fn is_hidden(&self) -> bool {
        ServerWork::is_hidden(self)
    }
}

#[wasm_bindgen(js_class = StorageHandle)]
impl WasmStorage {
    /// Sends a run to an MLflow server by a way of `js/mlflow.js`.
    pub fn sync_mlflow_by(
        &self,
        run_id: &JsValue,
        experiment: &JsValue,
        live: &JsValue,
        work: &JsValue,
    ) -> Promise {
        let work: ServerWork = work.clone().unchecked_into();
        let checked = self.asked("run_id", run_id).and_then(|asked| {
            let is_live = arguments::flag("options.live", live)?;
            Ok((
                asked,
                MlflowTarget { url: work.checked_url()?, experiment: experiment_name(experiment)?, is_live },
            ))
        });
        quiet_promise_of(checked, |((tracker, run_id), target)| async move {
            LongWork::check(&work)?;
            let sync = tracker.sync_mlflow(&run_id, &target, &work).await.map_err(error_object)?;
            let object = PlainObject::default();
            object.text("mlflow_run_id", &sync.mlflow_run_id);
            object.number("points", sync.points);
            Ok(object.into_value())
        })
    }

    /// How far a run was sent, for each server and experiment.
    pub fn mlflow_syncs(&self, run_id: &JsValue) -> Promise {
        quiet_promise_of(self.asked("run_id", run_id), |(tracker, run_id)| async move {
            let syncs = tracker.mlflow_syncs(&run_id).await?;
            let list = Array::new();
            for state in &syncs.targets {
                list.push(&state_object(state));
            }
            Ok(list.into())
        })
    }

    /// Imports a run from an MLflow server by a way of `js/mlflow.js`. Resolves to its id.
    pub fn import_mlflow_by(&self, mlflow_run_id: &JsValue, experiment: &JsValue, work: &JsValue) -> Promise {
        let work: ServerWork = work.clone().unchecked_into();
        let checked = self.asked("mlflow_run_id", mlflow_run_id).and_then(|(tracker, mlflow_run_id)| {
            let experiment = experiment_name(experiment)?;
            Ok((tracker, MlflowImport { url: work.checked_url()?, mlflow_run_id, experiment }))
        });
        quiet_promise_of(checked, |(tracker, import)| async move {
            LongWork::check(&work)?;
            let run_id = tracker.import_mlflow(&import, &work).await.map_err(error_object)?;
            Ok(run_id.into())
        })
    }
}

fn experiment_name(value: &JsValue) -> std::result::Result<Option<String>, JsValue> {
    if value.is_undefined() {
        return Ok(None);
    }
    let name = arguments::string("options.experiment", value)?;
    if name.trim().is_empty() || name.chars().count() > 500 {
        return Err(range_error("options.experiment must have 1 to 500 characters"));
    }
    Ok(Some(name))
}

fn error_object(error: MlflowError) -> JsValue {
    match error {
        MlflowError::Storage(error) => error.into(),
        other => error_of_code(other.code(), &other.to_string()),
    }
}

fn state_object(state: &SyncState) -> JsValue {
    let object = PlainObject::default();
    object.text("url", &state.url);
    object.text("experiment", &state.experiment);
    object.some_text("mlflow_experiment_id", Some(&*state.experiment_id).filter(|id| !id.is_empty()));
    object.some_text("mlflow_run_id", Some(&*state.mlflow_run_id).filter(|id| !id.is_empty()));
    object.number("points", state.points());
    object.some_number("sent_ms", Some(state.completed_ms).filter(|sent_ms| *sent_ms > 0.0));
    let lease = &state.lease;
    let silent_ms = wall_ms() - lease.heartbeat_ms;
    let is_sending = !lease.holder.is_empty() && (0.0..=lease.lasts_ms).contains(&silent_ms);
    object.set("is_sending", &is_sending.into());
    if let Some(failure) = &state.failure {
        let failed = PlainObject::default();
        failed.text("code", &failure.code);
        failed.text("message", &failure.message);
        failed.number("failed_ms", failure.failed_ms);
        object.set("failure", &failed.into_value());
    }
    object.into_value()
}
