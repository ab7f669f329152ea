//! Whether a run belongs to a tracing span.

use std::hash::{BuildHasher, RandomState};

use crate::storage::clock::now_ms;

/// Whether a run gets a span id, by which what a tracer collects of it is found. Nothing is exported from here: that is the tracer's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TracingConfig {
    is_enabled: bool,
    exports_otlp: bool,
}

impl TracingConfig {
    /// No span.
    #[must_use]
    pub const fn disabled() -> Self {
        Self { is_enabled: false, exports_otlp: false }
    }

    /// The run gets a span id.
    #[must_use]
    pub const fn enabled() -> Self {
        Self { is_enabled: true, exports_otlp: false }
    }

    /// The run gets a span id, and the program around says that it exports spans by OTLP.
    #[must_use]
    pub const fn with_otlp_export() -> Self {
        Self { is_enabled: true, exports_otlp: true }
    }

    /// Whether the run gets a span id.
    #[must_use]
    pub const fn is_enabled(self) -> bool {
        self.is_enabled
    }

    /// Whether the program around exports spans by OTLP.
    #[must_use]
    pub const fn exports_otlp(self) -> bool {
        self.exports_otlp
    }

    /// A span id for the run if it is to have one: 16 hexadecimal digits, as OpenTelemetry writes them, never all zero.
    pub(super) fn span_id(self, run_id: &str) -> Option<String> {
        self.is_enabled.then(|| {
            let id = RandomState::new().hash_one((run_id, now_ms()));
            format!("{:016x}", id.max(1))
        })
    }
}
