//! Which column is what.

use std::collections::BTreeMap;

use super::cells::{read_value, unmarked};
use super::records::Record;
use super::{LONG_HEADER, WIDE_HEADER};

/// Which columns of a CSV file are what, by their names in its header. What is not named here is found by the names that are usual for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CsvColumns {
    /// The steps. Without such a column, points are counted.
    pub x: CsvColumn,
    /// The metrics' keys, in a file with one row a point.
    pub key: CsvColumn,
    /// The values, in a file with one row a point.
    pub value: CsvColumn,
    /// Which run a row belongs to. Without such a column, all rows are one run's.
    pub run: CsvColumn,
    /// The time.
    pub timestamp: CsvColumn,
    /// The experiment.
    pub experiment: CsvColumn,
    /// The columns that are metrics, in a file with a column for each. Where none is named: those that are nothing else and begin with a
    /// number.
    pub metrics: Vec<String>,
}

/// Which column of a file is a certain thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum CsvColumn {
    /// The first that is called so as is usual for it, or none.
    #[default]
    Usual,
    /// None, whatever columns are called.
    Absent,
    /// The one of this name.
    Named(String),
}

/// The usual names, in lower case, the surest first.
const X: [&str; 7] = ["step", "global_step", "iteration", "iter", "epoch", "x", ""];
const KEY: [&str; 4] = ["key", "metric", "tag", "metric_name"];
const VALUE: [&str; 2] = ["value", "metric_value"];
const RUN: [&str; 5] = ["run_id", "run_uuid", "run", "run_name", "run_number"];
const TIMESTAMP: [&str; 4] = ["timestamp", "wall_time", "datetime", "time_stamp"];
const NAME: [&str; 1] = ["run_name"];
const EXPERIMENT: [&str; 3] = ["experiment", "experiment_name", "project"];

/// The number of each column that is something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mapping {
    pub(super) x: Option<usize>,
    pub(super) run: Option<usize>,
    pub(super) name: Option<usize>,
    pub(super) experiment: Option<usize>,
    pub(super) timestamp: Option<usize>,
    pub(super) values: Values,
    /// The file is one of this tracker's.
    pub(super) is_own: bool,
    /// The names of the columns that are not imported.
    pub(super) left_out: Vec<String>,
}

/// Where the values are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Values {
    /// One row a point.
    Long { key: usize, value: usize },
    /// A column a metric: each with its key.
    Wide(Vec<(usize, String)>),
}

impl Mapping {
    /// Decides by the header, what the caller wants, and the first row.
    ///
    /// # Errors
    /// A sentence that says what cannot be.
    pub(super) fn new(
        header: &[String],
        wanted: &CsvColumns,
        first: Option<Record<'_>>,
    ) -> Result<Self, String> {
        let begins_as =
            |own: &[&str]| header.len() >= own.len() && header.iter().zip(own).all(|(a, b)| a == b);
        let is_own = *wanted == CsvColumns::default();
        if is_own && header.len() == LONG_HEADER.len() && begins_as(&LONG_HEADER) {
            return Ok(Self::own(5, 4, Values::Long { key: 3, value: 6 }));
        }
        if is_own && begins_as(&WIDE_HEADER) {
            let metrics = (WIDE_HEADER.len()..header.len()).map(|index| (index, key_of(&header[index])));
            return Ok(Self::own(4, 3, Values::Wide(unique(metrics.collect())?)));
        }
        Self::of_others(header, wanted, first)
    }

    fn own(timestamp: usize, x: usize, values: Values) -> Self {
        Self {
            experiment: Some(0),
            run: Some(1),
            name: Some(2),
            x: Some(x),
            timestamp: Some(timestamp),
            values,
            is_own: true,
            left_out: Vec::new(),
        }
    }

