//! A run's metrics as JSON text: what `JSON.stringify` would write of the same points.

use std::fmt::Write;

use chrono::SecondsFormat;

use crate::storage::{NamedSeries, clock};

/// `{"key":[{"step":0,"value":0.5,"timestamp":"2026-01-01T00:00:00.000Z"},…],…}`, keys in the order of first logging.
pub fn metrics_json(all: &[NamedSeries]) -> String {
    let points: usize = all.iter().map(|named| named.series.len()).sum();
    let mut text = String::with_capacity(points * 72 + 2);
    let mut seconds = Seconds::default();
    text.push('{');
    for NamedSeries { key, series } in all.iter().filter(|named| !named.series.is_empty()) {
        if text.len() > 1 {
            text.push(',');
        }
        write_string(&mut text, key);
        text.push_str(":[");
        let mut separator = "";
        series.for_each_by_step(|point| {
            text.push_str(separator);
            separator = ",";
            text.push_str("{\"step\":");
            write_integer(&mut text, point.step);
            text.push_str(",\"value\":");
            write_number(&mut text, point.value);
            text.push_str(",\"timestamp\":\"");
            seconds.write(&mut text, point.timestamp_ms);
            text.push_str("\"}");
        });
        text.push(']');
    }
    text.push('}');
    text
}

/// RFC 3339 in UTC with milliseconds. Neighbouring points mostly share their second, which is formatted once.
#[derive(Default)]
struct Seconds {
    second: Option<i64>,
    prefix: String,
}

impl Seconds {
    fn write(&mut self, text: &mut String, timestamp_ms: i64) {
        let second = timestamp_ms.div_euclid(1000);
        if self.second != Some(second) {
            self.second = Some(second);
            self.prefix = clock::from_ms(second * 1000).to_rfc3339_opts(SecondsFormat::Secs, true);
            // Without its `Z`.
            self.prefix.pop();
        }
        let millisecond = timestamp_ms.rem_euclid(1000) as u16;
        text.push_str(&self.prefix);
        text.push('.');
        for divisor in [100, 10, 1] {
            text.push(char::from(b'0' + (millisecond / divisor % 10) as u8));
        }
        text.push('Z');
    }
}

fn write_integer(text: &mut String, number: u64) {
    // Writing to a String cannot fail.
    let _ = write!(text, "{number}");
}

fn write_number(text: &mut String, number: f64) {
    let size = number.abs();
    let _ = if !number.is_finite() {
        text.push_str("null");
        Ok(())
    } else if size == 0.0 {
        text.push('0');
        Ok(())
    } else if (1e-6..1e17).contains(&size) {
        write!(text, "{number}")
    } else {
        write!(text, "{number:e}")
    };
}

fn write_string(text: &mut String, string: &str) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{0}'..='\u{1f}' => {
                let _ = write!(text, "\\u{:04x}", u32::from(character));
            }
            _ => text.push(character),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{RawPoint, Series};

    fn json(values: &[(u64, f64, i64)]) -> String {
        let mut series = Series::default();
        for &(step, value, timestamp_ms) in values {
            series.push(RawPoint { step, value, timestamp_ms });
        }
        metrics_json(&[NamedSeries { key: "a\"b\\c\n\u{1}ü".into(), series }])
    }

    #[test]
    fn numbers_are_written_as_json_has_them() {
        let values = [0.1, -0.0, 1e300, 5e-324, -1.5e-7, 1e21, f64::NAN, f64::INFINITY, 123_456_789.0, f64::MAX];
        let points: Vec<_> = values.iter().map(|&value| (0, value, 0)).collect();
        let parsed: serde_json::Value = serde_json::from_str(&json(&points)).unwrap_or_default();
        let back: Vec<Option<f64>> = parsed["a\"b\\c\n\u{1}ü"].as_array().into_iter().flatten().map(|p| p["value"].as_f64()).collect();
        let expected: Vec<Option<f64>> = values.iter().map(|v| v.is_finite().then_some(v + 0.0)).collect();
        assert_eq!(back, expected);
    }

    #[test]
    fn timestamps_are_rfc_3339_with_milliseconds() {
        let text = json(&[(0, 1.0, 1_700_000_000_007), (1, 1.0, 1_700_000_000_999), (2, 1.0, -1)]);
        assert!(text.contains("\"2023-11-14T22:13:20.007Z\""), "{text}");
        assert!(text.contains("\"2023-11-14T22:13:20.999Z\""));
        assert!(text.contains("\"1969-12-31T23:59:59.999Z\""));
    }
}
