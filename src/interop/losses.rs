//! What a format could not hold, or a file had that is not imported.

use std::borrow::Cow;

/// Sentences, each said once, in the order in which they were first true.
#[derive(Debug, Default)]
pub(super) struct Losses(Vec<Cow<'static, str>>);

impl Losses {
    /// Says so, unless it was said.
    pub(super) fn note(&mut self, sentence: impl Into<Cow<'static, str>>) {
        let sentence = sentence.into();
        if !self.0.contains(&sentence) {
            self.0.push(sentence);
        }
    }

    /// Says so if it is.
    pub(super) fn note_if(&mut self, is_so: bool, sentence: &'static str) {
        if is_so {
            self.note(sentence);
        }
    }

    pub(super) fn sentences(&self) -> Vec<String> {
        self.0.iter().map(|sentence| sentence.clone().into_owned()).collect()
    }
}
