//! A run as its event files describe it.

use serde_json::{Map, Value as Json};

use super::details::Details;
use super::messages::SessionStatus;
use crate::interop::ImportedRun;
use crate::interop::imported_times::ImportedTimes;
use crate::storage::{RunStatus, Tag};

/// What the event files of one folder say of their run.
pub(super) struct DescribedRun {
    pub(super) folder: String,
    pub(super) times: ImportedTimes,
    pub(super) details: Option<Details>,
    pub(super) config_json: Option<String>,
    pub(super) tags: Vec<Tag>,
    /// Hyperparameters and texts that others wrote.
    pub(super) found: Map<String, Json>,
    pub(super) start_ms: Option<f64>,
    pub(super) end: Option<(SessionStatus, Option<f64>)>,
}

impl DescribedRun {
    /// The run as it is imported.
    ///
    /// # Errors
    /// A sentence about a description that cannot be used.
    pub(super) fn imported(self) -> Result<ImportedRun, String> {
        let mut record = self.times.record();
        record.run_name = Some(self.folder).filter(|folder| !folder.is_empty());
        record.created_ms = self.start_ms.unwrap_or(record.created_ms);
        record.started_ms = Some(record.created_ms);
        if let Some((status, ended_ms)) = self.end {
            record.ended_ms = ended_ms.or(record.ended_ms);
            if status == SessionStatus::Failure {
                record.status = RunStatus::Failed;
            }
        }
        if let Some(details) = &self.details {
            details.apply(&mut record)?;
        }
        let found = (!self.found.is_empty()).then(|| Json::Object(self.found).to_string());
        record.config_json = self.config_json.or(found);
        record.tags = self.tags;
        let (experiment_name, experiment_config_json) =
            self.details.map(|details| (details.experiment, details.experiment_config)).unzip();
        Ok(ImportedRun { experiment_name, experiment_config_json: experiment_config_json.flatten(), record })
    }
}