    fn of_others(header: &[String], wanted: &CsvColumns, first: Option<Record<'_>>) -> Result<Self, String> {
        let names: Vec<String> = header.iter().map(|name| usual_form(name)).collect();
        let usual =
            |known: &[&str]| known.iter().find_map(|known| names.iter().position(|name| name == known));
        let find = |wanted: &CsvColumn, known: &[&str]| match wanted {
            CsvColumn::Named(name) => named(header, name).map(Some),
            CsvColumn::Absent => Ok(None),
            CsvColumn::Usual => Ok(usual(known)),
        };
        let x = match find(&wanted.x, &X)? {
            // A column without a name is that of the row numbers only where these are written, at the very beginning.
            Some(index) if wanted.x == CsvColumn::Usual && names[index].is_empty() && index > 0 => None,
            found => found,
        };
        let run = find(&wanted.run, &RUN)?;
        let timestamp = find(&wanted.timestamp, &TIMESTAMP)?;
        // Where all rows are one run's, no row has its name.
        let name = run.and(usual(&NAME).or(run));
        let experiment = find(&wanted.experiment, &EXPERIMENT)?;
        let (key, value) = (find(&wanted.key, &KEY)?, find(&wanted.value, &VALUE)?);

        let mut taken = vec![x, run, timestamp, name, experiment];
        let values = match (key, value) {
            (Some(key), Some(value)) if wanted.metrics.is_empty() => {
                taken.extend([Some(key), Some(value)]);
                Values::Long { key, value }
            }
            _ if is_named(&wanted.key) || (is_named(&wanted.value) && wanted.metrics.is_empty()) => {
                return Err(
                    "with one row a point, both the column of keys and that of values are needed".to_owned()
                );
            }
            _ => {
                let metrics = wide(header, wanted, &taken, first)?;
                taken.extend(metrics.iter().map(|(index, _)| Some(*index)));
                Values::Wide(metrics)
            }
        };
        let left_out = (0..header.len()).filter(|index| !taken.contains(&Some(*index)));
        let left_out = left_out.map(|index| header[index].clone()).collect();
        Ok(Self { x, run, name, experiment, timestamp, values, is_own: false, left_out })
    }
}

/// The columns that are metrics.
fn wide(
    header: &[String],
    wanted: &CsvColumns,
    taken: &[Option<usize>],
    first: Option<Record<'_>>,
) -> Result<Vec<(usize, String)>, String> {
    let indices: Vec<usize> = if wanted.metrics.is_empty() {
        // Without a row any line of text would be names of metrics: there a column of another kind tells that these are names.
        let has_known = taken.iter().any(Option::is_some);
        let begins_with_number =
            |index: usize| first.map_or(has_known, |first| read_value(&first.number(index)).is_ok());
        let is_metric = |index: &usize| {
            !taken.contains(&Some(*index)) && !header[*index].is_empty() && begins_with_number(*index)
        };
        (0..header.len()).filter(is_metric).collect()
    } else {
        wanted.metrics.iter().map(|name| named(header, name)).collect::<Result<_, _>>()?
    };
    if indices.is_empty() {
        return Err("no column holds numbers of a metric: say which columns are what".to_owned());
    }
    unique(indices.into_iter().map(|index| (index, key_of(&header[index]))).collect())
}

/// The metrics, if no two have one key.
fn unique(metrics: Vec<(usize, String)>) -> Result<Vec<(usize, String)>, String> {
    let mut seen = BTreeMap::new();
    for (column, key) in &metrics {
        if seen.insert(key.clone(), *column).is_some() {
            return Err(format!("two columns are called '{}': rename one", shortened(key)));
        }
    }
    Ok(metrics)
}

fn is_named(column: &CsvColumn) -> bool {
    matches!(column, CsvColumn::Named(_))
}

fn key_of(cell: &str) -> String {
    unmarked(cell).to_owned()
}

fn named(header: &[String], wanted: &str) -> Result<usize, String> {
    let found = header.iter().position(|name| name == wanted);
    found.ok_or_else(|| format!("there is no column '{}'", shortened(wanted)))
}

/// A name as the lists of usual ones have it: `Wall time` is `wall_time`, and `_step` is `step`.
fn usual_form(name: &str) -> String {
    name.trim().trim_start_matches('_').to_ascii_lowercase().replace([' ', '-'], "_")
}

/// As much of a text as a message quotes.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}
