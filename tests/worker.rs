//! In a dedicated worker: the conformance suite over a real IndexedDB.
#![cfg(all(target_arch = "wasm32", feature = "browser"))]

mod support;

use entrenar::indexeddb::IndexedDbDatabase;
use support::session_backend::SessionBackend;
use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

conformance_tests!(browser SessionBackend<IndexedDbDatabase>);
