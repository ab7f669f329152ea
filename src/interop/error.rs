//! What is wrong with a file that is imported.

use std::fmt;

/// Why a file cannot be imported. Nothing of it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// Which kind of failure it is.
    pub kind: FileErrorKind,
    /// Where in the file it is.
    pub at: Position,
    /// What is wrong there, and what to do: a sentence without its end.
    pub message: String,
}

/// The kinds of [`FileError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileErrorKind {
    /// The file is damaged, cut off, hostile, or not of the format it is said to be.
    Invalid,
    /// A newer version of the format, which this code does not know.
    Newer,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// A line, counted from 1.
    Line(u64),
    /// A byte, counted from 0.
    Byte(u64),
}

impl FileError {
    /// An invalid file.
    #[must_use]
    pub fn invalid(at: Position, message: impl Into<String>) -> Self {
        Self { kind: FileErrorKind::Invalid, at, message: message.into() }
    }

    /// A file of a newer version.
    #[must_use]
    pub fn newer(at: Position, message: impl Into<String>) -> Self {
        Self { kind: FileErrorKind::Newer, at, message: message.into() }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Position::Line(line) => write!(f, "line {line}: {}", self.message),
            Position::Byte(byte) => write!(f, "byte {byte}: {}", self.message),
        }
    }
}

impl std::error::Error for FileError {}
