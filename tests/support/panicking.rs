//! A program in Rust over entrenar, in which something panics: what is to be seen of it then is up to entrenar's panic hook.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::panic, reason = "that is what it is for")]

// Linked for its hook alone.
use entrenar as _;
use wasm_bindgen::prelude::wasm_bindgen;

/// Panics.
///
/// # Panics
///
/// Always.
#[wasm_bindgen]
pub fn panic_on_purpose() {
    panic!("on purpose: 42")
}
