//! What of a run is new since it was backed up last.

use sha2::{Digest, Sha256};

use super::manifest::{BackedUpRun, BackedUpSeries};
use crate::columns::{SeriesBlock, sorted_by};
use crate::interop::Exporter;
use crate::interop::jsonl::JsonLinesExporter;
use crate::storage::{ArtifactRef, ExperimentRecord, NamedSeries, RunRecord, Series, SeriesHeaders};

/// Of what is written of a run but its points and artifacts, and of its experiment: another one where anything of that differs.
#[must_use]
pub fn fingerprint(experiment: &ExperimentRecord, record: &RunRecord) -> String {
    let mut lines = Vec::new();
    // Writing into memory does not fail.
    let _ = JsonLinesExporter::default().begin_run(experiment, record, &mut lines);
    hex::encode(&Sha256::digest(&lines)[..10])
}

/// Whether nothing of the run is new, as far as its record says.
#[must_use]
pub fn is_unchanged(known: &BackedUpRun, record: &RunRecord, fingerprint: &str) -> bool {
    let SeriesHeaders { keys, counts, last_steps, last_values } = &record.series;
    let is_same = |(index, series): (usize, &BackedUpSeries)| {
        keys.get(index) == Some(&series.key)
            && counts.get(index) == Some(&(series.count as f64))
            && last_steps.get(index) == Some(&(series.highest.0 as f64))
            && last_values.get(index).is_some_and(|value| is_same_number(*value, series.highest.1))
    };
    known.fingerprint == fingerprint
        && known.series.len() == keys.len()
        && known.series.iter().enumerate().all(is_same)
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

/// Points of a run, with where each of its series is backed up to by them.
#[derive(Debug, Clone, Default)]
pub struct NewPoints {
    /// The points that are not backed up.
    pub series: Vec<NamedSeries>,
    /// All series of the run, in the order of first logging, as the manifest has them when these are backed up too.
    pub heads: Vec<BackedUpSeries>,
}

/// What of all points of a run is not backed up; nothing if they are not the ones that were backed up, gone on with.
#[must_use]
pub fn new_points(known: &[BackedUpSeries], all: &[NamedSeries]) -> Option<NewPoints> {
    let mut new = NewPoints::default();
    let mut found = 0;
    for NamedSeries { key, series } in all.iter().filter(|named| !named.series.is_empty()) {
        let before = known.iter().find(|before| before.key == *key);
        found += usize::from(before.is_some());
        let count = before.map_or(0, |before| before.count) as usize;
        if let Some(before) = before {
            let last = series.point(count.checked_sub(1)?)?;
            if (last.step, last.timestamp_ms) != before.last {
                return None;
            }
        }
        let (highest, last) = (series.highest()?, series.point(series.len() - 1)?);
        new.heads.push(BackedUpSeries {
            key: key.clone(),
            count: series.len() as u64,
            highest: (highest.step, highest.value),
            last: (last.step, last.timestamp_ms),
        });
        if count == 0 {
            new.series.push(NamedSeries { key: key.clone(), series: series.clone() });
        } else if count < series.len() {
            new.series.push(NamedSeries { key: key.clone(), series: part(series, count, series.len()) });
        }
    }
    (found == known.len()).then_some(new)
}

/// The points `from..until` of a series, as a series of their own.
pub(super) fn part(series: &Series, from: usize, until: usize) -> Series {
    let mut part = Series::default();
    series.logged(from..until).into_iter().for_each(|point| part.push(point));
    part
}

/// What is new of a run, from the blocks that were stored since it was backed up last and the heads of its series; nothing if they do not
/// join up with what was backed up: then all of the run has to be looked at.
#[must_use]
pub fn new_points_behind(
    known: &[BackedUpSeries],
    heads: &SeriesHeaders,
    blocks: Vec<SeriesBlock>,
) -> Option<NewPoints> {
    let mut new = NewPoints::default();
    let mut blocks = sorted_by(blocks, |block| block.first_index);
    for (key, &count) in heads.keys.iter().zip(&heads.counts) {
        let before = known.iter().find(|before| before.key == *key);
        let first = before.map_or(0, |before| before.count);
        let mut series = Series::default();
        for block in blocks.extract_if(.., |block| block.key == *key) {
            let end = first + series.len() as u64;
            let skip = end.checked_sub(block.first_index)?;
            block.points.iter().skip(skip as usize).for_each(|&point| series.push(point));
        }
        if first + series.len() as u64 != count as u64 {
            return None;
        }
        let last = series.len().checked_sub(1).and_then(|last| series.point(last));
        let highest = match (before.map(|before| before.highest), series.highest()) {
            (Some(before), Some(new)) if new.step < before.0 => before,
            (_, Some(new)) => (new.step, new.value),
            (before, None) => before?,
        };
        let last = last
            .map_or_else(|| before.map(|before| before.last), |last| Some((last.step, last.timestamp_ms)))?;
        new.heads.push(BackedUpSeries { key: key.clone(), count: count as u64, highest, last });
        if !series.is_empty() {
            new.series.push(NamedSeries { key: key.clone(), series });
        }
    }
    // A series that is there no more, or one that no head tells of.
    let is_whole = known.iter().all(|before| heads.keys.contains(&before.key)) && blocks.is_empty();
    is_whole.then_some(new)
}
