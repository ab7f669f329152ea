//! The manifest of a backup: the one file that is replaced, and that says which others count.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::interop::jsonl::{Number, is_json};
use crate::interop::{FileError, Position};
use crate::storage::{MAX_STEP, check_key, check_text};

/// The manifest's name.
pub const MANIFEST: &str = "manifest.json";
/// The version that is written, and the newest one that is read.
pub const VERSION: u32 = 1;
/// What its first field says.
const FORMAT: &str = "entrenar-backup";
/// What the names of all other files end in.
const FILE_ENDING: &str = ".jsonl.gz";
/// The largest manifest that is read.
const MAX_BYTES: usize = 64 << 20;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    format: String,
    version: u32,
    /// The identity of the database that was backed up: random, and another one after the site's data was cleared.
    pub identity: String,
    /// The database's name.
    pub database: String,
    /// When the backup was completed, milliseconds since the epoch.
    pub saved_ms: f64,
    /// The number that the name of the next file begins with.
    pub next_file: u64,
    /// The files, in the order in which they are read.
    pub files: Vec<BackupFile>,
    /// The experiments that there were.
    #[serde(default)]
    pub experiments: Vec<BackedUpExperiment>,
    /// The runs that the files hold.
    pub runs: Vec<BackedUpRun>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupFile {
    /// Its name.
    pub name: String,
    /// How many bytes it has when it is decompressed.
    pub length: u64,
    /// The SHA-256 of these.
    pub sha256: String,
    /// The runs of which it holds a part. A run that is in the file and not in this list was written anew in a later file.
    pub runs: Vec<String>,
}

/// An experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BackedUpExperiment {
    /// Its name.
    pub name: String,
    /// When it was created, milliseconds since the epoch.
    pub created_ms: f64,
    /// Its configuration, as JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// What the file that it was imported from said besides, as JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

/// A run, and how far it is backed up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BackedUpRun {
    /// The id that it had in the database.
    pub id: String,
    /// Of what its record said, without points and artifacts.
    pub fingerprint: String,
    /// Which run it is, if it came into the database by a restore.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored_from: Option<RunOrigin>,
    /// When a backup found it deleted, milliseconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_ms: Option<f64>,
    /// The log's entries below this sequence number are backed up; nothing where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// Its series.
    #[serde(default)]
    pub series: Vec<BackedUpSeries>,
    /// Of which metrics points could not be read where they are stored, and how many: they are in no file, and before the end of what is
    /// backed up.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unreadable: BTreeMap<String, u64>,
    /// Its artifacts: key and SHA-256.
    #[serde(default)]
    pub artifacts: Vec<(String, String)>,
}

/// A series, and how far it is backed up: a list of six.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "StoredSeries", into = "StoredSeries")]
pub struct BackedUpSeries {
    /// The metric key.
    pub key: String,
    /// How many of its points are backed up.
    pub count: u64,
    /// The highest step, and the value there: as the database's own heads of series have them.
    pub highest: (u64, f64),
    /// Step and time of the last of its points, by which it is seen that the series goes on from there.
    pub last: (u64, i64),
}

type StoredSeries = (String, u64, u64, Number, u64, i64);

impl From<StoredSeries> for BackedUpSeries {
    fn from((key, count, highest, Number(value), step, timestamp_ms): StoredSeries) -> Self {
        Self { key, count, highest: (highest, value), last: (step, timestamp_ms) }
    }
}

impl From<BackedUpSeries> for StoredSeries {
    fn from(series: BackedUpSeries) -> Self {
        let BackedUpSeries { key, count, highest, last } = series;
        (key, count, highest.0, Number(highest.1), last.0, last.1)
    }
}

/// Which run a restored one is: in every database that it is restored into.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunOrigin {
    /// The identity of the database that it was logged in.
    pub database: String,
    /// The id that it had there.
    pub run: String,
}

impl BackedUpRun {
    /// How many points are backed up, or could not be read.
    #[must_use]
    pub fn points_passed(&self) -> f64 {
        let counts = self.series.iter().map(|series| series.count).chain(self.unreadable.values().copied());
        counts.map(|count| count as f64).sum()
    }

    /// How far each series is backed up: the index behind the last of its points that was, or that could not be read.
    #[must_use]
    pub fn ends(&self) -> BTreeMap<String, u64> {
        let mut ends = self.unreadable.clone();
        for series in &self.series {
            *ends.entry(series.key.clone()).or_default() += series.count;
        }
        ends
    }
}

