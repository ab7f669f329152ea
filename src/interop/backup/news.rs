//! What of a run is new since it was backed up last. A run's points have indexes, by series in logging order, and those that are new are the
//! ones behind where the manifest ends.

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
    // In the record's order, without those of which nothing can be read.
    let mut series = known.series.iter().peekable();
    let is_same = |(index, key): (usize, &String)| {
        let backed_up = series.next_if(|series| series.key == *key);
        let unreadable = known.unreadable.get(key).copied().unwrap_or(0);
        let end = backed_up.map_or(0, |series| series.count) + unreadable;
        counts.get(index) == Some(&(end as f64))
            && backed_up.is_none_or(|BackedUpSeries { highest: (step, value), .. }| {
                last_steps.get(index) == Some(&(*step as f64))
                    && last_values.get(index).is_some_and(|&last| is_same_number(last, *value))
            })
    };
    known.sequence.is_some()
        && known.fingerprint == fingerprint
        && keys.iter().enumerate().all(is_same)
        && series.next().is_none()
        && known.unreadable.keys().all(|key| keys.contains(key))
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
    let mut ends = known.ends();
    let has_fewer = |(key, &count): (&String, &f64)| ends.remove(key).is_some_and(|end| count < end as f64);
    !headers.keys.iter().zip(&headers.counts).any(has_fewer) && ends.is_empty()
}

/// Whether these, of which each series has one point, the last that was backed up, are what the manifest says. One that cannot be read any
/// more is not there, and says nothing.
#[must_use]
pub fn are_last_points(known: &BackedUpRun, points: &[NamedSeries]) -> bool {
    let is_last = |named: &NamedSeries| {
        let known = known.series.iter().find(|series| series.key == named.key);
        known
            .zip(named.series.point(0))
            .is_none_or(|(known, point)| (point.step, point.timestamp_ms) == known.last)
    };
    points.iter().all(is_last)
}

/// How far a run is backed up, while what is new of it is written.
#[derive(Debug, Clone)]
pub struct BackedUpPoints {
    /// All its series, in the order of first logging; those of which nothing was written have no points.
    series: Vec<BackedUpSeries>,
}

impl BackedUpPoints {
    /// Nothing new is written yet of a run with these series. `known` is what it goes on from.
    #[must_use]
    pub fn of(known: Option<&BackedUpRun>, headers: &SeriesHeaders) -> Self {
        let known = known.map(|run| &run.series[..]).unwrap_or_default();
        let mut series = Vec::new();
        for ((key, &step), &value) in headers.keys.iter().zip(&headers.last_steps).zip(&headers.last_values) {
            let known = known.iter().find(|known| known.key == *key);
            let (count, last) = known.map_or((0, (0, 0)), |known| (known.count, known.last));
            series.push(BackedUpSeries { key: key.clone(), count, highest: (step as u64, value), last });
        }
        Self { series }
    }

    /// Takes note of points that were written.
    pub fn add(&mut self, NamedSeries { key, series }: &NamedSeries) {
        let known = self.series.iter_mut().find(|known| known.key == *key);
        let last = series.len().checked_sub(1).and_then(|last| series.point(last));
        if let Some((known, last)) = known.zip(last) {
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
