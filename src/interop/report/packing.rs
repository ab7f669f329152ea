//! Bytes as text that may stand in HTML: compressed by zlib, and that as lines of base64.

use std::io::{self, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use miniz_oxide::deflate::core::{CompressorOxide, create_comp_flags_from_zip_params};
use miniz_oxide::deflate::stream::deflate;
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

/// Planes of bytes hardly pack better at higher levels, which take several times as long.
const LEVEL: i32 = 3;
/// With zlib's header, and its checksum at the end.
const ZLIB_WINDOW_BITS: i32 = 15;
/// How many bytes stand in one line: a multiple of three, so that only the last has padding.
const BYTES_A_LINE: usize = 48 * 1024;
const BUFFER_BYTES: usize = 16 << 10;

/// Packs bytes that come in pieces.
pub(super) struct Packer {
    state: Box<CompressorOxide>,
    packed: Vec<u8>,
}

impl Default for Packer {
    fn default() -> Self {
        let flags = create_comp_flags_from_zip_params(LEVEL, ZLIB_WINDOW_BITS, 0);
        Self { state: Box::new(CompressorOxide::new(flags)), packed: Vec::new() }
    }
}

impl Packer {
    /// Takes bytes, and writes the lines that are whole by then.
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
        self.deflate(bytes, MZFlush::None)?;
        let whole = self.packed.len() - self.packed.len() % BYTES_A_LINE;
        write_lines(&self.packed[..whole], out)?;
        self.packed.drain(..whole);
        Ok(())
    }

    /// Writes what is left.
    pub(super) fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.deflate(&[], MZFlush::Finish)?;
        write_lines(&std::mem::take(&mut self.packed), out)
    }

    fn deflate(&mut self, mut bytes: &[u8], flush: MZFlush) -> io::Result<()> {
        let mut buffer = [0; BUFFER_BYTES];
        while !bytes.is_empty() || flush == MZFlush::Finish {
            let result = deflate(&mut self.state, bytes, &mut buffer, flush);
            bytes = &bytes[result.bytes_consumed..];
            self.packed.extend_from_slice(&buffer[..result.bytes_written]);
            match result.status {
                Ok(MZStatus::StreamEnd) => break,
                Ok(_) => {}
                Err(cause) => return Err(io::Error::other(format!("it could not be packed: {cause:?}"))),
            }
        }
        Ok(())
    }
}

fn write_lines(bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
    for line in bytes.chunks(BYTES_A_LINE) {
        out.write_all(BASE64_STANDARD.encode(line).as_bytes())?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Unpacks text that comes in pieces.
pub(super) struct Unpacker {
    /// Characters that are not decoded yet: fewer than four.
    held: Vec<u8>,
    /// Reused from piece to piece.
    decoded: Vec<u8>,
    state: Box<InflateState>,
    has_ended: bool,
}

impl Default for Unpacker {
    fn default() -> Self {
        Self {
            held: Vec::new(),
            decoded: Vec::new(),
            state: InflateState::new_boxed(DataFormat::Zlib),
            has_ended: false,
        }
    }
}

impl Unpacker {
    /// Takes text, and calls `visit` with what comes out of it, some kilobytes at a time.
    pub(super) fn push(
        &mut self,
        text: &[u8],
        mut visit: impl FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut bytes = std::mem::take(&mut self.decoded);
        bytes.clear();
        for line in text.split(u8::is_ascii_whitespace) {
            let missing = (4 - self.held.len()) % 4;
            let (first, rest) = line.split_at(line.len().min(missing));
            self.held.extend_from_slice(first);
            if self.held.len() == 4 {
                decode(&self.held, &mut bytes)?;
                self.held.clear();
            }
            let (whole, last) = rest.split_at(rest.len() - rest.len() % 4);
            decode(whole, &mut bytes)?;
            self.held.extend_from_slice(last);
        }
        let unpacked = self.inflate(&bytes, &mut visit);
        self.decoded = bytes;
        unpacked
    }

    fn inflate(
        &mut self,
        mut bytes: &[u8],
        visit: &mut impl FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut buffer = [0; BUFFER_BYTES];
        while !self.has_ended {
            let result = inflate(&mut self.state, bytes, &mut buffer, MZFlush::None);
            bytes = &bytes[result.bytes_consumed..];
            visit(&buffer[..result.bytes_written])?;
            match result.status {
                Ok(MZStatus::StreamEnd) => self.has_ended = true,
                // All was taken, and nothing more comes out of it.
                Ok(_) | Err(MZError::Buf) if bytes.is_empty() && result.bytes_written < buffer.len() => {
                    return Ok(());
                }
                Ok(_) if result.bytes_consumed > 0 || result.bytes_written > 0 => {}
                _ => return Err("what is packed here cannot be unpacked: the file is damaged".to_owned()),
            }
        }
        if bytes.is_empty() {
            Ok(())
        } else {
            Err("something follows the runs' end: the file is damaged".to_owned())
        }
    }

    /// Whether all came that was packed, as its checksum says.
    pub(super) fn is_whole(&self) -> bool {
        self.has_ended && self.held.is_empty()
    }
}

fn decode(base64: &[u8], bytes: &mut Vec<u8>) -> Result<(), String> {
    BASE64_STANDARD.decode_vec(base64, bytes).map_err(|cause| format!("this is no base64: {cause}"))
}
