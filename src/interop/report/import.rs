//! Reading reports.

use super::frames::{FrameSplitter, LINE, POINTS};
use super::packing::Unpacker;
use super::points::read_points;
use super::{BEGINNING, RUNS_BEGIN};
use crate::interop::jsonl::JsonLinesImporter;
use crate::interop::{
    FileError, FileErrorKind, ImportedExperiment, ImportedPart, ImportedRun, Importer, Position,
};

/// So many bytes are taken at a time: runs of equal points pack a thousandfold, and what comes out is in memory at once.
const BYTES_AT_ONCE: usize = 8 << 10;

/// Reads runs from a report.
#[derive(Default)]
pub struct ReportImporter {
    /// Where the next byte is in the file.
    position: u64,
    stage: Stage,
    /// It is read by the page that it is in: the file begins with the runs.
    is_own_page: bool,
    /// The last bytes before the runs, in which their beginning may have begun.
    before: Vec<u8>,
    unpacker: Unpacker,
    frames: FrameSplitter,
    lines: JsonLinesImporter,
}

#[derive(Debug, Default, PartialEq)]
enum Stage {
    #[default]
    BeforeRuns,
    Runs,
    BehindRuns,
}

impl ReportImporter {
    /// Whether a file that begins like this is a report.
    pub(crate) fn knows(first_bytes: &[u8]) -> bool {
        first_bytes.starts_with(BEGINNING) || first_bytes.starts_with(RUNS_BEGIN.as_bytes())
    }

    /// Passes over the page's beginning. Returns what is left.
    fn find_runs<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let kept = self.before.len();
        self.before.extend_from_slice(bytes);
        let found = self.before.windows(RUNS_BEGIN.len()).position(|window| window == RUNS_BEGIN.as_bytes());
        if let Some(found) = found {
            self.stage = Stage::Runs;
            self.is_own_page = self.position == bytes.len() as u64 && found == 0;
            return &bytes[found + RUNS_BEGIN.len() - kept..];
        }
        self.before.drain(..self.before.len().saturating_sub(RUNS_BEGIN.len() - 1));
        &[]
    }

    fn read_runs(
        &mut self,
        text: &[u8],
        parts: &mut Vec<ImportedPart>,
    ) -> Result<(), (FileErrorKind, String)> {
        let Self { unpacker, frames, lines, .. } = self;
        let mut error_kind = FileErrorKind::Invalid;
        let read = unpacker.push(text, |bytes| {
            frames.push(bytes, |kind, contents| match kind {
                LINE => lines.push_line(contents, parts).map_err(|error| {
                    error_kind = error.kind;
                    error.message
                }),
                POINTS => {
                    let (key, points) = read_points(contents)?;
                    let run = lines.note_points(points.len() as u64)?;
                    parts.push(ImportedPart::Points { run, key, points });
                    Ok(())
                }
                other => {
                    error_kind = FileErrorKind::Newer;
                    Err(format!(
                        "there are no parts of kind {other} in reports that this code knows: update entrenar"
                    ))
                }
            })
        });
        read.map_err(|message| (error_kind, message))
    }
}

impl Importer for ReportImporter {
    fn most_bytes_at_once(&self) -> usize {
        BYTES_AT_ONCE
    }

    fn push(&mut self, bytes: &[u8], parts: &mut Vec<ImportedPart>) -> Result<(), FileError> {
        let at = Position::Byte(self.position);
        self.position += bytes.len() as u64;
        let rest = if self.stage == Stage::BeforeRuns { self.find_runs(bytes) } else { bytes };
        if self.stage != Stage::Runs {
            return Ok(());
        }
        let end = rest.iter().position(|&byte| byte == b'<');
        let text = &rest[..end.unwrap_or(rest.len())];
        self.read_runs(text, parts).map_err(|(kind, message)| FileError { kind, at, message })?;
        if end.is_some() {
            self.stage = Stage::BehindRuns;
        }
        Ok(())
    }

    fn finish(&mut self, parts: &mut Vec<ImportedPart>) -> Result<Vec<ImportedRun>, FileError> {
        let at = Position::Byte(self.position);
        if self.stage == Stage::BeforeRuns {
            return Err(FileError::invalid(
                at,
                "this page is no report of entrenar's: there are no runs in it",
            ));
        }
        if !self.unpacker.is_whole() || !self.frames.is_at_end() {
            return Err(FileError::invalid(at, "the report ends before its runs do: it was cut off"));
        }
        let mut runs = self.lines.finish(parts)?;
        if self.is_own_page {
            // People know a run without a name by its id, and there it gets another one.
            for ImportedRun { record, .. } in &mut runs {
                record.run_name.get_or_insert_with(|| record.run_id.clone());
            }
        }
        Ok(runs)
    }

    fn experiments(&self) -> Vec<ImportedExperiment> {
        self.lines.experiments()
    }

    fn losses(&self) -> Vec<String> {
        self.lines.losses()
    }
}
