//! Where things lie in the checkout. Knows paths, runs nothing.

use std::path::{Path, PathBuf};

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_path_buf()
}

/// The page.
pub(crate) fn www() -> PathBuf {
    root().join("www")
}

/// What the npm package is put together from.
pub(crate) fn npm_package() -> PathBuf {
    root().join("npm")
}

/// The Playwright tests.
pub(crate) fn end_to_end() -> PathBuf {
    root().join("tests/e2e")
}

/// The benchmark in the browser.
pub(crate) fn browser_bench() -> PathBuf {
    root().join("benches/browser")
}

/// What the chores remember between two runs.
pub(crate) fn stamps() -> PathBuf {
    root().join("target/xtask")
}
