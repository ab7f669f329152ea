//! Tables, their keys, and the ranges that are read and deleted.

/// A table: an object store in IndexedDB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// What the database says of itself, one record per name, and which run refers to which content, by [`Key::Reference`].
    Meta,
    /// Experiments by id.
    Experiments,
    /// Runs by id.
    Runs,
    /// Logs and segments, by [`Key::Points`].
    Points,
    /// Contents by hash.
    Artifacts,
    /// The exit log by random token: a table of its own, since a transaction over it waits for no other, and a page that goes away
    /// loses what still waits.
    Exits,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 6] =
        [Self::Meta, Self::Experiments, Self::Runs, Self::Points, Self::Artifacts, Self::Exits];
}

/// The key of a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A name, an id, a hash or a token.
    Text(String),
    /// A run refers to a content.
    Reference {
        /// The content's hash.
        hash: String,
        /// The run's id.
        run_id: String,
    },
    /// Points of a run.
    Points {
        /// The run's id.
        run_id: String,
        /// The metric key of a segment; empty for an entry of the log.
        series: String,
        /// The sequence number of a log entry, or the first index of a segment.
        number: u64,
    },
}

impl Key {
    /// A name, an id, a hash or a token.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The key of an entry of a run's log.
    #[must_use]
    pub fn log_entry(run_id: &str, sequence: u64) -> Self {
        Self::segment(run_id, "", sequence)
    }

    /// The key of a segment of a series.
    #[must_use]
    pub fn segment(run_id: &str, series: &str, first_index: u64) -> Self {
        Self::Points { run_id: run_id.to_owned(), series: series.to_owned(), number: first_index }
    }

    /// The key of a reference to a content.
    #[must_use]
    pub fn reference(hash: &str, run_id: &str) -> Self {
        Self::Reference { hash: hash.to_owned(), run_id: run_id.to_owned() }
    }

    /// The key in `meta` of what is known of a run's way to tracking servers.
    #[must_use]
    pub fn syncs(run_id: &str) -> Self {
        Self::Text(format!("mlflow:{run_id}"))
    }

    /// The text, if the key is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The sequence number or first index of a record of points; 0 for other keys.
    #[must_use]
    pub fn number(&self) -> u64 {
        match self {
            Self::Points { number, .. } => *number,
            _ => 0,
        }
    }
}

/// Keys of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Range {
    /// All of them.
    All,
    /// One.
    One(Key),
    /// All points of a run.
    Run(String),
    /// A run's log, from a sequence number on and up to another one, which is not in it.
    Log {
        /// The run's id.
        run_id: String,
        /// The first sequence number.
        from: u64,
        /// The end; `u64::MAX` for all that follow.
        until: u64,
    },
    /// All segments of a run.
    Segments(String),
    /// All references to a content.
    References(String),
}

impl Range {
    /// A run's log from a sequence number on.
    #[must_use]
    pub fn log_from(run_id: &str, from: u64) -> Self {
        Self::Log { run_id: run_id.to_owned(), from, until: u64::MAX }
    }

    /// The lowest key that can be in it; nothing for all keys.
    #[must_use]
    pub fn lowest(&self) -> Option<Key> {
        match self {
            Self::All => None,
            Self::One(key) => Some(key.clone()),
            Self::Run(run_id) => Some(Key::log_entry(run_id, 0)),
            Self::Log { run_id, from, .. } => Some(Key::log_entry(run_id, *from)),
            Self::Segments(run_id) => Some(Key::segment(run_id, "\0", 0)),
            Self::References(hash) => Some(Key::reference(hash, "")),
        }
    }

    /// Whether the key is in it.
    #[must_use]
    pub fn contains(&self, key: &Key) -> bool {
        match (self, key) {
            (Self::All, _) => true,
            (Self::One(one), key) => one == key,
            (Self::Run(run_id), Key::Points { run_id: of, .. }) => run_id == of,
            (Self::Log { run_id, from, until }, Key::Points { run_id: of, series, number }) => {
                run_id == of && series.is_empty() && (from..until).contains(&number)
            }
            (Self::Segments(run_id), Key::Points { run_id: of, series, .. }) => {
                run_id == of && !series.is_empty()
            }
            (Self::References(hash), Key::Reference { hash: of, .. }) => hash == of,
            _ => false,
        }
    }
}
