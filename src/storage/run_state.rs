//! One run in memory: its record, its series, and the rules of its life.

use super::error::{Result, StorageError, quoted};
use super::record::{ArtifactRef, RunRecord, RunStatus, SeriesHeaders, Tag};
use super::run_edit::RunEdit;
use crate::columns::{BatchTimes, LoggedPoint, MAX_STEP, NamedSeries, PointBatch, RawPoint, Series};

/// The index of a metric in its run: stays valid for the run's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeriesSlot(pub(crate) u32);

/// The longest metric key, artifact key or tag name, in UTF-8 bytes.
pub(super) const MAX_KEY_BYTES: usize = 8 * 1024;
/// The longest name, tag value or span id, in UTF-8 bytes.
pub(super) const MAX_TEXT_BYTES: usize = 64 * 1024;

/// A run with its points.
#[derive(Debug, Clone)]
pub struct RunState {
    record: RunRecord,
    series: Vec<NamedSeries>,
    /// The slots of all series, sorted by key.
    by_key: Vec<u32>,
    /// At least the highest step of all series.
    highest_step: u64,
    resident: bool,
    generation: u32,
}

impl RunState {
    /// A run whose points are all in memory: a new one.
    #[must_use]
    pub fn resident(record: RunRecord) -> Self {
        Self {
            record,
            series: Vec::new(),
            by_key: Vec::new(),
            highest_step: 0,
            resident: true,
            generation: 0,
        }
    }

    /// A run of which only the record is in memory.
    #[must_use]
    pub fn headers_only(record: RunRecord) -> Self {
        Self { resident: false, ..Self::resident(record) }
    }

    /// The record as of the last commit or load; its series headers may be behind.
    #[must_use]
    pub fn record(&self) -> &RunRecord {
        &self.record
    }

    /// The record with its series headers brought up to date.
    #[must_use]
    pub fn current_record(&self) -> RunRecord {
        let mut record = self.record.clone();
        if self.resident {
            record.series = SeriesHeaders::of(&self.series);
        }
        record
    }

    /// Changes the record outside the rules: for what its storage knows better, such as owner and lease.
    pub fn record_mut(&mut self) -> &mut RunRecord {
        &mut self.record
    }

    /// At least the highest step of all series in memory.
    #[must_use]
    pub fn highest_step(&self) -> u64 {
        self.highest_step
    }

    /// Whether the points are in memory.
    #[must_use]
    pub fn is_resident(&self) -> bool {
        self.resident
    }

