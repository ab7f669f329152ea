//! What tests share: the conformance suite, its backends, a mirror that fails on demand.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    reason = "tests"
)]

pub mod conformance;
#[cfg(not(target_arch = "wasm32"))]
pub mod faulty_mirror;
pub mod synced;
#[cfg(not(target_arch = "wasm32"))]
pub mod tab_mirror;
