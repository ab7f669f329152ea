//! A zip file of files that are written as they are, without compression: their lengths are not known before, so that each is followed by
//! its descriptor. Compressing them would take longer than writing them.

use std::io::{self, Write};

use crc::{CRC_32_ISO_HDLC, Crc, Digest};

use super::frames::DESCRIPTOR;
use crate::storage::clock;
use chrono::{Datelike, Timelike};

static CHECKSUM: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const LARGE_END: &[u8] = b"PK\x06\x06";
const LARGE_END_PLACE: &[u8] = b"PK\x06\x07";
/// The version of the format that has numbers of 64 bits.
const LARGE_VERSION: u16 = 45;
const VERSION: u16 = 20;
/// The length follows in a descriptor; the name is UTF-8.
const FLAGS: u16 = 1 << 3 | 1 << 11;
/// What stands for a number of 64 bits, which is elsewhere.
const ELSEWHERE: u32 = u32::MAX;

/// Writes a zip file. Where its bytes go is said with each call.
#[derive(Default)]
pub(super) struct ZipWriter {
    position: u64,
    files: Vec<File>,
    checksum: Option<Digest<'static, u32>>,
}

/// A file in the zip file, of which the length is that so far.
struct File {
    name: String,
    /// The time and date as MS-DOS has them.
    modified: [u16; 2],
    start: u64,
    length: u64,
    checksum: u32,
    is_large: bool,
}

impl ZipWriter {
    /// Begins a file. `is_large` says that it may be longer than 4 GB.
    pub(super) fn begin(
        &mut self,
        name: String,
        modified_ms: i64,
        is_large: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let file = File {
            name,
            modified: dos_time(modified_ms),
            start: self.position,
            length: 0,
            checksum: 0,
            is_large,
        };
        let mut header = LOCAL.to_vec();
        file.push_common(&mut header, if is_large { LARGE_VERSION } else { VERSION });
        // The checksum and both lengths, which follow.
        let unknown = if is_large { ELSEWHERE } else { 0 };
        push_u32s(&mut header, [0, unknown, unknown]);
        push_u16s(&mut header, [file.name.len() as u16, if is_large { 20 } else { 0 }]);
        header.extend_from_slice(file.name.as_bytes());
        if is_large {
            push_u16s(&mut header, [1, 16]);
            header.extend_from_slice(&[0; 16]);
        }
        self.files.push(file);
        self.checksum = Some(CHECKSUM.digest());
        self.write_out(&header, out)
    }

    /// Writes more of the file that was begun.
    pub(super) fn write(&mut self, bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
        if let (Some(file), Some(checksum)) = (self.files.last_mut(), &mut self.checksum) {
            checksum.update(bytes);
            file.length += bytes.len() as u64;
            if !file.is_large && file.length > u64::from(u32::MAX) {
                return Err(io::Error::other("a file in a zip file became longer than was said"));
            }
        }
        self.write_out(bytes, out)
    }

    /// Ends the file that was begun.
    pub(super) fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let (Some(file), Some(checksum)) = (self.files.last_mut(), self.checksum.take()) else {
            return Ok(());
        };
        file.checksum = checksum.finalize();
        let mut descriptor = DESCRIPTOR.to_vec();
        push_u32s(&mut descriptor, [file.checksum]);
        if file.is_large {
            push_u64s(&mut descriptor, [file.length, file.length]);
        } else {
            push_u32s(&mut descriptor, [file.length as u32, file.length as u32]);
        }
        self.write_out(&descriptor, out)
    }

    /// Ends the zip file with its directory.
    pub(super) fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let start = self.position;
        for file in std::mem::take(&mut self.files) {
            self.write_out(&file.central(), out)?;
            self.files.push(file);
        }
        let (length, end) = (self.position - start, self.position);
        let count = self.files.len() as u64;
        let mut tail = Vec::new();
        let is_large = count >= u64::from(u16::MAX) || end >= u64::from(ELSEWHERE);
        if is_large {
            tail.extend_from_slice(LARGE_END);
            push_u64s(&mut tail, [44]);
            push_u16s(&mut tail, [LARGE_VERSION, LARGE_VERSION]);
            push_u32s(&mut tail, [0, 0]);
            push_u64s(&mut tail, [count, count, length, start]);
            tail.extend_from_slice(LARGE_END_PLACE);
            push_u32s(&mut tail, [0]);
            push_u64s(&mut tail, [end]);
            push_u32s(&mut tail, [1]);
        }
        let shown = if is_large { u16::MAX } else { count as u16 };
        tail.extend_from_slice(END);
        push_u16s(&mut tail, [0, 0, shown, shown]);
        push_u32s(&mut tail, if is_large { [ELSEWHERE; 2] } else { [length as u32, start as u32] });
        push_u16s(&mut tail, [0]);
        self.write_out(&tail, out)
    }

    fn write_out(&mut self, bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
        self.position += bytes.len() as u64;
        out.write_all(bytes)
    }
}

impl File {
    /// Version needed, flags, no compression, time and date.
    fn push_common(&self, header: &mut Vec<u8>, version: u16) {
        push_u16s(header, [version, FLAGS, 0, self.modified[0], self.modified[1]]);
    }

    /// The file's entry in the directory.
    fn central(&self) -> Vec<u8> {
        let is_large = self.is_large || self.start >= u64::from(ELSEWHERE);
        let version = if is_large { LARGE_VERSION } else { VERSION };
        let mut entry = CENTRAL.to_vec();
        push_u16s(&mut entry, [version]);
        self.push_common(&mut entry, version);
        let (length, start) =
            if is_large { (ELSEWHERE, ELSEWHERE) } else { (self.length as u32, self.start as u32) };
        push_u32s(&mut entry, [self.checksum, length, length]);
        push_u16s(&mut entry, [self.name.len() as u16, if is_large { 28 } else { 0 }, 0, 0, 0]);
        push_u32s(&mut entry, [0, start]);
        entry.extend_from_slice(self.name.as_bytes());
        if is_large {
            push_u16s(&mut entry, [1, 24]);
            push_u64s(&mut entry, [self.length, self.length, self.start]);
        }
        entry
    }
}

/// The time and date; the first there is, of 1980, for one that cannot be said.
fn dos_time(ms: i64) -> [u16; 2] {
    let time = clock::from_ms(ms);
    let Some(years) = u16::try_from(time.year() - 1980).ok().filter(|years| *years < 128) else {
        return [0, 1 << 5 | 1];
    };
    [
        ((time.hour() << 11) | (time.minute() << 5) | (time.second() / 2)) as u16,
        years << 9 | (time.month() << 5 | time.day()) as u16,
    ]
}

fn push_u16s<const N: usize>(bytes: &mut Vec<u8>, numbers: [u16; N]) {
    numbers.iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
}

fn push_u32s<const N: usize>(bytes: &mut Vec<u8>, numbers: [u32; N]) {
    numbers.iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
}

fn push_u64s<const N: usize>(bytes: &mut Vec<u8>, numbers: [u64; N]) {
    numbers.iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
}
