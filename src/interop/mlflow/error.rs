//! What a server's refusal means, and what to do about it.

use std::fmt;

/// Why a server did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerErrorKind {
    /// No answer: the server is down, or does not let this page in.
    Unreachable,
    /// It does not know the caller, or does not let it.
    Denied,
    /// What answers is no MLflow server.
    NotMlflow,
    /// It does not take this request.
    Refused,
    /// It is overloaded or broken, for now.
    Busy,
}

impl ServerErrorKind {
    /// The stable name of this kind of failure, as JavaScript callers see it in `error.code`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable => "ServerUnreachable",
            Self::Denied => "ServerDenied",
            Self::NotMlflow => "NotMlflow",
            Self::Refused => "ServerRefused",
            Self::Busy => "ServerBusy",
        }
    }
}

/// A request that failed. The message says what to do.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerError {
    /// Which kind of failure it is.
    pub kind: ServerErrorKind,
    /// What is wrong, and what to do.
    pub message: String,
    /// How long the server asks to be left alone, in milliseconds.
    pub retry_after_ms: Option<f64>,
}

impl ServerError {
    /// An error of this kind.
    #[must_use]
    pub fn new(kind: ServerErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), retry_after_ms: None }
    }

    /// There was no answer. A browser does not say why.
    #[must_use]
    pub fn unreachable(url: &str) -> Self {
        Self::new(
            ServerErrorKind::Unreachable,
            format!(
                "{url} does not answer: either no server runs there, or it does not let this page in; then start it with `mlflow server --cors-allowed-origins <the address of this page>` (and not with --disable-security-middleware, which lets no other page in); or this page's own Content-Security-Policy lacks the server in its connect-src"
            ),
        )
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self.kind, ServerErrorKind::Unreachable | ServerErrorKind::Busy)
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ServerError {}
