//! How far a run was sent: what is kept with it in the database.

use serde::{Deserialize, Serialize};

use crate::storage::RECORD_FORMAT;

/// What is kept of all syncs of one run: one for each server and experiment. No header is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Syncs {
    /// The record layout's version.
    pub format: u32,
    /// In the order of first sending.
    pub targets: Vec<SyncState>,
}

impl Default for Syncs {
    fn default() -> Self {
        Self { format: RECORD_FORMAT, targets: Vec::new() }
    }
}

impl Syncs {
    /// The state of the sync to this server and experiment.
    #[must_use]
    pub fn find(&self, url: &str, experiment: &str) -> Option<&SyncState> {
        self.targets.iter().find(|state| state.is_of(url, experiment))
    }
}

/// How far a run was sent to one server.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SyncState {
    /// The server's address.
    pub url: String,
    /// The experiment's name there.
    pub experiment: String,
    /// Random: the tag by which a run is found whose creation was not answered. It is stored before the run is created.
    pub token: String,
    /// The experiment's id there; empty until it is known.
    pub experiment_id: String,
    /// The run's id there; empty until it is known.
    pub mlflow_run_id: String,
    /// Where the server keeps the run's artifacts, from the root of all artifacts on; empty if it does not take them itself.
    pub artifact_root: String,
    /// How many params were sent. A run's configuration does not change.
    pub params: f64,
    /// Each series that was sent, in part at least.
    pub series: Vec<SentSeries>,
    /// Tags as they were sent.
    pub tags: Vec<SentItem>,
    /// Artifacts as they were sent.
    pub artifacts: Vec<SentItem>,
    /// The status that was sent; empty while the run goes on.
    pub status: String,
    /// When everything that the run had was sent, milliseconds since the epoch; 0: never.
    pub completed_ms: f64,
    /// Why the last sync ended before that.
    pub failure: Option<SyncFailure>,
    /// Which page sends the run now.
    pub lease: Lease,
}

/// How far a series was sent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SentSeries {
    /// The metric's key.
    pub key: String,
    /// Its name in MLflow.
    pub name: String,
    /// So many of its points, in logging order, are known to be there, but for those that could not be read.
    pub sent: f64,
    /// How many of these could not be read where they were stored.
    pub unreadable: f64,
}

/// A tag or an artifact as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentItem {
    /// Its key.
    pub key: String,
    /// Its name in MLflow.
    pub name: String,
    /// What its content is told by.
    pub hash: String,
}

/// Why a sync ended early.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SyncFailure {
    /// The error's code.
    pub code: String,
    /// What the error said.
    pub message: String,
    /// When, milliseconds since the epoch.
    pub failed_ms: f64,
}

/// Which page sends a run. It renews its lease; one that is not renewed for as long as it says has lost it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lease {
    /// Random: names the sync. Empty: the run is being sent by none.
    pub holder: String,
    /// The holder's wall clock when it last wrote. It changes with every renewal.
    pub heartbeat_ms: f64,
    /// How long it may go without a renewal, in milliseconds: longer in a page that is hidden.
    pub lasts_ms: f64,
}

impl SyncState {
    /// A sync that has sent nothing.
    #[must_use]
    pub fn new(url: &str, experiment: &str) -> Self {
        Self { url: url.to_owned(), experiment: experiment.to_owned(), ..Self::default() }
    }

    /// Whether it is the sync to this server and experiment.
    #[must_use]
    pub fn is_of(&self, url: &str, experiment: &str) -> bool {
        self.url == url && self.experiment == experiment
    }

    /// How many points are known to be there.
    #[must_use]
    pub fn points(&self) -> f64 {
        self.series.iter().map(|series| series.sent - series.unreadable).sum()
    }

    /// Nothing of it is there any more: the run was deleted on the server.
    pub(super) fn begin_anew(&mut self, token: String) {
        let fresh = Self::new(&self.url, &self.experiment);
        *self = Self { token, lease: std::mem::take(&mut self.lease), ..fresh };
    }
}
