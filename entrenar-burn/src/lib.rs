//! Logs what [Burn](https://burn.dev) trains to a run of entrenar.
//!
//! # In a tab
//!
//! burn-train, with its `Learner`, spawns threads, which a page has none of. There a loop of one's own trains, and these functions log:
//!
//! ```
//! use burn::nn::loss::{MseLoss, Reduction};
//! use burn::nn::{Linear, LinearConfig};
//! use burn::optim::{GradientsParams, SgdConfig};
//! use burn::tensor::{Device, Tensor};
//! use entrenar::run::RunLogger;
//! use entrenar_burn::{LogError, load_module, log_module, log_scalar};
//!
//! async fn train(logger: &RunLogger) -> Result<Linear, LogError> {
//!     let device = Device::flex().autodiff();
//!     let mut model = LinearConfig::new(1, 1).init(&device);
//!     let mut optimizer = SgdConfig::new().init();
//!     let x = Tensor::<2>::from_data([[0.0], [1.0]], &device);
//!     let y = Tensor::<2>::from_data([[1.0], [3.0]], &device);
//!     for _ in 0..100 {
//!         let loss = MseLoss::new().forward(model.forward(x.clone()), y.clone(), Reduction::Mean);
//!         log_scalar(logger, "loss", loss.clone()).await?;
//!         let gradients = GradientsParams::from_grads(loss.backward(), &model);
//!         model = optimizer.step(0.1, model, gradients);
//!     }
//!     log_module(logger, "model.bpk", &model)?;
//!     Ok(model)
//! }
//!
//! # use std::sync::{Arc, Mutex};
//! # use entrenar::run::{Run, TracingConfig};
//! # use entrenar::storage::{ExperimentStorage, InMemoryStorage};
//! # let mut storage = InMemoryStorage::new();
//! # let experiment = storage.create_experiment("line", None)?;
//! # let storage = Arc::new(Mutex::new(storage));
//! # let run = Run::new(&experiment, storage.clone(), TracingConfig::disabled())?;
//! # futures::executor::block_on(train(&run.logger()))?;
//! # let losses = storage.lock().expect("no thread panicked").get_metrics(&run.id, "loss")?;
//! # assert!(losses.len() == 100 && losses[99].value < losses[0].value / 10.0);
//! # Ok::<(), LogError>(())
//! ```
//!
//! `entrenar::browser::TrackedRun::logger` and `entrenar::run::Run::logger` give the logger. A whole page is `examples/tab.rs`.
//!
//! # With burn-train
//!
//! With the feature `train`, outside of the browser, the module `train` has what a `SupervisedTraining` is given: a metric logger, a
//! progress logger, and a checkpointer that keeps the latest checkpoint as an artifact of the run.

mod error;
mod tensors;
#[cfg(feature = "train")]
pub mod train;

pub use error::LogError;
pub use tensors::{load_module, log_module, log_scalar, log_scalars};
