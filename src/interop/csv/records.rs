//! Rows of a file that comes in pieces.

use std::borrow::Cow;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::interop::{FileError, Position};

/// The longest row: a hundred thousand numbers, or some of the longest texts that can be stored.
pub(super) const MOST_ROW_BYTES: usize = 8 << 20;
/// The most columns.
const MOST_COLUMNS: usize = 1 << 16;
/// What tells the delimiter: the header, or this much of it.
const MOST_SNIFFED: usize = 64 << 10;
/// What may stand between columns; the first is what it is in case of doubt.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// One row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    /// The line on which it begins.
    pub(super) line: u64,
    text: &'a str,
    ends: &'a [usize],
    has_decimal_commas: bool,
}

impl<'a> Record<'a> {
    /// How many cells it has.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A cell; empty beyond the last.
    pub(super) fn cell(&self, index: usize) -> &'a str {
        let start = if index == 0 { 0 } else { self.ends.get(index - 1).copied().unwrap_or_default() };
        let end = self.ends.get(index).copied().unwrap_or(start);
        self.text.get(start..end).unwrap_or_default()
    }

    /// A cell as a number is written elsewhere: without spaces around it, and with a point for a decimal comma. Only where semicolons stand
    /// between columns is a comma one: programs write semicolons because of it. Elsewhere it may part thousands.
    pub(super) fn number(&self, index: usize) -> Cow<'a, str> {
        let cell = self.cell(index).trim();
        match cell.split_once(',') {
            Some((whole, rest)) if self.has_decimal_commas => Cow::Owned(format!("{whole}.{rest}")),
            _ => Cow::Borrowed(cell),
        }
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &'a str> {
        let record = *self;
        (0..record.len()).map(move |index| record.cell(index))
    }

    /// An error in this row.
    pub(super) fn error(&self, message: impl Into<String>) -> FileError {
        FileError::invalid(Position::Line(self.line), message)
    }
}

/// Takes the bytes of a file and gives its rows. All rows have as many cells as the first.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// The beginning of the file, until the delimiter is known.
    beginning: Vec<u8>,
    reader: Option<Reader>,
    delimiter: u8,
    text: Vec<u8>,
    text_length: usize,
    ends: Vec<usize>,
    ends_length: usize,
    /// The line on which the row at hand begins; between rows, the line that was read to.
    line: u64,
    /// Whether no byte of a next row was read yet.
    is_between: bool,
    /// How many lines the row at hand has ended so far.
    lines_within: u64,
    columns: Option<usize>,
}

