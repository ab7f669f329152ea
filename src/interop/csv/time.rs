//! Times as RFC 3339 has them, in UTC. Most rows are of the same day as the row before, whose date is not worked out again.

use chrono::{DateTime, NaiveDateTime};

use super::cells::push_whole;
use crate::storage::clock;

const DAY_MS: i64 = 86_400_000;
/// The years 0000 to 9999, which RFC 3339 can say.
const SAYABLE_MS: std::ops::Range<i64> = -62_167_219_200_000..253_402_300_800_000;
/// A number from here on counts milliseconds: as seconds it would lie beyond the year 5138.
const LEAST_MS: f64 = 1e11;

/// Writes times.
#[derive(Debug)]
pub(super) struct TimeWriter {
    day: i64,
    /// `2026-11-27T`.
    date: String,
}

impl Default for TimeWriter {
    fn default() -> Self {
        Self { day: 0, date: "1970-01-01T".to_owned() }
    }
}

impl TimeWriter {
    /// Appends `2026-11-27T03:28:57.123Z`; for a time of a year that has not four digits, the milliseconds since the epoch.
    pub(super) fn push(&mut self, row: &mut Vec<u8>, ms: i64) {
        if !SAYABLE_MS.contains(&ms) {
            if ms < 0 {
                row.push(b'-');
            }
            return push_whole(row, ms.unsigned_abs());
        }
        let day = ms.div_euclid(DAY_MS);
        if day != self.day {
            self.day = day;
            self.date = clock::from_ms(day * DAY_MS).format("%Y-%m-%dT").to_string();
        }
        row.extend_from_slice(self.date.as_bytes());
        let mut within = ms.rem_euclid(DAY_MS);
        for (unit, digits, after) in [(3_600_000, 2, b':'), (60_000, 2, b':'), (1000, 2, b'.'), (1, 3, b'Z')]
        {
            let number = (within / unit) as u16;
            within %= unit;
            if digits == 3 {
                row.push(b'0' + (number / 100) as u8);
            }
            row.extend_from_slice(&[b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8, after]);
        }
    }
}

/// Reads times.
#[derive(Debug, Default)]
pub(super) struct TimeReader {
    /// The date of the last time in the form of [`TimeWriter`], and its milliseconds.
    day: Option<([u8; 11], i64)>,
}

impl TimeReader {
    /// The milliseconds since the epoch that the text names: RFC 3339, the same without a zone for UTC, or a number of seconds or
    /// milliseconds.
    pub(super) fn read(&mut self, text: &str) -> Option<i64> {
        let text = text.trim();
        let Some((date, within)) = own_form(text) else { return read_any(text) };
        match self.day {
            Some((known, ms)) if known == date => Some(ms + within),
            _ => {
                let ms = read_any(text)?;
                self.day = Some((date, ms - within));
                Some(ms)
            }
        }
    }
}

/// A text in the form of [`TimeWriter`]: the date, and the milliseconds of the day.
fn own_form(text: &str) -> Option<([u8; 11], i64)> {
    let (date, time) = text.as_bytes().split_first_chunk::<11>()?;
    // In units of which the first digit of each number counts ten, or the milliseconds' a hundred.
    let units = [
        (0, 36_000_000),
        (1, 3_600_000),
        (3, 600_000),
        (4, 60_000),
        (6, 10_000),
        (7, 1000),
        (9, 100),
        (10, 10),
        (11, 1),
    ];
    let is_form =
        time.len() == 13 && time[2] == b':' && time[5] == b':' && time[8] == b'.' && time[12] == b'Z';
    if !is_form || !units.iter().all(|(at, _)| time[*at].is_ascii_digit()) {
        return None;
    }
    let is_time = time[..2] < b"24"[..] && time[3] < b'6' && time[6] < b'6';
    is_time.then(|| (*date, units.iter().map(|(at, unit)| i64::from(time[*at] - b'0') * unit).sum()))
}

fn read_any(text: &str) -> Option<i64> {
    if let Ok(ms) = text.parse::<i64>()
        && ms.unsigned_abs() >= LEAST_MS as u64
    {
        return Some(ms);
    }
    if let Ok(number) = text.parse::<f64>() {
        let ms = if number.abs() >= LEAST_MS { number } else { number * 1000.0 };
        return ms.is_finite().then_some(ms.round() as i64);
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.timestamp_millis());
    }
    let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"];
    forms
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .map(|time| time.and_utc().timestamp_millis())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn written(ms: i64) -> String {
        let mut row = Vec::new();
        TimeWriter::default().push(&mut row, ms);
        String::from_utf8_lossy(&row).into_owned()
    }

    #[test]
    fn times_are_written_in_utc_with_milliseconds() {
        assert_eq!(written(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(written(1_795_750_137_042), "2026-11-27T03:28:57.042Z");
        assert_eq!(written(-1), "1969-12-31T23:59:59.999Z");
        assert_eq!(written(SAYABLE_MS.start), "0000-01-01T00:00:00.000Z");
        assert_eq!(written(SAYABLE_MS.end - 1), "9999-12-31T23:59:59.999Z");
        assert_eq!(written(SAYABLE_MS.end), "253402300800000");
    }

    #[test]
    fn times_come_back_whichever_they_are() {
        let mut reader = TimeReader::default();
        let times = [0, 1, 1_795_750_137_042, 1_795_750_137_043, -1, i64::MIN, i64::MAX, SAYABLE_MS.start];
        for ms in times {
            assert_eq!(reader.read(&written(ms)), Some(ms));
        }
    }

    #[test]
    fn other_forms_of_times_are_read() {
        let mut reader = TimeReader::default();
        for (text, ms) in [
            ("2026-11-27T04:28:57.042+01:00", 1_795_750_137_042),
            ("2026-11-27 03:28:57.042", 1_795_750_137_042),
            ("2026-11-27T03:28:57", 1_795_750_137_000),
            ("1795750137.042", 1_795_750_137_042),
            ("1795750137042", 1_795_750_137_042),
            (" 1.5 ", 1500),
        ] {
            assert_eq!(reader.read(text), Some(ms), "{text}");
        }
        for text in
            ["", "yesterday", "2026-11-27", "NaN", "2026-13-27T03:28:57.042Z", "2026-11-27T24:00:00.000Z"]
        {
            assert_eq!(reader.read(text), None, "{text}");
        }
    }
}
