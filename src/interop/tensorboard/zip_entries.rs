//! The files of a zip file that comes in pieces: their headers, and their contents unpacked as far as they come. The directory at the end,
//! which would say more, is not waited for.

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush, MZStatus};

use super::entry_end::{MOST_BYTES, descriptor_length};
use crate::interop::{FileError, Position};

const LOCAL: [u8; 4] = *b"PK\x03\x04";
/// With these begin the directory, its ends, and what may stand before it.
const DIRECTORY: [[u8; 4]; 4] = [*b"PK\x01\x02", *b"PK\x05\x06", *b"PK\x06\x06", *b"PK\x06\x08"];
const LOCAL_BYTES: usize = 30;
/// How many times longer a file may be than packed. Records of event files have checksums, which do not pack well.
const MOST_RATIO: u64 = 100;
/// So many bytes may come from nothing, all the same.
const FREE_BYTES: u64 = 1 << 20;
const ELSEWHERE: u64 = u32::MAX as u64;

/// What takes the files.
pub(super) trait Sink {
    /// A file begins. Returns whether its contents are wanted. `ends_by_descriptor` says that only its contents tell where it ends.
    fn begin(&mut self, path: &str, ends_by_descriptor: bool) -> Result<bool, FileError>;
    /// More of a file that is wanted. Returns how much of it there was before the file ended by its descriptor, and whether it has.
    fn push(&mut self, bytes: &[u8]) -> Result<(usize, bool), FileError>;
    /// The file has ended.
    fn end(&mut self);
}

/// Reads a zip file.
#[derive(Default)]
pub(super) struct ZipEntries {
    held: Vec<u8>,
    at: Stage,
    /// Where the next byte is in the zip file.
    position: u64,
    entry: Entry,
}

#[derive(Default)]
enum Stage {
    /// Before the header of a file, or the directory.
    #[default]
    Header,
    /// The contents as they are; so many bytes are left.
    Stored(u64),
    /// The contents as they are, up to a descriptor.
    StoredUpToDescriptor,
    Deflated(Box<InflateState>),
    Descriptor,
    Directory,
}

#[derive(Default)]
struct Entry {
    is_wanted: bool,
    has_descriptor: bool,
    packed: u64,
    unpacked: u64,
}

/// The header of a file.
struct Header<'a> {
    flags: u16,
    method: u16,
    packed: u64,
    unpacked: u64,
    path: std::borrow::Cow<'a, str>,
}

