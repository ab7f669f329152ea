//! Writing what is new of runs into files of a backup, one after the other.

use std::io;

use super::folder::BackupFolder;
use crate::database::Database;
use crate::engine::Session;
use crate::engine::export::OutgoingRun;
use crate::interop::backup::{BackedUpPoints, BackedUpSeries, FileWriter, Manifest};
use crate::interop::{SLICE_POINTS, SeriesSlices};
use crate::storage::{ArtifactRef, NamedSeries, Result, StorageError};

/// How many bytes are handed over at a time.
const PIECE_BYTES: usize = 256 << 10;

/// The most slices of a run that are in memory at a time, and in one file: 400 000 points, some 12 MB as text.
const PORTION_SLICES: usize = 400_000 / SLICE_POINTS;

/// What was written of a run.
pub(super) struct WrittenRun {
    /// How far its series are backed up now.
    pub(super) series: Vec<BackedUpSeries>,
    pub(super) artifacts: Vec<ArtifactRef>,
    /// The files that held a part of it before.
    pub(super) before: Vec<String>,
}

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

    /// Writes what is new of a run, portion by portion, each into a file of its own where there are several. Returns nothing if the run was
    /// deleted meanwhile: then what was written of it does not count.
    pub(super) async fn write_run<D: Database>(
        &mut self,
        session: &Session<D>,
        manifest: &mut Manifest,
        run: &mut OutgoingRun,
        mut points: BackedUpPoints,
        artifacts: &[ArtifactRef],
    ) -> Result<Option<WrittenRun>> {
        let run_id = run.record.run_id.clone();
        let before = manifest.files_of(&run_id);
        let mut has_begun = false;
        loop {
            let portion = match run.next_portion(session, PORTION_SLICES).await {
                Err(StorageError::RunNotFound(_)) => {
                    self.forget_new_parts(manifest, &run_id, &before);
                    return Ok(None);
                }
                portion => portion?,
            };
            if portion.is_none() && has_begun {
                break;
            }
            let series = portion.unwrap_or_default();
            self.write_portion(manifest, run, &series).await?;
            series.iter().for_each(|series| points.add(series));
            has_begun = true;
        }
        let mut written = Vec::new();
        for artifact in artifacts {
            let Some(content) = session.exported_artifact(artifact).await? else { continue };
            let writer = self.open(manifest).await?;
            writer.write_artifact(artifact, &content).map_err(unwritten)?;
            written.push(artifact.clone());
            self.hand_over(PIECE_BYTES).await?;
        }
        if self.open.as_ref().is_some_and(|(_, writer)| writer.is_full()) {
            self.close(manifest).await?;
        }
        Ok(Some(WrittenRun { series: points.into_series(), artifacts: written, before }))
    }

    async fn write_portion(
        &mut self,
        manifest: &mut Manifest,
        run: &OutgoingRun,
        series: &[NamedSeries],
    ) -> Result<()> {
        if self.open.as_ref().is_some_and(|(_, writer)| writer.holds(&run.record.run_id)) {
            self.close(manifest).await?;
        }
        let writer = self.open(manifest).await?;
        writer.begin_run(&run.experiment, &run.record).map_err(unwritten)?;
        let mut slices = SeriesSlices::default();
        while let Some((key, points)) = slices.next(series, SLICE_POINTS) {
            let writer = self.open(manifest).await?;
            let written = writer.write_points(&run.record, key, &points).map_err(unwritten)?;
            self.done += written as f64;
            self.hand_over(PIECE_BYTES).await?;
        }
        Ok(())
    }

    /// What was written of a run does not count, but for what these files have of it.
    fn forget_new_parts(&mut self, manifest: &mut Manifest, run_id: &str, before: &[String]) {
        let mut files = manifest.files_of(run_id);
        files.retain(|name| !before.contains(name));
        manifest.forget_parts(run_id, &files);
        if let Some((_, writer)) = &mut self.open {
            writer.forget_run(run_id);
        }
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

    /// Tells how much is done. There may be more than it seemed at first.
    pub(super) async fn tell_progress(&mut self) -> Result<()> {
        (self.report)(self.done, self.total.max(self.done)).await
    }

    async fn hand_over(&mut self, fewest: usize) -> Result<()> {
        self.tell_progress().await?;
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
        // One of which nothing counts is swept.
        if !file.runs.is_empty() {
            manifest.files.push(file);
        }
        Ok(())
    }
}

/// Writing into memory does not fail.
#[expect(clippy::needless_pass_by_value, reason = "it is passed to map_err")]
pub(super) fn unwritten(cause: io::Error) -> StorageError {
    StorageError::Backend(format!("a file of the backup cannot be written: {cause}"))
}
