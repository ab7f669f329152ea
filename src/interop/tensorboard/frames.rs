//! Records in their frames, as TFRecord has them: the length in 8 bytes, a checksum of those in 4, the record, a checksum of it in 4; all
//! little-endian, the checksums CRC-32C, masked.

use crc::{CRC_32_ISCSI, Crc, Digest};

use crate::interop::{FileError, Position};

static CHECKSUM: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

/// The longest record that is held and looked into. Scalars, texts and configurations are far shorter, images may be longer.
const MOST_HELD: u64 = 8 << 20;
/// The longest record at all; it is less than what [`DESCRIPTOR`] would be as a length.
const MOST_LENGTH: u64 = 128 << 20;
/// What follows a file in a zip file that does not say its length before.
pub(super) const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

const HEADER: usize = 12;
const FOOTER: usize = 4;

/// A checksum that covers checksums is of little use: so each is stored turned, with a constant added.
fn mask(checksum: u32) -> u32 {
    checksum.rotate_right(15).wrapping_add(0xa282_ead8)
}

/// Appends a record in its frame, which `write` appends to the bytes.
pub(super) fn push_frame(bytes: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = bytes.len();
    bytes.resize(start + HEADER, 0);
    write(bytes);
    let record = start + HEADER;
    let length = ((bytes.len() - record) as u64).to_le_bytes();
    let checksum = mask(CHECKSUM.checksum(&bytes[record..]));
    bytes.extend_from_slice(&checksum.to_le_bytes());
    bytes[start..start + 8].copy_from_slice(&length);
    bytes[start + 8..record].copy_from_slice(&mask(CHECKSUM.checksum(&length)).to_le_bytes());
}

/// Takes the bytes of a file and gives its records.
pub(super) struct Frames {
    /// The bytes at hand of the header, or of record and footer.
    held: Vec<u8>,
    at: Stage,
    /// Where the frame at hand begins.
    start: u64,
    /// Whether the file is in a zip file that does not say its length: it ends where a record could begin, by [`DESCRIPTOR`].
    ends_by_descriptor: bool,
}

