//! A file of whatever format: its first bytes say which.

use super::csv::{CsvColumns, CsvImporter, CsvOptions};
use super::detect::{DETECTED_BY, Format, detect};
use super::error::{FileError, Position};
use super::imported_run::{ImportedExperiment, ImportedPart, ImportedRun, Importer};
use super::jsonl::JsonLinesImporter;
use super::report::ReportImporter;
use super::tensorboard::{TensorBoardImporter, TensorBoardOptions};

/// What of a file its caller knows better.
#[derive(Debug, Clone, Default)]
pub struct FileOptions {
    /// Its format, where it is not to be told by its first bytes.
    pub format: Option<Format>,
    /// Which columns of a CSV file are what.
    pub columns: CsvColumns,
    /// The time of points for which the file has none, in milliseconds since the epoch.
    pub timestamp_ms: i64,
}

/// Reads runs from a file of any format.
#[derive(Default)]
pub struct AnyImporter {
    options: FileOptions,
    /// The first bytes, until they tell what the file is.
    beginning: Vec<u8>,
    importer: Option<Box<dyn Importer>>,
}

impl AnyImporter {
    /// An importer of one file.
    #[must_use]
    pub fn new(options: FileOptions) -> Self {
        Self { options, ..Self::default() }
    }

    fn begin(&mut self, parts: &mut Vec<ImportedPart>) -> Result<(), FileError> {
        let FileOptions { format, columns, timestamp_ms } = std::mem::take(&mut self.options);
        let mut importer: Box<dyn Importer> = match format.or_else(|| detect(&self.beginning)) {
            Some(Format::JsonLines) => Box::new(JsonLinesImporter::default()),
            Some(Format::Csv) => Box::new(CsvImporter::new(CsvOptions { columns, timestamp_ms })),
            Some(Format::EventFile | Format::Zip) => {
                Box::new(TensorBoardImporter::new(TensorBoardOptions { timestamp_ms }))
            }
            Some(Format::Report) => Box::new(ReportImporter::default()),
            Some(Format::Gzip) => {
                return Err(FileError::invalid(
                    Position::Byte(0),
                    "the file is compressed twice: decompress it first",
                ));
            }
            None if [b"\xff\xfe", b"\xfe\xff"].iter().any(|mark| self.beginning.starts_with(*mark)) => {
                return Err(FileError::invalid(
                    Position::Byte(0),
                    "the file is text in UTF-16: save it in UTF-8",
                ));
            }
            None => {
                return Err(FileError::invalid(
                    Position::Byte(0),
                    "this is neither JSON Lines nor a report of entrenar's, nor CSV, nor an event file of TensorBoard or a zip file of such",
                ));
            }
        };
        importer.push(&std::mem::take(&mut self.beginning), parts)?;
        self.importer = Some(importer);
        Ok(())
    }
}

impl Importer for AnyImporter {
    fn most_bytes_at_once(&self) -> usize {
        self.importer.as_ref().map_or(DETECTED_BY, |importer| importer.most_bytes_at_once())
    }

    fn push(&mut self, bytes: &[u8], parts: &mut Vec<ImportedPart>) -> Result<(), FileError> {
        if let Some(importer) = &mut self.importer {
            return importer.push(bytes, parts);
        }
        self.beginning.extend_from_slice(bytes);
        if self.beginning.len() >= DETECTED_BY { self.begin(parts) } else { Ok(()) }
    }

    fn finish(&mut self, parts: &mut Vec<ImportedPart>) -> Result<Vec<ImportedRun>, FileError> {
        if self.importer.is_none() {
            self.begin(parts)?;
        }
        match &mut self.importer {
            Some(importer) => importer.finish(parts),
            None => Ok(Vec::new()),
        }
    }

    fn experiments(&self) -> Vec<ImportedExperiment> {
        self.importer.as_ref().map(|importer| importer.experiments()).unwrap_or_default()
    }

    fn losses(&self) -> Vec<String> {
        self.importer.as_ref().map(|importer| importer.losses()).unwrap_or_default()
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use super::*;

    const JSON_LINES: &str = concat!(
        "{\"format\":\"entrenar\",\"version\":1}\n",
        "{\"line\":\"experiment\",\"id\":\"exp-0\",\"name\":\"mnist\",\"created_ms\":1}\n",
        "{\"line\":\"run\",\"id\":\"run-0\",\"experiment\":\"exp-0\",\"status\":\"Success\",\"created_ms\":1}\n",
        "{\"line\":\"points\",\"key\":\"loss\",\"step\":[1],\"value\":[0.5],\"timestamp_ms\":[7]}\n",
        "{\"line\":\"end\",\"runs\":1,\"points\":1}\n",
    );

    fn import(
        options: FileOptions,
        file: &[u8],
        piece: usize,
    ) -> Result<(usize, Vec<ImportedPart>), FileError> {
        let mut importer = AnyImporter::new(options);
        let mut parts = Vec::new();
        for bytes in file.chunks(piece) {
            importer.push(bytes, &mut parts)?;
        }
        let runs = importer.finish(&mut parts)?.len();
        Ok((runs, parts))
    }

    #[test]
    fn a_file_is_read_in_the_format_that_its_first_bytes_say_in_pieces_of_any_size() {
        for (file, time) in [(JSON_LINES, 7), ("step,loss\n1,0.5\n", 9)] {
            let long = format!("{file}{}", if time == 9 { "2,0.5\n".repeat(1_000) } else { String::new() });
            for (file, piece) in [(file, 1), (file, 5_000), (&*long, 100)] {
                let options = FileOptions { timestamp_ms: 9, ..FileOptions::default() };
                let (runs, parts) = import(options, file.as_bytes(), piece).unwrap();
                let Some(ImportedPart::Points { run: 0, key, points }) = parts.first() else {
                    panic!("{parts:?}")
                };
                assert_eq!((runs, key.as_str(), points[0].step, points[0].value), (1, "loss", 1, 0.5));
                assert_eq!(points[0].timestamp_ms, time);
            }
        }
    }

    #[test]
    fn a_file_is_read_in_the_format_that_its_caller_says() {
        let options = FileOptions { format: Some(Format::JsonLines), ..FileOptions::default() };
        let error = import(options, b"step,loss\n1,0.5\n", 4).unwrap_err();
        assert_eq!(error.at, Position::Line(1), "{error}");
    }

    #[test]
    fn a_file_of_no_known_format_is_refused() {
        for file in [&b""[..], b"\x89PNG\r\n\x1a\n", b"\x1f\x8bsomething", b"just one line of prose"] {
            let error = import(FileOptions::default(), file, 4).err();
            assert_eq!(error.map(|error| error.at), Some(Position::Byte(0)), "{file:?}");
        }
    }
}
