//! Whether this site's storage quota is used up.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Less room than this, in bytes, is none: a new database takes more.
const LEAST_ROOM: f64 = 64.0 * 1024.0;

/// Whether the browser says that the quota is used up; false where it says nothing.
pub(super) async fn is_quota_full() -> bool {
    match estimate().await {
        Some(estimate) => {
            let number =
                |name: &str| Reflect::get(&estimate, &name.into()).ok().and_then(|value| value.as_f64());
            let room = number("quota").zip(number("usage")).map(|(quota, usage)| quota - usage);
            room.is_some_and(|room| room < LEAST_ROOM)
        }
        None => false,
    }
}

async fn estimate() -> Option<JsValue> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    let storage = Reflect::get(&navigator, &"storage".into()).ok()?;
    let estimate: Function = Reflect::get(&storage, &"estimate".into()).ok()?.dyn_into().ok()?;
    let promise: Promise = estimate.call0(&storage).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}
