//! What is to be announced to subscribers in this tab.

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

#[derive(Debug, Default)]
struct Announced {
    is_touched: bool,
    /// Whether more than points changed.
    is_record_touched: bool,
    /// How many points were announced, per series.
    points: Vec<usize>,
}

/// What was emitted to subscribers, and which runs changed since.
#[derive(Debug, Default)]
pub(super) struct Announcements {
    runs: Vec<Announced>,
    /// Exactly the runs whose `is_touched` is set.
    touched: Vec<RunSlot>,
}

impl Announcements {
    fn run(&mut self, slot: RunSlot) -> &mut Announced {
        let index = slot.0 as usize;
        if self.runs.len() <= index {
            self.runs.resize_with(index + 1, Announced::default);
        }
        &mut self.runs[index]
    }

    /// Something of a run changed.
    #[inline]
    pub(super) fn touch(&mut self, slot: RunSlot) {
        if !std::mem::replace(&mut self.run(slot).is_touched, true) {
            self.touched.push(slot);
        }
    }

    /// More than points of a run changed.
    pub(super) fn touch_record(&mut self, slot: RunSlot) {
        self.run(slot).is_record_touched = true;
        self.touch(slot);
    }

    /// A run begins anew, and so many points of each of its series were announced.
    pub(super) fn reset(&mut self, slot: RunSlot, points: Vec<usize>) {
        *self.run(slot) = Announced { points, ..Announced::default() };
        self.touched.retain(|&touched| touched != slot);
    }

    pub(super) fn is_touched(&self, slot: RunSlot) -> bool {
        self.runs.get(slot.0 as usize).is_some_and(|run| run.is_touched)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.touched.is_empty()
    }

    /// The runs changed since the last call.
    pub(super) fn take(&mut self, memory: &InMemoryStorage) -> Vec<Touched> {
        let slots = std::mem::take(&mut self.touched);
        let mut all = Vec::with_capacity(slots.len());
        for slot in slots {
            let run = self.run(slot);
            run.is_touched = false;
            let record = std::mem::take(&mut run.is_record_touched);
            let series = memory.get(slot).and_then(|run| run.all_series().ok()).unwrap_or_default();
            run.points.resize(series.len(), 0);
            let mut keys = Vec::new();
            for (announced, named) in run.points.iter_mut().zip(series) {
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
