//! What a dashboard shows.