impl Manifest {
    /// The manifest of a folder that holds nothing yet.
    #[must_use]
    pub fn new(identity: &str, database: &str) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            identity: identity.to_owned(),
            database: database.to_owned(),
            saved_ms: 0.0,
            next_file: 0,
            files: Vec::new(),
            experiments: Vec::new(),
            runs: Vec::new(),
        }
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// What is wrong with it. What it claims is within bounds that hold for what is written, and no name in it leads out of the folder.
    pub fn read(bytes: &[u8]) -> Result<Self, FileError> {
        let at = Position::Byte(0);
        if bytes.len() > MAX_BYTES {
            return Err(FileError::invalid(at, format!("it has more than {MAX_BYTES} bytes")));
        }
        let invalid = |cause: serde_json::Error| {
            FileError::invalid(Position::Line(cause.line() as u64), format!("this is no manifest: {cause}"))
        };
        let header: Header = serde_json::from_slice(bytes).map_err(invalid)?;
        if header.format != FORMAT {
            return Err(FileError::invalid(at, "this is no manifest of a backup of entrenar's"));
        }
        if header.version > VERSION {
            return Err(FileError::newer(
                at,
                format!(
                    "the backup is of version {}, and this code reads versions up to {VERSION}: update entrenar",
                    header.version
                ),
            ));
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(invalid)?;
        manifest.check().map_err(|message| FileError::invalid(at, message))?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), String> {
        let text = |what: &str, text: &str| check_text(what, text).map_err(|error| error.to_string());
        text("the database's name", &self.database)?;
        text("the database's identity", &self.identity)?;
        if let Some(file) = self.files.iter().find(|file| !is_file_name(&file.name)) {
            return Err(format!("'{}' is no name of a file of a backup", shortened(&file.name)));
        }
        let names = sorted(self.files.iter().map(|file| &*file.name));
        let ids = sorted(self.runs.iter().map(|run| &*run.id));
        for sorted in [&names, &ids] {
            if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(format!("'{}' is named twice", shortened(twice[0])));
            }
        }
        for run in &self.runs {
            text("a run's id", &run.id)?;
            let counts = run.series.iter().map(|series| (&series.key, series.count));
            for (key, count) in counts.chain(run.unreadable.iter().map(|(key, count)| (key, *count))) {
                check_key("a metric key", key).map_err(|error| error.to_string())?;
                if count > u64::from(u32::MAX) {
                    return Err(format!("a series cannot have {count} points"));
                }
            }
        }
        for experiment in &self.experiments {
            text("an experiment's name", &experiment.name)?;
            if experiment.config.as_deref().is_some_and(|config| !is_json(config)) {
                return Err(format!("the configuration of '{}' is no JSON", shortened(&experiment.name)));
            }
        }
        if self.next_file > MAX_STEP {
            return Err(format!("there cannot have been {} files", self.next_file));
        }
        let known = |run: &&String| ids.binary_search(&&***run).is_ok();
        match self.files.iter().flat_map(|file| &file.runs).find(|run| !known(run)) {
            Some(run) => {
                Err(format!("a file holds a part of the run '{}', which is not listed", shortened(run)))
            }
            None => Ok(()),
        }
    }

    /// The manifest's bytes.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        // Its parts are texts, numbers and JSON: it can always be written.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// What is known of a run.
    #[must_use]
    pub fn run(&self, run_id: &str) -> Option<&BackedUpRun> {
        self.runs.iter().find(|run| run.id == run_id)
    }

    /// The names of the files that hold a part of a run.
    #[must_use]
    pub fn files_of(&self, run_id: &str) -> Vec<String> {
        let holds_it = |file: &&BackupFile| file.runs.iter().any(|run| run == run_id);
        self.files.iter().filter(holds_it).map(|file| file.name.clone()).collect()
    }

    /// What these files hold of a run does not count. Files that hold nothing any more are no part of the backup.
    pub fn forget_parts(&mut self, run_id: &str, names: &[String]) {
        for file in self.files.iter_mut().filter(|file| names.contains(&file.name)) {
            file.runs.retain(|run| run != run_id);
        }
        self.files.retain(|file| !file.runs.is_empty());
    }

    /// Forgets what is backed up of a run.
    pub fn forget_run(&mut self, run_id: &str) {
        self.runs.retain(|run| run.id != run_id);
        self.forget_parts(run_id, &self.files_of(run_id));
    }

    /// Forgets a file that is gone or damaged, and with it every run that it held a part of. Returns those.
    pub fn forget_file(&mut self, name: &str) -> Vec<String> {
        let Some(position) = self.files.iter().position(|file| file.name == name) else { return Vec::new() };
        let runs = self.files.remove(position).runs;
        runs.iter().for_each(|run_id| self.forget_run(run_id));
        runs
    }

    /// A name for the next file. `token` is random: a file of that name may be left of a backup that was cut off.
    pub fn name_file(&mut self, token: &str) -> String {
        let number = self.next_file;
        self.next_file += 1;
        format!("{number:06}-{token}{FILE_ENDING}")
    }
}

/// What is read first: a newer manifest may have other fields.
#[derive(Deserialize)]
struct Header {
    #[serde(default)]
    format: String,
    #[serde(default)]
    version: u32,
}

/// Whether this may be the name of a file of a backup: digits, a token, the ending. So it is in the folder, and nothing else.
#[must_use]
pub fn is_file_name(name: &str) -> bool {
    let Some((number, token)) = name.strip_suffix(FILE_ENDING).and_then(|name| name.split_once('-')) else {
        return false;
    };
    let is_of = |text: &str, longest: usize, is_one: fn(&u8) -> bool| {
        (1..=longest).contains(&text.len()) && text.bytes().all(|byte| is_one(&byte))
    };
    is_of(number, 20, u8::is_ascii_digit) && is_of(token, 40, u8::is_ascii_alphanumeric)
}

/// Texts in order.
fn sorted<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut sorted: Vec<&str> = texts.collect();
    sorted.sort_unstable();
    sorted
}

/// As much of a text as a message quotes.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