enum Stage {
    Header,
    /// A record of this length is read.
    Record(usize),
    /// A record that is too long to be held; so many bytes of it are left.
    Passing(u64, u64, Digest<'static, u32>),
    Footer(u64, u32),
    /// The file has ended by its descriptor.
    Ended,
}

/// What is in a frame.
pub(super) enum Framed<'a> {
    /// A record.
    Record(&'a [u8]),
    /// A record that was too long to be held.
    TooLong,
}

/// What takes the records: each with the place of its frame.
pub(super) type Take<'a> = &'a mut dyn FnMut(u64, Framed<'_>) -> Result<(), FileError>;

impl Frames {
    pub(super) fn new(ends_by_descriptor: bool) -> Self {
        Self { held: Vec::new(), at: Stage::Header, start: 0, ends_by_descriptor }
    }

    /// Whether the file has ended by its descriptor.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.at, Stage::Ended)
    }

    /// Whether a record is cut off after the bytes so far, and where.
    pub(super) fn cut_off(&self) -> Option<u64> {
        let is_between = matches!(self.at, Stage::Header) && self.held.is_empty();
        (!is_between && !self.has_ended()).then_some(self.start)
    }

    /// Takes the next bytes of the file. Returns how many there were before it ended by its descriptor, of which at most the first four
    /// were counted in an earlier call.
    pub(super) fn push(&mut self, bytes: &[u8], take: Take<'_>) -> Result<usize, FileError> {
        let mut rest = bytes;
        while !rest.is_empty() && !self.has_ended() {
            match &mut self.at {
                Stage::Header => {
                    if !self.ends_by_descriptor {
                        hold(&mut self.held, HEADER, &mut rest);
                    } else if self.held.len() < DESCRIPTOR.len() {
                        hold(&mut self.held, DESCRIPTOR.len(), &mut rest);
                        if self.held == DESCRIPTOR {
                            self.at = Stage::Ended;
                            continue;
                        }
                    } else {
                        hold(&mut self.held, HEADER, &mut rest);
                    }
                    if self.held.len() == HEADER {
                        self.at = self.header()?;
                        self.held.clear();
                    }
                }
                Stage::Record(length) => {
                    let length = *length;
                    hold(&mut self.held, length + FOOTER, &mut rest);
                    if let Some((record, footer)) = self.held.split_at_checked(length)
                        && footer.len() == FOOTER
                    {
                        self.check(record, footer, "the record")?;
                        take(self.start, Framed::Record(record))?;
                        self.next(length as u64);
                    }
                }
                Stage::Passing(length, left, digest) => {
                    let passed = rest.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                    digest.update(&rest[..passed]);
                    *left -= passed as u64;
                    rest = &rest[passed..];
                    if *left == 0 {
                        self.at = Stage::Footer(*length, mask(digest.clone().finalize()));
                    }
                }
                Stage::Footer(length, checksum) => {
                    let (length, checksum) = (*length, *checksum);
                    hold(&mut self.held, FOOTER, &mut rest);
                    if self.held.len() == FOOTER {
                        if self.held != checksum.to_le_bytes() {
                            return Err(self.wrong_checksum("the record"));
                        }
                        take(self.start, Framed::TooLong)?;
                        self.next(length);
                    }
                }
                Stage::Ended => {}
            }
        }
        Ok(bytes.len() - rest.len())
    }

    /// The stage after a whole header.
    fn header(&self) -> Result<Stage, FileError> {
        let (length, checksum) = self.held.split_at(8);
        self.check(length, checksum, "the length")?;
        let length = length.try_into().map_or(u64::MAX, u64::from_le_bytes);
        if length > MOST_LENGTH {
            return Err(FileError::invalid(
                Position::Byte(self.start),
                format!("a record says that it has {length} bytes, more than any record of an event file"),
            ));
        }
        Ok(if length > MOST_HELD {
            Stage::Passing(length, length, CHECKSUM.digest())
        } else {
            Stage::Record(length as usize)
        })
    }

    fn next(&mut self, length: u64) {
        self.held.clear();
        self.start += length + (HEADER + FOOTER) as u64;
        self.at = Stage::Header;
    }

    fn check(&self, bytes: &[u8], checksum: &[u8], what: &str) -> Result<(), FileError> {
        if checksum == mask(CHECKSUM.checksum(bytes)).to_le_bytes() {
            Ok(())
        } else {
            Err(self.wrong_checksum(what))
        }
    }

    fn wrong_checksum(&self, what: &str) -> FileError {
        let message = format!(
            "{what} that begins here does not have its checksum: the file is damaged, or no event file"
        );
        FileError::invalid(Position::Byte(self.start), message)
    }
}

/// Moves bytes into `held` until it has so many, or there are no more.
fn hold(held: &mut Vec<u8>, wanted: usize, rest: &mut &[u8]) {
    let (taken, left) = rest.split_at(rest.len().min(wanted.saturating_sub(held.len())));
    held.extend_from_slice(taken);
    *rest = left;
}

/// Whether these first bytes of a file may be those of an event file: the length of its first record has its checksum.
pub(super) fn begins_as_frame(bytes: &[u8]) -> bool {
    let header = bytes.get(..8).zip(bytes.get(8..HEADER));
    header.is_some_and(|(length, checksum)| checksum == mask(CHECKSUM.checksum(length)).to_le_bytes())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn frame_is_as_tensorflow_writes_it() {
        let mut bytes = Vec::new();
        push_frame(&mut bytes, |bytes| bytes.extend_from_slice(b"record"));
        let length = [6, 0, 0, 0, 0, 0, 0, 0, 0x73, 0x69, 0xd5, 0x37];
        assert_eq!(bytes, [&length, b"record".as_slice(), &[0x05, 0xde, 0x2b, 0xfc]].concat());
        assert!(begins_as_frame(&bytes));
        assert!(!begins_as_frame(&bytes[1..]));
        assert!(!begins_as_frame(&bytes[..11]));
    }
}
