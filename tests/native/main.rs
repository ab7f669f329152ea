//! Every test that runs natively, in one binary. The shipped operations run over databases in memory, in front of which faults are
//! injected, by a clock that tests advance.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]
#![allow(clippy::missing_panics_doc, clippy::missing_errors_doc, reason = "tests have no readers of docs")]
#![allow(unreachable_pub, reason = "helpers are public to their siblings")]

#[path = "../support/mod.rs"]
mod support;
mod tab;

mod aborts;
mod architecture;
mod artifacts;
#[cfg(feature = "interop")]
mod backup;
mod catching_up;
mod cleared;
mod compaction;
mod conformance;
mod deletion;
mod edits;
mod error_codes;
mod eviction;
mod example;
#[cfg(feature = "interop")]
mod exports;
mod flush_faults;
#[cfg(feature = "interop")]
mod imports;
#[cfg(feature = "interop")]
mod interop;
mod leases;
mod leaving;
mod lost_edits;
#[cfg(feature = "interop")]
mod mlflow;
mod model;
mod ownership;
mod reachability;
mod reading_together;
mod run;
mod series;
mod staging;
mod tombstones;
#[cfg(feature = "tracing")]
mod tracing_layer;
mod unclean_shutdown;
#[cfg(feature = "interop")]
mod unknown_fields;
mod wake_up;
