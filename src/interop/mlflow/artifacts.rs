//! The artifacts of the run that is sent.

use std::sync::Arc;

use super::names::Names;
use super::params::renamed;
use super::request::{Body, Method, Request};
use super::state::SentItem;
use super::sync::{Asked, Next, RunSync};
use crate::storage::{ArtifactRef, RunRecord, quoted};

impl RunSync {
    pub(super) fn next_artifact(&mut self, record: &RunRecord) -> Option<Next> {
        if let Some((item, content)) = &self.content {
            let path = format!("{}/{}", self.state.artifact_root, item.name);
            let request = Request::artifact(Method::Put, &path, Body::Bytes(Arc::clone(content)));
            let asked = Asked::Artifact(item.clone());
            return Some(self.send(asked, request));
        }
        let is_sent = |artifact: &ArtifactRef| {
            let is_it = |sent: &SentItem| sent.key == artifact.key && sent.hash == artifact.hash;
            self.state.artifacts.iter().any(is_it) || self.left_out.contains(artifact)
        };
        let unsent = record.artifacts.iter().find(|artifact| !is_sent(artifact))?;
        if self.state.artifact_root.is_empty() {
            self.losses.note(
                "artifacts are not sent: this server does not take them itself, because it was started with --no-serve-artifacts or keeps those of the experiment elsewhere",
            );
            return None;
        }
        Some(Next::Read(unsent.clone()))
    }

    /// Takes the content of the artifact that [`Next::Read`] named; nothing if it is gone.
    pub fn take_artifact(&mut self, artifact: &ArtifactRef, content: Option<Arc<[u8]>>) {
        let Some(content) = content else {
            self.losses.note(format!("artifact '{}' is no longer stored", quoted(&artifact.key)));
            self.left_out.push(artifact.clone());
            return;
        };
        let sent = &self.state.artifacts;
        let known = sent.iter().find(|sent| sent.key == artifact.key).map(|sent| sent.name.clone());
        let name = known.unwrap_or_else(|| {
            // Windows has no file with a colon in its name.
            Names::of(sent.iter().map(|sent| &*sent.name)).add_path(&artifact.key.replace(':', "_"))
        });
        if name != artifact.key {
            self.losses.note(renamed("artifact", &artifact.key, &name));
        }
        let item = SentItem { key: artifact.key.clone(), name, hash: artifact.hash.clone() };
        self.content = Some((item, content));
    }
}

/// Where artifacts of this address are, from the root of all artifacts on, if the server itself keeps them.
pub(super) fn artifact_root(uri: &str) -> Option<&str> {
    let path = uri.strip_prefix("mlflow-artifacts:")?;
    let path = match path.strip_prefix("//") {
        Some(with_host) => with_host.split_once('/').map_or("", |(_, path)| path),
        None => path,
    };
    Some(path.trim_matches('/')).filter(|path| !path.is_empty())
}
