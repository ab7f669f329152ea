//! Runs from event files: one, several of a folder, or a zip file of folders.

use super::FILE_MARK;
use super::event_files::EventFiles;
use super::zip_entries::{Sink, ZipEntries};
use crate::interop::losses::Losses;
use crate::interop::{FileError, ImportedPart, ImportedRun, Importer, Position};

/// The first bytes of a zip file: of one with files, of an empty one.
const ZIP_MARKS: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// How event files are read.
#[derive(Debug, Clone, Default)]
pub struct TensorBoardOptions {
    /// The time of what has none, in milliseconds since the epoch: that of the file, or now.
    pub timestamp_ms: i64,
}

/// Reads runs from an event file, or from a zip file: of its files those with `tfevents` in their names, those of a folder as one run.
/// Of several files outside of a zip file, each is begun by [`TensorBoardImporter::begin_file`].
pub struct TensorBoardImporter {
    options: TensorBoardOptions,
    /// The first bytes, until they tell what the file is.
    beginning: Vec<u8>,
    source: Source,
    losses: Losses,
}

enum Source {
    Unknown,
    Files(Box<EventFiles>),
    Zip(Box<ZipEntries>, Box<EventFiles>),
}

impl TensorBoardImporter {
    /// An importer of one file, or of the files of some folders.
    #[must_use]
    pub fn new(options: TensorBoardOptions) -> Self {
        Self { options, beginning: Vec::new(), source: Source::Unknown, losses: Losses::default() }
    }

    /// Begins an event file that belongs to the folder its path says: `/` is between names. The files of a folder, which are one run,
    /// come in the order of their names.
    ///
    /// # Errors
    /// That there are too many, or their names are too long.
    pub fn begin_file(&mut self, path: &str) -> Result<(), FileError> {
        if let Source::Unknown = self.source {
            self.source = Source::Files(Box::new(EventFiles::new(self.options.timestamp_ms, false)));
        }
        match &mut self.source {
            Source::Files(files) => files.begin(path, false).map_err(at_start),
            Source::Zip(..) | Source::Unknown => Err(at_start("files do not follow a zip file".to_owned())),
        }
    }

    /// Decides what the file is.
    fn begin(&mut self, parts: &mut Vec<ImportedPart>) -> Result<(), FileError> {
        let beginning = std::mem::take(&mut self.beginning);
        let is_zip = ZIP_MARKS.iter().any(|mark| beginning.starts_with(mark));
        if is_zip {
            let files = Box::new(EventFiles::new(self.options.timestamp_ms, true));
            self.source = Source::Zip(Box::default(), files);
        } else {
            self.begin_file("")?;
        }
        self.push(&beginning, parts)
    }
}

fn at_start(message: String) -> FileError {
    FileError::invalid(Position::Byte(0), message)
}

impl Importer for TensorBoardImporter {
    fn push(&mut self, bytes: &[u8], parts: &mut Vec<ImportedPart>) -> Result<(), FileError> {
        match &mut self.source {
            Source::Unknown => {
                self.beginning.extend_from_slice(bytes);
                if self.beginning.len() >= 4 { self.begin(parts) } else { Ok(()) }
            }
            Source::Files(files) => files.push(bytes, parts).map(drop),
            Source::Zip(zip, files) => {
                zip.push(bytes, &mut FilesOfZip { files, parts, losses: &mut self.losses })
            }
        }
    }

    fn finish(&mut self, parts: &mut Vec<ImportedPart>) -> Result<Vec<ImportedRun>, FileError> {
        if let Source::Unknown = self.source {
            if self.beginning.is_empty() {
                return Err(at_start("the file is empty".to_owned()));
            }
            self.begin(parts)?;
        }
        match &mut self.source {
            Source::Unknown => Ok(Vec::new()),
            Source::Files(files) => files.finish(parts).map_err(at_start),
            Source::Zip(zip, files) => {
                zip.finish()?;
                let runs = files.finish(parts).map_err(at_start)?;
                if runs.is_empty() {
                    return Err(at_start("there is no event file in the zip file".to_owned()));
                }
                Ok(runs)
            }
        }
    }

    fn losses(&self) -> Vec<String> {
        let mut losses = match &self.source {
            Source::Unknown => Vec::new(),
            Source::Files(files) | Source::Zip(_, files) => files.losses.sentences(),
        };
        losses.extend(self.losses.sentences());
        losses
    }
}

/// The event files among those of a zip file.
struct FilesOfZip<'a> {
    files: &'a mut EventFiles,
    parts: &'a mut Vec<ImportedPart>,
    losses: &'a mut Losses,
}

impl Sink for FilesOfZip<'_> {
    fn begin(&mut self, path: &str, ends_by_descriptor: bool) -> Result<bool, FileError> {
        let path = path.replace('\\', "/");
        let name = path.rsplit('/').next().unwrap_or_default();
        // Beside the files, macOS packs what it knows of them, under names that begin so.
        // TensorBoard's profiler marks a folder by an event file of nothing.
        if !name.contains(FILE_MARK) || name.starts_with("._") || name.ends_with(".profile-empty") {
            self.losses.note_if(!name.is_empty(), "files that are no event files are not imported");
            return Ok(false);
        }
        let path = path.trim_start_matches(['.', '/']);
        self.files.begin(path, ends_by_descriptor).map_err(at_start)?;
        Ok(true)
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(usize, bool), FileError> {
        let taken = self.files.push(bytes, self.parts)?;
        Ok((taken, self.files.has_ended()))
    }

    fn end(&mut self) {
        self.files.end();
    }
}
