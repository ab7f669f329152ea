//! Writing a file of a backup: runs in JSON Lines, each with what is new of it.

use std::io;

use sha2::{Digest, Sha256};

use super::manifest::BackupFile;
use super::news::part;
use crate::interop::jsonl::JsonLinesExporter;
use crate::interop::{ExportedRun, Exporter, SeriesSlices};
use crate::storage::{ArtifactRef, NamedSeries};

/// About how many bytes a file has at most, decompressed: a damaged one takes no more with it, and two of them can be put together.
const FILE_BYTES: u64 = 16 << 20;
/// The most points of a piece of a run: so many are copied at a time.
pub const MOST_PIECE_POINTS: usize = 400_000;

/// Writes one file. Bytes are taken from it as they come.
#[derive(Debug, Default)]
pub struct FileWriter {
    exporter: JsonLinesExporter,
    slices: SeriesSlices,
    runs: Vec<String>,
    length: u64,
    hash: Sha256,
    bytes: Vec<u8>,
    points: u64,
}

impl FileWriter {
    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Whether it is time to begin another file.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.length + self.bytes.len() as u64 >= FILE_BYTES
    }

    /// How many points were written.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.points
    }

    /// Begins a run, or a piece of one. A file holds one piece of a run at most.
    ///
    /// # Errors
    /// None in practice: it is written into memory.
    pub fn begin_run(&mut self, piece: &ExportedRun) -> io::Result<()> {
        self.runs.push(piece.record.run_id.clone());
        self.slices = SeriesSlices::default();
        self.exporter.begin_run(&piece.experiment, &piece.record, &mut self.bytes)
    }

    /// Writes about `most` more points of the piece. Returns how many; 0 when there are no more.
    ///
    /// # Errors
    /// As [`FileWriter::begin_run`].
    pub fn write_points(&mut self, piece: &ExportedRun, most: usize) -> io::Result<usize> {
        let Some((key, points)) = self.slices.next(&piece.series, most) else { return Ok(0) };
        let written = self.exporter.write_points(&piece.record, key, &points, &mut self.bytes)?;
        self.points += written as u64;
        Ok(written)
    }

    /// Writes an artifact of the run.
    ///
    /// # Errors
    /// As [`FileWriter::begin_run`].
    pub fn write_artifact(&mut self, artifact: &ArtifactRef, content: &[u8]) -> io::Result<()> {
        self.exporter.write_artifact(artifact, content, &mut self.bytes)
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

/// The run in pieces of [`MOST_PIECE_POINTS`] points, one at least: series after series, each in logging order.
pub fn pieces(run: &ExportedRun) -> impl Iterator<Item = ExportedRun> {
    let mut series = 0;
    let mut point = 0;
    let mut has_begun = false;
    std::iter::from_fn(move || {
        let mut piece = ExportedRun {
            experiment: run.experiment.clone(),
            record: run.record.clone(),
            series: Vec::new(),
        };
        let mut room = MOST_PIECE_POINTS;
        while let Some(named) = run.series.get(series).filter(|_| room > 0) {
            let until = named.series.len().min(point + room);
            let points = if (point, until) == (0, named.series.len()) {
                named.series.clone()
            } else {
                part(&named.series, point, until)
            };
            room -= points.len();
            piece.series.push(NamedSeries { key: named.key.clone(), series: points });
            (series, point) = if until == named.series.len() { (series + 1, 0) } else { (series, until) };
        }
        let is_first = !std::mem::replace(&mut has_begun, true);
        (is_first || !piece.series.is_empty()).then_some(piece)
    })
}
