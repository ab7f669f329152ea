//! What can go wrong.

use std::fmt;

use burn::store::RecordError;
use burn::tensor::TensorReadError;
use entrenar::storage::StorageError;

/// Why something was not logged, or could not be loaded.
#[derive(Debug)]
#[non_exhaustive]
pub enum LogError {
    /// The run refused it.
    Storage(StorageError),
    /// The tensor could not be read from its device, or has more than one element.
    Tensor(TensorReadError),
    /// The module could not be written to bytes, or the bytes are not of such a module.
    Record(RecordError),
}

impl fmt::Display for LogError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Storage(cause) => cause.fmt(formatter),
            Self::Tensor(cause) => write!(formatter, "a tensor could not be logged: {cause}"),
            Self::Record(cause) => write!(formatter, "a module could not be logged or loaded: {cause}"),
        }
    }
}

impl std::error::Error for LogError {}

impl From<StorageError> for LogError {
    fn from(cause: StorageError) -> Self {
        Self::Storage(cause)
    }
}

impl From<TensorReadError> for LogError {
    fn from(cause: TensorReadError) -> Self {
        Self::Tensor(cause)
    }
}

impl From<RecordError> for LogError {
    fn from(cause: RecordError) -> Self {
        Self::Record(cause)
    }
}
