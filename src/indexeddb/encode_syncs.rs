//! What is known of a run's way to tracking servers, as a structured-clone object.

use wasm_bindgen::JsValue;

use super::encode::{Fields, list};
use crate::interop::mlflow::{SentItem, SyncState, Syncs};

pub(super) fn syncs(syncs: &Syncs) -> JsValue {
    Fields::of_record().with("targets", list(syncs.targets.iter().map(target))).into_object()
}

fn target(state: &SyncState) -> JsValue {
    let series = state.series.iter().map(|series| {
        Fields::default()
            .with("key", &*series.key)
            .with("name", &*series.name)
            .with("sent", series.sent)
            .with("unreadable", series.unreadable)
            .into_object()
    });
    let failure = state.failure.as_ref().map(|failure| {
        Fields::default()
            .with("code", &*failure.code)
            .with("message", &*failure.message)
            .with("failed_ms", failure.failed_ms)
            .into_object()
    });
    let lease = Fields::default()
        .with("holder", &*state.lease.holder)
        .with("heartbeat_ms", state.lease.heartbeat_ms)
        .with("lasts_ms", state.lease.lasts_ms)
        .into_object();
    Fields::default()
        .with("url", &*state.url)
        .with("experiment", &*state.experiment)
        .with("token", &*state.token)
        .with("experiment_id", &*state.experiment_id)
        .with("mlflow_run_id", &*state.mlflow_run_id)
        .with("artifact_root", &*state.artifact_root)
        .with("params", state.params)
        .with("series", list(series))
        .with("tags", list(state.tags.iter().map(item)))
        .with("artifacts", list(state.artifacts.iter().map(item)))
        .with("status", &*state.status)
        .with("completed_ms", state.completed_ms)
        .with_some("failure", failure)
        .with("lease", lease)
        .into_object()
}

fn item(item: &SentItem) -> JsValue {
    Fields::default()
        .with("key", &*item.key)
        .with("name", &*item.name)
        .with("hash", &*item.hash)
        .into_object()
}
