//! What a server's answers say of the run that is sent.

use serde_json::Value;

use super::artifacts::artifact_root;
use super::error::{ServerError, ServerErrorKind};
use super::request::{Answer, required, text_at};
use super::state::SentItem;
use super::sync::{Asked, RunSync, Standing};
use crate::storage::quoted;

const MISSING: &str = "RESOURCE_DOES_NOT_EXIST";
const EXISTS: &str = "RESOURCE_ALREADY_EXISTS";

impl RunSync {
    /// Takes the answer to the request that [`RunSync::next_step`] gave last; `None` if there was none.
    ///
    /// # Errors
    /// What the server says. Of one that may pass, [`RunSync::next_step`] gives the same request again; but a run whose creation may have
    /// been carried out is looked for first.
    pub fn take(&mut self, answer: Option<&Answer>) -> Result<(), ServerError> {
        let taken = match answer {
            Some(answer) => self.take_answer(answer),
            None => Err(ServerError::unreachable(&self.state.url)),
        };
        let may_be_done = taken.as_ref().is_err_and(ServerError::may_pass);
        if may_be_done && matches!(self.asked, Some(Asked::NewRun)) {
            self.standing = Standing::MayBeThere;
        }
        taken
    }

    /// Whether another request comes first by now.
    #[must_use]
    pub fn asks_otherwise(&self) -> bool {
        self.standing == Standing::MayBeThere && matches!(self.asked, Some(Asked::NewRun))
    }

    fn take_answer(&mut self, answer: &Answer) -> Result<(), ServerError> {
        let Some(asked) = &self.asked else { return Ok(()) };
        match asked {
            Asked::Experiment => match answer.json_or(MISSING)? {
                Ok(found) if text_at(&found, "/experiment/lifecycle_stage") == Some("deleted") => {
                    return Err(self.deleted_experiment());
                }
                Ok(found) => {
                    required(&found, "/experiment/experiment_id")?.clone_into(&mut self.state.experiment_id);
                }
                Err(_) => self.lacks_experiment = true,
            },
            Asked::NewExperiment => match answer.json_or(EXISTS)? {
                Ok(created) => {
                    required(&created, "/experiment_id")?.clone_into(&mut self.state.experiment_id);
                }
                // Another was quicker, or the answer to an earlier try was lost.
                Err(_) => self.lacks_experiment = false,
            },
            Asked::RunByTag => {
                let found = answer.json()?;
                match found.pointer("/runs/0") {
                    Some(run) => self.note_run(run)?,
                    None => self.standing = Standing::Absent,
                }
            }
            Asked::NewRun => {
                let created = answer.json()?;
                let run = created.pointer("/run").cloned().unwrap_or_default();
                self.note_run(&run)?;
            }
            Asked::Run => match answer.json_or(MISSING)? {
                Ok(found) if text_at(&found, "/run/info/lifecycle_stage") != Some("deleted") => {
                    let run = found.pointer("/run").cloned().unwrap_or_default();
                    self.note_run(&run)?;
                }
                // It was deleted there: the run is sent as if it had never been.
                _ => self.begin_anew(),
            },
            Asked::Batch { .. } | Asked::Artifact(_) | Asked::Status(_) => {
                answer.check()?;
                self.note_done();
            }
            Asked::TagRemoval(key) => {
                // One that is gone already was removed by an earlier try.
                answer.json_or(MISSING)?.ok();
                self.state.tags.retain(|tag| tag.key != *key);
            }
        }
        self.asked = None;
        Ok(())
    }

    fn note_done(&mut self) {
        match self.asked.take() {
            Some(Asked::Batch { params, tags, series }) => {
                self.state.params = params as f64;
                for tag in tags {
                    note_item(&mut self.state.tags, tag);
                }
                for (place, sent) in series {
                    self.note_sent(place, sent);
                }
            }
            Some(Asked::Artifact(item)) => {
                note_item(&mut self.state.artifacts, item);
                self.content = None;
            }
            Some(Asked::Status(status)) => status.clone_into(&mut self.state.status),
            _ => {}
        }
    }

    fn note_run(&mut self, run: &Value) -> Result<(), ServerError> {
        required(run, "/info/run_id")?.clone_into(&mut self.state.mlflow_run_id);
        let uri = text_at(run, "/info/artifact_uri").unwrap_or_default();
        artifact_root(uri).unwrap_or_default().clone_into(&mut self.state.artifact_root);
        self.standing = Standing::There;
        Ok(())
    }

    fn begin_anew(&mut self) {
        self.state.begin_anew(self.fresh_token.clone());
        self.positions.clear();
        self.content = None;
        self.standing = Standing::Absent;
    }

    fn deleted_experiment(&self) -> ServerError {
        let message = format!(
            "experiment '{}' was deleted in MLflow: restore it there, or name another in options.experiment",
            quoted(&self.state.experiment)
        );
        ServerError::new(ServerErrorKind::Refused, message)
    }
}

fn note_item(items: &mut Vec<SentItem>, item: SentItem) {
    match items.iter_mut().find(|known| known.key == item.key) {
        Some(known) => *known = item,
        None => items.push(item),
    }
}
