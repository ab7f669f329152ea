//! Requests to a tracking server, and what is made of its answers.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::error::{ServerError, ServerErrorKind};

/// The most that a message quotes of a server's own words, in characters.
const QUOTED: usize = 300;

/// How a request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Does what its body says.
    Post,
    /// Stores its body.
    Put,
}

impl Method {
    /// Its name in HTTP.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

/// What a request carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    Empty,
    /// JSON.
    Json(String),
    /// Bytes.
    Bytes(Arc<[u8]>),
}

/// A request to a tracking server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// How it is made.
    pub method: Method,
    /// What follows the server's address, its query included.
    pub path: String,
    /// What it carries.
    pub body: Body,
}

impl Request {
    /// Reads from the REST API.
    pub(super) fn get(endpoint: &str, query: &[(&str, &str)]) -> Self {
        let mut path = format!("/api/2.0/mlflow/{endpoint}");
        for (index, (name, value)) in query.iter().enumerate() {
            path.push(if index == 0 { '?' } else { '&' });
            path.push_str(name);
            path.push('=');
            path.push_str(&percent_encoded(value, b""));
        }
        Self { method: Method::Get, path, body: Body::Empty }
    }

    /// Has the REST API do something.
    pub(super) fn post(endpoint: &str, body: &impl Serialize) -> Self {
        Self::post_json(endpoint, serde_json::to_string(body).unwrap_or_default())
    }

    pub(super) fn post_json(endpoint: &str, json: String) -> Self {
        Self { method: Method::Post, path: format!("/api/2.0/mlflow/{endpoint}"), body: Body::Json(json) }
    }

    /// Whether it sends points: the same batch can be sent again, and is there once.
    #[must_use]
    pub fn is_batch(&self) -> bool {
        self.path.ends_with("/runs/log-batch")
    }

    /// Stores or reads an artifact: `path` from the root of all artifacts on.
    pub(super) fn artifact(method: Method, path: &str, body: Body) -> Self {
        let path = format!("/api/2.0/mlflow-artifacts/artifacts/{}", percent_encoded(path, b"/"));
        Self { method, path, body }
    }
}

/// An answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// What it says.
    pub body: Vec<u8>,
    /// How long the server asks to be left alone, in milliseconds.
    pub retry_after_ms: Option<f64>,
}

impl Answer {
    /// The JSON object of a success, or of an error that MLflow gives this name.
    pub(super) fn json_or(&self, error_code: &str) -> Result<Result<Value, Value>, ServerError> {
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(error))
                if self.status >= 400 && error.get("error_code") == Some(&Value::from(error_code)) =>
            {
                Ok(Err(Value::Object(error)))
            }
            _ => self.json().map(Ok),
        }
    }

    /// The JSON object of a success.
    pub(super) fn json(&self) -> Result<Value, ServerError> {
        self.check()?;
        match serde_json::from_slice(&self.body) {
            Ok(value @ Value::Object(_)) => Ok(value),
            _ => Err(not_mlflow("it answers with something else than JSON")),
        }
    }

    /// Whether it is a success.
    pub(super) fn check(&self) -> Result<(), ServerError> {
        let (kind, message) = match self.status {
            200..300 => return Ok(()),
            401 => (
                ServerErrorKind::Denied,
                format!("the server does not know you (401): give what it asks for in options.headers, as `{{ Authorization: 'Bearer …' }}`{}", self.words()),
            ),
            403 => (
                ServerErrorKind::Denied,
                format!("the server does not let you do this (403): ask for the right to write there, or give other options.headers{}", self.words()),
            ),
            404 if self.words().is_empty() => return Err(not_mlflow("it knows none of MLflow's addresses (404)")),
            413 => (
                ServerErrorKind::Refused,
                "the server, or a proxy in front of it, does not take so much at once (413): raise its limit on the size of requests to 1 MB, or to the size of the largest artifact".to_owned(),
            ),
            429 => (
                ServerErrorKind::Busy,
                format!("the server asks for fewer requests (429): send the run again later{}", self.words()),
            ),
            500.. => (
                ServerErrorKind::Busy,
                format!("the server failed ({}): look into its log, and send the run again; what it has already is not sent twice{}", self.status, self.words()),
            ),
            status => (ServerErrorKind::Refused, format!("the server refused it ({status}){}", self.words())),
        };
        Err(ServerError { kind, message, retry_after_ms: self.retry_after_ms })
    }

    /// What MLflow says of an error; nothing where something else answers.
    fn words(&self) -> String {
        let Ok(Value::Object(error)) = serde_json::from_slice(&self.body) else { return String::new() };
        match (error.get("error_code"), error.get("message").and_then(Value::as_str)) {
            (Some(_), Some(message)) => format!(": {}", message.chars().take(QUOTED).collect::<String>()),
            _ => String::new(),
        }
    }
}

/// The text of a member, which may be some levels down; nothing if it is not there, or another type.
pub(super) fn text_at<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// As [`text_at`], for a member that MLflow always gives.
pub(super) fn required<'a>(value: &'a Value, pointer: &str) -> Result<&'a str, ServerError> {
    text_at(value, pointer).ok_or_else(|| not_mlflow("it answers with other JSON than MLflow does"))
}

fn not_mlflow(what: &str) -> ServerError {
    ServerError::new(
        ServerErrorKind::NotMlflow,
        format!(
            "no MLflow server is at this address, {what}: options.url is what MLflow's own page is opened by, without what follows '#'"
        ),
    )
}

fn percent_encoded(text: &str, also_plain: &[u8]) -> String {
    use std::fmt::Write;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || also_plain.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// A server's address as it is kept, without a slash at its end.
///
/// # Errors
/// What is wrong with it: a sentence without its subject.
pub fn checked_url(url: &str) -> Result<String, &'static str> {
    let url = url.trim();
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let rest = rest.ok_or("must begin with http:// or https://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() {
        return Err("names no server");
    }
    if host.contains('@') {
        return Err(
            "must not hold a name and password, because it is kept with the run: give them in options.headers",
        );
    }
    if rest.contains(['?', '#']) {
        return Err("must end before its '?' or '#'");
    }
    Ok(url.trim_end_matches('/').to_owned())
}