/// What takes the rows.
pub(super) type Take<'a> = &'a mut dyn FnMut(Record<'_>) -> Result<(), FileError>;

impl Records {
    /// What stands between columns, once the header was read.
    pub(super) fn delimiter(&self) -> char {
        char::from(self.delimiter)
    }

    /// Takes the next bytes of the file.
    pub(super) fn push(&mut self, bytes: &[u8], take: Take<'_>) -> Result<(), FileError> {
        if self.reader.is_some() {
            return self.read(bytes, take);
        }
        self.beginning.extend_from_slice(bytes);
        if self.beginning.len() >= MOST_SNIFFED || header_end(&self.beginning).is_some() {
            return self.begin(take);
        }
        Ok(())
    }

    /// Ends the file.
    pub(super) fn finish(&mut self, take: Take<'_>) -> Result<(), FileError> {
        if self.reader.is_none() {
            self.begin(take)?;
        }
        // A line end gives the last row, should none follow it; within quotation marks it is one more character.
        if !self.is_between {
            self.read_some(b"\n", take)?;
        }
        if !self.is_between {
            let message = "a quotation mark is not closed: the file was cut off, or one is missing";
            return Err(FileError::invalid(Position::Line(self.line), message));
        }
        if self.columns.is_none() {
            return Err(FileError::invalid(Position::Line(1), "the file is empty"));
        }
        Ok(())
    }

    fn begin(&mut self, take: Take<'_>) -> Result<(), FileError> {
        let beginning = std::mem::take(&mut self.beginning);
        let bytes = beginning.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&beginning);
        let first_line = &bytes[..header_end(bytes).unwrap_or(bytes.len())];
        let named = named_delimiter(first_line);
        self.delimiter = named.unwrap_or_else(|| delimiter(first_line));
        self.reader = Some(ReaderBuilder::new().delimiter(self.delimiter).build());
        self.line = 1;
        self.is_between = true;
        self.read(if named.is_some() { &bytes[first_line.len()..] } else { bytes }, take)
    }

    fn read(&mut self, mut bytes: &[u8], take: Take<'_>) -> Result<(), FileError> {
        loop {
            if self.is_between {
                // The ends of lines between rows, which the reader would count to the row that follows.
                let between = bytes.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
                self.line += bytes[..between].iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
                bytes = &bytes[between..];
            }
            if bytes.is_empty() {
                return Ok(());
            }
            self.is_between = false;
            let read = self.read_some(bytes, take)?;
            bytes = &bytes[read..];
        }
    }

    /// Reads to the end of a row, or as far as there is room or bytes. Returns how many bytes were read.
    fn read_some(&mut self, bytes: &[u8], take: Take<'_>) -> Result<usize, FileError> {
        let Some(reader) = &mut self.reader else { return Ok(bytes.len()) };
        let mut read = 0;
        loop {
            let (text, ends) = (&mut self.text[self.text_length..], &mut self.ends[self.ends_length..]);
            let line = reader.line();
            let (result, bytes_read, text_written, ends_written) =
                reader.read_record(&bytes[read..], text, ends);
            self.lines_within += reader.line() - line;
            read += bytes_read;
            self.text_length += text_written;
            self.ends_length += ends_written;
            let too_long = match result {
                ReadRecordResult::OutputFull => !grow(&mut self.text, MOST_ROW_BYTES),
                ReadRecordResult::OutputEndsFull => !grow(&mut self.ends, MOST_COLUMNS),
                ReadRecordResult::Record => {
                    self.give(take)?;
                    return Ok(read);
                }
                ReadRecordResult::InputEmpty | ReadRecordResult::End => return Ok(read),
            };
            if too_long {
                let message = format!(
                    "a row is longer than {} MB or has more than {MOST_COLUMNS} columns: is a quotation mark missing?",
                    MOST_ROW_BYTES >> 20
                );
                return Err(FileError::invalid(Position::Line(self.line), message));
            }
        }
    }

    /// Gives the row that was read.
    fn give(&mut self, take: Take<'_>) -> Result<(), FileError> {
        let line = self.line;
        let text = std::str::from_utf8(&self.text[..self.text_length]).map_err(|_| {
            FileError::invalid(Position::Line(line), "this is not UTF-8: save the file as \"CSV UTF-8\"")
        })?;
        let has_decimal_commas = self.delimiter == b';';
        let record = Record { line, text, ends: &self.ends[..self.ends_length], has_decimal_commas };
        let columns = *self.columns.get_or_insert(record.len());
        if record.len() != columns {
            return Err(
                record.error(format!("this row has {} cells where the header has {columns}", record.len()))
            );
        }
        take(record)?;
        self.text_length = 0;
        self.ends_length = 0;
        self.line += self.lines_within;
        self.lines_within = 0;
        self.is_between = true;
        Ok(())
    }
}

/// Makes room for twice as much; false if there is as much as there may be.
fn grow<T: Clone + Default>(buffer: &mut Vec<T>, most: usize) -> bool {
    if buffer.len() >= most {
        return false;
    }
    buffer.resize((2 * buffer.len()).clamp(64, most), T::default());
    true
}

/// Where the first line ends, outside of quotation marks.
fn header_end(bytes: &[u8]) -> Option<usize> {
    let mut is_quoted = false;
    bytes.iter().position(|&byte| {
        is_quoted ^= byte == b'"';
        !is_quoted && matches!(byte, b'\n' | b'\r')
    })
}

/// What a first line such as `sep=;` says, by which Excel knows what stands between columns.
fn named_delimiter(first_line: &[u8]) -> Option<u8> {
    let (name, rest) = first_line.split_at_checked(4)?;
    match rest {
        [delimiter] if name.eq_ignore_ascii_case(b"sep=") && delimiter.is_ascii() && *delimiter != b'"' => {
            Some(*delimiter)
        }
        _ => None,
    }
}

/// What stands most often in the header, outside of quotation marks.
fn delimiter(header: &[u8]) -> u8 {
    let mut counts = [0; DELIMITERS.len()];
    let mut is_quoted = false;
    for byte in header {
        is_quoted ^= *byte == b'"';
        if let Some(number) = DELIMITERS.iter().position(|delimiter| !is_quoted && delimiter == byte) {
            counts[number] += 1;
        }
    }
    let most = counts.into_iter().max().unwrap_or_default();
    let number = counts.iter().position(|count| *count == most).unwrap_or_default();
    DELIMITERS[number]
}
