//! Writing reports.

use std::io::{self, Write};

use super::frames::{LINE, POINTS, write_frame};
use super::packing::Packer;
use super::points::write_points;
use super::template::Template;
use crate::interop::jsonl::JsonLinesExporter;
use crate::interop::losses::Losses;
use crate::interop::{ExportedRun, Exporter, SeriesSlices};
use crate::storage::ExperimentRecord;

/// How many points of a series stand in one part at most.
const POINTS_A_PART: usize = 8_192;

/// Writes runs as a report.
pub struct ReportExporter {
    template: Template,
    title: String,
    has_begun: bool,
    /// Writes all but points.
    lines: JsonLinesExporter,
    slices: SeriesSlices,
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
            slices: SeriesSlices::default(),
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

    fn begin_run(&mut self, run: &ExportedRun, out: &mut dyn Write) -> io::Result<()> {
        self.losses.note_if(
            !run.record.artifacts.is_empty(),
            "artifacts are not in reports: export JSON Lines to keep them",
        );
        self.slices = SeriesSlices::default();
        self.write_lines(out, |lines, out| {
            lines.begin_run(run, out)?;
            JsonLinesExporter::describe_series(run, out)
        })
    }

    fn write_points(&mut self, run: &ExportedRun, most: usize, out: &mut dyn Write) -> io::Result<usize> {
        let (mut contents, mut frames) = (Vec::new(), Vec::new());
        let mut written = 0;
        while written < most {
            let Some((key, points)) = self.slices.next(run, (most - written).min(POINTS_A_PART)) else {
                break;
            };
            contents.clear();
            write_points(&mut contents, key, &points);
            write_frame(&mut frames, POINTS, &contents);
            written += points.len();
        }
        self.lines.note_points(written as u64);
        self.packer.push(&frames, out)?;
        Ok(written)
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
