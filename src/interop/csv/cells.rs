//! The cells of a row: text that no spreadsheet takes for a formula, and numbers exactly.

use std::borrow::Cow;

/// What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection), and what it skips before one.
const FORMULA_STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
/// A text with this before it is text to a spreadsheet.
const MARK: char = '\'';

/// Whether the text begins as a formula does, after any number of marks.
fn begins_as_formula(text: &str) -> bool {
    text.trim_start_matches(MARK).starts_with(FORMULA_STARTS)
}

/// The text as it is written: with a mark more, if it begins as a formula does.
fn marked(text: &str) -> Cow<'_, str> {
    if begins_as_formula(text) { Cow::Owned(format!("{MARK}{text}")) } else { Cow::Borrowed(text) }
}

/// The text that was [`marked`].
pub(super) fn unmarked(cell: &str) -> &str {
    match cell.strip_prefix(MARK) {
        Some(text) if begins_as_formula(text) => text,
        _ => cell,
    }
}

/// Appends a text, in quotes where a reader, or a spreadsheet that splits at semicolons or tabs, would see anything else in it.
pub(super) fn push_text(row: &mut Vec<u8>, text: &str) {
    let text = marked(text);
    if text.contains([',', ';', '"', '\t', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ') {
        row.push(b'"');
        row.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        row.push(b'"');
    } else {
        row.extend_from_slice(text.as_bytes());
    }
}

/// Appends a value such that reading it gives the same number to the bit, and always as a floating-point number: a reader that looks at the
/// column decides for one without a 0 more.
pub(super) fn push_value(row: &mut Vec<u8>, value: f64) {
    match value {
        value if value.is_nan() => row.extend_from_slice(b"NaN"),
        f64::INFINITY => row.extend_from_slice(b"Infinity"),
        f64::NEG_INFINITY => row.extend_from_slice(b"-Infinity"),
        // The shortest text that reads as the same number.
        value => push_json(row, &value),
    }
}

/// Appends a whole number.
pub(super) fn push_whole(row: &mut Vec<u8>, number: u64) {
    push_json(row, &number);
}

fn push_json(row: &mut Vec<u8>, number: &impl serde::Serialize) {
    // A vector takes every byte, and a number is never refused.
    let _ = serde_json::to_writer(row, number);
}

/// The number that a cell holds; nothing for one that is empty or says that there is none.
pub(super) fn read_value(cell: &str) -> Result<Option<f64>, ()> {
    let cell = cell.trim();
    if matches!(cell, "" | "NA" | "N/A" | "null" | "NULL" | "None") {
        return Ok(None);
    }
    cell.parse().map(Some).map_err(|_| ())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        let mut row = Vec::new();
        push_text(&mut row, text);
        String::from_utf8_lossy(&row).into_owned()
    }

    #[test]
    fn text_that_begins_as_a_formula_is_marked_and_comes_back() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-loss", "'-loss"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("＝1", "'＝1"),
            ("'=1", "''=1"),
            ("'quoted'", "'quoted'"),
            ("loss - mean", "loss - mean"),
            (" loss", "\" loss\""),
            ("loss ", "\"loss \""),
            ("a;=1", "\"a;=1\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
        ] {
            assert_eq!(cell(text), written);
            assert_eq!(unmarked(&marked(text)), text);
        }
    }

    #[test]
    fn values_are_written_as_floating_point_numbers_and_read_to_the_bit() {
        let values = [0.0, -0.0, 1.0, 1e16, 0.1 + 0.2, f64::MIN_POSITIVE, 5e-324, f64::MAX, -1.5e-300];
        for value in values.into_iter().chain([f64::INFINITY, f64::NEG_INFINITY, f64::NAN]) {
            let mut row = Vec::new();
            push_value(&mut row, value);
            let text = String::from_utf8_lossy(&row).into_owned();
            let is_float = text.contains(['.', 'e', 'N', 'I']);
            assert!(is_float, "{text}");
            let read = read_value(&text);
            assert_eq!(read.map(|read| read.map(f64::to_bits)), Ok(Some(value.to_bits())), "{text}");
        }
    }
}
