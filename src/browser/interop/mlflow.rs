//! Runs on their way to and from an MLflow tracking server.

use crate::browser::Tracker;
use crate::engine::{MlflowError, MlflowImport, MlflowSync, MlflowTarget, Transport};
use crate::indexeddb::random_token;
use crate::interop::mlflow::Syncs;
use crate::storage::Result;

impl Tracker {
    /// Sends a run to an MLflow tracking server: what of it is not there yet, and all that is logged until it ends if the sync is live. What
    /// is sent is kept with the run, so that a sync that was cut off goes on, in whatever page.
    ///
    /// # Errors
    /// What the server says, or the storage; `Elsewhere` while another page sends the run.
    pub async fn sync_mlflow(
        &self,
        run_id: &str,
        target: &MlflowTarget,
        transport: &impl Transport,
    ) -> std::result::Result<MlflowSync, MlflowError> {
        self.database().session().sync_mlflow(run_id, target, &random_token(), transport).await
    }

    /// How far a run was sent, for each server and experiment that it was sent to.
    ///
    /// # Errors
    /// `RunNotFound`; those of the database.
    pub async fn mlflow_syncs(&self, run_id: &str) -> Result<Syncs> {
        self.database().session().mlflow_syncs(run_id).await
    }

    /// Imports a run from an MLflow tracking server as a whole, or not at all. Returns the id that it has here.
    ///
    /// # Errors
    /// What the server says, or the storage.
    pub async fn import_mlflow(
        &self,
        import: &MlflowImport,
        transport: &impl Transport,
    ) -> std::result::Result<String, MlflowError> {
        self.database().session().import_mlflow(import, &random_token(), transport).await
    }
}
