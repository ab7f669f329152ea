//! What of a run is new since it was backed up last. A run's points have indexes, by series in logging order, and those that are new are the
//! ones behind where the manifest ends.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::manifest::{BackedUpRun, BackedUpSeries};
use crate::interop::Exporter;
use crate::interop::jsonl::JsonLinesExporter;
use crate::storage::{ArtifactRef, ExperimentRecord, NamedSeries, RunRecord, SeriesHeaders};

/// Of what is written of a run but its points and artifacts, and of its experiment: another one where anything of that differs.
#[must_use]
pub fn fingerprint(experiment: &ExperimentRecord, record: &RunRecord) -> String {
    let mut lines = Vec::new();
    // Writing into memory does not fail.
    let _ = JsonLinesExporter::default().begin_run(experiment, record, &mut lines);
    hex::encode(&Sha256::digest(&lines)[..10])
}

/// Whether nothing of the run is new, as far as its record says. Of a run of which something was backed up that was not committed the record
/// does not say enough: another page may have logged as much in the place of what was lost.
#[must_use]
pub fn is_unchanged(known: &BackedUpRun, record: &RunRecord, fingerprint: &str) -> bool {
    let SeriesHeaders { keys, counts, last_steps, last_values } = &record.series;
    let ends = known.ends();
    let known_series: BTreeMap<&str, &BackedUpSeries> =
        known.series.iter().map(|series| (&*series.key, series)).collect();
    let is_same = |(index, key): (usize, &String)| {
        ends.get(&**key).map(|&end| end as f64) == counts.get(index).copied()
            // Of a series of which nothing can be read no more is known.
            && known_series.get(&**key).is_none_or(|series| {
                last_steps.get(index) == Some(&(series.highest.0 as f64))
                    && last_values.get(index).is_some_and(|&value| is_same_number(value, series.highest.1))
            })
    };
    known.sequence.is_some()
        && known.fingerprint == fingerprint
        && ends.len() == keys.len()
        && keys.iter().enumerate().all(is_same)
        && new_artifacts(Some(known), record).is_empty()
}

/// Which NaN it is, and which zero, does not survive everywhere.
fn is_same_number(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan())
}

/// Artifacts that are not backed up.
#[must_use]
pub fn new_artifacts(known: Option<&BackedUpRun>, record: &RunRecord) -> Vec<ArtifactRef> {
    let is_known = |artifact: &&ArtifactRef| {
        let known = known.map(|run| &run.artifacts[..]).unwrap_or_default();
        known.iter().any(|(key, hash)| *key == artifact.key && *hash == artifact.hash)
    };
    record.artifacts.iter().filter(|artifact| !is_known(artifact)).cloned().collect()
}

/// Whether a run may be the one that was backed up, gone on with: it has all series that were, with as many points at least.
#[must_use]
pub fn may_go_on(known: &BackedUpRun, headers: &SeriesHeaders) -> bool {
    let counts: BTreeMap<&str, f64> =
        headers.keys.iter().map(|key| &**key).zip(headers.counts.iter().copied()).collect();
    known.ends().iter().all(|(key, &end)| counts.get(key).is_some_and(|&count| count >= end as f64))
}

/// Whether these, of which each series has one point, the last that was backed up, are what the manifest says. One that cannot be read any
/// more is not there, and says nothing.
#[must_use]
pub fn are_last_points(known: &BackedUpRun, points: &[NamedSeries]) -> bool {
    let found: BTreeMap<&str, _> =
        points.iter().filter_map(|named| Some((&*named.key, named.series.point(0)?))).collect();
    let is_last = |series: &BackedUpSeries| {
        found.get(&*series.key).is_none_or(|point| (point.step, point.timestamp_ms) == series.last)
    };
    known.series.iter().all(is_last)
}

/// How far a run is backed up, while what is new of it is written.
#[derive(Debug, Clone)]
pub struct BackedUpPoints {
    /// All its series, in the order of first logging; those of which nothing was written have no points.
    series: Vec<BackedUpSeries>,
    places: BTreeMap<String, usize>,
}

impl BackedUpPoints {
    /// Nothing new is written yet of a run with these series. `known` is what it goes on from.
    #[must_use]
    pub fn of(known: Option<&BackedUpRun>, headers: &SeriesHeaders) -> Self {
        let known: BTreeMap<&str, &BackedUpSeries> =
            known.iter().flat_map(|run| &run.series).map(|series| (&*series.key, series)).collect();
        let mut series = Vec::new();
        for ((key, &step), &value) in headers.keys.iter().zip(&headers.last_steps).zip(&headers.last_values) {
            let (count, last) = known.get(&**key).map_or((0, (0, 0)), |known| (known.count, known.last));
            series.push(BackedUpSeries { key: key.clone(), count, highest: (step as u64, value), last });
        }
        let places = series.iter().enumerate().map(|(place, series)| (series.key.clone(), place));
        Self { places: places.collect(), series }
    }

    /// Takes note of points that were written.
    pub fn add(&mut self, NamedSeries { key, series }: &NamedSeries) {
        let place = self.places.get(key).and_then(|&place| self.series.get_mut(place));
        let last = series.len().checked_sub(1).and_then(|last| series.point(last));
        if let Some((known, last)) = place.zip(last) {
            known.count += series.len() as u64;
            known.last = (last.step, last.timestamp_ms);
        }
    }

    /// As the manifest has them.
    #[must_use]
    pub fn into_series(mut self) -> Vec<BackedUpSeries> {
        self.series.retain(|series| series.count > 0);
        self.series
    }
}
