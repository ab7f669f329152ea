//! What a storage tells its subscribers.

use std::fmt;

use crate::storage::error::StorageError;

/// A stored record, or points, that cannot be read. They are left in place, and everything else is usable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// What it is of.
    pub of: Damaged,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, id) = match &self.of {
            Damaged::Experiment(id) => ("experiment", id),
            Damaged::Run(id) => ("run", id),
        };
        write!(f, "{kind} '{id}': {}", self.message)
    }
}

/// What a damaged record is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damaged {
    /// An experiment of this id.
    Experiment(String),
    /// A run of this id.
    Run(String),
}

impl Damage {
    /// The damage of a run.
    #[must_use]
    pub fn of_run(run_id: &str, cause: &StorageError) -> Self {
        Self { of: Damaged::Run(run_id.to_owned()), message: cause.to_string() }
    }

    /// The damage of an experiment.
    #[must_use]
    pub fn of_experiment(experiment_id: &str, cause: &StorageError) -> Self {
        Self { of: Damaged::Experiment(experiment_id.to_owned()), message: cause.to_string() }
    }
}

/// Something in the database changed, in this tab or in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An experiment is new or changed.
    Experiment {
        /// Its id.
        experiment_id: String,
    },
    /// A run is new, or its status, name, tags or artifacts changed.
    Run {
        /// The experiment it belongs to.
        experiment_id: String,
        /// Its id.
        run_id: String,
    },
    /// Metrics of a run have new points.
    Metrics {
        /// The experiment it belongs to.
        experiment_id: String,
        /// Its id.
        run_id: String,
        /// The keys of the metrics.
        keys: Vec<String>,
    },
    /// A run was deleted.
    RunDeleted {
        /// The experiment it belonged to.
        experiment_id: String,
        /// Its id.
        run_id: String,
    },
    /// An experiment was deleted with all its runs.
    ExperimentDeleted {
        /// Its id.
        experiment_id: String,
    },
    /// A run may no longer be written from this tab: taken over or deleted.
    RunLost {
        /// Its id.
        run_id: String,
        /// The error's stable name.
        code: &'static str,
        /// What happened and what to do.
        message: String,
    },
    /// Writing fails: points are kept in memory and tried again.
    Degraded {
        /// The error's stable name.
        code: &'static str,
        /// What happened and what to do.
        message: String,
    },
    /// Writing works again.
    Recovered,
    /// A stored record could not be read.
    Damaged(Damage),
}
