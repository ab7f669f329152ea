//! Fields that this code does not know: what is kept of them, and where.
//!
//! Those of an experiment, a run or an artifact are kept with it. A field of a line of points says something of the whole series, for
//! series are cut into lines as it comes: it is kept with the series, as the first line has it. Fields of the file itself are not kept.

use std::collections::BTreeMap;

use super::fields::Fields;
use crate::storage::{RunRecord, UnknownOfSeries};

/// What one field weighs in memory besides its texts, roughly.
const WEIGHT: usize = 100;

/// What the lines of points of one run say of its series: fields by their names, by the metric's key.
#[derive(Debug, Default)]
pub(super) struct UnknownOfRun(BTreeMap<String, BTreeMap<String, Box<serde_json::value::RawValue>>>);

impl UnknownOfRun {
    /// Takes what is left of a line of points. Returns how many bytes more are kept of it.
    ///
    /// # Errors
    /// A sentence, for what is nested too deep.
    pub(super) fn add(
        &mut self,
        key: &str,
        left: &Fields<'_>,
        of_file: &mut UnknownOfFile,
    ) -> Result<usize, String> {
        if left.is_empty() {
            return Ok(0);
        }
        left.check_depth()?;
        let mut kept = 0;
        if !self.0.contains_key(key) {
            kept += key.len() + WEIGHT;
            self.0.insert(key.to_owned(), BTreeMap::new());
        }
        let Some(of_series) = self.0.get_mut(key) else { return Ok(kept) };
        for (name, json) in left.iter() {
            let Some(first) = of_series.get(name) else {
                kept += name.len() + json.get().len() + WEIGHT;
                of_series.insert(name.to_owned(), json.to_owned());
                continue;
            };
            if first.get() != json.get() {
                of_file.note_other(name, key);
            }
        }
        Ok(kept)
    }

    /// All of it, as a run's record has it.
    pub(super) fn into_fields(self) -> Vec<UnknownOfSeries> {
        let text = |(key, fields)| Some(UnknownOfSeries { key, json: serde_json::to_string(&fields).ok()? });
        self.0.into_iter().filter_map(text).collect()
    }
}

/// What the run's record keeps for this series, as the JSON text of one object.
pub(in crate::interop) fn unknown_of_series<'a>(record: &'a RunRecord, key: &str) -> Option<&'a str> {
    let unknown = &record.unknown_of_series;
    let position = unknown.binary_search_by(|other| other.key.as_str().cmp(key)).ok()?;
    Some(&unknown[position].json)
}

/// What is not kept of a file, counted, with the first of each kind.
#[derive(Debug, Default)]
pub(super) struct UnknownOfFile {
    dropped: Option<(String, &'static str)>,
    others: u64,
    other: Option<(String, String)>,
}

impl UnknownOfFile {
    /// Notes what is left of a line that is about the file, and of nothing that is in it.
    pub(super) fn note_dropped(&mut self, line: &'static str, left: &Fields<'_>) {
        if self.dropped.is_none()
            && let Some((name, _)) = left.iter().next()
        {
            self.dropped = Some((shortened(name), line));
        }
    }

    /// Notes that a later line says something else of a series than the first.
    fn note_other(&mut self, name: &str, key: &str) {
        self.others += 1;
        self.other.get_or_insert_with(|| (shortened(name), shortened(key)));
    }

    pub(super) fn losses(&self) -> Vec<String> {
        let mut losses = Vec::new();
        if let Some((name, line)) = &self.dropped {
            losses.push(format!(
                "fields that say something of the file, and not of what is in it, are not kept: '{name}' of the line '{line}'"
            ));
        }
        if let Some((name, key)) = &self.other {
            losses.push(format!(
                "unknown fields of points are kept once for each metric, as its first line has them: {} said otherwise further down, '{name}' of '{key}' first",
                self.others
            ));
        }
        losses
    }
}

/// As much of a text as a sentence quotes.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
