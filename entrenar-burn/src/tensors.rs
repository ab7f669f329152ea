//! Tensors become points, and modules artifacts.

use burn::module::Module;
use burn::store::ModuleRecord;
use burn::tensor::{Bytes, Tensor};
use entrenar::run::RunLogger;

use crate::LogError;

/// Reads a tensor of one element and stores it at the next step of its metric; returns the step. On a GPU this waits for what computes it:
/// log every tenth step where each is short.
///
/// # Errors
/// `Tensor` if it has more than one element or its device failed; `Storage` if the run refuses it.
pub async fn log_scalar<const D: usize>(
    logger: &RunLogger,
    key: &str,
    tensor: Tensor<D>,
) -> Result<u64, LogError> {
    let value = tensor.try_into_scalar_async::<f64>().await?;
    Ok(logger.log_metric(key, value)?)
}

/// As [`log_scalar`], for several metrics, all at one step: the given one, or the highest of their next steps. Either all tensors can be
/// read, or none is stored.
///
/// # Errors
/// As [`log_scalar`].
pub async fn log_scalars<const D: usize, const N: usize>(
    logger: &RunLogger,
    tensors: [(&str, Tensor<D>); N],
    step: Option<u64>,
) -> Result<u64, LogError> {
    let mut values = Vec::with_capacity(N);
    for (key, tensor) in tensors {
        values.push((key, tensor.try_into_scalar_async::<f64>().await?));
    }
    Ok(logger.log_metrics(&values, step)?)
}

/// Stores a module's parameters as an artifact of the run, in place of the one that has this key, and returns its SHA-256.
///
/// The bytes are those of a burnpack file.
///
/// # Errors
/// `Record` if they cannot be written; `Storage` if the run refuses it.
pub fn log_module<M: Module>(logger: &RunLogger, key: &str, module: &M) -> Result<String, LogError> {
    let bytes = module.clone().into_record().into_bytes()?;
    Ok(logger.log_artifact(key, &bytes)?)
}

/// The module with the parameters that [`log_module`] stored.
///
/// # Errors
/// `Record` if the bytes are not of such a module.
pub fn load_module<M: Module>(module: M, bytes: &[u8]) -> Result<M, LogError> {
    let record = ModuleRecord::from_bytes(Bytes::from_bytes_vec(bytes.to_vec()))?;
    Ok(module.try_load_record(record)?)
}
