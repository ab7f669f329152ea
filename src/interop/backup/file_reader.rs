//! Reading a file of a backup, which must be the one that the manifest describes.

use sha2::{Digest, Sha256};

use super::manifest::BackupFile;
use crate::interop::jsonl::JsonLinesImporter;
use crate::interop::{FileError, ImportedExperiment, ImportedPart, ImportedRun, Importer, Position};

/// A part of a run, by the run's id.
#[derive(Debug, Clone, PartialEq)]
pub struct FilePart {
    /// The run's id.
    pub run_id: String,
    /// The part. Which number the run has in it means nothing.
    pub part: ImportedPart,
}

/// Reads one file.
#[derive(Debug)]
pub struct FileReader<'a> {
    file: &'a BackupFile,
    importer: JsonLinesImporter,
    length: u64,
    hash: Sha256,
    parts: Vec<ImportedPart>,
}

impl<'a> FileReader<'a> {
    /// A reader of this file.
    #[must_use]
    pub fn new(file: &'a BackupFile) -> Self {
        let importer = JsonLinesImporter::default();
        Self { file, importer, length: 0, hash: Sha256::new(), parts: Vec::new() }
    }

    /// Takes the next bytes of the decompressed file. Returns the parts of runs that are whole by then and that count.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<FilePart>, FileError> {
        self.length += bytes.len() as u64;
        if self.length > self.file.length {
            return Err(self.altered());
        }
        self.hash.update(bytes);
        self.importer.push(bytes, &mut self.parts)?;
        Ok(self.take_parts())
    }

    /// Ends the file. Returns the last parts, and its runs by their ids.
    ///
    /// # Errors
    /// What is wrong with the file: that it is not the one that was written, above all.
    pub fn finish(mut self) -> Result<FileContents, FileError> {
        if self.length != self.file.length || hex::encode(self.hash.clone().finalize()) != self.file.sha256 {
            return Err(self.altered());
        }
        let runs = self.importer.finish(&mut self.parts)?;
        let parts = self.take_parts();
        let ids = self.importer.run_ids().iter().cloned();
        let runs = ids.zip(runs).filter(|(id, _)| self.counts(id)).collect();
        Ok(FileContents { parts, runs, experiments: self.importer.experiments() })
    }

    fn take_parts(&mut self) -> Vec<FilePart> {
        let mut parts = Vec::new();
        for part in self.parts.drain(..) {
            let (ImportedPart::Points { run, .. } | ImportedPart::Artifact { run, .. }) = &part;
            let run_id = self.importer.run_ids().get(*run).cloned().unwrap_or_default();
            if self.file.runs.contains(&run_id) {
                parts.push(FilePart { run_id, part });
            }
        }
        parts
    }

    fn counts(&self, run_id: &String) -> bool {
        self.file.runs.contains(run_id)
    }

    fn altered(&self) -> FileError {
        FileError::invalid(Position::Byte(self.length), "it is not as it was written: its checksum differs")
    }
}

/// What the end of a file gives.
#[derive(Debug, Clone, Default)]
pub struct FileContents {
    /// The last parts.
    pub parts: Vec<FilePart>,
    /// The runs of which the file holds a part that counts, in its order.
    pub runs: Vec<(String, ImportedRun)>,
    /// The experiments that it describes.
    pub experiments: Vec<ImportedExperiment>,
}
