//! The bytes of an artifact: lines of base64.

use std::io::{self, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::storage::content_hash;

/// How many bytes stand in one line: a multiple of three, so that no line but the last has padding.
const BYTES_A_LINE: usize = 48 * 1024;
/// The largest artifact that is taken.
const MAX_ARTIFACT_BYTES: u64 = 256 << 20;

pub(super) fn write_bytes(out: &mut dyn Write, bytes: &[u8]) -> io::Result<()> {
    for bytes in bytes.chunks(BYTES_A_LINE) {
        out.write_all(b"{\"line\":\"bytes\",\"base64\":\"")?;
        out.write_all(BASE64_STANDARD.encode(bytes).as_bytes())?;
        out.write_all(b"\"}\n")?;
    }
    Ok(())
}

/// An artifact whose bytes are being read.
#[derive(Debug)]
pub(super) struct OpenArtifact {
    pub(super) run: usize,
    pub(super) key: String,
    size: u64,
    sha256: String,
    bytes: Vec<u8>,
    pub(super) unknown_json: Option<String>,
}

impl OpenArtifact {
    /// An artifact of which nothing was read yet. What its line claims of its size is not set aside for it.
    pub(super) fn new(run: usize, key: String, size: u64, sha256: String) -> Result<Self, String> {
        if size > MAX_ARTIFACT_BYTES {
            return Err(format!(
                "an artifact of {size} bytes is too large: at most {MAX_ARTIFACT_BYTES} are taken"
            ));
        }
        Ok(Self { run, key, size, sha256, bytes: Vec::new(), unknown_json: None })
    }

    /// Takes the next line of base64.
    pub(super) fn push(&mut self, base64: &str) -> Result<(), String> {
        let bytes = BASE64_STANDARD.decode(base64).map_err(|cause| format!("this is no base64: {cause}"))?;
        if (self.bytes.len() + bytes.len()) as u64 > self.size {
            return Err(format!("the artifact has more than the {} bytes that its line says", self.size));
        }
        self.bytes.extend(bytes);
        Ok(())
    }

    pub(super) fn is_whole(&self) -> bool {
        self.bytes.len() as u64 == self.size
    }

    /// The bytes, which must be those that its line says.
    pub(super) fn into_bytes(self) -> Result<Vec<u8>, String> {
        let sha256 = content_hash(&self.bytes);
        if sha256 == self.sha256 {
            Ok(self.bytes)
        } else {
            Err(format!("the artifact's bytes are not those that were exported: their SHA-256 is {sha256}"))
        }
    }
}
