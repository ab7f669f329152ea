//! The parts that a report's runs are made of: lines of JSON Lines, and points.

/// A line of JSON Lines, `docs/json-lines.md`, without its end.
pub(super) const LINE: u8 = b'L';
/// Points of one series of the last run that stands above.
pub(super) const POINTS: u8 = b'P';

/// The longest part that is taken: a line may be some megabytes.
const MOST_BYTES: usize = 32 << 20;
const HEADER_BYTES: usize = 5;

/// Writes a part.
pub(super) fn write_frame(out: &mut Vec<u8>, kind: u8, contents: &[u8]) {
    out.push(kind);
    out.extend_from_slice(&(contents.len() as u32).to_le_bytes());
    out.extend_from_slice(contents);
}

/// Pieces of any size into parts.
#[derive(Debug, Default)]
pub(super) struct FrameSplitter {
    begun: Vec<u8>,
}

impl FrameSplitter {
    /// Takes bytes, and calls `visit` with every part that is whole by then.
    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        mut visit: impl FnMut(u8, &[u8]) -> Result<(), String>,
    ) -> Result<(), String> {
        self.begun.extend_from_slice(bytes);
        let mut at = 0;
        while let Some((&[kind, a, b, c, d], rest)) = self.begun[at..].split_first_chunk::<HEADER_BYTES>() {
            let length = u32::from_le_bytes([a, b, c, d]) as usize;
            if length > MOST_BYTES {
                return Err(format!("a part of {length} bytes is longer than any that entrenar writes"));
            }
            let Some(contents) = rest.get(..length) else { break };
            visit(kind, contents)?;
            at += HEADER_BYTES + length;
        }
        self.begun.drain(..at);
        Ok(())
    }

    /// Whether no part has begun that is not whole.
    pub(super) fn is_at_end(&self) -> bool {
        self.begun.is_empty()
    }
}
