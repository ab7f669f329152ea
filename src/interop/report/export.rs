//! Writing reports.

use std::io::{self, Write};

use super::frames::{LINE, POINTS, write_frame};
use super::packing::Packer;
use super::points::write_points;
use super::template::Template;
use crate::interop::Exporter;
use crate::interop::jsonl::JsonLinesExporter;
use crate::interop::losses::Losses;
use crate::storage::{ExperimentRecord, RawPoint, RunRecord};

/// Writes runs as a report.
pub struct ReportExporter {
    template: Template,
    title: String,
    has_begun: bool,
    /// Writes all but points.
    lines: JsonLinesExporter,
    packer: Packer,
    losses: Losses,
}

impl ReportExporter {
    /// Writes a report of this title into a page that the dashboard's build made; nothing if the page is none.
    #[must_use]
    pub fn new(template: &str, title: impl Into<String>) -> Option<Self> {
        Some(Self {
            template: Template::of(template)?,
            title: title.into(),
            has_begun: false,
            lines: JsonLinesExporter::default(),
            packer: Packer::default(),
            losses: Losses::default(),
        })
    }

    /// Packs the lines that `write` writes.
    fn write_lines(
        &mut self,
        out: &mut dyn Write,
        write: impl FnOnce(&mut JsonLinesExporter, &mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        if !std::mem::replace(&mut self.has_begun, true) {
            out.write_all(self.template.before(&self.title).as_bytes())?;
        }
        let (mut lines, mut frames) = (Vec::new(), Vec::new());
        write(&mut self.lines, &mut lines)?;
        for line in lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            write_frame(&mut frames, LINE, line);
        }
        self.packer.push(&frames, out)
    }
}

impl Exporter for ReportExporter {
    fn write_experiment(&mut self, experiment: &ExperimentRecord, out: &mut dyn Write) -> io::Result<()> {
        self.write_lines(out, |lines, out| lines.write_experiment(experiment, out))
    }

    fn begin_run(
        &mut self,
        experiment: &ExperimentRecord,
        record: &RunRecord,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.losses.note_if(
            !record.artifacts.is_empty(),
            "artifacts are not in reports: export JSON Lines to keep them",
        );
        self.write_lines(out, |lines, out| {
            lines.begin_run(experiment, record, out)?;
            JsonLinesExporter::describe_series(record, out)
        })
    }

    fn write_points(
        &mut self,
        _: &RunRecord,
        key: &str,
        points: &[RawPoint],
        out: &mut dyn Write,
    ) -> io::Result<usize> {
        let (mut contents, mut frames) = (Vec::new(), Vec::new());
        write_points(&mut contents, key, points);
        write_frame(&mut frames, POINTS, &contents);
        self.lines.note_points(points.len() as u64);
        self.packer.push(&frames, out)?;
        Ok(points.len())
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.write_lines(out, |lines, out| lines.finish(out))?;
        self.packer.finish(out)?;
        out.write_all(self.template.after().as_bytes())
    }

    fn losses(&self) -> Vec<String> {
        self.losses.sentences()
    }
}
