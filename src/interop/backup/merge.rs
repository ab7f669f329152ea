//! Putting small files together: a backup every few minutes would leave thousands of them.

use std::io;
use std::ops::Range;

use super::file_reader::{FileContents, FilePart};
use super::file_writer::FileWriter;
use super::manifest::BackupFile;
use super::restored_run::add_unknown_of_series;
use crate::interop::{ImportedPart, SLICE_POINTS, SeriesSlices};
use crate::storage::{ArtifactRef, ExperimentRecord, NamedSeries, RunRecord, Series, content_hash};

/// How many files in a row are put together.
const MERGED_FILES: usize = 16;
/// Files of so many bytes, decompressed, are not put together with others.
const LARGE_BYTES: u64 = 4 << 20;
/// The most bytes that are read to be put together.
const MERGED_BYTES: u64 = 16 << 20;

/// The files that are to become one; nothing while there are few small ones.
#[must_use]
pub fn files_to_merge(files: &[BackupFile]) -> Option<Range<usize>> {
    let mut first = 0;
    for (index, file) in files.iter().enumerate() {
        if file.length >= LARGE_BYTES {
            first = index + 1;
        }
        let row = first..index + 1;
        let bytes: u64 = files[row.clone()].iter().map(|file| file.length).sum();
        if row.len() >= MERGED_FILES && bytes <= MERGED_BYTES {
            return Some(row);
        }
        if bytes > MERGED_BYTES {
            first += 1;
        }
    }
    None
}

/// The runs of several files, each in one piece.
#[derive(Debug, Default)]
pub struct MergedRuns {
    runs: Vec<MergedRun>,
}

#[derive(Debug)]
struct MergedRun {
    run_id: String,
    /// As the last of the files says.
    described: Option<(ExperimentRecord, RunRecord)>,
    series: Vec<NamedSeries>,
    artifacts: Vec<(ArtifactRef, Vec<u8>)>,
}

impl MergedRuns {
    /// Takes a part of a run.
    pub fn add_part(&mut self, part: FilePart) {
        let run = self.run_mut(part.run_id);
        match part.part {
            ImportedPart::Points { key, points, .. } => {
                let position = run.series.iter().position(|named| named.key == key);
                let position = position.unwrap_or_else(|| {
                    run.series.push(NamedSeries { key, series: Series::default() });
                    run.series.len() - 1
                });
                let series = &mut run.series[position].series;
                points.into_iter().for_each(|point| series.push(point));
            }
            ImportedPart::Artifact { key, bytes, unknown_json, .. } => {
                let (hash, size) = (content_hash(&bytes), bytes.len() as u32);
                run.artifacts.retain(|(other, _)| other.key != key);
                run.artifacts.push((ArtifactRef { key, hash, size, unknown_json }, bytes));
            }
        }
    }

    /// Takes the end of a file.
    pub fn add_contents(&mut self, contents: FileContents) {
        contents.parts.into_iter().for_each(|part| self.add_part(part));
        for (run_id, imported) in contents.runs {
            let name = imported.experiment_name.unwrap_or_default();
            let known = contents.experiments.iter().find(|experiment| experiment.name == name);
            let experiment = ExperimentRecord {
                format: 1,
                // Ids mean something in their file only: one for each name.
                experiment_id: format!("exp-{}", &content_hash(name.as_bytes())[..12]),
                created_ms: known.map_or(imported.record.created_ms, |experiment| experiment.created_ms),
                config_json: known.and_then(|experiment| experiment.config_json.clone()),
                unknown_json: known.and_then(|experiment| experiment.unknown_json.clone()),
                name,
            };
            let mut record = imported.record;
            record.run_id.clone_from(&run_id);
            record.experiment_id.clone_from(&experiment.experiment_id);
            let run = self.run_mut(run_id);
            if let Some((_, earlier)) = run.described.take() {
                add_unknown_of_series(&mut record, earlier);
            }
            run.described = Some((experiment, record));
        }
    }

    fn run_mut(&mut self, run_id: String) -> &mut MergedRun {
        let known = self.runs.iter().position(|run| run.run_id == run_id);
        let position = known.unwrap_or_else(|| {
            let (series, artifacts) = (Vec::new(), Vec::new());
            self.runs.push(MergedRun { run_id, described: None, series, artifacts });
            self.runs.len() - 1
        });
        &mut self.runs[position]
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// As [`FileWriter::begin_run`].
    pub fn write(self, writer: &mut FileWriter) -> io::Result<()> {
        for MergedRun { described, series, artifacts, .. } in self.runs {
            let Some((experiment, record)) = described else { continue };
            writer.begin_run(&experiment, &record)?;
            let mut slices = SeriesSlices::default();
            while let Some((key, points)) = slices.next(&series, SLICE_POINTS) {
                writer.write_points(&record, key, &points)?;
            }
            for (artifact, content) in artifacts {
                writer.write_artifact(&artifact, &content)?;
            }
        }
        Ok(())
    }
}
