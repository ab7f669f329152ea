//! Artifacts: their contents in memory, for as long as a run refers to them or they are not stored.

use std::sync::Arc;

use super::IndexedDbStorage;
use crate::database::Batch;
use crate::storage::{ArtifactRef, Result, RunRecord, RunSlot, RunState};

/// Contents up to this size stay in memory when they are committed.
const CACHED_ARTIFACT_BYTES: usize = 1 << 20;

impl IndexedDbStorage {
    /// Keeps an artifact and returns its hash. A content that no run refers to any more is forgotten.
    ///
    /// # Errors
    /// As [`IndexedDbStorage::check_writable`]; `InvalidState` once the run has ended; `InvalidArgument`.
    pub fn put_artifact(&mut self, run: RunSlot, key: &str, data: &[u8]) -> Result<String> {
        self.check_writable(run)?;
        let artifact = self.memory.put_artifact(run, key, data)?;
        self.pending.note_artifact(&artifact.hash);
        self.pending.note_run(run);
        self.forget_unreferenced_contents();
        Ok(artifact.hash)
    }

    /// Forgets contents in memory that no run in memory refers to: they were replaced, or their run was deleted.
    pub(in crate::engine) fn forget_unreferenced_contents(&mut self) {
        self.memory.retain_referenced_artifacts();
        let memory = &self.memory;
        self.pending.drop_unreferenced(|hash| memory.artifact(hash).is_some());
    }

    /// Whether the content is not known to be stored.
    #[must_use]
    pub fn is_content_pending(&self, hash: &str) -> bool {
        self.pending.is_artifact_pending(hash)
    }

    /// The database that held the contents is gone: a run keeps only those artifacts whose contents are in memory.
    pub(in crate::engine) fn drop_lost_artifacts(&mut self, slot: RunSlot) {
        let Some(record) = self.memory.get(slot).map(RunState::record) else { return };
        let mut kept = record.artifacts.clone();
        kept.retain(|artifact| self.memory.artifact(&artifact.hash).is_some());
        if let Some(state) = self.memory.get_mut(slot) {
            state.record_mut().artifacts = kept;
        }
    }

    /// A batch is durable. Large contents need not stay in memory: they can be read again.
    pub(in crate::engine) fn acknowledge(&mut self, batch: &Batch) {
        self.pending.acknowledge(batch.id);
        for (hash, content) in &batch.artifacts {
            if content.len() > CACHED_ARTIFACT_BYTES {
                self.memory.evict_artifact(hash);
            }
        }
    }

    /// The contents in memory that a run refers to. Those that were acknowledged are among them: what an exit flush wrote of a run that
    /// another session had acquired is not recovered.
    pub(super) fn contents_of(&self, record: &RunRecord) -> Vec<(String, Arc<[u8]>)> {
        let mut contents = Vec::new();
        for ArtifactRef { hash, .. } in &record.artifacts {
            if let Some(content) = self.memory.artifact(hash) {
                contents.push((hash.clone(), content));
            }
        }
        contents
    }
}
