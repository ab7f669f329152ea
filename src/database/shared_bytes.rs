//! Bytes in records that serde reads and writes: as bytes, where it would take a list of numbers.

use std::fmt;
use std::rc::Rc;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes a field of bytes.
pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

/// Reads a field of bytes.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rc<[u8]>, D::Error> {
    struct Bytes;

    impl Visitor<'_> for Bytes {
        type Value = Rc<[u8]>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("byte array")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Rc<[u8]>, E> {
            Ok(Rc::from(bytes))
        }

        fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Rc<[u8]>, E> {
            Ok(Rc::from(bytes))
        }
    }

    deserializer.deserialize_byte_buf(Bytes)
}

/// A field that is a list of bytes.
pub(super) mod list {
    use super::{Deserialize, Deserializer, Rc, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Item(#[serde(with = "super")] Rc<[u8]>);

    pub(crate) fn serialize<S: Serializer>(list: &[Rc<[u8]>], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(list.iter().map(|bytes| Item(Rc::clone(bytes))))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Rc<[u8]>>, D::Error> {
        let list = Vec::<Item>::deserialize(deserializer)?;
        Ok(list.into_iter().map(|Item(bytes)| bytes).collect())
    }
}