impl ZipEntries {
    /// Takes the next bytes of the zip file.
    pub(super) fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> Result<(), FileError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let before = rest.len();
            match &mut self.at {
                Stage::Header => self.take_header(&mut rest, sink)?,
                Stage::Stored(left) => {
                    let here = rest.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                    if self.entry.is_wanted {
                        sink.push(&rest[..here])?;
                    }
                    rest = &rest[here..];
                    *left -= here as u64;
                    if *left == 0 {
                        self.end_entry(sink);
                    }
                }
                Stage::StoredUpToDescriptor => {
                    let (taken, has_ended) = sink.push(rest)?;
                    rest = &rest[taken..];
                    self.entry.packed += taken as u64;
                    if has_ended {
                        // Its mark was taken for contents until it was whole.
                        self.entry.packed -= 4;
                        self.entry.unpacked = self.entry.packed;
                        self.held.extend_from_slice(&super::frames::DESCRIPTOR);
                        sink.end();
                        self.at = Stage::Descriptor;
                    }
                }
                Stage::Deflated(_) => self.inflate(&mut rest, sink)?,
                Stage::Descriptor => self.take_descriptor(&mut rest)?,
                Stage::Directory => rest = &[],
            }
            self.position += (before - rest.len()) as u64;
        }
        Ok(())
    }

    /// Ends the zip file.
    pub(super) fn finish(&mut self) -> Result<(), FileError> {
        if matches!(self.at, Stage::Directory) {
            return Ok(());
        }
        Err(self.error("the zip file is cut off here: copy or download it again"))
    }

    fn error(&self, message: impl Into<String>) -> FileError {
        FileError::invalid(Position::Byte(self.position), message)
    }

    fn take_header(&mut self, rest: &mut &[u8], sink: &mut dyn Sink) -> Result<(), FileError> {
        if self.held.len() < 4 {
            self.hold(4, rest);
            if self.held.len() == 4 {
                if DIRECTORY.iter().any(|mark| self.held == mark) {
                    self.at = Stage::Directory;
                } else if self.held != LOCAL {
                    return Err(self.error("here begins neither a file nor the directory of a zip file"));
                }
            }
            return Ok(());
        }
        self.hold(LOCAL_BYTES, rest);
        if self.held.len() < LOCAL_BYTES {
            return Ok(());
        }
        let lengths = usize::from(u16_at(&self.held, 26)) + usize::from(u16_at(&self.held, 28));
        self.hold(LOCAL_BYTES + lengths, rest);
        if self.held.len() == LOCAL_BYTES + lengths {
            let held = std::mem::take(&mut self.held);
            self.begin_entry(&Header::read(&held), sink)?;
        }
        Ok(())
    }

    fn begin_entry(&mut self, header: &Header<'_>, sink: &mut dyn Sink) -> Result<(), FileError> {
        let has_descriptor = header.flags & 1 << 3 != 0;
        let is_encrypted = header.flags & 1 != 0;
        let ends_by_descriptor = has_descriptor && header.method == 0;
        let is_wanted = sink.begin(&header.path, ends_by_descriptor)?;
        self.entry = Entry { is_wanted, has_descriptor, packed: 0, unpacked: 0 };
        let is_readable = !is_encrypted && matches!(header.method, 0 | 8);
        if is_wanted && !is_readable {
            return Err(self.error("a file is encrypted, or packed by another method than \"deflate\""));
        }
        if !has_descriptor && (!is_wanted || header.method == 0) {
            // What is not wanted need not be unpacked, nor be packed in a way that is known.
            if is_wanted && header.unpacked != header.packed {
                return Err(self.error("the two lengths of a file that is not packed differ"));
            }
            self.at = Stage::Stored(header.packed);
            if header.packed == 0 {
                self.end_entry(sink);
            }
        } else if is_readable && header.method == 8 {
            self.at = Stage::Deflated(InflateState::new_boxed(DataFormat::Raw));
        } else if is_readable && is_wanted {
            self.at = Stage::StoredUpToDescriptor;
        } else {
            return Err(self.error("a file that is not packed does not say its length: pack the folder anew"));
        }
        Ok(())
    }

    fn inflate(&mut self, rest: &mut &[u8], sink: &mut dyn Sink) -> Result<(), FileError> {
        let Stage::Deflated(state) = &mut self.at else { return Ok(()) };
        let mut unpacked = [0; 16 << 10];
        let result = inflate(state, rest, &mut unpacked, MZFlush::None);
        *rest = &rest[result.bytes_consumed..];
        self.entry.packed += result.bytes_consumed as u64;
        self.entry.unpacked += result.bytes_written as u64;
        if self.entry.is_wanted && self.entry.unpacked > FREE_BYTES + MOST_RATIO * self.entry.packed {
            return Err(self.error(format!(
                "a file is more than {MOST_RATIO} times as long as packed, which no event file is: it is not unpacked"
            )));
        }
        if self.entry.is_wanted {
            sink.push(&unpacked[..result.bytes_written])?;
        }
        match result.status {
            Ok(MZStatus::StreamEnd) => self.end_entry(sink),
            Ok(_) if result.bytes_consumed > 0 || result.bytes_written > 0 => {}
            _ => return Err(self.error("what is packed here cannot be unpacked: the zip file is damaged")),
        }
        Ok(())
    }

    fn end_entry(&mut self, sink: &mut dyn Sink) {
        sink.end();
        self.at = if self.entry.has_descriptor { Stage::Descriptor } else { Stage::Header };
    }

    fn take_descriptor(&mut self, rest: &mut &[u8]) -> Result<(), FileError> {
        self.hold(MOST_BYTES, rest);
        if self.held.len() < MOST_BYTES {
            return Ok(());
        }
        let Some(length) = descriptor_length(&self.held, self.entry.packed, self.entry.unpacked) else {
            return Err(self.error("a file does not have the length that the zip file says"));
        };
        // What follows belongs to the next header.
        self.held.drain(..length);
        self.at = Stage::Header;
        if self.held.len() >= 4 {
            if DIRECTORY.iter().any(|mark| self.held.starts_with(mark)) {
                self.at = Stage::Directory;
            } else if !self.held.starts_with(&LOCAL) {
                return Err(self.error("here begins neither a file nor the directory of a zip file"));
            }
        }
        Ok(())
    }

    fn hold(&mut self, wanted: usize, rest: &mut &[u8]) {
        let (taken, left) = rest.split_at(rest.len().min(wanted.saturating_sub(self.held.len())));
        self.held.extend_from_slice(taken);
        *rest = left;
    }
}

impl<'a> Header<'a> {
    /// Reads a whole header.
    fn read(bytes: &'a [u8]) -> Self {
        let (path, extra) = bytes[LOCAL_BYTES..].split_at(usize::from(u16_at(bytes, 26)));
        let (mut packed, mut unpacked) = (u64::from(u32_at(bytes, 18)), u64::from(u32_at(bytes, 22)));
        if (packed == ELSEWHERE || unpacked == ELSEWHERE)
            && let Some((large_unpacked, large_packed)) = large_lengths(extra)
        {
            (packed, unpacked) = (large_packed, large_unpacked);
        }
        let (flags, method) = (u16_at(bytes, 6), u16_at(bytes, 8));
        Self { flags, method, packed, unpacked, path: String::from_utf8_lossy(path) }
    }
}

/// The lengths in 64 bits, unpacked and packed.
fn large_lengths(mut extra: &[u8]) -> Option<(u64, u64)> {
    loop {
        let (head, rest) = extra.split_at_checked(4)?;
        let (field, after) = rest.split_at_checked(usize::from(u16_at(head, 2)))?;
        if u16_at(head, 0) == 1 {
            let number = |at: usize| Some(u64::from_le_bytes(field.get(at..at + 8)?.try_into().ok()?));
            return Some((number(0)?, number(8)?));
        }
        extra = after;
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
