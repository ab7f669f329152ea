//! What tests share: the conformance suite, its backends, a database that fails on demand, a clock that tests advance.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]
#![allow(clippy::missing_panics_doc, clippy::missing_errors_doc, reason = "tests have no readers of docs")]

pub mod conformance;
#[cfg(not(target_arch = "wasm32"))]
pub mod faulty_database;
#[cfg(all(feature = "interop", not(target_arch = "wasm32")))]
pub mod memory_folder;
pub mod session_backend;
pub mod test_clock;
