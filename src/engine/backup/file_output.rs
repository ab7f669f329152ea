//! Writing what is new of runs into files of a backup, one after the other.

use std::io;

use super::folder::BackupFolder;
use super::run_news::RunNews;
use crate::interop::backup::{FileWriter, Manifest, pieces};
use crate::interop::{ExportedRun, SLICE_POINTS};
use crate::storage::{ArtifactRef, ExperimentRecord, Result, StorageError};
use std::sync::Arc;

/// How many bytes are handed over at a time.
const PIECE_BYTES: usize = 256 << 10;

/// The file that is being written, and how much has been.
pub(super) struct FileOutput<'a, F, R> {
    pub(super) folder: &'a mut F,
    /// Is told how many points are written, of how many. Its error stops the backup.
    pub(super) report: R,
    pub(super) token: String,
    pub(super) done: f64,
    pub(super) total: f64,
    open: Option<(String, FileWriter)>,
}

impl<'a, F: BackupFolder, R: AsyncFnMut(f64, f64) -> Result<()>> FileOutput<'a, F, R> {
    pub(super) fn new(folder: &'a mut F, report: R, token: &str) -> Self {
        Self { folder, report, token: token.to_owned(), done: 0.0, total: 0.0, open: None }
    }

    /// Writes what is new of a run. `content` gives artifacts; nothing for one that is gone. Returns those that were written.
    pub(super) async fn write_run(
        &mut self,
        manifest: &mut Manifest,
        experiment: ExperimentRecord,
        news: &RunNews,
        artifacts: &[ArtifactRef],
        content: impl AsyncFn(&ArtifactRef) -> Result<Option<Arc<[u8]>>>,
    ) -> Result<Vec<ArtifactRef>> {
        let run = ExportedRun { experiment, record: news.record.clone(), series: news.points.series.clone() };
        let mut pieces = pieces(&run).peekable();
        let mut written = Vec::new();
        while let Some(piece) = pieces.next() {
            let writer = self.open(manifest).await?;
            writer.begin_run(&piece).map_err(unwritten)?;
            loop {
                let writer = self.open(manifest).await?;
                let points = writer.write_points(&piece, SLICE_POINTS).map_err(unwritten)?;
                if points == 0 {
                    break;
                }
                self.done += points as f64;
                self.hand_over(PIECE_BYTES).await?;
            }
            if pieces.peek().is_some() {
                // A file has one piece of a run at most: imported by itself, it is one run.
                self.close(manifest).await?;
            }
        }
        for artifact in artifacts {
            let Some(content) = content(artifact).await? else { continue };
            let writer = self.open(manifest).await?;
            writer.write_artifact(artifact, &content).map_err(unwritten)?;
            written.push(artifact.clone());
            self.hand_over(PIECE_BYTES).await?;
        }
        if self.open.as_ref().is_some_and(|(_, writer)| writer.is_full()) {
            self.close(manifest).await?;
        }
        Ok(written)
    }

    /// The file that is open.
    pub(super) async fn open(&mut self, manifest: &mut Manifest) -> Result<&mut FileWriter> {
        if self.open.is_none() {
            let name = manifest.name_file(&self.token);
            self.folder.create(&name).await?;
            self.open = Some((name, FileWriter::default()));
        }
        match &mut self.open {
            Some((_, writer)) => Ok(writer),
            None => Err(StorageError::Backend("no file of the backup is open".to_owned())),
        }
    }

    async fn hand_over(&mut self, fewest: usize) -> Result<()> {
        (self.report)(self.done, self.total.max(self.done)).await?;
        if let Some((_, writer)) = self.open.as_mut().filter(|(_, writer)| writer.waiting() >= fewest) {
            self.folder.write(&writer.take_bytes()).await?;
        }
        Ok(())
    }

    /// Completes the file that is open, if one is: the manifest has it from here on.
    pub(super) async fn close(&mut self, manifest: &mut Manifest) -> Result<()> {
        let Some((name, writer)) = self.open.take() else { return Ok(()) };
        let (bytes, file) = writer.finish(name).map_err(unwritten)?;
        self.folder.write(&bytes).await?;
        self.folder.complete().await?;
        manifest.files.push(file);
        Ok(())
    }
}

/// Writing into memory does not fail.
#[expect(clippy::needless_pass_by_value, reason = "it is passed to map_err")]
pub(super) fn unwritten(cause: io::Error) -> StorageError {
    StorageError::Backend(format!("a file of the backup cannot be written: {cause}"))
}
