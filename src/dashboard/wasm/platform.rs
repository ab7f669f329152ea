//! What the browser knows of this site's storage.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Calls a method of `navigator.storage`; nothing where there is none, or where it refuses.
async fn ask(method: &str) -> Option<JsValue> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    let storage = Reflect::get(&navigator, &"storage".into()).ok()?;
    let function: Function = Reflect::get(&storage, &method.into()).ok()?.dyn_into().ok()?;
    let promise: Promise = function.call0(&storage).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}

/// `{ usage, quota, persisted }`; zeros where the browser does not tell.
pub async fn estimate() -> JsValue {
    let estimate = ask("estimate").await.unwrap_or_default();
    let persisted = ask("persisted").await.unwrap_or_default().is_truthy();
    let number = |key: &str| {
        let number = Reflect::get(&estimate, &key.into()).unwrap_or_default();
        JsValue::from(number.as_f64().unwrap_or_default())
    };
    let object = Object::new();
    for (key, value) in
        [("usage", number("usage")), ("quota", number("quota")), ("persisted", persisted.into())]
    {
        // Setting a property of a fresh plain object cannot fail.
        let _ = Reflect::set(&object, &key.into(), &value);
    }
    object.into()
}

/// Asks the browser not to evict this site's data. Whether it agreed.
pub async fn request_persistence() -> bool {
    ask("persist").await.unwrap_or_default().is_truthy()
}
