//! Writing what is new of all runs.

use std::collections::BTreeMap;

use super::file_output::{FileOutput, WrittenRun};
use super::folder::BackupFolder;
use crate::database::Database;
use crate::engine::Session;
use crate::interop::backup::{
    BackedUpPoints, BackedUpRun, Manifest, fingerprint, is_unchanged, new_artifacts, origin_of,
};
use crate::storage::{ArtifactRef, Result, RunRecord, StorageError};

impl<D: Database> Session<D> {
    /// Writes what is new of all runs into files, which the manifest then has.
    pub(super) async fn write_news<F: BackupFolder, R: AsyncFnMut(f64, f64) -> Result<()>>(
        &self,
        manifest: &mut Manifest,
        output: &mut FileOutput<'_, F, R>,
        losses: &mut Vec<String>,
    ) -> Result<()> {
        let changed = self.changed_runs(manifest);
        output.total = output.done + changed.iter().map(|(_, points)| points).sum::<f64>();
        for (run_id, _) in changed {
            self.write_run(&run_id, manifest, output, losses).await?;
        }
        output.close(manifest).await
    }

    /// Writes what is new of a run. One that is deleted meanwhile is left as the backup has it.
    async fn write_run<F: BackupFolder, R: AsyncFnMut(f64, f64) -> Result<()>>(
        &self,
        run_id: &str,
        manifest: &mut Manifest,
        output: &mut FileOutput<'_, F, R>,
        losses: &mut Vec<String>,
    ) -> Result<()> {
        let mut news = match self.run_news(run_id, manifest.run(run_id)).await {
            Err(StorageError::RunNotFound(_) | StorageError::ExperimentNotFound(_)) => return Ok(()),
            news => news?,
        };
        let (experiment, record) = (news.run.experiment.clone(), news.run.record.clone());
        let known = manifest.run(run_id).filter(|_| !news.is_anew).cloned();
        let artifacts = new_artifacts(known.as_ref(), &record);
        let fingerprint = fingerprint(&experiment, &record);
        let is_news = !news.run.is_at_end()
            || !artifacts.is_empty()
            || known.as_ref().is_none_or(|known| known.fingerprint != fingerprint);
        let points = BackedUpPoints::of(known.as_ref(), &record.series);
        let written = if is_news {
            let written = output.write_run(self, manifest, &mut news.run, points, &artifacts).await?;
            let Some(written) = written else { return Ok(()) };
            written
        } else {
            WrittenRun { series: points.into_series(), artifacts: Vec::new(), before: Vec::new() }
        };
        if news.is_anew {
            manifest.forget_parts(run_id, &written.before);
        }
        let is_written = |artifact: &ArtifactRef| written.artifacts.contains(artifact);
        for artifact in artifacts.iter().filter(|artifact| !is_written(artifact)) {
            losses.push(format!("artifact '{}' of run '{run_id}' is no longer stored", artifact.key));
        }
        if news.lacks_backed_up {
            losses.push(format!(
                "points of run '{run_id}' that were backed up cannot be read any more where they are stored: the backup keeps them"
            ));
        }
        let mut unreadable = known.map(|known| known.unreadable).unwrap_or_default();
        let missing = news.run.missing_points();
        if missing > 0.0 {
            losses.push(format!("{missing} points of run '{run_id}' cannot be read where they are stored"));
        }
        for (key, count) in news.run.take_missing() {
            *unreadable.entry(key).or_default() += count;
        }
        let is_kept = |artifact: &&ArtifactRef| is_written(artifact) || !artifacts.contains(artifact);
        let kept = record.artifacts.iter().filter(is_kept);
        let entry = BackedUpRun {
            id: run_id.to_owned(),
            fingerprint,
            restored_from: origin_of(&record),
            deleted_ms: None,
            sequence: news.sequence,
            series: written.series,
            unreadable,
            artifacts: kept.map(|artifact| (artifact.key.clone(), artifact.hash.clone())).collect(),
        };
        match manifest.runs.iter_mut().find(|run| run.id == run_id) {
            Some(run) => *run = entry,
            None => manifest.runs.push(entry),
        }
        Ok(())
    }

    /// The runs of which something is new, with how many points.
    fn changed_runs(&self, manifest: &Manifest) -> Vec<(String, f64)> {
        let storage = self.storage();
        let known: BTreeMap<&str, &BackedUpRun> =
            manifest.runs.iter().map(|run| (run.id.as_str(), run)).collect();
        let mut changed = Vec::new();
        for experiment_id in storage.list_experiments() {
            let Ok(experiment) = storage.memory().experiment(&experiment_id) else { continue };
            for run_id in storage.list_runs(&experiment_id) {
                let Ok(state) = storage.memory().run(&run_id) else { continue };
                let record: RunRecord = state.current_record();
                let known = known.get(run_id.as_str()).copied();
                let is_known =
                    |known: &BackedUpRun| is_unchanged(known, &record, &fingerprint(experiment, &record));
                if !known.is_some_and(is_known) {
                    let backed_up: f64 = known.map_or(0.0, BackedUpRun::points_passed);
                    let points = (record.series.counts.iter().sum::<f64>() - backed_up).max(0.0);
                    changed.push((run_id, points));
                }
            }
        }
        changed
    }
}
