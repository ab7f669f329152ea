//! Tokens that no other page draws: owners, exit log records, a database's identity.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/indexeddb/js/random.js")]
extern "C" {
    /// Fills the bytes from `crypto`; where that is missing, from what differs between pages.
    fn random_bytes(bytes: &mut [u8]);
}

/// A name that no other page has: 80 random bits are enough for the tabs of one browser.
#[must_use]
pub fn random_token() -> String {
    let mut bytes = [0; 10];
    random_bytes(&mut bytes);
    hex::encode(bytes)
}
