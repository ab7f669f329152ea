//! In a dedicated worker: the conformance suite over a real IndexedDB.
#![cfg(target_arch = "wasm32")]

mod support;

use entrenar::indexeddb::IndexedDbDatabase;
use support::session_backend::SessionBackend;
use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

conformance_tests!(browser SessionBackend<IndexedDbDatabase>);
