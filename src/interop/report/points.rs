//! The points of one series as bytes that pack well: steps and times as differences, values as planes of bytes.

use crate::storage::{MAX_STEP, RawPoint, check_key};

/// Values that an `f32` holds exactly, NaN's bits included, take half the room.
const SINGLE: u8 = 4;
const DOUBLE: u8 = 8;
/// The most bytes that a difference takes.
const MOST_VARINT_BYTES: usize = 10;

/// Writes points of the series of this key.
pub(super) fn write_points(out: &mut Vec<u8>, key: &str, points: &[RawPoint]) {
    write_number(out, key.len() as u64);
    out.extend_from_slice(key.as_bytes());
    write_number(out, points.len() as u64);
    write_differences(out, points.iter().map(|point| point.step as i64));
    write_differences(out, points.iter().map(|point| point.timestamp_ms));
    let is_single = points.iter().all(|point| is_exact_single(point.value));
    let width = if is_single { SINGLE } else { DOUBLE };
    out.push(width);
    let start = out.len();
    out.resize(start + points.len() * usize::from(width), 0);
    let planes = &mut out[start..];
    for (index, point) in points.iter().enumerate() {
        if is_single {
            spread(planes, points.len(), index, &(point.value as f32).to_le_bytes());
        } else {
            spread(planes, points.len(), index, &point.value.to_le_bytes());
        }
    }
}

fn is_exact_single(value: f64) -> bool {
    f64::from(value as f32).to_bits() == value.to_bits()
}

/// Puts each byte of a value into the plane of that byte.
fn spread(planes: &mut [u8], count: usize, index: usize, bytes: &[u8]) {
    for (plane, &byte) in bytes.iter().enumerate() {
        planes[plane * count + index] = byte;
    }
}

fn write_differences(out: &mut Vec<u8>, numbers: impl Iterator<Item = i64>) {
    let mut last = 0_i64;
    for number in numbers {
        let difference = number.wrapping_sub(last);
        // Small ones of either sign become small numbers.
        write_number(out, ((difference << 1) ^ (difference >> 63)) as u64);
        last = number;
    }
}

/// Seven bits a byte, the lowest first; the high bit says that more follow.
fn write_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// The key and the points of bytes that [`write_points`] wrote.
pub(super) fn read_points(bytes: &[u8]) -> Result<(String, Vec<RawPoint>), String> {
    let mut rest = bytes;
    let key_bytes = read_length(&mut rest)?;
    let key =
        String::from_utf8(take(&mut rest, key_bytes)?.to_vec()).map_err(|_| "a metric key is no UTF-8")?;
    check_key("a metric key", &key).map_err(|error| error.to_string())?;
    // Each point takes at least two bytes: what is claimed beyond that is not set aside.
    let count = read_length(&mut rest)?;
    if count > rest.len() / 2 {
        return Err(CUT_SHORT.to_owned());
    }
    let mut points = Vec::with_capacity(count);
    let mut last = 0_i64;
    for _ in 0..count {
        last = last.wrapping_add(read_difference(&mut rest)?);
        let step = u64::try_from(last).ok().filter(|&step| step <= MAX_STEP);
        let step = step.ok_or_else(|| format!("step {last} is none: they are 0 to {MAX_STEP}"))?;
        points.push(RawPoint { step, value: 0.0, timestamp_ms: 0 });
    }
    let mut last = 0_i64;
    for point in &mut points {
        last = last.wrapping_add(read_difference(&mut rest)?);
        crate::interop::calendar::checked_time(last as f64)?;
        point.timestamp_ms = last;
    }
    let width = take(&mut rest, 1)?[0];
    if !matches!(width, SINGLE | DOUBLE) || rest.len() != count * usize::from(width) {
        return Err(CUT_SHORT.to_owned());
    }
    for (index, point) in points.iter_mut().enumerate() {
        point.value = if width == SINGLE {
            f64::from(f32::from_le_bytes(gathered(rest, count, index)))
        } else {
            f64::from_le_bytes(gathered(rest, count, index))
        };
    }
    Ok((key, points))
}

const CUT_SHORT: &str = "a part with points is longer or shorter than it says";

fn gathered<const WIDTH: usize>(planes: &[u8], count: usize, index: usize) -> [u8; WIDTH] {
    std::array::from_fn(|plane| planes[plane * count + index])
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], String> {
    let (taken, left) = rest.split_at_checked(length).ok_or(CUT_SHORT)?;
    *rest = left;
    Ok(taken)
}

fn read_difference(rest: &mut &[u8]) -> Result<i64, String> {
    let number = read_number(rest)?;
    Ok((number >> 1) as i64 ^ -((number & 1) as i64))
}

fn read_length(rest: &mut &[u8]) -> Result<usize, String> {
    usize::try_from(read_number(rest)?).map_err(|_| CUT_SHORT.to_owned())
}

fn read_number(rest: &mut &[u8]) -> Result<u64, String> {
    let mut number = 0_u64;
    for (place, &byte) in rest.iter().enumerate().take(MOST_VARINT_BYTES) {
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            *rest = &rest[place + 1..];
            return Ok(number);
        }
    }
    Err(CUT_SHORT.to_owned())
}
