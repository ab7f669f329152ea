//! What a `SupervisedTraining` of burn-train is given, so that it logs to a run.
//!
//! ```no_run
//! # use burn::train::{InferenceStep, LearnerModel, SupervisedTraining, TrainStep};
//! use burn::train::checkpoint::FileCheckpointer;
//! use entrenar::run::RunLogger;
//! use entrenar_burn::train::{RunCheckpointer, RunMetricLogger, RunProgressLogger};
//!
//! # fn with<M: LearnerModel>(training: SupervisedTraining<M>, logger: &RunLogger) -> SupervisedTraining<M> {
//! let kept = |name| RunCheckpointer::new(FileCheckpointer::new("checkpoints", name), logger.clone(), name);
//! training
//!     .with_metric_logger(RunMetricLogger::new(logger.clone()))
//!     .with_progress_logger(RunProgressLogger::new(logger.clone()))
//!     .with_custom_checkpointers(kept("model"), kept("optim"), kept("scheduler"))
//! # }
//! ```
//!
//! None of them ever ends a training: what cannot be logged is said once, as a warning by `log`.

mod checkpointer;
mod metric_logger;
mod progress_logger;
mod quiet;

pub use checkpointer::RunCheckpointer;
pub use metric_logger::RunMetricLogger;
pub use progress_logger::RunProgressLogger;
