//! Imports point one way, and browser crates stay in the folders that know a browser.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The folders of `src`, each of which knows only those of earlier layers. Folders of one layer do not know each other.
const LAYERS: [&[&str]; 9] = [
    &["columns"],
    &["storage"],
    &["dashboard"],
    &["run", "interop"],
    &["database"],
    &["engine"],
    &["indexeddb"],
    &["browser"],
    &["wasm"],
];

/// The spec asks for the path `dashboard::wasm`, which is a re-export.
const REEXPORT: (&str, &str) = ("dashboard", "wasm");

/// Where browser crates may be named.
const BROWSER_FOLDERS: [&str; 3] = ["indexeddb", "browser", "wasm"];

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

/// A source file: its path within `src`, and its lines of code.
struct Source {
    path: String,
    lines: Vec<String>,
}

impl Source {
    /// The top-level folder, or nothing for the crate's root.
    fn folder(&self) -> Option<&str> {
        self.path.split_once('/').map(|(folder, _)| folder)
    }

    /// The top-level folders that it names.
    fn imports(&self) -> Vec<&str> {
        let mut found = Vec::new();
        for line in &self.lines {
            for (index, prefix) in line.match_indices("crate::") {
                if line[..index].ends_with(['$', '_']) {
                    continue;
                }
                let rest = &line[index + prefix.len()..];
                if let Some(list) = rest.strip_prefix('{') {
                    found.extend(list.split([',', '}']).map(|name| word(name.trim_start())));
                } else {
                    found.push(word(rest));
                }
            }
        }
        found.retain(|name| LAYERS.concat().contains(name));
        found
    }
}

/// What stands before the first character that no name holds.
fn word(text: &str) -> &str {
    let end = text.find(|character: char| !character.is_alphanumeric() && character != '_');
    &text[..end.unwrap_or(text.len())]
}

fn all_sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let lines = code.map(str::to_owned).collect();
        Source { path: path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/"), lines }
    };
    paths.into_iter().map(read).collect()
}

fn layer(folder: &str) -> usize {
    let found = LAYERS.iter().position(|layer| layer.contains(&folder));
    found.unwrap_or_else(|| panic!("src/{folder} has no layer: give it one in this test"))
}

#[test]
fn folders_import_only_from_earlier_layers() {
    for source in all_sources() {
        let Some(folder) = source.folder() else { continue };
        for import in source.imports() {
            let is_allowed =
                import == folder || layer(import) < layer(folder) || (folder, import) == REEXPORT;
            assert!(is_allowed, "src/{} must not know crate::{import}", source.path);
        }
    }
}

#[test]
fn folders_import_each_other_in_no_circle() {
    let mut imports: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in all_sources() {
        let Some(folder) = source.folder() else { continue };
        let known = imports.entry(folder.to_owned()).or_default();
        let others = source.imports().into_iter().filter(|import| *import != folder);
        known.extend(others.filter(|import| (folder, *import) != REEXPORT).map(str::to_owned));
    }
    // What imports nothing that is left cannot be part of a circle.
    while let Some(folder) = imports
        .iter()
        .find(|(_, known)| known.iter().all(|import| !imports.contains_key(import)))
        .map(|(folder, _)| folder.clone())
    {
        imports.remove(&folder);
    }
    assert!(imports.is_empty(), "these folders import each other: {:?}", imports.keys());
}

#[test]
fn browser_crates_are_named_only_where_a_browser_is_known() {
    let crates = ["wasm_bindgen", "js_sys", "web_sys", "rexie::", "idb::", "serde_wasm_bindgen"];
    for source in all_sources() {
        if source.folder().is_some_and(|folder| BROWSER_FOLDERS.contains(&folder)) {
            continue;
        }
        for line in &source.lines {
            let named = crates.iter().find(|name| line.contains(**name));
            assert_eq!(named, None, "src/{} must know no browser: {line}", source.path);
        }
    }
}

#[test]
fn wasm_talks_to_no_object_store_itself() {
    for source in all_sources().into_iter().filter(|source| source.folder() == Some("wasm")) {
        for line in &source.lines {
            let named = ["rexie::", "idb::", "IdbKeyRange"].iter().find(|name| line.contains(**name));
            assert_eq!(named, None, "src/{} must leave IndexedDB to src/indexeddb: {line}", source.path);
        }
    }
}
