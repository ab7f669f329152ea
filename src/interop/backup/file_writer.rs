//! Writing a file of a backup: runs in JSON Lines, each with what is new of it.

use std::io;

use sha2::{Digest, Sha256};

use super::manifest::BackupFile;
use crate::interop::Exporter;
use crate::interop::jsonl::JsonLinesExporter;
use crate::storage::{ArtifactRef, ExperimentRecord, RawPoint, RunRecord};

/// About how many bytes a file has at most, decompressed: a damaged one takes no more with it, and two of them can be put together.
const FILE_BYTES: u64 = 16 << 20;

/// Writes one file. Bytes are taken from it as they come.
#[derive(Debug, Default)]
pub struct FileWriter {
    exporter: JsonLinesExporter,
    runs: Vec<String>,
    length: u64,
    hash: Sha256,
    bytes: Vec<u8>,
}

impl FileWriter {
    /// Whether it is time to begin another file.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.length + self.bytes.len() as u64 >= FILE_BYTES
    }

    /// Whether the file holds a part of the run.
    #[must_use]
    pub fn holds(&self, run_id: &str) -> bool {
        self.runs.iter().any(|held| held == run_id)
    }

    /// Begins a run, or a portion of one. A file holds one portion of a run at most: imported by itself, it is one run.
    ///
    /// # Errors
    /// None in practice: it is written into memory.
    pub fn begin_run(&mut self, experiment: &ExperimentRecord, record: &RunRecord) -> io::Result<()> {
        self.runs.push(record.run_id.clone());
        self.exporter.begin_run(experiment, record, &mut self.bytes)
    }

    /// Writes the next points of the run that was begun. Returns how many.
    ///
    /// # Errors
    /// As [`FileWriter::begin_run`].
    pub fn write_points(&mut self, record: &RunRecord, key: &str, points: &[RawPoint]) -> io::Result<usize> {
        self.exporter.write_points(record, key, points, &mut self.bytes)
    }

    /// Writes an artifact of the run that was begun.
    ///
    /// # Errors
    /// As [`FileWriter::begin_run`].
    pub fn write_artifact(&mut self, artifact: &ArtifactRef, content: &[u8]) -> io::Result<()> {
        self.exporter.write_artifact(artifact, content, &mut self.bytes)
    }

    /// What the file has of a run does not count.
    pub fn forget_run(&mut self, run_id: &str) {
        self.runs.retain(|held| held != run_id);
    }

    /// The bytes that were written since the last time.
    pub fn take_bytes(&mut self) -> Vec<u8> {
        let bytes = std::mem::take(&mut self.bytes);
        self.length += bytes.len() as u64;
        self.hash.update(&bytes);
        bytes
    }

    /// How many bytes wait to be taken.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.bytes.len()
    }

    /// Ends the file. Returns its last bytes, and what the manifest says of it.
    ///
    /// # Errors
    /// As [`FileWriter::begin_run`].
    pub fn finish(mut self, name: String) -> io::Result<(Vec<u8>, BackupFile)> {
        self.exporter.finish(&mut self.bytes)?;
        let bytes = self.take_bytes();
        let sha256 = hex::encode(self.hash.finalize());
        Ok((bytes, BackupFile { name, length: self.length, sha256, runs: self.runs }))
    }
}
