//! Pieces of a file, of any size, into lines.

/// The longest line that is taken: a configuration may be some megabytes.
const MAX_LINE_BYTES: usize = 32 << 20;

/// The line that has begun, and how many there were.
#[derive(Debug, Default)]
pub(super) struct LineSplitter {
    begun: Vec<u8>,
    lines: u64,
}

impl LineSplitter {
    /// The number of the last line that was visited, counted from 1.
    pub(super) fn number(&self) -> u64 {
        self.lines
    }

    /// Takes bytes, and calls `visit` with every line that is whole by then, without its end. Empty lines are passed over.
    pub(super) fn push(
        &mut self,
        mut bytes: &[u8],
        mut visit: impl FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), String> {
        while let Some(end) = bytes.iter().position(|&byte| byte == b'\n') {
            let (line, rest) = bytes.split_at(end);
            bytes = &rest[1..];
            self.lines += 1;
            if self.begun.is_empty() {
                visit_line(line, &mut visit)?;
            } else {
                self.begin(line)?;
                let line = std::mem::take(&mut self.begun);
                visit_line(&line, &mut visit)?;
            }
        }
        self.begin(bytes).inspect_err(|_| self.lines += 1)
    }

    fn begin(&mut self, bytes: &[u8]) -> Result<(), String> {
        if self.begun.len() + bytes.len() > MAX_LINE_BYTES {
            return Err(format!(
                "the line is longer than {MAX_LINE_BYTES} bytes: entrenar writes none that is so long"
            ));
        }
        self.begun.extend_from_slice(bytes);
        Ok(())
    }
}

fn visit_line(line: &[u8], visit: &mut impl FnMut(&[u8]) -> Result<(), String>) -> Result<(), String> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.is_empty() { Ok(()) } else { visit(line) }
}
