//! `free()` twice is a no-op: the generated one throws the second time.

use std::cell::RefCell;

use js_sys::{Array, Function, Object, Proxy, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    /// Prototypes that are taken care of.
    static TAMED: RefCell<Vec<Object>> = const { RefCell::new(Vec::new()) };
}

/// Makes freeing safe for all objects of this one's class, and gives the object back.
///
/// A proxy around the generated `free`, because a closure would not learn which object it is called on.
pub fn safely_freed(object: JsValue) -> JsValue {
    let prototype = Object::get_prototype_of(&object);
    let is_new = TAMED.with_borrow_mut(|tamed| {
        let is_new = !tamed.contains(&prototype);
        if is_new {
            tamed.push(prototype.clone());
        }
        is_new
    });
    if is_new && let Ok(free) = Reflect::get(&prototype, &"free".into()) {
        let proxy = Proxy::new(&free, &handler());
        // The generated prototype is an ordinary object of ours: setting its properties cannot fail.
        let _ = Reflect::set(&prototype, &"free".into(), &proxy);
        let dispose = Reflect::get(&js_sys::global(), &"Symbol".into())
            .and_then(|symbol| Reflect::get(&symbol, &"dispose".into()))
            .unwrap_or_default();
        if dispose.is_symbol() {
            let _ = Reflect::set(&prototype, &dispose, &proxy);
        }
    }
    object
}

fn handler() -> Object {
    let apply = Closure::<dyn Fn(Function, JsValue, Array)>::new(|free: Function, this: JsValue, _| {
        let pointer = Reflect::get(&this, &"__wbg_ptr".into()).unwrap_or_default();
        if pointer.as_f64().is_some_and(|pointer| pointer != 0.0) {
            // Freeing while a method of the object runs throws, and leaves it to its end.
            let _ = free.call0(&this);
        }
    });
    let handler = Object::new();
    let _ = Reflect::set(&handler, &"apply".into(), &apply.into_js_value());
    handler.unchecked_into()
}
