//! Which format a file has, by its first bytes.

use super::report::ReportImporter;
use super::tensorboard::begins_as_event_file;

/// The formats of files that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON Lines.
    JsonLines,
    /// Something that gzip compressed.
    Gzip,
    /// A zip file: of TensorBoard's event files.
    Zip,
    /// An event file of TensorBoard.
    EventFile,
    /// A report of entrenar's.
    Report,
    /// Text that is none of the others.
    Csv,
}

/// How every CSV file of this tracker begins.
const OWN_CSV: &[u8] = b"experiment,run_id,run_name,";

/// How many first bytes tell a format.
pub const DETECTED_BY: usize = 1024;

/// The format of a file that begins with these bytes: [`DETECTED_BY`] of them, or all if there are fewer. Nothing for one that is none.
#[must_use]
pub fn detect(first_bytes: &[u8]) -> Option<Format> {
    let bytes = &first_bytes[..first_bytes.len().min(DETECTED_BY)];
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes).trim_ascii_start();
    if bytes.starts_with(b"\x1f\x8b") {
        Some(Format::Gzip)
    } else if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        Some(Format::Zip)
    } else if begins_as_event_file(bytes) {
        Some(Format::EventFile)
    } else if ReportImporter::knows(bytes) {
        Some(Format::Report)
    } else if text.starts_with(b"{") {
        Some(Format::JsonLines)
    } else if text.starts_with(OWN_CSV) {
        // Whatever characters its names have.
        Some(Format::Csv)
    } else if text.starts_with(b"<") || text.starts_with(b"[") {
        // Markup has commas too, and so have lists of JSON.
        None
    } else if is_text(text) && text.iter().any(|byte| b",;\t".contains(byte)) {
        Some(Format::Csv)
    } else {
        None
    }
}

/// Whether the bytes are UTF-8 without control characters but those of lines and tabs, as far as they go: the last character may be cut off.
fn is_text(bytes: &[u8]) -> bool {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && !text.contains(|c: char| c.is_control() && !"\t\r\n".contains(c))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::interop::csv::CsvExporter;
    use crate::interop::tensorboard::{TensorBoardExporter, ValueType};
    use crate::interop::test_runs::{export, points, run};

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        let runs = [run(0, vec![("loss".to_owned(), points(&[0.5]))])];
        let single = ValueType::Single;
        for (bytes, format) in [
            (export(&mut CsvExporter::long(), &runs, 9), Some(Format::Csv)),
            (export(&mut TensorBoardExporter::event_file(single), &runs, 9), Some(Format::EventFile)),
            (export(&mut TensorBoardExporter::zip(single), &runs, 9), Some(Format::Zip)),
            (b"\x1f\x8b\x08".to_vec(), Some(Format::Gzip)),
            (b"{\"format\":1}\n".to_vec(), Some(Format::JsonLines)),
            (b"step;loss\n1;2\n".to_vec(), Some(Format::Csv)),
            ("a,é".as_bytes()[..3].to_vec(), Some(Format::Csv)),
            (b"loss\n1\n".to_vec(), None),
            (b"[{\"step\":0,\"loss\":1}]".to_vec(), None),
            (b"experiment,run_id,run_name,key,step\n\x1b[31mred\0,run-0".to_vec(), Some(Format::Csv)),
            (b"step,loss\x00\n1,2\n".to_vec(), None),
            (b"<!doctype html>\n<p>hi, there</p>".to_vec(), None),
            (b"\x89PNG\r\n\x1a\n,".to_vec(), None),
            (vec![], None),
        ] {
            assert_eq!(detect(&bytes), format, "{:?}", bytes.escape_ascii().to_string());
        }
    }
}
