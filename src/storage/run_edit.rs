//! What a session changes of a run that it does not own, and how that is stored with the run.

use serde::{Deserialize, Serialize};

use super::record::Tag;

/// A change of a run's record by a session that does not own the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredEdit", into = "StoredEdit")]
pub enum RunEdit {
    /// It got this tag, over one with the same key.
    Tag(Tag),
    /// Its tag with this key is gone, if it had one.
    RemoveTag {
        /// The tag's key.
        key: String,
    },
    /// It got this name.
    Name {
        /// The name.
        value: String,
    },
}

/// An edit as it is stored: a tag with its key, a name without one. Code from before tags could be removed takes a removal for an empty
/// tag.
#[derive(Serialize, Deserialize)]
struct StoredEdit {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    value: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_removed: bool,
}

impl From<StoredEdit> for RunEdit {
    fn from(StoredEdit { key, value, is_removed }: StoredEdit) -> Self {
        match key {
            Some(key) if is_removed => Self::RemoveTag { key },
            Some(key) => Self::Tag(Tag { key, value }),
            None => Self::Name { value },
        }
    }
}

impl From<RunEdit> for StoredEdit {
    fn from(edit: RunEdit) -> Self {
        match edit {
            RunEdit::Tag(Tag { key, value }) => Self { key: Some(key), value, is_removed: false },
            RunEdit::RemoveTag { key } => Self { key: Some(key), value: String::new(), is_removed: true },
            RunEdit::Name { value } => Self { key: None, value, is_removed: false },
        }
    }
}

impl RunEdit {
    /// The edit that gives a run this name.
    #[must_use]
    pub fn name(value: impl Into<String>) -> Self {
        Self::Name { value: value.into() }
    }

    /// Whether nothing is left of this edit after the later one.
    #[must_use]
    pub fn is_replaced_by(&self, later: &Self) -> bool {
        self.tag_key() == later.tag_key()
    }

    /// The key of the tag that it sets or removes.
    fn tag_key(&self) -> Option<&str> {
        match self {
            Self::Name { .. } => None,
            Self::Tag(Tag { key, .. }) | Self::RemoveTag { key } => Some(key),
        }
    }
}
