//! Reading a run from a tracking server, as a whole or not at all.

use super::requests::send_again;
use super::{MlflowError, MlflowImport, Transport};
use crate::database::Database;
use crate::engine::{Import, Imported, Session};
use crate::interop::mlflow::{Answer, NextRead, RunImport};
use crate::storage::StorageError;

impl<D: Database> Session<D> {
    /// Imports a run from an MLflow tracking server. Returns the id that it has here. `token` must be unique.
    ///
    /// # Errors
    /// What the server says, or the storage.
    pub async fn import_mlflow(
        &self,
        import: &MlflowImport,
        token: &str,
        transport: &impl Transport,
    ) -> Result<String, MlflowError> {
        let mut reading = RunImport::new(&import.mlflow_run_id);
        let mut cause = None;
        let read = async |into: &mut Import<'_, D>| {
            let mut parts = Vec::new();
            let mut was_reached = false;
            loop {
                transport.check()?;
                let request = match reading.next_step() {
                    NextRead::Send(request) => request,
                    NextRead::Done(run) => {
                        let mut run = *run;
                        run.experiment_name = import.experiment.clone().or(run.experiment_name);
                        return Ok(Imported { experiments: Vec::new(), runs: vec![run] });
                    }
                };
                let take = |answer: &Answer| reading.take(answer, &mut parts);
                if let Err(error) = send_again(transport, &import.url, &request, take, was_reached).await {
                    let stopped = StorageError::Aborted("the server did not give the run".to_owned());
                    return Err(match error {
                        MlflowError::Storage(error) => error,
                        error => {
                            cause = Some(error);
                            stopped
                        }
                    });
                }
                was_reached = true;
                into.add(parts.drain(..)).await?;
                transport.tell_progress(reading.points(), reading.points());
            }
        };
        let imported = self.import(token, read).await;
        if let Some(cause) = cause {
            return Err(cause);
        }
        for text in reading.losses() {
            transport.tell_loss(&text);
        }
        let run_ids = imported?;
        run_ids
            .into_iter()
            .next()
            .ok_or_else(|| StorageError::Backend("no run was imported".to_owned()).into())
    }
}
