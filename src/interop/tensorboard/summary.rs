//! The values of a summary, one at a time.

use prost::Message;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

use super::messages::Value;

/// The field of a summary that is a value.
const VALUE: u32 = 1;
/// The longest value that is looked into: a text may be that long.
const MOST_VALUE: usize = super::MOST_TEXT + 1024;

/// A value, unless it is too long to be a scalar or a text.
pub(super) enum Found {
    Value(Box<Value>),
    TooLong,
}

/// The bytes are not those of an event.
pub(super) struct NotAnEvent;

impl From<prost::DecodeError> for NotAnEvent {
    fn from(_: prost::DecodeError) -> Self {
        Self
    }
}

/// Calls `take` with each value of an encoded summary.
///
/// # Errors
/// That it is no summary, or what `take` says.
pub(super) fn for_each_value<E: From<NotAnEvent>>(
    mut summary: &[u8],
    mut take: impl FnMut(Found) -> Result<(), E>,
) -> Result<(), E> {
    while !summary.is_empty() {
        if let Some(value) = next_value(&mut summary)? {
            take(value)?;
        }
    }
    Ok(())
}

/// Takes a field off, and returns the value if it is one.
fn next_value(summary: &mut &[u8]) -> Result<Option<Found>, NotAnEvent> {
    let (field, wire_type) = decode_key(summary)?;
    if field != VALUE || wire_type != WireType::LengthDelimited {
        skip_field(wire_type, field, summary, DecodeContext::default())?;
        return Ok(None);
    }
    let length = usize::try_from(decode_varint(summary)?).unwrap_or(usize::MAX);
    let (value, rest) = summary.split_at_checked(length).ok_or(NotAnEvent)?;
    *summary = rest;
    if length > MOST_VALUE {
        return Ok(Some(Found::TooLong));
    }
    Ok(Some(Found::Value(Box::new(Value::decode(value)?))))
}
