//! In a dedicated worker: the conformance suite over a real IndexedDB.
#![cfg(target_arch = "wasm32")]

mod common;

use common::synced::Synced;
use entrenar::storage::indexed_db::RexieMirror;
use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

conformance_tests!(browser Synced<RexieMirror>);
