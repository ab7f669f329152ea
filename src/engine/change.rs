//! What is emitted to subscribers.

use crate::database::CorruptRecord;

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
    Corrupt(CorruptRecord),
}
