//! What the rest of a page must do after something happened in the engine. The engine calls nothing back: effects wait in a queue until
//! the driver takes them, after every borrow has ended.

use std::cell::RefCell;

use super::change::Change;
use crate::event::Event;

/// An effect.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Emit this to subscribers in this tab.
    Change(Change),
    /// A transaction completed: to be broadcast, so that other tabs read these records again.
    Committed {
        /// Experiments it wrote.
        experiment_ids: Vec<String>,
        /// Runs it wrote.
        run_ids: Vec<String>,
    },
    /// What these runs had unsaved was written to the exit log: to be broadcast, so that other tabs recover it.
    ExitLogWritten {
        /// The runs.
        run_ids: Vec<String>,
    },
}

/// Effects in the order in which they came up.
#[derive(Debug, Default)]
pub struct EffectQueue {
    effects: RefCell<Vec<Effect>>,
    added: Event,
}

impl EffectQueue {
    pub(super) fn push(&self, effect: Effect) {
        self.effects.borrow_mut().push(effect);
        self.added.notify();
    }

    /// Emits a change to subscribers in this tab.
    pub(super) fn emit(&self, change: Change) {
        self.push(Effect::Change(change));
    }

    /// Emits that a run is new or its record changed.
    pub(super) fn emit_run(&self, experiment_id: &str, run_id: &str) {
        self.emit(Change::Run { experiment_id: experiment_id.to_owned(), run_id: run_id.to_owned() });
    }

    /// Tells other tabs what was written.
    pub(super) fn broadcast(&self, experiment_ids: &[String], run_ids: &[String]) {
        self.push(Effect::Committed { experiment_ids: experiment_ids.to_vec(), run_ids: run_ids.to_vec() });
    }

    /// Takes all effects.
    #[must_use]
    pub fn take(&self) -> Vec<Effect> {
        self.effects.take()
    }

    /// Takes all effects as soon as there are any.
    pub async fn next(&self) -> Vec<Effect> {
        self.added.until(|| !self.effects.borrow().is_empty()).await;
        self.take()
    }
}
