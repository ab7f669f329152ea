//! A run's metrics as JSON text: what `JSON.stringify` would write of the same points.

use std::fmt::Write;

use crate::storage::NamedSeries;

/// Points whose values are formatted at once.
const BLOCK: usize = 8192;

/// `{"key":[{"step":0,"value":0.5,"timestamp":"2026-01-01T00:00:00.000Z"},…],…}`, keys in the order of first logging.
///
/// The platform's own formatting is passed in: `iso_second` formats whole seconds since the epoch without a fraction
/// (`2026-01-01T00:00:00`), `number_list` formats numbers as JSON, separated by commas; of what is not finite it may write anything.
pub fn metrics_json(
    all: &[NamedSeries],
    iso_second: impl Fn(i64) -> String,
    number_list: impl Fn(&[f64]) -> String,
) -> String {
    let points: usize = all.iter().map(|named| named.series.len()).sum();
    let mut text = String::with_capacity(points * 72 + 2);
    let mut seconds = Seconds::default();
    text.push('{');
    for NamedSeries { key, series } in all.iter().filter(|named| !named.series.is_empty()) {
        if text.len() > 1 {
            text.push(',');
        }
        write_string(&mut text, key);
        text.push_str(":[{\"step\":");
        let columns = series.columns();
        for block in (0..series.len()).step_by(BLOCK) {
            let range = block..series.len().min(block + BLOCK);
            let values = &columns.value[range.clone()];
            let texts = number_list(values);
            for ((index, value), value_text) in range.zip(values).zip(texts.split(',')) {
                if index > 0 {
                    text.push_str(",{\"step\":");
                }
                write_integer(&mut text, columns.step[index] as u64);
                text.push_str(",\"value\":");
                text.push_str(if value.is_finite() { value_text } else { "null" });
                seconds.write(&mut text, columns.timestamp[index] as i64, &iso_second);
            }
        }
        text.push(']');
    }
    text.push('}');
    text
}

/// The rest of a point: its time, RFC 3339 in UTC with milliseconds. Neighbours mostly share their second, which is formatted
/// once.
#[derive(Default)]
struct Seconds {
    second: Option<i64>,
    prefix: String,
}

impl Seconds {
    fn write(&mut self, text: &mut String, timestamp_ms: i64, iso_second: impl Fn(i64) -> String) {
        let second = timestamp_ms.div_euclid(1000);
        if self.second != Some(second) {
            self.second = Some(second);
            self.prefix = format!(",\"timestamp\":\"{}.", iso_second(second));
        }
        let millisecond = (timestamp_ms - second * 1000) as u32;
        text.push_str(&self.prefix);
        write_digit(text, millisecond / 100);
        write_digit(text, millisecond / 10 % 10);
        write_digit(text, millisecond % 10);
        text.push_str("Z\"}");
    }
}

fn write_integer(text: &mut String, number: u64) {
    let mut digits = [0; 20];
    let mut count = 0;
    let mut rest = number;
    while rest > 0 || count == 0 {
        digits[count] = (rest % 10) as u32;
        rest /= 10;
        count += 1;
    }
    digits[..count].iter().rev().for_each(|&digit| write_digit(text, digit));
}

fn write_digit(text: &mut String, digit: u32) {
    text.push(char::from(b'0' + digit as u8));
}

fn write_string(text: &mut String, string: &str) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{0}'..='\u{1f}' => {
                // Writing to a String cannot fail.
                let _ = write!(text, "\\u{:04x}", u32::from(character));
            }
            _ => text.push(character),
        }
    }
    text.push('"');
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::storage::{RawPoint, Series};

    fn json(values: &[(u64, f64, i64)]) -> String {
        let mut series = Series::default();
        for &(step, value, timestamp_ms) in values {
            series.push(RawPoint { step, value, timestamp_ms });
        }
        metrics_json(
            &[NamedSeries { key: "a\"b\\c\n\u{1}ü".into(), series }],
            |second| crate::storage::clock::from_ms(second * 1000).format("%Y-%m-%dT%H:%M:%S").to_string(),
            |numbers| {
                let numbers: Vec<String> = numbers.iter().map(|n| serde_json::json!(n).to_string()).collect();
                numbers.join(",")
            },
        )
    }

    #[test]
    fn every_point_has_its_value_across_blocks() {
        let points: Vec<_> = (0..BLOCK as u64 * 2 + 5)
            .map(|i| (i, if i == 3 { f64::NAN } else { i as f64 / 8.0 }, 0))
            .collect();
        let parsed: serde_json::Value = serde_json::from_str(&json(&points)).unwrap_or_default();
        let back = parsed["a\"b\\c\n\u{1}ü"].as_array().cloned().unwrap_or_default();
        assert_eq!(back.len(), points.len());
        for (back, &(step, value, _)) in back.iter().zip(&points) {
            assert_eq!(back["step"].as_u64(), Some(step));
            assert_eq!(back["value"].as_f64(), value.is_finite().then_some(value));
        }
    }

    #[test]
    fn timestamps_are_rfc_3339_with_milliseconds() {
        let text = json(&[(0, 1.0, 1_700_000_000_007), (1, 1.0, 1_700_000_000_999), (2, 1.0, -1)]);
        assert!(text.contains("\"2023-11-14T22:13:20.007Z\""), "{text}");
        assert!(text.contains("\"2023-11-14T22:13:20.999Z\""));
        assert!(text.contains("\"1969-12-31T23:59:59.999Z\""));
    }
}
