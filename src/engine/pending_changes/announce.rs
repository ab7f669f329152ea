//! What is to be announced to subscribers in this tab.

use super::PendingChanges;
use crate::storage::{InMemoryStorage, RunSlot};

/// What changed of a run in this tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// The run.
    pub slot: RunSlot,
    /// Whether more than its points changed.
    pub record: bool,
    /// The metrics that have new points.
    pub keys: Vec<String>,
}

impl PendingChanges {
    /// The runs changed in this tab since the last call.
    pub fn take_touched(&mut self, memory: &InMemoryStorage) -> Vec<Touched> {
        let slots = std::mem::take(&mut self.touched_runs);
        let mut all = Vec::with_capacity(slots.len());
        for slot in slots {
            let run = self.run(slot);
            run.is_touched = false;
            let record = std::mem::take(&mut run.is_record_touched);
            let series = memory.get(slot).and_then(|run| run.all_series().ok()).unwrap_or_default();
            run.announced.resize(series.len(), 0);
            let mut keys = Vec::new();
            for (announced, named) in run.announced.iter_mut().zip(series) {
                if *announced != named.series.len() {
                    *announced = named.series.len();
                    keys.push(named.key.clone());
                }
            }
            all.push(Touched { slot, record, keys });
        }
        all
    }
}
