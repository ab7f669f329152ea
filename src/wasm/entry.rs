//! The classes that JavaScript sees, `js/run.js` and `js/storage.js`, and how they get into wasm and out of it.
//!
//! They are written in JavaScript because their methods go by `this`, say what to do before `init()` and after `free()`, and because
//! most points never enter wasm. An object of theirs holds one handle: an object that the generator makes of [`WasmRun`] or
//! [`WasmStorage`], and that nothing else sees.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::run::WasmRun;
use super::staging::Staging;
use super::storage::WasmStorage;

#[wasm_bindgen(module = "/src/wasm/js/run.js")]
#[allow(dead_code, reason = "a class that is only passed on")]
extern "C" {
    /// The package has this class. Nothing here calls it; as a function it may do without a type of its own.
    #[wasm_bindgen(js_name = WasmRun, reexport, skip_typescript)]
    fn run_class();
    /// The run that a handle stands for.
    pub fn open_run(handle: WasmRun, staging: Staging) -> JsValue;
}

#[wasm_bindgen(module = "/src/wasm/js/storage.js")]
#[allow(dead_code, reason = "a class that is only passed on")]
extern "C" {
    /// The package has this class. Nothing here calls it; as a function it may do without a type of its own.
    #[wasm_bindgen(js_name = WasmStorage, reexport, skip_typescript)]
    fn storage_class();
    /// The storage that a handle stands for.
    pub fn open_storage(handle: WasmStorage) -> JsValue;
}

#[wasm_bindgen(module = "/src/wasm/js/entry_points.js")]
extern "C" {
    fn set_entry_points(entry_points: EntryPoints);
}

/// What JavaScript may call before it has an object of the package.
#[wasm_bindgen(private, skip_typescript)]
#[derive(Debug)]
pub struct EntryPoints;

#[wasm_bindgen]
#[allow(clippy::unused_self, reason = "JavaScript has nothing else to call them on")]
impl EntryPoints {
    /// See [`WasmRun::new`].
    pub fn begin_run(&self, experiment_name: &JsValue, options: &JsValue) -> Promise {
        WasmRun::new(experiment_name, options)
    }

    /// See [`WasmRun::resume`].
    pub fn resume_run(&self, run_id: &JsValue, options: &JsValue) -> Promise {
        WasmRun::resume(run_id, options)
    }

    /// See [`WasmRun::resume_or_new`].
    pub fn resume_or_begin_run(
        &self,
        run_id: &JsValue,
        experiment_name: &JsValue,
        options: &JsValue,
    ) -> Promise {
        WasmRun::resume_or_new(run_id, experiment_name, options)
    }

    /// See [`WasmStorage::open`].
    pub fn open_storage(&self, options: &JsValue) -> Promise {
        WasmStorage::open(options)
    }
}

/// Runs once, when wasm has been loaded.
#[wasm_bindgen(start, private)]
fn start() {
    set_entry_points(EntryPoints);
}