    /// Tells apart the points that were in memory one after the other: under an equal number, points were only appended.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.generation
    }

    pub(super) fn set_generation(&mut self, generation: u32) {
        self.generation = generation;
    }

    /// The metric keys in the order of first logging.
    #[must_use]
    pub fn metric_keys(&self) -> Vec<String> {
        if !self.resident {
            return self.record.series.keys.clone();
        }
        let mut keys = Vec::new();
        for NamedSeries { key, series } in &self.series {
            if !series.is_empty() {
                keys.push(key.clone());
            }
        }
        keys
    }

    /// How many points each metric has.
    #[must_use]
    pub fn counts(&self) -> Vec<f64> {
        if self.resident {
            self.series.iter().map(|named| named.series.len() as f64).collect()
        } else {
            self.record.series.counts.clone()
        }
    }

    /// All series in the order of first logging.
    ///
    /// # Errors
    /// `NotLoaded`.
    pub fn all_series(&self) -> Result<&[NamedSeries]> {
        if self.resident {
            Ok(&self.series)
        } else {
            Err(StorageError::NotLoaded(self.record.run_id.clone()))
        }
    }

    /// The series of a metric, if it was logged.
    ///
    /// # Errors
    /// `NotLoaded`.
    pub fn series(&self, key: &str) -> Result<Option<&Series>> {
        let all = self.all_series()?;
        Ok(self.position(key).ok().map(|position| &all[self.by_key[position] as usize].series))
    }

    /// The series in `slot`.
    #[must_use]
    pub fn series_at(&self, slot: SeriesSlot) -> &NamedSeries {
        &self.series[slot.0 as usize]
    }

    /// The slot of a metric, made if it is new.
    ///
    /// # Errors
    /// `InvalidArgument` if the key is empty or too long.
    pub fn slot(&mut self, key: &str) -> Result<SeriesSlot> {
        let position = match self.position(key) {
            Ok(position) => return Ok(SeriesSlot(self.by_key[position])),
            Err(position) => position,
        };
        check_key("a metric key", key)?;
        let slot = self.series.len() as u32;
        self.series.push(NamedSeries { key: key.to_owned(), series: Series::default() });
        self.by_key.insert(position, slot);
        Ok(SeriesSlot(slot))
    }

    /// Where in `by_key` a key is, or belongs.
    fn position(&self, key: &str) -> std::result::Result<usize, usize> {
        self.by_key.binary_search_by(|&slot| self.series[slot as usize].key.as_str().cmp(key))
    }

    /// Whether points may be logged.
    ///
    /// # Errors
    /// `InvalidState` unless the run is running.
    pub fn check_running(&self) -> Result<()> {
        if self.record.status == RunStatus::Running { Ok(()) } else { Err(self.refused("log to")) }
    }

    /// Stores a point.
    ///
    /// # Errors
    /// `InvalidState` unless the run is running; `InvalidArgument` if the step is over 2^53 − 1.
    #[inline]
    pub fn push(&mut self, slot: SeriesSlot, point: RawPoint) -> Result<()> {
        if self.record.status != RunStatus::Running {
            return Err(self.refused("log to"));
        }
        if point.step > MAX_STEP {
            return Err(step_too_large(&self.series[slot.0 as usize].key));
        }
        self.series[slot.0 as usize].series.push(point);
        self.highest_step = self.highest_step.max(point.step);
        Ok(())
    }

    /// Stores points whose caller has checked that the run is running and their steps are in range. Returns how many.
    pub fn push_checked(&mut self, slot: SeriesSlot, points: impl Iterator<Item = LoggedPoint>) -> u64 {
        let series = &mut self.series[slot.0 as usize].series;
        let before = series.len();
        series.push_logged(points);
        self.highest_step = self.highest_step.max(series.highest().map_or(0, |point| point.step));
        (series.len() - before) as u64
    }

    /// Stores values at consecutive steps, all of one time. Either all or none.
    ///
    /// # Errors
    /// As [`RunState::push`].
    pub fn push_consecutive(
        &mut self,
        slot: SeriesSlot,
        first_step: u64,
        values: &[f64],
        timestamp_ms: i64,
    ) -> Result<()> {
        if self.record.status != RunStatus::Running {
            return Err(self.refused("log to"));
        }
        let named = &mut self.series[slot.0 as usize];
        let last_step = first_step.saturating_add((values.len() as u64).saturating_sub(1));
        if last_step > MAX_STEP {
            return Err(step_too_large(&named.key));
        }
        self.highest_step = self.highest_step.max(last_step);
        let times = BatchTimes::Same(timestamp_ms);
        named.series.push_batch(&PointBatch { first_step, stride: 1, values, times });
        Ok(())
    }

    /// Stores points that were logged before, whatever the status.
    pub fn restore_points(&mut self, slot: SeriesSlot, points: &[RawPoint]) {
        let series = &mut self.series[slot.0 as usize].series;
        points.iter().for_each(|&point| series.push(point));
        self.highest_step = self.highest_step.max(series.highest().map_or(0, |point| point.step));
    }

    /// Stores points that were logged before, whatever the status: many at once.
    pub fn restore_batch(&mut self, slot: SeriesSlot, batch: &PointBatch) {
        self.series[slot.0 as usize].series.push_batch(batch);
        self.restore_points(slot, &[]);
    }

    /// `Pending` → `Running`.
    ///
    /// # Errors
    /// `InvalidState`.
    pub fn start(&mut self, now_ms: i64) -> Result<()> {
        if self.record.status != RunStatus::Pending {
            return Err(self.refused("start"));
        }
        self.record.status = RunStatus::Running;
        self.record.started_ms = Some(now_ms as f64);
        Ok(())
    }

    /// `Running` → `status`.
    ///
    /// # Errors
    /// `InvalidState` unless the run is running and `status` is final.
    pub fn complete(&mut self, status: RunStatus, now_ms: i64) -> Result<()> {
        if self.record.status != RunStatus::Running {
            return Err(self.refused("complete"));
        }
        if !status.is_final() {
            return Err(StorageError::InvalidState(format!(
                "a run is completed with Success, Failed or Cancelled, not with {}",
                status.as_str()
            )));
        }
        self.record.status = status;
        self.record.ended_ms = Some(now_ms as f64);
        Ok(())
    }

    /// Ties an artifact to the run.
    ///
    /// # Errors
    /// `InvalidState` once the run has ended; `InvalidArgument` for an empty or too long key.
    pub fn set_artifact(&mut self, artifact: ArtifactRef) -> Result<()> {
        check_key("an artifact key", &artifact.key)?;
        if self.record.status.is_final() {
            return Err(self.refused("store an artifact in"));
        }
        let artifacts = &mut self.record.artifacts;
        match artifacts.iter_mut().find(|old| old.key == artifact.key) {
            Some(old) => *old = artifact,
            None => artifacts.push(artifact),
        }
        Ok(())
    }

    /// Sets a tag.
    ///
    /// # Errors
    /// `InvalidArgument` for an empty or too long name, or a too long value.
    pub fn set_tag(&mut self, key: &str, value: &str) -> Result<()> {
        check_key("a tag's name", key)?;
        check_text("a tag's value", value)?;
        self.record.apply(&RunEdit::Tag(Tag { key: key.to_owned(), value: value.to_owned() }));
        Ok(())
    }

    /// Removes a tag, if there is one with this key.
    ///
    /// # Errors
    /// `InvalidArgument` for an empty or too long name.
    pub fn remove_tag(&mut self, key: &str) -> Result<()> {
        check_key("a tag's name", key)?;
        self.record.apply(&RunEdit::RemoveTag { key: key.to_owned() });
        Ok(())
    }

    fn refused(&self, action: &str) -> StorageError {
        let RunRecord { run_id, status, .. } = &self.record;
        let advice = match status {
            RunStatus::Pending => "start it first",
            RunStatus::Running => "it is running already",
            _ => "start a new run",
        };
        StorageError::InvalidState(format!(
            "cannot {action} run '{run_id}': its status is {}; {advice}",
            status.as_str()
        ))
    }
}

/// The error for a series that has no step left.
#[must_use]
pub fn step_too_large(key: &str) -> StorageError {
    StorageError::InvalidArgument(format!(
        "a step of '{}' is over 9007199254740991 (2^53 - 1), the largest whole number JavaScript holds exactly: log smaller steps",
        quoted(key)
    ))
}

/// Checks a key: 1 to 8192 bytes of UTF-8.
///
/// # Errors
/// `InvalidArgument`.
pub fn check_key(what: &str, key: &str) -> Result<()> {
    if key.is_empty() {
        return Err(StorageError::InvalidArgument(format!("{what} must not be empty")));
    }
    check_length(what, key, MAX_KEY_BYTES)
}

/// Checks a text: at most 65536 bytes of UTF-8.
///
/// # Errors
/// `InvalidArgument`.
pub fn check_text(what: &str, text: &str) -> Result<()> {
    check_length(what, text, MAX_TEXT_BYTES)
}

fn check_length(what: &str, text: &str, most: usize) -> Result<()> {
    if text.len() <= most {
        return Ok(());
    }
    Err(StorageError::InvalidArgument(format!(
        "{what} of {} bytes is too long: at most {most} bytes of UTF-8 are taken",
        text.len()
    )))
}
