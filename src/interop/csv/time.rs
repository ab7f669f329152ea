//! Times as RFC 3339 has them, in UTC. Most rows are of the same day as the row before, whose date is not worked out again. Of chrono only the
//! calendar is used: its texts would be a tenth of the package.

use chrono::{DateTime, Datelike, NaiveDate};

use super::cells::push_whole;
use crate::interop::calendar::is_time;

const DAY_MS: i64 = 86_400_000;
/// The years 0000 to 9999, which RFC 3339 can say.
const SAYABLE_MS: std::ops::Range<i64> = -62_167_219_200_000..253_402_300_800_000;
/// A number from here on counts milliseconds: as seconds it would lie beyond the year 5138.
const LEAST_MS: f64 = 1e11;
/// From here on microseconds, and nanoseconds, for the same reason; not in files of this tracker's, which may have later years.
const LEAST_US: f64 = 1e14;
const LEAST_NS: f64 = 1e17;

/// Writes times.
#[derive(Debug, Default)]
pub(super) struct TimeWriter {
    /// `2026-11-27T`, of the day with this number.
    date: Option<(i64, [u8; 11])>,
}

impl TimeWriter {
    /// Appends `2026-11-27T03:28:57.123Z`; for a time of a year that has not four digits, the milliseconds since the epoch.
    pub(super) fn push(&mut self, row: &mut Vec<u8>, ms: i64) {
        let day = ms.div_euclid(DAY_MS);
        let date = match self.date {
            Some((of, date)) if of == day => Some(date),
            _ => date(day),
        };
        let Some(date) = date.filter(|_| SAYABLE_MS.contains(&ms)) else {
            if ms < 0 {
                row.push(b'-');
            }
            return push_whole(row, ms.unsigned_abs());
        };
        self.date = Some((day, date));
        row.extend_from_slice(&date);
        let within = ms.rem_euclid(DAY_MS) as u32;
        let mut time = *b"00:00:00.000Z";
        digits(&mut time[0..2], within / 3_600_000);
        digits(&mut time[3..5], within / 60_000 % 60);
        digits(&mut time[6..8], within / 1000 % 60);
        digits(&mut time[9..12], within % 1000);
        row.extend_from_slice(&time);
    }
}

/// The date of a day, counted from the epoch.
fn date(day: i64) -> Option<[u8; 11]> {
    let of = DateTime::from_timestamp_millis(day.checked_mul(DAY_MS)?)?.date_naive();
    let mut date = *b"0000-00-00T";
    digits(&mut date[0..4], u32::try_from(of.year()).ok()?);
    digits(&mut date[5..7], of.month());
    digits(&mut date[8..10], of.day());
    Some(date)
}

/// Writes a number, with zeros before it.
fn digits(text: &mut [u8], mut number: u32) {
    for digit in text.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
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
    /// milliseconds; in a file of another program's also of microseconds or nanoseconds.
    pub(super) fn read(&mut self, text: &str, is_own: bool) -> Option<i64> {
        let text = text.trim();
        let Some((date, within)) = own_form(text) else { return read_any(text, is_own) };
        match self.day {
            Some((known, ms)) if known == date => Some(ms + within),
            _ => {
                let ms = read_any(text, is_own)?;
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

fn read_any(text: &str, is_own: bool) -> Option<i64> {
    if let Ok(number) = text.parse::<f64>() {
        let ms = match number.abs() {
            size if size < LEAST_MS => number * 1000.0,
            size if size < LEAST_US || is_own => number,
            size if size < LEAST_NS => number / 1e3,
            _ => number / 1e6,
        };
        return is_time(ms).then_some(ms.round() as i64);
    }
    read_date(text)
}

/// Reads `2026-11-27T04:28:57.123+01:00`, with a space for the `T` or without fraction or zone.
fn read_date(text: &str) -> Option<i64> {
    let (date, time) = text.split_at_checked(10)?;
    let [year, month, day] = numbers(date, b'-', [4, 2, 2])?;
    let day = NaiveDate::from_ymd_opt(year as i32, month, day)?;
    let time = time.strip_prefix(['T', 't', ' '])?;
    let (time, rest) = time.split_at_checked(8)?;
    let [hours, minutes, seconds] = numbers(time, b':', [2, 2, 2])?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count()),
        None => ("0", rest),
    };
    let offset_minutes = match zone.split_at_checked(1) {
        None | Some(("Z" | "z", "")) => 0,
        Some((sign @ ("+" | "-"), zone)) => {
            let [hours, minutes] = numbers(zone, b':', [2, 2])?;
            let minutes = i64::from(hours * 60 + minutes);
            if sign == "-" { -minutes } else { minutes }
        }
        Some(_) => return None,
    };
    // A leap second is the last of its minute.
    if hours > 23 || minutes > 59 || seconds > 60 || fraction.is_empty() {
        return None;
    }
    let ms = fraction.bytes().chain(*b"00").take(3).fold(0, |ms, digit| 10 * ms + i64::from(digit - b'0'));
    let minutes = i64::from(hours * 60 + minutes) - offset_minutes;
    let days = i64::from(day.to_epoch_days());
    Some(days * DAY_MS + (minutes * 60 + i64::from(seconds.min(59))) * 1000 + ms)
}

/// The numbers in a text, each of so many digits, with a byte between them.
fn numbers<const N: usize>(text: &str, between: u8, lengths: [usize; N]) -> Option<[u32; N]> {
    let mut numbers = [0; N];
    let mut parts = text.split(char::from(between));
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let part = parts.next().filter(|part| part.len() == length)?;
        *number = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(numbers)
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
        let (earliest, latest) = (-8_640_000_000_000_000, 8_640_000_000_000_000);
        let times = [0, 1, 1_795_750_137_042, 1_795_750_137_043, -1, earliest, latest, SAYABLE_MS.start];
        for ms in times {
            assert_eq!(reader.read(&written(ms), true), Some(ms));
        }
    }

    #[test]
    fn other_forms_of_times_are_read() {
        let mut reader = TimeReader::default();
        for (text, ms) in [
            ("2026-11-27T04:28:57.042+01:00", 1_795_750_137_042),
            ("2026-11-27 03:28:57.042", 1_795_750_137_042),
            ("2026-11-27T03:28:57", 1_795_750_137_000),
            ("2026-11-26T21:58:57.0429999-05:30", 1_795_750_137_042),
            ("2026-11-27t03:28:57.04z", 1_795_750_137_040),
            ("2016-12-31T23:59:60Z", 1_483_228_799_000),
            ("1795750137.042", 1_795_750_137_042),
            ("1795750137042", 1_795_750_137_042),
            (" 1.5 ", 1500),
            ("99999999999", 99_999_999_999_000),
            ("100000000000", 100_000_000_000),
            ("1795750137042000", 1_795_750_137_042),
            ("1795750137042000000", 1_795_750_137_042),
            ("-1795750137042000000", -1_795_750_137_042),
        ] {
            assert_eq!(reader.read(text, false), Some(ms), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "2026-11-27",
            "NaN",
            "1e300",
            "-1e29",
            "2026-13-27T03:28:57.042Z",
            "2026-11-27T24:00:00.000Z",
        ] {
            assert_eq!(reader.read(text, false), None, "{text}");
        }
        // In a file of this tracker's a number counts milliseconds, whatever year that is.
        assert_eq!(reader.read("253402300800000", true), Some(253_402_300_800_000));
        for text in ["1795750137042000000", "8640000000000001", "-8640000000000001"] {
            assert_eq!(reader.read(text, true), None, "{text}");
        }
    }
}
