//! Imports point one way, and browser crates stay in their rooms.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

/// Where browser crates may be named.
const ROOMS: [&str; 2] = ["src/wasm/", "src/storage/indexed_db/rexie_mirror/"];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// Every source file with its path from the project's root and its lines of code.
fn files() -> Vec<(String, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    sources(&root.join("src"), &mut paths);
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(&path).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        (name, code.map(str::to_owned).collect())
    };
    paths.into_iter().map(read).collect()
}

fn assert_nowhere(needles: &[&str], is_allowed: impl Fn(&str) -> bool) {
    for (name, lines) in files() {
        for line in lines.iter().filter(|_| !is_allowed(&name)) {
            for needle in needles {
                assert!(!line.contains(needle), "{name} must not name {needle}: {line}");
            }
        }
    }
}

#[test]
fn browser_crates_stay_in_their_rooms() {
    let crates = ["wasm_bindgen", "js_sys", "web_sys", "rexie::", "idb::", "serde_wasm_bindgen"];
    assert_nowhere(&crates, |name| ROOMS.iter().any(|room| name.starts_with(room)));
}

#[test]
fn storage_knows_nothing_of_the_dashboard() {
    assert_nowhere(&["crate::dashboard"], |name| !name.starts_with("src/storage/"));
}

#[test]
fn rules_of_runs_know_nothing_of_the_database() {
    assert_nowhere(&["indexed_db::"], |name| {
        !name.starts_with("src/storage/") || name.starts_with("src/storage/indexed_db/")
    });
}

#[test]
fn only_the_mirror_is_talked_to_through_its_trait() {
    assert_nowhere(&["rexie_mirror::"], |name| name.starts_with("src/storage/indexed_db/"));
}
