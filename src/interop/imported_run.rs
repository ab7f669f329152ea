//! A run on its way in, and what reads it.

use super::error::FileError;
use crate::storage::{RawPoint, RunRecord};

/// A run as a file describes it, without its points and the contents of its artifacts.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedRun {
    /// The name of its experiment; one of that name is reused, or created. Nothing where the file does not say: the caller names one.
    pub experiment_name: Option<String>,
    /// The experiment's configuration as JSON text, for one that is created and that [`Importer::experiments`] does not describe.
    pub experiment_config_json: Option<String>,
    /// Its record. Ids, owner, fences, series and artifacts are the storage's: it fills them in. An id that
    /// is there is the one that the run had where the file was made.
    pub record: RunRecord,
}

/// An experiment as a file describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedExperiment {
    /// Its name.
    pub name: String,
    /// When it was created, milliseconds since the epoch.
    pub created_ms: f64,
    /// Its configuration as JSON text.
    pub config_json: Option<String>,
    /// What else the file says of it, as the JSON text of one object: kept for the next export.
    pub unknown_json: Option<String>,
}

/// A piece of a run. Runs are counted from 0, in the order of [`Importer::finish`].
#[derive(Debug, Clone, PartialEq)]
pub enum ImportedPart {
    /// Points that follow those of the same series that came before, in logging order.
    Points {
        /// The run.
        run: usize,
        /// The metric key.
        key: String,
        /// The points.
        points: Vec<RawPoint>,
    },
    /// An artifact.
    Artifact {
        /// The run.
        run: usize,
        /// The artifact's key.
        key: String,
        /// Its content.
        bytes: Vec<u8>,
        /// What else the file says of it, as the JSON text of one object: kept for the next export.
        unknown_json: Option<String>,
    },
}

/// Reads runs from one file of one format.
///
/// Keys, names, tags and steps that it gives are within the storage's limits: a file that goes beyond them is refused, with the place.
pub trait Importer {
    /// How many bytes [`Importer::push`] should get at a time, at most: little, where much may come out of them.
    fn most_bytes_at_once(&self) -> usize {
        usize::MAX
    }

    /// Takes the next bytes of the file, as many or few as there are. What is whole by then is appended to `parts`.
    ///
    /// # Errors
    /// What is wrong with the file; it is not to be called again then.
    fn push(&mut self, bytes: &[u8], parts: &mut Vec<ImportedPart>) -> Result<(), FileError>;

    /// Ends the file. Returns its runs.
    ///
    /// # Errors
    /// What is wrong with the file, that it ends too early above all.
    fn finish(&mut self, parts: &mut Vec<ImportedPart>) -> Result<Vec<ImportedRun>, FileError>;

    /// The experiments that the file describes, those without runs among them. One that is there already, by its name, stays as it is.
    fn experiments(&self) -> Vec<ImportedExperiment> {
        Vec::new()
    }

    /// What of the file was left out, a sentence each, with the place where that helps: "images are not imported". Each is said once.
    fn losses(&self) -> Vec<String>;
}
